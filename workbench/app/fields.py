"""Keeps a session's receptive fields true to the dilations that its networks are shown at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.compute.fields import FieldFound, find_field

if TYPE_CHECKING:
    from workbench.app.session import Session
    from workbench.compute import Job


class Fields:
    """Asks for the field of each ticked network; for the effective one, which takes seconds, where rings are shown.

    Parameters
    ----------
    session : Session
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._known: dict[str, FieldFound] = {}
        self._jobs: dict[str, tuple[str, Job]] = {}
        session.observe(
            self._follow,
            names=["dilations", "scales", "ticked", "active", "micrograph", "show_rings", "busy"],
        )

    def _follow(self, _change: object = None) -> None:
        session = self._session
        shown: dict[str, FieldFound] = {}
        wanted: dict[str, bool] = {}
        for name in session.ticked:
            if session.card(name).kind == "classical" or session.micrograph is None:
                continue
            plain, effective = self._key(name, False), self._key(name, True)
            found = self._known.get(effective) or self._known.get(plain)
            if found is not None:
                shown[name] = found
            if found is None or (session.show_rings and effective not in self._known):
                # the plain one is there at once; the effective one waits until the masks are there
                wanted[name] = found is not None
        if shown != session.fields:
            session.fields = shown
        for name in [name for name in self._jobs if name not in wanted]:
            self._jobs.pop(name)[1].stop()
        for name, measured in wanted.items():
            self._ask(name, measured)

    def _ask(self, name: str, effective: bool) -> None:
        from workbench.networks.network import locate

        session, key = self._session, self._key(name, effective)
        running = self._jobs.get(name)
        if running is not None and running[0] == key and not session.busy:
            return
        if running is not None:
            if running[0] == key and not effective:
                return
            self._jobs.pop(name)[1].stop()
        if effective and session.busy:
            return

        def done(found: FieldFound) -> None:
            self._known[key] = found
            self._jobs.pop(name, None)
            self._follow()

        def failed(_why: str) -> None:
            pass  # its mask fails for the same reason, and says so

        path = locate(name)
        job = session.compute.submit(
            find_field,
            session.micrograph,
            name if path is None else str(path.resolve()),
            session.dilations.get(name),
            session.dilated.scale(name),
            effective,
            on_done=done,
            on_error=failed,
        )
        self._jobs[name] = (key, job)

    def _key(self, name: str, effective: bool) -> str:
        session = self._session
        micrograph = session.micrograph
        which = None if micrograph is None else (micrograph.sha256, micrograph.nm_per_px)
        return f"{name} {session.dilations.get(name)} {session.dilated.scale(name)} {which} {effective}"
