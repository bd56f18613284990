"""Who may take the interpreter from whom, where window and trading share one.

A short switch interval gives the trading thread the interpreter soon after it wakes. But it also takes it away again
every tenth of a millisecond, and a window that paints returns it only between two calls into Qt: a decision of 1.3 ms
then took 7 ms. So the interval is short while the trading thread waits, and longer while it decides.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

SWITCH_INTERVAL_S = 0.0001
"""For a process in which threads compute beside a trading thread. Measured with a busy Python thread: tick-to-order p99 is
21 to 37 ms at the default of 5 ms, 1 ms at this."""

HOLD_S = 0.002
"""Long enough for a decision; a window that waits so long misses no frame."""


@contextmanager
def held() -> Iterator[None]:
    """Keep the interpreter on this thread for up to `HOLD_S`, unless it calls something that gives it away.

    Does nothing where the interval is as long already: a process without a window did not shorten it.
    """
    # Python keeps whole microseconds and cuts: without the half one the interval would shrink with every hold.
    before = sys.getswitchinterval() + 5e-7
    if before >= HOLD_S:
        yield
        return
    sys.setswitchinterval(HOLD_S)
    try:
        yield
    finally:
        sys.setswitchinterval(before)
