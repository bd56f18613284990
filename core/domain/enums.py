"""Closed sets of words used by every room. Values are stable: they are stored and sent."""

from __future__ import annotations

from enum import IntEnum, IntFlag, StrEnum


class Side(StrEnum):
    """Direction of an order."""

    BUY = "BUY"
    SELL = "SELL"


class Mode(StrEnum):
    """What is real in this process; chosen at the start and fixed for its life."""

    PAPER = "PAPER"  # natives, quotes and money simulated
    PAPER_REAL = "PAPER_REAL"  # simulated money on real quotes
    LIVE = "LIVE"

    @property
    def real_money(self) -> bool:
        """Orders of this mode reach a broker."""
        return self is Mode.LIVE


class Phase(StrEnum):
    """Phase of the trading day as one quote or one clock reading shows it."""

    PRE_OPEN = "PRE_OPEN"
    OPEN_CALL = "OPEN_CALL"
    PAUSE = "PAUSE"
    CONTINUOUS = "CONTINUOUS"
    LUNCH = "LUNCH"
    CLOSE_CALL = "CLOSE_CALL"
    AFTER_HOURS = "AFTER_HOURS"
    CLOSED = "CLOSED"
    SUSPENDED = "SUSPENDED"
    UNKNOWN = "UNKNOWN"


class SignalKind(StrEnum):
    """Which level of a watch item was hit."""

    ENTRY = "ENTRY"
    TAKE_PROFIT = "TAKE_PROFIT"
    STOP_LOSS = "STOP_LOSS"

    @property
    def side(self) -> Side:
        """The side an order of this signal would have."""
        return Side.BUY if self is SignalKind.ENTRY else Side.SELL


class Outcome(StrEnum):
    """What was made of a signal."""

    ACTED = "ACTED"  # an intent was committed and handed to the broker
    WAITING = "WAITING"  # cannot act yet (T+1, lock, a cancel in flight); stays armed
    BLOCKED = "BLOCKED"  # a rule refused it
    SKIPPED = "SKIPPED"  # nothing to do: alert only, switch off, no holding
    FAILED = "FAILED"  # tried, and the broker or the journal refused


class OrderStatus(IntEnum):
    """Broker's order status, numbers as in xtconstant."""

    UNREPORTED = 48
    WAIT_REPORTING = 49
    REPORTED = 50
    REPORTED_CANCEL = 51
    PARTSUCC_CANCEL = 52
    PART_CANCEL = 53
    CANCELED = 54
    PART_SUCC = 55
    SUCCEEDED = 56
    JUNK = 57
    UNKNOWN = 255

    @property
    def is_final(self) -> bool:
        """Nothing more can happen to an order in this state."""
        return self in _FINAL

    @property
    def is_cancelable(self) -> bool:
        """A cancel request makes sense in this state."""
        return self in _CANCELABLE


_FINAL = frozenset({OrderStatus.PART_CANCEL, OrderStatus.CANCELED, OrderStatus.SUCCEEDED, OrderStatus.JUNK})
_CANCELABLE = frozenset(
    {OrderStatus.UNREPORTED, OrderStatus.WAIT_REPORTING, OrderStatus.REPORTED, OrderStatus.PART_SUCC}
)


class IntentState(StrEnum):
    """Life of an intent in our journal."""

    COMMITTED = "COMMITTED"  # durable, not yet handed to the broker lane
    SENT = "SENT"  # order_stock_async was called; no answer yet
    WORKING = "WORKING"  # the broker knows it
    UNKNOWN = "UNKNOWN"  # no answer within the deadline, or lost in a crash
    FILLED = "FILLED"
    CANCELED = "CANCELED"  # final with less than meant
    REFUSED = "REFUSED"  # refused at the request or by the counter
    NOT_SENT = "NOT_SENT"  # proven never to have reached the broker

    @property
    def is_final(self) -> bool:
        """No further news is expected for the intent."""
        return self in (IntentState.FILLED, IntentState.CANCELED, IntentState.REFUSED, IntentState.NOT_SENT)


class ItemState(StrEnum):
    """State of a watch item as the watchlist shows it (STYLE section 5)."""

    WATCHING = "WATCHING"
    ENTERING = "ENTERING"
    EXITING = "EXITING"
    HOLDING = "HOLDING"
    HOLDING_UNPROTECTED = "HOLDING_UNPROTECTED"  # for a known market reason: T+1, halt
    STOP_BLOCKED = "STOP_BLOCKED"  # stop due and cannot trade
    PROTECTION_LOST = "PROTECTION_LOST"  # feed, channel or switch
    UNKNOWN_ORDER = "UNKNOWN_ORDER"
    BLOCKED = "BLOCKED"
    ALERT_ONLY = "ALERT_ONLY"
    SUSPENDED = "SUSPENDED"
    DONE = "DONE"


class LinkState(StrEnum):
    """State of the trading channel, by proof and not by hope."""

    OFFLINE = "OFFLINE"
    CONNECTING = "CONNECTING"
    RECONCILING = "RECONCILING"
    READY = "READY"
    LOST = "LOST"
    FAILED = "FAILED"


class FeedState(StrEnum):
    """State of a source of quotes, by proof."""

    OFF = "OFF"  # nothing is subscribed, or closed
    STARTING = "STARTING"  # subscribed, no quote yet
    LIVE = "LIVE"  # quotes come, or none are due (lunch, night, holiday)
    SILENT = "SILENT"  # subscribed, and nothing new for too long in continuous trading
    LOST = "LOST"  # the connection or the subscriptions are gone; it is being tried again

    @property
    def is_healthy(self) -> bool:
        """Nothing speaks against quotes of this source."""
        return self in (FeedState.STARTING, FeedState.LIVE)


class QuoteFlag(IntFlag):
    """What a snapshot shows beside its prices; everything that may be so at once."""

    SUSPENDED = 1
    AUCTION = 2  # the price shown is indicative
    UP_TOUCHED = 4  # the day's high reached the limit
    UP_LOCKED = 8  # last at the limit and nobody sells
    DOWN_TOUCHED = 16
    DOWN_LOCKED = 32
    STALE = 64  # too old for a moment of continuous trading
    FALLBACK = 128
    NO_QUOTE = 256


class AlarmRank(StrEnum):
    """How loudly something is said (STYLE section 5)."""

    ALARM = "ALARM"
    CARE = "CARE"
    MESSAGE = "MESSAGE"


class Adjust(StrEnum):
    """How prices of the past are shown across ex-rights days. Levels and triggers are always on real prices."""

    NONE = "NONE"
    FORWARD = "FORWARD"  # today's prices stay
    BACKWARD = "BACKWARD"  # the first day's prices stay


class Period(StrEnum):
    """Bar periods."""

    M1 = "1m"
    M5 = "5m"
    D1 = "1d"
