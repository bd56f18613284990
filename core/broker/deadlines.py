"""How long each call to the terminal may take, and what the door counts."""

from __future__ import annotations

from dataclasses import dataclass

SESSION_IDS = (6101, 6102, 6103)
"""The pool of session ids. Fixed and small: each id leaves a queue file of about 75 MB beside the terminal."""


@dataclass(frozen=True, slots=True)
class BrokerDeadlines:
    """Seconds on the clock of the trading loop.

    `build` covers the first import of xttrader, the constructor and `start`; `send` is the time within which
    `order_stock_async` itself must return; `stop` limits unsubscribe and stop, each.
    """

    build: float = 20.0
    connect: float = 30.0
    subscribe: float = 10.0
    query: float = 5.0
    send: float = 3.0
    stop: float = 5.0


@dataclass(frozen=True, slots=True)
class DoorMeters:
    """Counts since the door was made, for the health strip.

    `depth` events wait for the trading loop now, `peak_depth` was the most. `stale` came from an ended session,
    `foreign` belong to another account or to no order of ours, `unreadable` could not be converted,
    `listener_errors` are exceptions of the listener, `hung_lanes` worker threads left behind in a vendor call.
    """

    depth: int
    peak_depth: int
    stale: int
    foreign: int
    unreadable: int
    listener_errors: int
    hung_lanes: int
