"""The few kinds of control that panels are made of, so that all rows of the page look alike."""

from __future__ import annotations

import html
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets
from traitlets import HasTraits

from workbench.app.widgets.choice import Choice


def full() -> widgets.Layout:
    """Return a layout as wide as the panel; each control has its own, for hiding one must not hide all."""
    return widgets.Layout(width="100%")


def text(content: str, *classes: str) -> widgets.HTML:
    """Return a line of plain text; what it says is escaped."""
    return markup(html.escape(content), *classes)


def markup(content: str, *classes: str) -> widgets.HTML:
    """Return a piece of HTML that the caller has escaped where needed."""
    made = widgets.HTML(content)
    made.add_class("hw-text")
    for name in classes:
        made.add_class(name)
    return made


def slider(
    label: str, low: float, high: float, step: float, form: str = ".2f", **options: Any
) -> widgets.FloatSlider:
    """Return a slider row: label, track, value that can be typed."""
    made = widgets.FloatSlider(
        description=label,
        min=low,
        max=high,
        step=step,
        readout_format=form,
        layout=full(),
        style={"description_width": "84px"},
        **options,
    )
    made.add_class("hw-row")
    return made


def checkbox(label: str, tooltip: str = "") -> widgets.Checkbox:
    """Return a check box with its label to the right."""
    made = widgets.Checkbox(description=label, indent=False, tooltip=tooltip, layout=full())
    made.add_class("hw-check")
    return made


def dropdown(label: str, options: Sequence[Any] | Mapping[str, Any]) -> Choice:
    """Return a drop-down row."""
    choices = list(options.items()) if isinstance(options, Mapping) else list(options)
    made = Choice(description=label, options=choices, layout=full(), style={"description_width": "84px"})
    made.add_class("hw-row")
    return made


def typed(label: str, hint: str) -> widgets.Text:
    """Make a line of text that is told when it is done: on Enter, or when the cursor leaves it."""
    made = widgets.Text(
        description=label,
        placeholder=hint,
        continuous_update=False,
        layout=full(),
        style={"description_width": "84px"},
    )
    made.add_class("hw-row")
    return made


def typed_lines(label: str, hint: str) -> widgets.Textarea:
    """Make a text of some lines that is told when the cursor leaves it."""
    made = widgets.Textarea(
        description=label,
        placeholder=hint,
        continuous_update=False,
        rows=2,
        layout=full(),
        style={"description_width": "84px"},
    )
    made.add_class("hw-row")
    return made


def button(label: str, act: Callable[[], object], tooltip: str = "", *classes: str) -> widgets.Button:
    """Return a button that calls ``act()``."""
    made = widgets.Button(description=label, tooltip=tooltip)
    made.add_class("hw-button")
    for name in classes:
        made.add_class(name)
    made.on_click(lambda _button: act())
    return made


def column(*children: widgets.Widget, classes: Sequence[str] = ()) -> widgets.VBox:
    """Stack widgets."""
    made = widgets.VBox(list(children))
    for name in ("hw-column", *classes):
        made.add_class(name)
    return made


def row(*children: widgets.Widget, classes: Sequence[str] = ()) -> widgets.HBox:
    """Put widgets side by side."""
    made = widgets.HBox(list(children))
    for name in ("hw-line", *classes):
        made.add_class(name)
    return made


def show(widget: widgets.DOMWidget, visible: bool) -> None:
    """Show a widget, or take it out of the layout."""
    widget.layout.display = None if visible else "none"


def resend(root: widgets.Widget) -> None:
    """Send the state of a widget and of all that it holds once more.

    A page loads by asking for all states and then building its copies; what changes in between reaches no one. A
    page that says it is built is therefore told everything again.
    """
    seen: set[str] = set()
    waiting: list[Any] = [root]
    while waiting:
        here = waiting.pop()
        if isinstance(here, widgets.Widget):
            if here.model_id in seen:
                continue
            seen.add(here.model_id)
            waiting.extend(getattr(here, key) for key in here.keys)
            here.send_state()
        elif isinstance(here, (list, tuple)):
            waiting.extend(here)
        elif isinstance(here, Mapping):
            waiting.extend(here.values())


def bind(session: HasTraits, name: str, control: widgets.Widget, trait: str = "value") -> None:
    """Keep a trait of the session and one of a control equal, whichever of them changes.

    Unlike `traitlets.link` it passes over no change that comes from another thread while one is carried across.
    """

    def show_state(_change: object = None) -> None:
        setattr(control, trait, getattr(session, name))

    def take_over(change: dict[str, Any]) -> None:
        setattr(session, name, change["new"])

    show_state()
    session.observe(show_state, names=name)
    control.observe(take_over, names=trait)


class Writing:
    """Say whether this thread is writing into controls: ``with writing: ...``, then ``if writing: return``.

    Panels are also written from threads. What a person changes meanwhile comes on another one and is no echo of what is
    written, so it must not be passed over.
    """

    def __init__(self) -> None:
        self._here = threading.local()

    def __enter__(self) -> None:
        self._here.depth = getattr(self._here, "depth", 0) + 1

    def __exit__(self, *_error: object) -> None:
        self._here.depth -= 1

    def __bool__(self) -> bool:
        return getattr(self._here, "depth", 0) > 0
