"""The controls by which particles that were corrected elsewhere come in again."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from workbench.app.core.context import Context
from workbench.app.core.polling import in_background
from workbench.app.core.uploads import LARGEST_BYTES
from workbench.app.particles.corrected import ENDINGS, files_beside, is_replaced, on_disk
from workbench.app.particles.state import ParticlesState
from workbench.app.widgets import controls
from workbench.app.widgets.upload_button import UploadButton
from workbench.particles.correction import files_of


class CorrectedRow:
    """A button that reads a file of this computer, and one for a file that lies beside the micrograph.

    Parameters
    ----------
    session : Context
    make : dict of str to Widget
        The controls of the panel; those made here go there.

    Attributes
    ----------
    box : Widget
    """

    def __init__(self, session: Context, make: dict[str, Any]) -> None:
        self._session, self._state = session, session.subject(ParticlesState)
        self._beside: Path | None = None
        make["read"] = self._upload = UploadButton(
            "Read corrected particles…",
            self._say,
            largest=LARGEST_BYTES,
            instead="put it beside the micrograph, under the name that it had",
            accept=",".join(ENDINGS),
        )
        make["read beside"] = self._link = controls.button(
            "", self._read_beside, "It lies beside the micrograph", "hw-link"
        )
        self._said = controls.text("", "hw-note")
        self._upload.observe(self._uploaded, names="value")
        session.observe(self.look, names=["micrograph", "current"])
        self._state.observe(self._show, names="corrections")
        self.box = controls.column(controls.row(self._upload, self._link), self._said)
        self.look()

    def look(self, _change: object = None) -> None:
        """Look what lies beside the micrograph by now."""
        self._beside = next(iter(files_beside(self._session)), None)
        if self._beside is not None:
            self._link.description = f"Read {self._beside.name}"
        controls.show(self._link, self._beside is not None)
        self._show()

    def _show(self, _change: object = None) -> None:
        made = self._state.corrections_of(self._session.current) if self._session.current else []
        replaced = is_replaced(made)
        if replaced:
            file = html.escape(Path(files_of(made)[-1]).name)
            self._said.value = (
                f"Corrected elsewhere in {file}: threshold and cleaning change nothing of these particles. "
                "Undo brings those of the network back."
            )
        controls.show(self._said, replaced)

    def _uploaded(self, change: dict[str, Any]) -> None:
        if not change["new"]:
            return
        upload = change["new"][0]
        self._upload.value = ()

        def read() -> None:
            with on_disk(upload["name"], upload["content"]) as (path, name):
                self._say(self._state.read_corrected(path, name))

        in_background(read, "corrected particles", f"reading {upload['name']}", self._say)

    def _read_beside(self) -> None:
        path, origin = self._beside, self._session.origin
        if path is None or origin is None:
            return
        shown = str(Path(origin.path).with_name(path.name))  # as the script names the micrograph
        self._link.disabled = True

        def read() -> None:
            self._say(self._state.read_corrected(path, shown))

        def ended() -> None:
            self._link.disabled = False

        in_background(read, "corrected particles", f"reading {path.name}", self._say, ended)

    def _say(self, said: str) -> None:
        self._session.message = said
