"""How a method makes itself known: one function with a decorator, no list to edit."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from workbench.errors import ExplanationError
from workbench.explanation.attribution_input import AttributionInput, Progress
from workbench.micrographs.micrograph import FloatImage
from workbench.plugins import load_plugins

Attribute = Callable[..., FloatImage]
"""Called with an `AttributionInput`, a `Progress` and its own options by name; returns an (h, w) map of the window."""

Kind = Literal["gradient", "product", "place"]
"""What a map is: a derivative (to be multiplied with the input), a share of the answer (which holds that factor
already), or no more than how much a place counts."""


@dataclass(frozen=True)
class Method:
    """A way to say what in the micrograph made a network give an answer.

    Parameters
    ----------
    name, title : str
        In code, and on screen.
    attribute : callable(problem, watch, **options) -> (h, w) float32 array
    signed : bool
        Whether negative values mean something: what speaks against the answer.
    additive : bool
        Whether maps of two targets add up to that of both, so that a large target may be cut into parts.
    complete : bool
        Whether the map sums to how much the answer differs from that of the baseline.
    kind : {"gradient", "product", "place"}
        What the map is; see `Kind`. `workbench.explanation.spectrum` says what each is worth there.
    options : mapping of str to object
        Names and defaults.
    """

    name: str
    title: str
    attribute: Attribute
    signed: bool
    additive: bool
    complete: bool
    kind: Kind = "place"
    options: Mapping[str, Any] = field(default_factory=dict)

    @property
    def derivative(self) -> bool:
        """Whether its sign says which way to change a pixel, not whether the pixel speaks for the answer."""
        return self.kind == "gradient"

    def run(self, problem: AttributionInput, watch: Progress | None = None, **options: Any) -> FloatImage:
        """Return the map of a problem.

        Raises
        ------
        ExplanationError
            If an option is not one of this method's (the message lists those), or has a value that cannot be.
        Stopped
            If the watch was told to stop.
        """
        unknown = sorted(options.keys() - self.options.keys())
        if unknown:
            known = ", ".join(self.options) or "none"
            raise ExplanationError(f"{self.title} has no option {unknown[0]}; it has: {known}.")
        return self.attribute(problem, watch or Progress(), **options)


_METHODS: dict[str, Method] = {}
_OTHER_NAMES: dict[str, str] = {}


def method(
    name: str,
    title: str,
    *,
    signed: bool,
    additive: bool = True,
    complete: bool = False,
    kind: Kind = "place",
) -> Callable[[Attribute], Attribute]:
    """Register a function as a method; see `Method`.

    Raises
    ------
    ExplanationError
        If another function has the name already.
    """

    def register(attribute: Attribute) -> Attribute:
        known = _METHODS.get(name)
        if known is not None and known.attribute.__qualname__ != attribute.__qualname__:
            raise ExplanationError(f"Two methods are called {name}; rename one.")
        own = list(inspect.signature(attribute).parameters.values())[2:]
        options = {one.name: one.default for one in own}
        _METHODS[name] = Method(name, title, attribute, signed, additive, complete, kind, options)
        return attribute

    return register


def also_called(other: str, name: str) -> None:
    """Give a method another name, which `find_method` knows and `method_names` does not list."""
    _OTHER_NAMES[other] = name


def find_method(name: str) -> Method:
    """Return a method by its name.

    Raises
    ------
    ExplanationError
        If there is none of that name: the message lists them.
    """
    _load()
    name = _OTHER_NAMES.get(name, name)
    if name not in _METHODS:
        raise ExplanationError(f"There is no method {name!r}; choose one of {', '.join(sorted(_METHODS))}.")
    return _METHODS[name]


def method_names() -> list[str]:
    """Return the names of all methods, in alphabetical order."""
    _load()
    return sorted(_METHODS)


@cache
def _load() -> None:
    package = importlib.import_module("workbench.explanation.methods")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    load_plugins("methods")
