"""What nobody caught: logged with its trace, and the program goes on where Qt lets it."""

from __future__ import annotations

import faulthandler
import logging
import signal
import sys
import threading
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QObject, QTimer

_log = logging.getLogger(__name__)
_LISTEN_MS = 250


def install() -> None:
    """Log uncaught exceptions of every thread; print native crashes with the Python stacks."""
    if sys.stderr is not None:
        faulthandler.enable()
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    _log.critical("uncaught exception", exc_info=(kind, error, trace))


def _uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None:
        name = args.thread.name if args.thread is not None else "?"
        _log.critical(
            "uncaught exception in thread %s",
            name,
            exc_info=(args.exc_type, args.exc_value, args.exc_traceback),
        )


def quit_on_signals(quit_in_order: Callable[[], None], parent: QObject) -> None:
    """Ctrl+C and a polite kill end the desk in order. Qt's loop lets Python look at signals four times a second."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: quit_in_order())
    timer = QTimer(parent)
    timer.timeout.connect(lambda: None)
    timer.start(_LISTEN_MS)
