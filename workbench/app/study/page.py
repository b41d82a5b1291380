"""The page that a study wrote, ``study.md``, as HTML with its figures in it."""

from __future__ import annotations

import base64
import html
from pathlib import Path

import mistune

from workbench.errors import ComputeError
from workbench.study.folder import PAGE_FILE

MOST_BYTES = 32 << 20
"""Of all figures together: they travel to the browser in one message."""


def page_html(out: Path) -> str:
    """Return the page of a study as HTML; nothing that stands in it is run, and no address in it is fetched.

    Parameters
    ----------
    out : Path
        Folder of the study.

    Raises
    ------
    ComputeError
        If there is none that can be read.
    """
    try:
        text = (out / PAGE_FILE).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ComputeError(f"There is no page in {out} yet; it is written when the study ends.") from error
    made = mistune.create_markdown(escape=True, renderer=_Page(out), plugins=["table"])(text)
    return f'<div class="hw-study-page-text">{made}</div>'


class _Page(mistune.HTMLRenderer):
    """Figures of the folder become part of the page; files and other pages are named, not linked."""

    def __init__(self, out: Path) -> None:
        super().__init__(escape=True)
        self._out, self._left = out.resolve(), MOST_BYTES

    def image(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002 - as mistune calls it
        """Return a figure."""
        path = (self._out / url).resolve()
        shown = html.escape(text)
        if path.suffix != ".png" or not path.is_relative_to(self._out):
            return f"<em>{shown}</em>"
        try:
            data = path.read_bytes()
        except OSError:
            return f"<em>{shown}: the figure is not in the folder any more</em>"
        self._left -= len(data)
        if self._left < 0:
            return f"<em>{shown}: see {html.escape(url)} in the folder of the study</em>"
        return f'<img alt="{shown}" src="data:image/png;base64,{base64.b64encode(data).decode()}">'

    def link(self, text: str, url: str, title: str | None = None) -> str:  # noqa: ARG002
        """Return the text of a link: the files beside the page are not served to the browser."""
        return f"<code>{text}</code>"
