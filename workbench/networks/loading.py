"""Where networks are found, and how one is loaded by name."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from workbench.errors import NetworkError
from workbench.networks.card import Card
from workbench.networks.checkpoint import load_checkpoint, read_card
from workbench.networks.classical import classical_cards, classical_method
from workbench.networks.network import Network

ZOO = Path(__file__).parent / "zoo"
SUFFIX = ".safetensors"
FIRST = ("fcn8s", "unet")
"""Head the list: the two of the paper's Figure 1."""
logger = logging.getLogger(__name__)


def networks() -> list[Card]:
    """Return the cards of all networks that :func:`load_network` knows by name; torch is not imported.

    First the networks that ship with the package, then those in the user's folder, then finished runs, then
    the classical methods. A file that cannot be read is left out, with a warning in the log.

    Examples
    --------
    >>> import workbench as wb
    >>> [card.name for card in wb.networks()][:2]
    ['fcn8s', 'unet']
    """
    cards = []
    for name, path in _files():
        try:
            cards.append(read_card(path).model_copy(update={"name": name}))
        except NetworkError as error:
            logger.warning("%s is left out of the list of networks. %s", name, error)
    return cards + classical_cards()


def load_network(name_or_path: str | os.PathLike[str]) -> Network:
    """Load a network.

    Parameters
    ----------
    name_or_path : str or path
        A name that :func:`networks` lists, the path of a .safetensors file, or the folder of a run.

    Raises
    ------
    NetworkError
        If there is none of that name (the message lists those there are), or its file cannot be used.

    Examples
    --------
    >>> import workbench as wb
    >>> wb.load_network("otsu")
    Network('otsu', otsu)
    """
    name = os.fspath(name_or_path)
    method = classical_method(name)
    if method is not None:
        return Network(method, method.card)
    found = locate(name)
    if found is not None:
        network = load_checkpoint(found)
        return Network(network.module, network.card.model_copy(update={"name": name}))
    path = Path(name).expanduser()
    if (path / f"best{SUFFIX}").is_file():
        return load_checkpoint(path / f"best{SUFFIX}")
    if path.suffix or path.is_file() or isinstance(name_or_path, os.PathLike):
        return load_checkpoint(path)
    raise NetworkError(
        f"There is no network called {name!r}; choose one of {', '.join(card.name for card in networks())}, "
        "or give the path of a .safetensors file."
    )


def locate(name: str) -> Path | None:
    """Return the file of a network known by name; ``None`` for classical methods and unknown names."""
    return next((path for known, path in _files() if known == name), None)


def user_folder() -> Path:
    """Return the folder of imported and saved networks: ``WORKBENCH_NETWORKS``, or the user's data folder."""
    named = os.environ.get("WORKBENCH_NETWORKS")
    return Path(named).expanduser() if named else platformdirs.user_data_path("hrtem-workbench") / "networks"


def runs_folder() -> Path:
    """Return the folder of training runs: ``WORKBENCH_RUNS``, or ``runs`` in the working folder."""
    return Path(os.environ.get("WORKBENCH_RUNS") or "runs").expanduser()


def _files() -> Iterator[tuple[str, Path]]:
    """Yield name and file of each network; where a name is taken, ``user/NAME`` or ``runs/NAME``."""
    taken = {card.name for card in classical_cards()}
    zoo = sorted(_listed(ZOO, f"*{SUFFIX}"), key=lambda path: path.stem not in FIRST)
    for place, found in (
        ("zoo", [(path.stem, path) for path in zoo]),
        ("user", [(path.stem, path) for path in _listed(user_folder(), f"*{SUFFIX}")]),
        ("runs", [(path.parent.name, path) for path in _listed(runs_folder(), f"*/best{SUFFIX}")]),
    ):
        for name, path in found:
            unique = f"{place}/{name}" if name in taken else name
            taken.add(unique)
            yield unique, path


def _listed(folder: Path, pattern: str) -> list[Path]:
    try:
        # Names that start with a dot are files half written.
        found = (path for path in folder.glob(pattern) if not path.name.startswith("."))
        return sorted(found, key=lambda path: (path.parent, path.stem))  # unet before unet-dilation-1
    except OSError as error:
        logger.warning("The folder %s cannot be listed: %s", folder, error)
        return []
