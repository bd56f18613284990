"""Fields of a worked case, read with care: what is missing or misshapen is a `CaseError` that names the field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from core.domain.enums import Side
from core.errors import BadInput
from core.exchange.price_types import PriceType

_LARGEST = Decimal(10) ** 12
_FINEST = -8
_SIDES = {"BUY": Side.BUY, "B": Side.BUY, "SELL": Side.SELL, "S": Side.SELL}
_DEFAULT_TIME = "10:00:00"


class CaseError(BadInput):
    """A case that cannot be read; the text names the field and what stands there."""


class Given:
    """The `input` of a case (or a part of it); `path` is how errors call it."""

    def __init__(self, values: Any, path: str = "input") -> None:
        if not isinstance(values, Mapping):
            raise CaseError(f"{path}: expected an object, got {_shown(values)}")
        self.values = values
        self.path = path

    def has(self, name: str) -> bool:
        """True when the field is there and not null."""
        return self.values.get(name) is not None

    def raw(self, name: str) -> Any:
        """A field that must be there."""
        if not self.has(name):
            raise CaseError(f"{self.path}.{name}: missing")
        return self.values[name]

    def text(self, name: str, default: str | None = None) -> str:
        """A text field."""
        value = self.raw(name) if default is None else self.values.get(name, default)
        if value is None and default is not None:
            return default
        if not isinstance(value, str):
            raise CaseError(f"{self.path}.{name}: expected text, got {_shown(value)}")
        return value

    def whole(self, name: str, default: int | None = None) -> int:
        """A whole number, also written as text."""
        if not self.has(name) and default is not None:
            return default
        return whole(self.raw(name), f"{self.path}.{name}")

    def optional_whole(self, name: str) -> int | None:
        """A whole number or None."""
        return self.whole(name) if self.has(name) else None

    def decimal(self, name: str) -> Decimal | None:
        """A price or an amount in yuan, None when it is not given."""
        return decimal(self.values[name], f"{self.path}.{name}") if self.has(name) else None

    def flag(self, name: str) -> bool:
        """A yes or no; no when it is not given."""
        value = self.values.get(name)
        if value is not None and not isinstance(value, bool) and value not in (0, 1):
            raise CaseError(f"{self.path}.{name}: expected true or false, got {_shown(value)}")
        return bool(value)

    def part(self, name: str) -> Given:
        """An object inside; an empty one when it is not given."""
        return Given(self.values[name] if self.has(name) else {}, f"{self.path}.{name}")

    def rows(self, name: str) -> list[Any]:
        """A list; an empty one when it is not given."""
        value = self.values[name] if self.has(name) else []
        if not isinstance(value, list):
            raise CaseError(f"{self.path}.{name}: expected a list, got {_shown(value)}")
        return value

    def side(self, name: str = "side") -> Side:
        """BUY or SELL."""
        return side(self.raw(name), f"{self.path}.{name}")

    def price_type(self, default: PriceType | None = None) -> int:
        """A number of xtconstant, or its name; an unknown number is the rules' business."""
        if not self.has("price_type") and default is not None:
            return default
        value = self.raw("price_type")
        if isinstance(value, str) and value.strip().upper() in PriceType.__members__:
            return PriceType[value.strip().upper()]
        return whole(value, f"{self.path}.price_type")

    def day(self, default: str) -> date:
        """The field `date`."""
        value = self.text("date", default)
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise CaseError(f"{self.path}.date: expected 2026-11-20, got {value!r}") from None

    def moment(self, default_day: str) -> datetime:
        """The fields `date` and `time`, in Shanghai; 10:00:00 when no time is given."""
        value = self.text("time", _DEFAULT_TIME)
        try:
            clock = time.fromisoformat(f"0{value}" if re.match(r"\d:", value) else value)
        except ValueError:
            raise CaseError(f"{self.path}.time: expected 10:00:00, got {value!r}") from None
        if clock.tzinfo is not None:
            raise CaseError(f"{self.path}.time: expected Shanghai time without an offset, got {value!r}")
        return datetime.combine(self.day(default_day), clock)


def whole(value: Any, path: str) -> int:
    """A whole number of any size, also as text or as a float without a fraction."""
    if isinstance(value, bool) or not isinstance(value, int | str | float):
        raise CaseError(f"{path}: expected a whole number, got {_shown(value)}")
    if isinstance(value, int):
        return value
    number = decimal(value, path)
    if number != number.to_integral_value():
        raise CaseError(f"{path}: expected a whole number, got {_shown(value)}")
    return int(number)


def decimal(value: Any, path: str) -> Decimal:
    """A finite number below 10^12 with at most eight decimals."""
    if isinstance(value, bool) or not isinstance(value, int | str | float):
        raise CaseError(f"{path}: expected a number, got {_shown(value)}")
    try:
        number = Decimal(str(value).strip())
    except (InvalidOperation, ValueError):
        raise CaseError(f"{path}: expected a number, got {_shown(value)}") from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < _FINEST or abs(number) >= _LARGEST:
        raise CaseError(f"{path}: not a price or an amount: {_shown(value)}")
    return number


def side(value: Any, path: str) -> Side:
    """BUY, SELL, B or S in any case."""
    found = _SIDES.get(value.strip().upper()) if isinstance(value, str) else None
    if found is None:
        raise CaseError(f"{path}: expected BUY or SELL, got {_shown(value)}")
    return found


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except ValueError:  # an int of thousands of digits
        text = "a number too long to show"
    return text if len(text) <= 60 else text[:57] + "..."
