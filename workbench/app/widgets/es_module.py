"""Scripts that import each other, joined into the one ES module that anywidget hands to the browser."""

from __future__ import annotations

import re
from pathlib import Path

_IMPORT = re.compile(r'^import \{(?P<names>[\w\s,$]+)\} from "(?P<path>\.[^"]*)";\n', re.MULTILINE)
_RENAMED = re.compile(r"\bas\b")


def es_module(script: Path) -> str:
    """Return a script behind all that it imports, each file once.

    A widget has no address from which the browser could load a second file, and a build step is not wanted. So the
    files keep their imports, by which an editor, the linter and Node read them, and here the texts are put one
    after the other without them.

    Parameters
    ----------
    script : Path
        Imports are lines ``import { name } from "./file.js";``, relative to the file in which they stand.

    Raises
    ------
    ValueError
        Where files import each other in a circle, or an import is of another kind, such as one that renames.
    """
    texts: dict[Path, str] = {}
    _collect(script.resolve(), (), texts)
    return "\n".join(texts.values())


def _collect(script: Path, above: tuple[Path, ...], texts: dict[Path, str]) -> None:
    """Add what a script imports, then the script, where they are not there yet."""
    if script in above:
        circle = " imports ".join(path.name for path in (*above[above.index(script) :], script))
        raise ValueError(f"scripts in a circle: {circle}")
    if script in texts:
        return
    text = script.read_text(encoding="utf-8")
    rest = _IMPORT.sub("", text)
    imports = list(_IMPORT.finditer(text))
    if re.search(r"^import\b", rest, re.MULTILINE) or any(
        _RENAMED.search(found["names"]) for found in imports
    ):
        raise ValueError(
            f'{script}: imports other than `import {{ name }} from "./file.js";` cannot be joined'
        )
    for found in imports:
        _collect((script.parent / found["path"]).resolve(), (*above, script), texts)
    texts[script] = rest
