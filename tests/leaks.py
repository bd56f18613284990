"""pytest plugin: a test that leaves something running, or makes noise nobody expected, fails by name.

Guarded: threads that are still alive, coroutines that were never awaited (through the warning filter in
pyproject.toml), records logged at ERROR or above. A test that means to provoke an error says so with the
`expect_log_error` fixture, and fails when the error does not come.
"""

from __future__ import annotations

import gc
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator

import pytest

THREAD_GRACE_S = 2.0


class ErrorLog(logging.Handler):
    """Keeps what is logged at ERROR or above, from any thread."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []
        self.expected: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = f"{record.name}: {record.getMessage()}"
        if record.exc_info and record.exc_info[1] is not None:
            line += f" ({record.exc_info[1]!r})"
        self.lines.append(line)

    def complaints(self) -> list[str]:
        """Lines that no expected pattern matches, and patterns that matched nothing."""
        matched = {line for line in self.lines for pattern in self.expected if re.search(pattern, line)}
        found = [f"logged an error: {line}" for line in self.lines if line not in matched]
        for pattern in self.expected:
            if not any(re.search(pattern, line) for line in self.lines):
                found.append(f"did not log the expected error {pattern!r}")
        return found


def left_running(before: set[threading.Thread], grace_s: float = THREAD_GRACE_S) -> list[threading.Thread]:
    """Threads started since `before` that do not end within the grace time."""
    deadline = time.monotonic() + grace_s
    left = []
    for thread in threading.enumerate():
        # A dummy stands for a thread that Qt made and that only passed through Python.
        if (
            thread in before
            or thread is threading.current_thread()
            or isinstance(thread, threading._DummyThread)
        ):
            continue
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            left.append(thread)
    return left


@pytest.fixture(autouse=True)
def error_log(request: pytest.FixtureRequest) -> Iterator[ErrorLog]:
    """The guard itself: set up before everything else of a test, so it looks when all the rest is gone."""
    before = set(threading.enumerate())
    log = ErrorLog()
    logging.getLogger().addHandler(log)
    try:
        yield log
        gc.collect(1)  # an un-awaited coroutine held by a young cycle speaks up now, not in the next test
        left = left_running(before)
    finally:
        logging.getLogger().removeHandler(log)
    found = [f"left thread {thread.name!r} running" + " (daemon)" * thread.daemon for thread in left]
    found += log.complaints()
    if found:
        pytest.fail(f"{request.node.nodeid}\n  " + "\n  ".join(found), pytrace=False)


@pytest.fixture
def expect_log_error(error_log: ErrorLog) -> Callable[[str], None]:
    """Call it with a pattern (searched in `logger: message (exception)`) that must be logged as an error."""
    return error_log.expected.append
