"""Keys of a scheduler that was started here: only who has them may hand it work, and so run code as its person.

A port of 127.0.0.1 is open to everybody on the machine. So scheduler, workers and clients speak TLS with a key made for
this one scheduler. It is kept in memory and in a file that nobody but its person can read: another process of the same
person is told an address, and finds the key by it.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil

from workbench.errors import ComputeError
from workbench.private_folders import private_folder, runtime_folder

KEYS_VARIABLE = "WORKBENCH_SCHEDULER_KEYS"
"""A file of keys, for kernels that a server starts: a runtime folder may go while the server lives."""
FOLDER, SCRATCH = "schedulers", "workbench-workers-"
_OWN: dict[str, Any] = {}


def new_keys() -> Any:
    """Make keys that are good for one scheduler, its workers and clients.

    Returns
    -------
    distributed.Security
    """
    from distributed.security import Security

    return Security.temporary()  # type: ignore[no-untyped-call]


def keep_keys(address: str, security: Any, scratch: str = "") -> None:
    """Let processes of this person find the keys of a scheduler by its address, until `forget_keys`.

    Parameters
    ----------
    address : str
    security : distributed.Security
    scratch : str
        Folder of its workers, made by `scratch_folder`: removed with the keys where this process is killed.
    """
    _OWN[address] = security
    with suppress(ComputeError, OSError):  # without a private folder they are this process' alone
        _sweep()
        write_keys(_file(address), address, security, scratch)


def forget_keys(address: str) -> None:
    """Throw the keys of a scheduler away."""
    if _OWN.pop(address, None) is not None:
        with suppress(ComputeError, OSError):
            _file(address).unlink(missing_ok=True)


def scratch_folder() -> str:
    """Make a folder for what Dask's workers put down: its own has a name that anybody can foresee."""
    return tempfile.mkdtemp(prefix=SCRATCH)


def write_keys(path: Path, address: str, security: Any, scratch: str = "") -> None:
    """Write the keys of a scheduler to a new file that only this person can read.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    owner = psutil.Process()
    known = {
        "address": address,
        "process": [owner.pid, owner.create_time()],
        "certificate": security.tls_client_cert,
        "key": security.tls_client_key,
        "scratch": scratch,
    }
    path.unlink(missing_ok=True)
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    with os.fdopen(number, "w", encoding="utf-8") as file:
        json.dump(known, file)


def own_keys(address: str) -> Any:
    """Return the keys of a scheduler that this process started; None: it did not, or needs none."""
    return _OWN.get(address)


def keys_for(address: str) -> Any:
    """Return what a client needs to connect to a scheduler.

    Parameters
    ----------
    address : str
        Of a scheduler that was started here, or of any other.

    Returns
    -------
    distributed.Security or None
        None: what the person's configuration of Dask says, as for every scheduler of their own.
    """
    if address in _OWN or not address.startswith("tls://"):
        return _OWN.get(address)
    given = os.environ.get(KEYS_VARIABLE)
    places = [Path(given)] if given else []
    with suppress(ComputeError):
        places.append(_file(address))
    for path in places:
        known = _read(path)
        if known is not None and known.get("address") == address:
            return _security(known["certificate"], known["key"])
    return None


def _security(certificate: str, key: str) -> Any:
    from distributed.security import Security

    return Security(  # type: ignore[no-untyped-call]
        require_encryption=True, tls_ca_file=certificate, tls_client_cert=certificate, tls_client_key=key
    )


def _read(path: Path) -> dict[str, Any] | None:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return known if isinstance(known, dict) and {"certificate", "key"} <= known.keys() else None


def _file(address: str) -> Path:
    return private_folder(runtime_folder() / FOLDER) / f"{address.rpartition(':')[2]}.json"


def _sweep() -> None:
    """Throw away the keys of processes that were killed, and what their workers left."""
    for path in private_folder(runtime_folder() / FOLDER).glob("*.json"):
        known = _read(path)
        if known is None or not _lives(known.get("process")):
            path.unlink(missing_ok=True)
            scratch = Path(str((known or {}).get("scratch")))
            if scratch.name.startswith(SCRATCH):
                shutil.rmtree(scratch, ignore_errors=True)  # which follows no link


def _lives(process: Any) -> bool:
    try:
        pid, began = process
        return bool(abs(psutil.Process(pid).create_time() - began) < 1)
    except (TypeError, ValueError, psutil.Error):
        return False
