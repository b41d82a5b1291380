"""How a panel makes itself known, and what every panel has."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Callable
from functools import cache
from typing import ClassVar, TypeVar

import ipywidgets as widgets
from traitlets import Bool, HasTraits, Unicode

from workbench.app.core.context import Context
from workbench.app.widgets.browser import Browser
from workbench.errors import WorkbenchError
from workbench.plugins import leave_out, load_plugins

_PANELS: dict[str, type[Panel]] = {}


class Panel(HasTraits):
    """A view on the session: it keeps no state of its own, it observes and it sets.

    Attributes
    ----------
    key, title : str
        Name in code, and on screen.
    name : str
        A word that fits below its icon in the rail; empty: the title.
    icon : str
        A path of SVG in a square of 24; empty: a dot.
    order : int
        Place in the rail, from the top.
    summary : str
        A few characters beside its title.
    body : Widget
        Its controls, in the drawer while it is open.
    deck : Widget or None
        What it brings for the dock below the panes; None: nothing. It is raised when the panel is opened.
    tab : str
        Title of the tab in the dock; empty: that of the panel.
    more_tabs : dict of str to (str, Widget)
        Further tabs behind its own: name -> title and content.
    wants_deck : bool
        Whether the tab is raised when the panel is opened; it is raised when this becomes true, too.
    tab_is_tall : bool
        Whether the dock is to be high while its tab is raised.
    unfolds : bool
        Whether a folded dock opens with the panel.
    takes_hand : bool
        Whether a click or a drag in the panes means something to it.
    is_open, is_seen : bool
        Whether it is in the drawer; whether its tab, or one of its further ones, can be seen.
    seen_tab : str
        Which of its further tabs can be seen; empty: none of these.
    is_looked_at : bool
        Whether it is open or its tab is seen.
    has_hand : bool
        Whether it is looked at, and no other that takes the hand is open.
    set_open : callable(bool)
        Opens or closes it.
    controls : dict of str to Widget
        The same by name, for tests and scripts.
    """

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    name: ClassVar[str] = ""
    icon: ClassVar[str] = ""
    order: ClassVar[int] = 0
    tab: ClassVar[str] = ""
    tab_is_tall: ClassVar[bool] = False
    unfolds: ClassVar[bool] = True
    takes_hand = Bool(False)
    summary = Unicode()
    wants_deck = Bool(True)

    def __init__(self, session: Context, browser: Browser) -> None:
        super().__init__()
        self.session = session
        self.browser = browser
        self.controls: dict[str, widgets.Widget] = {}
        self.deck: widgets.Widget | None = None
        self.more_tabs: dict[str, tuple[str, widgets.Widget]] = {}
        self.is_open = self.is_seen = False
        self.seen_tab = ""
        self.hand_is_free: Callable[[], bool] = lambda: True  # the page puts its own in place
        self.set_open: Callable[[bool], None] = self.was_opened  # the page puts its own in place
        self.body: widgets.Widget = self.build()

    def build(self) -> widgets.Widget:
        """Make the controls, connect them with the session and return what holds them."""
        raise NotImplementedError

    def was_shown(self) -> None:
        """Hear that a browser shows the page: begin here what makes widgets in threads.

        A browser that still loads the page misses what a widget of that time refers to.
        """

    @property
    def is_looked_at(self) -> bool:
        """Whether it is open or its tab is seen."""
        return self.is_open or self.is_seen

    @property
    def has_hand(self) -> bool:
        """Whether it is looked at, and no other that takes the hand is open."""
        return self.is_open or (self.is_seen and self.hand_is_free())

    def was_opened(self, opened: bool) -> None:
        """Hear that it was opened or closed; most panels do not care."""

    def was_looked_at(self) -> None:
        """Hear that ``is_open``, ``is_seen`` or ``has_hand`` may have changed; most panels do not care."""


P = TypeVar("P", bound=Panel)


def panel(key: str, title: str, order: int) -> Callable[[type[P]], type[P]]:
    """Register a class as a panel of the page.

    Parameters
    ----------
    key, title : str
        Name in code, and on screen.
    order : int
        Place in the rail, from the top.

    Raises
    ------
    WorkbenchError
        If another class has the key already.
    """

    def register(cls: type[P]) -> type[P]:
        known = _PANELS.get(key)
        if known is not None and known.__qualname__ != cls.__qualname__:
            raise WorkbenchError(f"Two panels have the key {key}; rename one.")
        cls.key, cls.title, cls.order = key, title, order
        _PANELS[key] = cls
        return cls

    return register


def find_panels() -> None:
    """Import the panel of each subject; those of plug-ins come when panels are made."""
    package = importlib.import_module("workbench.app")
    for subject in pkgutil.iter_modules(package.__path__):
        name = f"{package.__name__}.{subject.name}.panel"
        if subject.ispkg and subject.name != "widgets" and importlib.util.find_spec(name):
            importlib.import_module(name)


def open_panels(session: Context, browser: Browser) -> list[Panel]:
    """Make one of each panel of each subject and of each plug-in, in their order."""
    find_panels()
    _load_plugins()
    made = [_made(cls, session, browser) for cls in sorted(_PANELS.values(), key=lambda cls: cls.order)]
    return [panel for panel in made if panel is not None]


@cache
def _load_plugins() -> None:
    load_plugins("panels")


def _made(cls: type[Panel], session: Context, browser: Browser) -> Panel | None:
    try:
        return cls(session, browser)
    except Exception as error:  # the page opens without a panel of somebody else's
        if cls.__module__.startswith("workbench."):
            raise
        leave_out(f"{cls.title} of {cls.__module__}", error)
        return None
