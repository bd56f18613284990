"""One process owns a terminal's folder: a file that the operating system locks for as long as the process lives."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from core.errors import UserError

LOCK_NAME = "simqmt.lock"


class FolderLock:
    """One process owns a terminal's folder. The operating system drops the lock when the process dies."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK_NAME
        self._file = open(self._path, "a+b")  # noqa: SIM115 - held open for the life of the lock
        try:
            _lock(self._file.fileno())
        except OSError:
            self._file.close()
            raise UserError(
                f"模拟终端目录 {folder} 正被另一个程序使用。请关闭那个程序，或为本程序另选一个目录。"
            ) from None

    def release(self) -> None:
        """Give the folder back; again does nothing."""
        if self._file.closed:
            return
        with contextlib.suppress(OSError):
            _unlock(self._file.fileno())
        self._file.close()


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, 0, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
