"""No file is too long to read at one sitting, and no function too long to see at once."""

import ast
import io
import tokenize
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "workbench"
MOST_LINES, MOST_LINES_OF_CODE = 400, 80
NOT_YET = {"app/session.py"}
"""Longer still; one that is cut goes from here."""
_NO_CODE = (
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
)


def functions(text: str) -> dict[str, int]:
    """Return the functions of a file with their lines of code: no docstring, comment or empty line."""
    code: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE:
            code.update(range(token.start[0], token.end[0] + 1))
    nodes = list(ast.walk(ast.parse(text)))
    for node in nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            code -= set(range(node.lineno, node.end_lineno + 1))
    found: dict[str, int] = {}
    for node in nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):  # of one name, the longest
            lines = len(code & set(range(node.lineno, node.end_lineno + 1)))
            found[node.name] = max(lines, found.get(node.name, 0))
    return found


def test_lines_of_code_are_counted_without_docstrings_comments_and_empty_lines():
    text = 'def long(\n    a,\n):\n    """Say.\n\n    More.\n    """\n    # why\n\n    return (\n        a\n    )\n'
    assert functions(text) == {"long": 6}


def test_no_file_is_longer_than_400_lines():
    lengths = {
        path.relative_to(PACKAGE).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in PACKAGE.rglob("*.py")
    }
    assert {name for name, lines in lengths.items() if lines > MOST_LINES} <= NOT_YET


def test_no_function_has_more_than_80_lines_of_code():
    long = [
        f"{path.relative_to(PACKAGE)}: {name} has {lines}"
        for path in PACKAGE.rglob("*.py")
        for name, lines in functions(path.read_text(encoding="utf-8")).items()
        if lines > MOST_LINES_OF_CODE
    ]
    assert long == []
