"""What passes between a helper on the trading loop and the thread that supervises its process."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from core.errors import DingPanError
from core.market.helper.child import Answer, Ask, Progress

OnProgress = Callable[[int, int, str], None]
"""done, total, what is being done"""
OnAsk = Callable[[object], object]


@dataclass(slots=True, eq=False)
class Ticket:
    """One call of `run` on its way. The future is touched on the loop only."""

    number: int
    what: str
    packed: bytes
    deadline_s: float
    on_progress: OnProgress | None
    on_ask: OnAsk | None
    future: asyncio.Future[Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cancel:
    """Nobody waits for this ticket any more."""

    number: int


class Close:
    """End the child and yourself."""


Order = Ticket | Cancel | Answer | Close


class Employer(Protocol):
    """Whom a supervisor works for; called on the supervisor's thread. `pid` and `spawned` are its to write."""

    name: str
    idle_s: float
    grace_s: float
    pid: int | None
    spawned: int

    @property
    def orders(self) -> queue.SimpleQueue[Order]:
        """What the loop wants."""
        ...

    @property
    def wake(self) -> Any:
        """A connection that is readable when orders may wait."""
        ...

    def finish(self, ticket: Ticket, value: object = None, error: DingPanError | None = None) -> None:
        """Hand a result or an error to the loop, and give the count back after it."""
        ...

    def told(self, ticket: Ticket, message: Progress) -> None:
        """A job said how far it is."""
        ...

    def asked(self, ticket: Ticket, message: Ask) -> None:
        """A job asks; the answer comes as an order."""
        ...

    def ended(self) -> None:
        """The supervisor is done."""
        ...
