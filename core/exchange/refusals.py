"""Why an order, a symbol or a cancel is refused: a closed set of codes, the sentence, the numbers in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from core.errors import BadInput


class RuleCode(StrEnum):
    """Stable reason codes; `OK` means no rule objects."""

    OK = "OK"
    BAD_CODE = "BAD_CODE"
    INDEX_NOT_TRADABLE = "INDEX_NOT_TRADABLE"
    HALTED = "HALTED"
    NOT_TRADING_DAY = "NOT_TRADING_DAY"
    CALENDAR_UNKNOWN = "CALENDAR_UNKNOWN"
    OUT_OF_SESSION = "OUT_OF_SESSION"
    AFTER_HOURS_NOT_SUPPORTED = "AFTER_HOURS_NOT_SUPPORTED"
    PRICE_TYPE_UNKNOWN = "PRICE_TYPE_UNKNOWN"
    PRICE_TYPE_NOT_FOR_EXCHANGE = "PRICE_TYPE_NOT_FOR_EXCHANGE"
    MARKET_NOT_IN_CONTINUOUS = "MARKET_NOT_IN_CONTINUOUS"
    SIDE_NOT_ALLOWED = "SIDE_NOT_ALLOWED"
    QTY_NOT_POSITIVE = "QTY_NOT_POSITIVE"
    QTY_ABOVE_MAX = "QTY_ABOVE_MAX"
    QTY_BELOW_MIN = "QTY_BELOW_MIN"
    QTY_STEP = "QTY_STEP"
    ODD_LOT_SPLIT = "ODD_LOT_SPLIT"
    INSUFFICIENT_POSITION = "INSUFFICIENT_POSITION"
    PRICE_NOT_POSITIVE = "PRICE_NOT_POSITIVE"
    PRICE_TICK = "PRICE_TICK"
    NO_PREV_CLOSE = "NO_PREV_CLOSE"
    PRICE_ABOVE_LIMIT_UP = "PRICE_ABOVE_LIMIT_UP"
    PRICE_BELOW_LIMIT_DOWN = "PRICE_BELOW_LIMIT_DOWN"
    PRICE_ABOVE_RANGE = "PRICE_ABOVE_RANGE"
    PRICE_BELOW_RANGE = "PRICE_BELOW_RANGE"
    FIXED_PRICE_INVALID = "FIXED_PRICE_INVALID"
    PROTECTION_PRICE_REQUIRED = "PROTECTION_PRICE_REQUIRED"
    CAGE_HIGH = "CAGE_HIGH"
    CAGE_LOW = "CAGE_LOW"
    ST_DAILY_BUY_CAP = "ST_DAILY_BUY_CAP"
    INSUFFICIENT_CASH = "INSUFFICIENT_CASH"
    CANCEL_NOT_ALLOWED_NOW = "CANCEL_NOT_ALLOWED_NOW"
    NOT_CANCELLABLE = "NOT_CANCELLABLE"
    NOT_FOUND = "NOT_FOUND"
    UNKNOWN_ORDER = "UNKNOWN_ORDER"
    DUPLICATE_ORDER = "DUPLICATE_ORDER"
    FILL_TOO_LARGE = "FILL_TOO_LARGE"
    FILL_BEYOND_FREEZE = "FILL_BEYOND_FREEZE"
    ORDERS_STILL_OPEN = "ORDERS_STILL_OPEN"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One refusal. `text` is a whole Chinese sentence with the numbers and the cure; `numbers` names them."""

    code: RuleCode
    text: str
    numbers: tuple[tuple[str, str], ...] = ()

    def number(self, name: str) -> str:
        """The number called `name`, or an empty string."""
        return dict(self.numbers).get(name, "")


class Refused(BadInput):
    """A refusal raised where a caller asked for a value and not for an opinion."""

    def __init__(self, refusal: Refusal, *, where: str = "", field: str = "") -> None:
        super().__init__(refusal.text, where=where, field=field)
        self.refusal = refusal


def refuse(code: RuleCode, text: str, /, **numbers: object) -> Refusal:
    """Build a refusal; numbers are kept as text."""
    return Refusal(code, text, tuple((name, str(value)) for name, value in numbers.items()))
