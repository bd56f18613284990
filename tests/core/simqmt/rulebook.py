"""The rules of continuous trading, written a second time from the published texts: slow, plain, and without any of
`core.exchange`, so that the simulator can be held against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

Levels = list[list[Decimal | int]]
"""[price, volume] pairs, best first; what was taken stays as volume 0."""
Fill = tuple[Decimal, int]
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Security:
    """One security and its class's numbers."""

    code: str
    close: Decimal
    tick: Decimal
    band: Decimal
    least: int
    step: int
    most: int
    most_market: int
    cage: Decimal | None = None
    ten_ticks: bool = True
    same_day: bool = False
    stock: bool = True

    @property
    def up(self) -> Decimal:
        """Highest price of the day; Beijing cuts, the others round half up."""
        how = ROUND_FLOOR if self.code.endswith("BJ") else ROUND_HALF_UP
        return on_tick(self.close * (1 + self.band), self.tick, how)

    @property
    def down(self) -> Decimal:
        """Lowest price of the day."""
        how = ROUND_CEILING if self.code.endswith("BJ") else ROUND_HALF_UP
        return on_tick(self.close * (1 - self.band), self.tick, how)


def _stock(code: str, close: str, band: str, **numbers: object) -> Security:
    given: dict[str, object] = {"least": 100, "step": 100, "most": 10**6, "most_market": 10**6}
    given |= {"tick": CENT, "cage": Decimal("0.02")}
    return Security(code, Decimal(close), band=Decimal(band), **(given | numbers))  # type: ignore[arg-type]


SECURITIES = [
    _stock("600000.SH", "4.35", "0.1"),
    _stock("000001.SZ", "10.05", "0.1"),
    _stock("300750.SZ", "84.63", "0.2", most=300_000, most_market=150_000),
    _stock("688981.SH", "55.55", "0.2", least=200, step=1, most=100_000, most_market=50_000, ten_ticks=False),
    _stock("920002.BJ", "84.63", "0.3", step=1, cage=Decimal("0.05")),
    _stock("510300.SH", "4.012", "0.1", tick=Decimal("0.001"), cage=None, stock=False),
    _stock("518880.SH", "5.500", "0.1", tick=Decimal("0.001"), cage=None, stock=False, same_day=True),
]
MARKETS = {
    42: "SH BJ",
    43: "SH BJ",
    44: "SH SZ BJ",
    45: "SH SZ BJ",
    46: "SZ",
    47: "SZ",
    48: "SZ",
}
ECHO = {11: 50, 42: 88, 43: 85, 44: 84, 45: 86, 46: 87, 47: 88, 48: 89}
"""What a broker makes of each price type."""


def on_tick(price: Decimal, tick: Decimal, how: str = ROUND_HALF_UP) -> Decimal:
    """A price on the tick."""
    return (price / tick).quantize(Decimal(1), rounding=how) * tick


def cents(amount: Decimal) -> Decimal:
    """Half up to the cent."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def fees(security: Security, buys: bool, amount: Decimal) -> Decimal:
    """Commission 0.025 %, at least 5 yuan an order; stocks pay transfer 0.001 %, and stamp duty 0.05 % when sold."""
    if not amount:
        return Decimal(0)
    paid = max(Decimal(5), cents(amount * Decimal("0.00025")))
    if security.stock:
        paid += cents(amount * Decimal("0.00001"))
        paid += Decimal(0) if buys else cents(amount * Decimal("0.0005"))
    return paid


def cost(security: Security, price: Decimal, volume: int) -> Decimal:
    """What a buy holds back."""
    return price * volume + fees(security, True, price * volume)


@dataclass
class Book:
    """What is displayed, and what our orders have left of it."""

    last: Decimal
    bids: Levels = field(default_factory=list)
    asks: Levels = field(default_factory=list)

    def best(self, bid: bool, *, left: bool = True) -> Decimal | None:
        """The best price of a side: of what is left, or of what is displayed."""
        levels = self.bids if bid else self.asks
        return next((Decimal(price) for price, volume in levels if volume or not left), None)

    def take(self, buys: bool, limit: Decimal, volume: int) -> tuple[list[Fill], int]:
        """Fills level by level up to a limit, and the rest."""
        fills: list[Fill] = []
        for level in self.asks if buys else self.bids:
            price, part = Decimal(level[0]), min(int(level[1]), volume)
            if price > limit if buys else price < limit:
                break
            if part:
                fills.append((price, part))
                level[1] = int(level[1]) - part
                volume -= part
        return fills, volume


def cage_allows(security: Security, book: Book, buys: bool, price: Decimal) -> bool:
    """2 % (5 % in Beijing) around the opposite side, else the own, else the last price; ten ticks at least."""
    if security.cage is None:
        return True
    reference = book.best(not buys, left=False) or book.best(buys, left=False) or book.last
    sign = 1 if buys else -1
    bound = on_tick(reference * (1 + sign * security.cage), security.tick)
    room = max(abs(bound - reference), security.tick * (10 if security.ten_ticks else 1))
    return (price - reference) * sign <= room


def volume_fits(security: Security, buys: bool, volume: int, held: int, market: bool) -> bool:
    """Lots, odd lots and the largest order."""
    if not 0 < volume <= (security.most_market if market else security.most):
        return False
    if security.step == 1:
        return volume >= security.least or (not buys and volume == held)
    odd = volume % security.step
    return odd == 0 or (not buys and odd == held % security.step and volume <= held)


@dataclass(frozen=True)
class Outcome:
    """What becomes of an order that is taken: its fills, its status, the limit its rest waits at."""

    fills: list[Fill]
    status: int
    limit: Decimal


def outcome(book: Book, security: Security, buys: bool, volume: int, price: Decimal, kind: int) -> Outcome:
    """A limit or a market order against the book. Of a market order `price` is the protection, 0 for none."""
    end = price or (security.up if buys else security.down)
    own, opposite = book.best(buys), book.best(not buys)
    limit: Decimal | None = price
    if kind == 44:
        limit = opposite
    elif kind == 45:
        limit = own
    elif kind in (42, 46, 47, 48):
        limit = None
    beyond = limit is not None and (limit > end if buys else limit < end)
    if kind in (44, 45) and (limit is None or beyond):
        return Outcome([], 54, end)
    if kind == 48:
        there = sum(int(v) for p, v in (book.asks if buys else book.bids) if (p <= end if buys else p >= end))
        if there < volume:
            return Outcome([], 54, end)
    if kind == 45:
        return Outcome([], 50, own or end)
    fills, rest = book.take(buys, limit if kind == 44 and limit is not None else end, volume)
    if kind == 43:
        limit = fills[-1][0] if fills else own
        beyond = limit is not None and (limit > end if buys else limit < end)
        limit = None if beyond else limit
    if not rest:
        return Outcome(fills, 56, limit or end)
    if limit is None:
        return Outcome(fills, 53 if fills else 54, end)
    return Outcome(fills, 55 if fills else 50, limit)
