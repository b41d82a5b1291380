"""The architectures: one file, one decorated class each; build, list and describe them by name."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from workbench.errors import NetworkError
from workbench.networks.module import SegmentationModule
from workbench.plugins import load_plugins

_Module = TypeVar("_Module", bound=type[SegmentationModule])


@dataclass(frozen=True)
class Architecture:
    """One entry of the registry.

    Parameters
    ----------
    name : str
        Such as ``unet``.
    title : str
        As shown on screen, such as ``U-Net``.
    summary : str
        First line of the class's docstring.
    options : dict
        Constructor options and their defaults.
    module : type
        The class.
    """

    name: str
    title: str
    summary: str
    options: dict[str, Any]
    module: type[SegmentationModule]


_registered: dict[str, Architecture] = {}


def architecture(name: str, *, title: str = "") -> Callable[[_Module], _Module]:
    """Enter a :class:`SegmentationModule` subclass in the registry under ``name``.

    Raises
    ------
    NetworkError
        If another class has the name already.

    Examples
    --------
    >>> @architecture("pixelwise", title="Pixel by pixel")
    ... class Pixelwise(SegmentationModule): ...
    """

    def enter(module: _Module) -> _Module:
        known = _registered.get(name)
        if known is not None and known.module.__qualname__ != module.__qualname__:
            raise NetworkError(
                f"Two architectures are called {name}: {known.module.__qualname__} and {module.__qualname__}"
                "; rename one."
            )
        options = {key: parameter.default for key, parameter in inspect.signature(module).parameters.items()}
        summary = (inspect.getdoc(module) or "").partition("\n")[0]
        _registered[name] = Architecture(name, title or name, summary, options, module)
        module.architecture = name
        return module

    return enter


def architectures() -> dict[str, Architecture]:
    """Return all architectures by name, in alphabetical order."""
    _read_package()
    return dict(sorted(_registered.items()))


def describe(name: str) -> Architecture:
    """Return the entry of one architecture.

    Raises
    ------
    NetworkError
        If there is none of that name; the message lists those there are.
    """
    _read_package()
    if name not in _registered:
        raise NetworkError(
            f"There is no architecture called {name!r}; choose one of {', '.join(sorted(_registered))}."
        )
    return _registered[name]


def build(name: str, **options: Any) -> SegmentationModule:
    """Build a network with fresh weights.

    Parameters
    ----------
    name : str
        Architecture.
    **options
        Its constructor's options; see ``describe(name).options``.

    Raises
    ------
    NetworkError
        If the architecture or an option is not known, or an option is out of range.
    """
    entry = describe(name)
    unknown = sorted(set(options) - set(entry.options))
    if unknown:
        raise NetworkError(
            f"{name} has no option {', '.join(unknown)}; it takes {', '.join(sorted(entry.options))}."
        )
    return entry.module(**options)


@cache
def _read_package() -> None:
    # Importing a file enters its class: a new architecture is one new file and no list to edit.
    for file in pkgutil.iter_modules([str(Path(__file__).parent)]):
        if not file.ispkg:
            importlib.import_module(f"{__name__.rpartition('.')[0]}.{file.name}")
    load_plugins("architectures")
