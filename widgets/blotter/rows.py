"""One record for each row of the blotter: the domain's record with name, tick and what is computed for show."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from core.domain.decision import Decision
from core.domain.enums import AlarmRank, ItemState
from core.domain.money import CENT
from core.domain.trading import Order, Position, Trade
from widgets.alarm import Alarm
from widgets.formats import code_of


@dataclass(frozen=True, slots=True)
class PositionRow:
    """A holding at the last price. `last` and `pre_close` in thousandths, 0 when not known.

    `bought` and `sold` are today's fills as (shares, yuan); `state` is the watch item's, if there is one.
    """

    position: Position
    name: str = ""
    tick: Decimal = CENT
    last: int = 0
    pre_close: int = 0
    total_asset: Decimal | None = None
    bought: tuple[int, Decimal] = (0, Decimal(0))
    sold: tuple[int, Decimal] = (0, Decimal(0))
    state: ItemState | None = None

    @property
    def row_id(self) -> tuple[str, str]:
        """Account and symbol."""
        return self.position.account_id, self.position.symbol

    @property
    def price(self) -> Decimal | None:
        """Last price in yuan."""
        return Decimal(self.last) / 1000 if self.last > 0 else None

    @property
    def value(self) -> Decimal | None:
        """Market value."""
        return None if self.price is None else self.price * self.position.volume

    @property
    def profit(self) -> Decimal | None:
        """Floating result."""
        if self.price is None or not self.position.volume:
            return None
        return (self.price - self.position.cost) * self.position.volume

    @property
    def profit_share(self) -> Decimal | None:
        """Floating result as a fraction of the cost."""
        if self.price is None or self.position.cost <= 0:
            return None
        return self.price / self.position.cost - 1

    @property
    def today(self) -> Decimal | None:
        """Result of the day before fees: value now and sales, less value at the last close and buys."""
        value = self.value
        if value is None or self.pre_close <= 0:
            return None
        opening = self.position.volume - self.bought[0] + self.sold[0]
        return value + self.sold[1] - self.bought[1] - Decimal(self.pre_close) / 1000 * opening

    @property
    def weight(self) -> Decimal | None:
        """Share of total assets."""
        return self.value / self.total_asset if self.value is not None and self.total_asset else None


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order and where it came from: 自动, 手动 or 外部."""

    order: Order
    origin: str
    name: str = ""
    tick: Decimal = CENT

    @property
    def row_id(self) -> tuple[str, int]:
        """Account and the broker's number."""
        return self.order.account_id, self.order.order_id


@dataclass(frozen=True, slots=True)
class TradeRow:
    """A fill and where its order came from."""

    trade: Trade
    origin: str
    name: str = ""
    tick: Decimal = CENT

    @property
    def row_id(self) -> tuple[str, str, int]:
        """Account, fill number and order: some counters number the fills of each order from 1."""
        return self.trade.account_id, self.trade.trade_id, self.trade.order_id


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """A decision."""

    decision: Decision
    name: str = ""

    @property
    def title(self) -> str:
        """Name, else the code."""
        return self.name or code_of(self.decision.symbol)


@dataclass(frozen=True, slots=True)
class AlarmRow:
    """A line of the inbox. `number` orders the rows."""

    number: int
    alarm: Alarm
    name: str = ""
    acknowledged: bool = False

    @property
    def is_open(self) -> bool:
        """Still waits for the user or its cure."""
        return self.alarm.rank is not AlarmRank.MESSAGE and not self.is_quiet

    @property
    def is_quiet(self) -> bool:
        """Heard or over."""
        return self.alarm.cured or self.acknowledged
