"""A folder that one process at a time works on: held, begun, and asked to stop by its files, whoever does it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workbench.detached_process import inherited_lock, start_detached
from workbench.errors import ComputeError
from workbench.locks import NOT_SURE, Lock
from workbench.process_files import forget_process, read_process, write_process


@dataclass(frozen=True)
class WorkFolder:
    """The files by which those who work on a folder, and those who watch it, know of each other.

    Parameters
    ----------
    what : str
        What is worked on, such as ``study``.
    lock, process, log : str
        Names of the lock, of the file that says which process holds it, and of what that process says.
    wishes : tuple of str
        Names of files whose being there asks the process for something, such as to stop.
    """

    what: str
    lock: str
    process: str
    log: str
    wishes: tuple[str, ...]

    def start(
        self,
        out: Path,
        *arguments: str,
        working_folder: Path | None = None,
        prepare: Callable[[], object] = lambda: None,
    ) -> None:
        """Start ``workbench`` on a folder, in a process that outlives this one.

        Parameters
        ----------
        out : Path
            Made where it is missing.
        *arguments : str
            Of the command line.
        working_folder : Path, optional
            By default that of this process.
        prepare : callable()
            Called while the folder is held, and before the process begins.

        Raises
        ------
        ComputeError
            If another process works on it, or the folder cannot be written.
        """
        lock = self._taken(out)
        try:
            prepare()
            self._forget(out)
            process = start_detached(*arguments, lock=lock, log=out / self.log, working_folder=working_folder)
            write_process(out / self.process, process)
        finally:
            lock.close()

    @contextmanager
    def held(self, out: Path) -> Iterator[None]:
        """Make or reopen a folder and hold it, so that no two processes work on it.

        Raises
        ------
        ComputeError
            If another process holds it, or it cannot be written.
        """
        lock = inherited_lock(out / self.lock)
        if lock is None:
            lock = self._taken(out)
            # else who started this process has done so, and a stop may have been asked for since
            self._forget(out)
        if not lock.sure:
            print(f"{out}: {NOT_SURE}.", file=sys.stderr)
        try:
            write_process(out / self.process, os.getpid())
            yield
        finally:  # Ctrl-C in a notebook ends the work, and not the process
            forget_process(out / self.process)
            lock.close()

    def ask(self, out: Path, wish: str) -> None:
        """Ask the process that works on a folder for something.

        Raises
        ------
        ComputeError
            If the folder cannot be written.
        """
        try:
            (out / wish).touch()
        except OSError as error:
            raise self._unheard(out, error) from error

    def take_back(self, out: Path, wish: str) -> None:
        """Ask for it no more.

        Raises
        ------
        ComputeError
            If the folder cannot be written.
        """
        try:
            (out / wish).unlink(missing_ok=True)
        except OSError as error:
            raise self._unheard(out, error) from error

    def _unheard(self, out: Path, error: OSError) -> ComputeError:
        return ComputeError(
            f"{out} cannot be written ({error.strerror or error}), so the {self.what} does not hear of it."
        )

    def _forget(self, out: Path) -> None:
        for name in (*self.wishes, self.log):
            (out / name).unlink(missing_ok=True)

    def _taken(self, out: Path) -> Lock:
        try:
            out.mkdir(parents=True, exist_ok=True)
            lock = Lock.take(out / self.lock)
        except OSError as error:
            raise ComputeError(
                f"{out} cannot be written ({error.strerror or error}); choose another folder with --out."
            ) from error
        at_work = None if lock is None or lock.sure else read_process(out / self.process)
        if lock is not None and at_work is not None and at_work.pid != os.getpid():
            lock.close()
            lock = None
        if lock is None:
            raise ComputeError(f"{out} is being worked on by another process; wait, or stop it first.")
        return lock
