"""The health of a source that is asked and does not tell by itself: by its answers, and by their absence."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from core.clock import Clock
from core.domain.enums import FeedState
from core.market.listening import unheard
from core.ports import FeedHealth

_log = logging.getLogger(__name__)

HealthListener = Callable[[FeedHealth], None]
SILENCE_S = 10.0


class Vitals:
    """State, its listener, and the timer that notices when no answer comes while the market trades.

    `trading(seconds)` says whether the market has traded for so long; `silence_text` is the sentence when no answer
    comes.
    """

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        clock: Clock,
        silence_s: float,
        trading: Callable[[float], bool],
        silence_text: Callable[[], str],
    ) -> None:
        self._loop = loop
        self._clock = clock
        self._trading = trading
        self._silence_text = silence_text
        self._listener: HealthListener = unheard
        self._timer: asyncio.TimerHandle | None = None
        self._silence_s = silence_s
        self.patience_s = silence_s
        self.health = FeedHealth(FeedState.OFF, since_ms=clock.now_ms())

    def listen(self, listener: HealthListener) -> None:
        """Set the one listener; called at each change of state."""
        self._listener = listener

    def set(self, state: FeedState, text: str) -> None:
        """The state is now this; the same state with another text is no change."""
        before = self.health
        if before.state is state:
            self.health = replace(before, text=text)
            return
        lost = before.losses + (state in (FeedState.LOST, FeedState.SILENT) and before.state.is_healthy)
        back = before.resubscribed + (state is FeedState.LIVE and not before.state.is_healthy)
        self.health = FeedHealth(state, text, self._clock.now_ms(), lost, back)
        try:
            self._listener(self.health)
        except Exception:  # noqa: BLE001 - task border: a broken listener must not stop the feed
            _log.exception("the listener of the health failed")

    def expect(self, within_s: float) -> None:
        """An answer is expected within this time, or within the silence where that is longer."""
        self.expect_nothing()
        self.patience_s = max(self._silence_s, within_s)
        self._timer = self._loop.call_later(self.patience_s, self._grown_silent)

    def expect_nothing(self) -> None:
        """No answer is due any more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _grown_silent(self) -> None:
        """Silence counts from the opening: at 13:00 the last answer may be as old as lunch is slow. Looks again."""
        self._timer = self._loop.call_later(self._silence_s, self._grown_silent)
        if self.health.state.is_healthy and self._trading(self.patience_s):
            self.set(FeedState.SILENT, self._silence_text())
