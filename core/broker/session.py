"""One generation of the connection: its trader, its callbacks' switch, and the calls that wait for it."""

from __future__ import annotations

import asyncio
import threading

from core.broker.vendor import Trader


class Session:
    """State of one generation.

    `alive` may be cleared from any thread and never comes back: the sending lane looks at it right before it sends.
    Everything else belongs to the trading loop, except what a method says.
    """

    def __init__(self, generation: int, session_id: int, loop: asyncio.AbstractEventLoop) -> None:
        self.generation = generation
        self.session_id = session_id
        self.alive = True
        self.ended = False
        self.ready = False
        self.trader: Trader | None = None
        self.account: object = None
        self.gone: asyncio.Future[str] = loop.create_future()
        self._lock = threading.Lock()
        self._in_call = False
        self._abandoned = False

    def end(self, message: str) -> None:
        """Nothing more is taken from this generation; whoever waits for it is told `message`."""
        self.alive = False
        self.ended = True
        self.ready = False
        if not self.gone.done():
            self.gone.set_result(message)

    def enter_call(self) -> None:
        """A call into the vendor is about to be queued."""
        with self._lock:
            self._in_call = True

    def leave_call(self) -> bool:
        """On the lane, after the call: True when nobody waits for it any more and the lane must clean up."""
        with self._lock:
            self._in_call = False
            return self._abandoned

    @property
    def abandoned(self) -> bool:
        """A call of this session hangs; when it comes back it stops the trader itself."""
        with self._lock:
            return self._abandoned

    def abandon(self) -> bool:
        """Give up the call under way: True when it really hangs, False when it has just come back."""
        with self._lock:
            self._abandoned = self._in_call
            return self._in_call
