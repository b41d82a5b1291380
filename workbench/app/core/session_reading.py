"""Reads a saved session: what the page saved, and what each subject did."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import ValidationError

from workbench.app.core.session_file import SessionState, said
from workbench.app.core.subjects import session_model
from workbench.errors import WorkbenchError
from workbench.whole_files import why_unread


def parse_session(text: str, name: str = "session") -> SessionState:
    """Read a session from its JSON.

    Raises
    ------
    WorkbenchError
        If it is not JSON, or says something that a session of this format does not.
    """
    try:
        return session_model().model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        raise WorkbenchError(f"{name} is not a session of this version: {said(first)}.") from error


def read_session(path: str | os.PathLike[str]) -> SessionState:
    """Read a ``*.workbench.json`` file.

    Raises
    ------
    WorkbenchError
        If it cannot be read or is not a session.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WorkbenchError(
            f"{path}: the session cannot be read ({why_unread(error)}); check the name."
        ) from error
    return parse_session(text, Path(path).name)
