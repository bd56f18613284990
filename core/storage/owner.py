"""One journal, one program: a lock file beside the journal that the operating system drops when we die.

Two programs on one journal would each know only half of what was sent.
"""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

from core.storage import failures

if sys.platform == "win32":
    import msvcrt

    def _lock(fd: int) -> None:
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(fd: int) -> None:
        fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


_HELD = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})
"""What the systems answer when somebody else holds the lock."""


class OwnerLock:
    """Held from construction to `release`; raises JournalError when another program holds it."""

    def __init__(self, path: Path) -> None:
        lock_path = path.with_name(path.name + ".lock")
        try:
            fd = os.open(lock_path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        except OSError as error:
            raise failures.system(path, error, "打开") from error
        try:
            _lock(fd)
        except OSError as error:
            os.close(fd)
            if error.errno in _HELD:
                raise failures.owned(path) from error
            raise failures.system(path, error, "锁定") from error
        self._fd: int | None = fd

    def release(self) -> None:
        """Give the journal free; the empty lock file stays."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
