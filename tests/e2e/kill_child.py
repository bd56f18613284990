"""A desk that kills itself at a chosen moment around sending. Started by test_kill.py in a process of its own.

`python -m tests.e2e.kill_child FOLDER '{"moment": ..., "prices": [...], "start": "09:31:00"}'`
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.broker.door import XtBroker
from core.domain.enums import OrderStatus
from core.execution.sender import Sender
from core.service.link import BrokerLink
from core.service.recorder import Recorder
from core.simqmt.faults.rules import STEPS
from core.storage.journal import SqliteJournal
from tests.fakes.desk import LockstepDesk, steps
from tests.fakes.records import item

HELD = [("600000.SH", 500, "9.00")]


def die() -> None:
    """No clean-up of any kind; a power cut for the process."""
    if hasattr(signal, "SIGKILL"):
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(137)  # Windows has no such signal; this ends the process at once too


def before(owner: Any, name: str, when: Callable[..., bool] = lambda *_: True) -> None:
    """Die instead of this call."""
    whole = getattr(owner, name)

    def dying(*arguments: Any, **options: Any) -> Any:
        if when(*arguments):
            die()
        return whole(*arguments, **options)

    setattr(owner, name, dying)


def after(owner: Any, name: str, when: Callable[..., bool] = lambda *_: True) -> None:
    """Die as soon as this call has returned."""
    whole = getattr(owner, name)

    def dying(*arguments: Any, **options: Any) -> Any:
        result = whole(*arguments, **options)
        if when(*arguments):
            die()
        return result

    setattr(owner, name, dying)


def is_order(*arguments: Any) -> bool:
    return bool(arguments[-1].name == "orderStock")


def is_filled(_sender: Any, event: Any) -> bool:
    return bool(event.order.status is OrderStatus.SUCCEEDED)


def arrange(day: LockstepDesk, moment: str) -> None:
    """Lay the trap of this moment, or at a step of the terminal."""
    if moment in STEPS:
        day.terminal.faults.kill(moment)
        return
    terminal, front = day.terminal, day.terminal.front
    traps: dict[str, Callable[[], None]] = {
        "before the commit": lambda: before(SqliteJournal, "commit_intent"),
        "after the commit": lambda: before(XtBroker, "submit"),
        "after the vendor took it": lambda: after(front, "submit", is_order),
        "after the terminal committed": lambda: terminal.faults.kill("orderStock.answered"),
        "before the answer is read": lambda: before(Sender, "on_answered"),
        "after the answer": lambda: after(Sender, "on_answered"),
        "at a fill": lambda: before(Recorder, "trade"),
        "when filled": lambda: before(Sender, "on_order", is_filled),
        "at the first snapshot after": lambda: before(terminal.market, "pop", lambda *_: bool(day.calls())),
        "while reconciling": lambda: before(BrokerLink, "_take"),
    }
    traps[moment]()


def main() -> None:
    folder, arguments = Path(sys.argv[1]), json.loads(sys.argv[2])
    quotes = steps("600000.SH", arguments["start"], arguments["prices"])
    items = [item()] if arguments["fresh"] else None
    day = LockstepDesk(folder, quotes, items, holdings=HELD)
    arrange(day, arguments["moment"])
    day.run()


if __name__ == "__main__":
    main()
