"""How large the pixels of the open micrograph are, as a person typed it; kept beside the data."""

from __future__ import annotations

from pathlib import Path

from workbench.app.core.context import Context, Subject
from workbench.app.core.pixel_sizes import PixelSizes, SizeShown
from workbench.app.core.results import Results
from workbench.app.core.session_file import SessionState
from workbench.app.core.subjects import subject
from workbench.errors import WorkbenchError


@subject("typed_sizes", order=25)
class TypedSizes(Subject):
    """Pixel sizes that a person typed: of the open micrograph, and of others by their paths.

    Parameters
    ----------
    session : Context
        Its ``pixel_sizes`` are kept true.
    """

    def __init__(self, session: Context) -> None:
        super().__init__(session)
        self._session = session
        self.kept = PixelSizes(session.data.root)
        self._unkept: dict[str, float] = {}
        self._whose: tuple[str, str] = ("", "")
        self._setting = False

    def begin(self) -> None:
        """Follow what is open, and what is set or undone."""
        self._session.observe(self._opened, names=["micrograph", "origin"])
        self._session.observe(self._set, names="pixel_size")

    def set(self, nm_per_px: float | None, scale_bar: str = "") -> None:
        """Say how large a pixel of the open micrograph is, in nm; ``None``: not known.

        Raises
        ------
        MicrographError
            If it is not a positive number.
        """
        session = self._session
        with session.lock:
            if session.micrograph is None or session.micrograph.nm_per_px == nm_per_px:
                return
            session.micrograph.with_nm_per_px(nm_per_px)  # refuses before anything changes
            known = nm_per_px is not None
            kept = known and session.origin is not None and session.origin.kind == "file"
            session.pixel_size = SizeShown(nm_per_px, nm_per_px, not known, scale_bar, kept)

    def _set(self, change: dict[str, SizeShown]) -> None:
        """Show the open micrograph with a size that was set, or that undo brought back."""
        session, size = self._session, change["new"]
        with session.lock:
            if session.micrograph is None or size == self._of_open():
                return
            changed = session.micrograph.with_nm_per_px(size.nm_per_px)
            scaleless = {
                card.name for card in session.cards if card.kind == "network" and card.input.nm_per_px is None
            }
            self._setting = True
            try:
                with session.hold_trait_notifications():
                    if session.origin is not None:
                        typed = {
                            "nm_per_px": size.typed,
                            "size_unknown": size.unknown,
                            "scale_bar": size.scale_bar,
                        }
                        session.origin = session.origin.model_copy(update=typed)
                        if session.origin.kind == "file":
                            self._keep(session.origin.path, size.typed if size.kept else None, size.scale_bar)
                    # to the others the same pixels look different now
                    session.subject(Results).resize(changed, scaleless)
                    session.micrograph = changed
            finally:
                self._setting = False
        session.run()

    def _opened(self, _change: object) -> None:
        """Take the size of what is open; what was set for another micrograph is no step of undo any more."""
        session = self._session
        with session.lock:
            size, origin = self._of_open(), session.origin
            if self._setting or size is None or session.micrograph is None:
                return
            whose = (
                ("array", session.micrograph.sha256)
                if origin is None or origin.kind == "array"
                else (origin.kind, origin.path)
            )
            if (size, whose) == (session.pixel_size, self._whose):
                return
            self._whose = whose
            with session.history.paused():
                session.pixel_size = size
            session.history.forget("pixel_size")

    def _of_open(self) -> SizeShown | None:
        """Return the size that the open micrograph is shown with."""
        micrograph, origin = self._session.micrograph, self._session.origin
        if micrograph is None:
            return None
        if origin is None:
            return SizeShown(micrograph.nm_per_px)
        kept = origin.kind == "file" and origin.path in self.kept.known
        return SizeShown(micrograph.nm_per_px, origin.nm_per_px, origin.size_unknown, origin.scale_bar, kept)

    def share(self) -> None:
        """Let the pixel size that was typed for the open file hold for all files of its folder that know none."""
        origin = self._session.origin
        if origin is not None and origin.kind == "file" and origin.nm_per_px is not None:
            self._keep(str(Path(origin.path).parent), origin.nm_per_px, origin.scale_bar)

    def look(self) -> str:
        """Read what was typed here or elsewhere; return the sentence that says why not, empty where it was read."""
        session = self._session
        try:
            kept = {path: size.nm_per_px for path, size in self.kept.read().items()}
        except WorkbenchError as error:
            session.pixel_sizes = {**session.pixel_sizes, **self._unkept}
            return str(error)
        session.pixel_sizes = {**kept, **self._unkept}
        return ""

    def restore(self, saved: SessionState) -> None:
        """Take the sizes of a session of version 0.1.0, where none is kept beside the data."""
        known = self.kept.known
        self._unkept = {path: size for path, size in saved.pixel_sizes.items() if path not in known}
        self._session.pixel_sizes = {**self._session.pixel_sizes, **self._unkept}

    def scale_bar(self, path: str, nm_per_px: float | None) -> str:
        """Return which scale bar gave the size that is kept for a file or a folder; empty where none did."""
        size = self.kept.known.get(path)
        return size.scale_bar if size is not None and size.nm_per_px == nm_per_px else ""

    def _keep(self, path: str, nm_per_px: float | None, scale_bar: str = "") -> None:
        self._unkept.pop(path, None)
        try:
            self.kept.write(path, nm_per_px, scale_bar)
        except WorkbenchError as error:
            self._unkept |= {} if nm_per_px is None else {path: nm_per_px}
            self._session.message = str(error)
        self.look()
