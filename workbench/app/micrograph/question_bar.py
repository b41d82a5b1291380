"""The line above the panes that asks about a doubtful pixel size, with a button for each answer."""

from __future__ import annotations

import html
from collections.abc import Callable

from workbench.app.core.context import Context
from workbench.app.core.scale_question import ScaleQuestion
from workbench.app.widgets import controls


class QuestionBar:
    """What is doubtful, and two buttons; hidden where nothing is asked.

    Parameters
    ----------
    session : Context
    set_size : callable()
        Takes the person to where the pixel size is typed.

    Attributes
    ----------
    compute, set_size : Button
    box : Widget
    """

    def __init__(self, session: Context, set_size: Callable[[], object]) -> None:
        self._question = session.subject(ScaleQuestion)
        self._said = controls.text("")
        self.compute = controls.button(
            "Compute as it is", self._question.compute, "Let the networks run at this scale"
        )
        self.set_size = controls.button(
            "Set the pixel size", set_size, "Type it, or take it from a scale bar; then the networks run"
        )
        self.box = controls.row(self._said, self.compute, self.set_size, classes=["hw-question-bar"])
        self._question.observe(self._show, names="sentence")
        self._show()

    def _show(self, _change: object = None) -> None:
        self._said.value = html.escape(self._question.sentence)
        controls.show(self.box, bool(self._question.sentence))
