"""What else lies in the open file, and why it is not offered."""

from __future__ import annotations

import html
from pathlib import Path

from workbench.app.core.context import Context
from workbench.app.widgets import controls
from workbench.micrographs.reading import Signal


class Contents:
    """A line that unfolds: each data set of the open file, where there are several.

    Parameters
    ----------
    session : Context

    Attributes
    ----------
    box : HTML
    """

    def __init__(self, session: Context) -> None:
        self._session = session
        self.box = controls.markup("", "hw-note", "hw-contents")
        session.observe(self._show, names=["contents", "origin"])
        self._show()

    def _show(self, _change: object = None) -> None:
        session = self._session
        shown = None if session.origin is None else session.origin.signal
        name = "" if session.origin is None else Path(session.origin.path).name
        signals: list[Signal] = session.contents
        lines = [f"<li>{html.escape(line_of(one, shown, name))}</li>" for one in signals]
        refused = sum(one.refused is not None for one in signals)
        said = f"In this file: {len(signals)} data sets"
        if refused:
            said += f", {refused} of them not offered"
        self.box.value = f"<details><summary>{said}</summary><ul>{''.join(lines)}</ul></details>"
        controls.show(self.box, len(signals) > 1)


def title_of(signal: Signal) -> str:
    """Return what a data set is called where one is chosen."""
    title = signal.title or f"signal {signal.index}"
    return f"{title} (preview)" if signal.preview else title


def line_of(signal: Signal, shown: int | None, name: str) -> str:
    """Return a line about a data set: its title, its size, and whether it is shown, or why it is not offered.

    Parameters
    ----------
    signal : Signal
    shown : int or None
        Index of the one that is shown.
    name : str
        Of the file.
    """
    facts = [_size(signal)] if signal.shape else []
    if signal.index == shown:
        facts.append("shown")
    elif signal.refused is not None:
        facts.append(f"not offered: it {_why(signal, name)}")
    return ", ".join([title_of(signal), *facts])


def _size(signal: Signal) -> str:
    if not signal.height:
        return " × ".join(map(str, signal.shape)) + " values"
    size = f"{signal.width} × {signal.height} px"
    return f"{signal.frames} frames of {size}" if signal.frames > 1 else size


def _why(signal: Signal, name: str) -> str:
    """Return why a data set is no micrograph, without what it is called and what to do instead."""
    said = str(signal.refused).removeprefix(f"{name}, signal {signal.index} ({signal.title}), ")
    return said.removeprefix(f"{name} ").split(";")[0].rstrip(".")
