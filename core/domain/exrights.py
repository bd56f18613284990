"""Ex-rights days and what they do to the levels of a watch item: the records. Found and made in `core.market.history`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from core.domain.market import Symbol


class Basis(StrEnum):
    """How an ex-rights day is known."""

    ANNOUNCED = "ANNOUNCED"  # an event for a coming day; the price is expected
    PRE_CLOSE = "PRE_CLOSE"  # the exchange's pre-close of the day; the price is real


@dataclass(frozen=True, slots=True)
class ExRights:
    """One ex-rights day. `ratio` is `new_pre_close / old_close`; prices in yuan with the decimals of the tick.

    `cash` is yuan a share before tax, None if unknown.
    """

    symbol: Symbol
    day: date
    ratio: Decimal
    cash: Decimal | None
    old_close: Decimal
    new_pre_close: Decimal
    basis: Basis

    @property
    def text(self) -> str:
        """What happened, as a sentence."""
        word = "预计除权参考价" if self.basis is Basis.ANNOUNCED else "除权后的前收盘"
        paid = f"，每股派现 {self.cash.normalize():f} 元" if self.cash else ""
        return (
            f"{self.symbol} {self.day} 除权除息：收盘 {self.old_close}，"
            f"{word} {self.new_pre_close}（比例 {self.ratio:.4f}）{paid}。"
        )


@dataclass(frozen=True, slots=True)
class Unsure:
    """It cannot be told whether `day` is an ex-rights day; `hold` when levels should wait for the user."""

    symbol: Symbol
    day: date
    text: str
    hold: bool


class ExRightsPolicy(StrEnum):
    """The user's choice for ex-rights days."""

    RESCALE = "RESCALE"  # levels are rescaled before the open, and said
    HOLD = "HOLD"  # nothing of the item triggers until the user agrees


@dataclass(frozen=True, slots=True)
class Levels:
    """The levels of an item in yuan; None is not watched."""

    entry_low: Decimal | None = None
    entry_high: Decimal | None = None
    take_profit: Decimal | None = None
    stop_loss: Decimal | None = None

    @property
    def any(self) -> bool:
        """Something is watched."""
        return self != _NOTHING


_NOTHING = Levels()


@dataclass(frozen=True, slots=True)
class Rescale:
    """Levels before and after, and why. `item_id` with `days` names it: apply it once.

    `hold` tells to trigger nothing of the item until the user has agreed; `problem` is what makes the new levels
    unusable, in which case the user must enter new ones.
    """

    item_id: str
    before: Levels
    after: Levels
    reason: str
    exrights: tuple[ExRights, ...]
    hold: bool = False
    problem: str = ""

    @property
    def days(self) -> tuple[date, ...]:
        """The ex-rights days, in order."""
        return tuple(one.day for one in self.exrights)
