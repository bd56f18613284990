"""The program's own log: wall time, kept small, beside the journal. It explains faults; decisions are in the journal."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

_BYTES, _KEPT = 2_000_000, 5
_FORMAT = "%(asctime)s %(levelname)-7s %(threadName)s %(name)s: %(message)s"


def open_log(folder: Path, name: str = "dingpan.log") -> logging.Handler | None:
    """Write the root logger to `folder/name`; None when the folder cannot be written (the desk still runs)."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            folder / name, maxBytes=_BYTES, backupCount=_KEPT, encoding="utf-8", delay=False
        )
    except OSError as error:
        logging.getLogger(__name__).warning("no log file in %s: %s", folder, error)
        return None
    handler.setFormatter(logging.Formatter(_FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    if root.level > logging.INFO or root.level == logging.NOTSET:
        root.setLevel(logging.INFO)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    return handler


def close_log(handler: logging.Handler | None) -> None:
    """Stop writing and release the file."""
    if handler is not None:
        logging.getLogger().removeHandler(handler)
        handler.close()
