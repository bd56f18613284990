"""One writer at a time, across processes: a lock file that the operating system drops when its holder dies."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from core.errors import UserError

if sys.platform == "win32":
    import msvcrt

    def _try_lock(fd: int) -> None:
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _try_lock(fd: int) -> None:
        # By open file, so that two threads of one process exclude each other too.
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


_STEP_S = 0.02


@contextlib.contextmanager
def exclusive(
    path: Path, *, wait_s: float = 20.0, pause: Callable[[float], None] = time.sleep
) -> Iterator[None]:
    """Hold the lock file `path`, waiting at most `wait_s`; raises UserError when another program keeps it."""
    fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        left = wait_s
        while True:
            try:
                _try_lock(fd)
                break
            except OSError as error:
                if left <= 0:
                    text = f"历史数据文件夹 {path.parent} 被另一个程序占用超过 {wait_s:.0f} 秒。请稍后再试。"
                    raise UserError(text) from error
            pause(_STEP_S)
            left -= _STEP_S
        yield
    finally:
        os.close(fd)


def replace_file(
    new: Path, old: Path, *, tries: int = 100, pause: Callable[[float], None] = time.sleep
) -> None:
    """`os.replace`, tried again while Windows says that a reader has `old` open; raises OSError in the end."""
    for left in reversed(range(tries)):
        try:
            os.replace(new, old)
            return
        except PermissionError:
            if not left:
                raise
        pause(_STEP_S)
