"""Names of files: made of other names, legal, short, no two alike; and the order in which people count."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

MOST_BYTES = 255
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]')
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")

_DIGITS = re.compile(r"[0-9]+")

Key = TypeVar("Key")


def natural_key(name: str) -> tuple[str, str]:
    """Return what names are sorted by as people count: ``image_2`` before ``image_10``, whatever the case.

    No two names share one, so that the order is the same wherever and however often it is asked for.
    """
    # a number goes behind how many digits it has, so that text in its place is compared as ever
    return _DIGITS.sub(_by_length, name).casefold(), name


def _by_length(found: re.Match[str]) -> str:
    number = found[0].lstrip("0")
    return f"{len(number):03d}{number}"


def safe_name(name: str) -> str:
    """Return a name with an underscore in place of each character that some file system refuses."""
    return _UNSAFE.sub("_", name)


def printable(name: str) -> str:
    r"""Return a name on one line that any text file can hold: control characters and lost bytes as ``\x0a``.

    Python gives a byte of a file's name that is no UTF-8 as half a surrogate pair, which cannot be written.
    """
    return _UNPRINTABLE.sub(lambda found: _escaped(found[0]), name)


def legal_stem(stem: str) -> str:
    """Return the stem of a file for the name of another one, with an underscore for each control character."""
    return _UNPRINTABLE.sub("_", stem)


def _escaped(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte, as os.fsdecode gives it
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def shortened(name: str, most_bytes: int) -> str:
    """Return a name of so many bytes at most in UTF-8; a longer one ends in 8 digits of its hash."""
    whole = os.fsencode(name)
    if len(whole) <= most_bytes:
        return name
    digest = "~" + hashlib.sha256(whole).hexdigest()[:8]
    return whole[: max(most_bytes - len(digest), 1)].decode("utf-8", "ignore") + digest


def longest_name(folder: Path) -> int:
    """Return how many bytes the name of a file in a folder may have."""
    try:
        return min(os.pathconf(folder, "PC_NAME_MAX"), MOST_BYTES)
    except (AttributeError, OSError, ValueError):  # not every system and file system says
        return MOST_BYTES


def folded(name: str) -> str:
    """Return what two names share that some file system takes for one: case, composed accents."""
    return unicodedata.normalize("NFC", name).casefold()


def distinct_names(
    wanted: Mapping[Key, Sequence[str]],
    taken: Collection[str] = (),
    most_bytes: int = MOST_BYTES,
    alike: Callable[[str], str] = folded,
) -> dict[Key, str]:
    """Choose names so that no two are alike, not even where case and accents do not count.

    Those that clash get longer names, all of them: which one came first plays no part.

    Parameters
    ----------
    wanted : mapping of key to names
        The names of each key, the shortest first.
    taken : collection of str
        Names that none of them may have.
    most_bytes : int
        Longer names are shortened.
    alike : callable
        Returns what two names share that are alike.

    Returns
    -------
    dict of key to name
        One of its names; where they do not suffice, the first one with digits of the key's hash.
    """
    others = {alike(name) for name in taken}
    levels = dict.fromkeys(wanted, 0)
    while True:
        chosen = {key: shortened(_name(key, names, levels[key]), most_bytes) for key, names in wanted.items()}
        counted = Counter(alike(name) for name in chosen.values())
        clashing = [key for key, name in chosen.items() if counted[alike(name)] > 1 or alike(name) in others]
        if not clashing:
            return chosen
        for key in clashing:
            levels[key] += 1


def _name(key: object, names: Sequence[str], level: int) -> str:
    if level < len(names):
        return names[level]
    digest = hashlib.sha256(repr(key).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{names[0]}.{digest[: 4 * (level - len(names) + 2)]}"


def names_of_path(path: Path, suffix: bool = True) -> list[str]:
    """Return what a file can be called, from its stem to its whole path; ``suffix``: also with its own suffix."""
    folders = [part for part in reversed(path.parent.parts) if part != path.anchor]
    kept = [path.stem, path.name] if suffix else [path.stem]
    found = [path.stem, *(f"{folder}.{path.stem}" for folder in folders[:1])]
    for depth in range(len(folders) + 1):
        before = ".".join(reversed(folders[:depth]))
        found += [f"{before}.{name}" if before else name for name in kept]
    return list(dict.fromkeys(found))
