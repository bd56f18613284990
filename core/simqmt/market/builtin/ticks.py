"""Snapshots of one security on one day of the built-in market, from any moment on.

Every security has its own offset within the 3-second grid, so snapshots of different securities never fall together.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from core.domain.enums import Phase
from core.domain.market import Level, Quote
from core.exchange.sessions import has_after_hours
from core.market.phases import at
from core.simqmt.market.builtin.book import EMPTY, BookMaker, Side5
from core.simqmt.market.builtin.dice import ONE, draws, normal, raw
from core.simqmt.market.builtin.minutes import SLOTS, TRADED, DayPath, Minute
from core.simqmt.market.securities import Security

_MINUTE, _SLOT = 60_000, 3_000
_CALL_STEP = 9_000
_BYTES = 8  # of randomness for one slot
_MORNING, _AFTERNOON = at(9, 30), at(13, 0)
_OPEN_CALL, _RESULT, _LUNCH = at(9, 15), at(9, 25), at(11, 30)
_CLOSE_CALL, _CLOSE = at(14, 57), at(15, 0)
_FIXED, _FIXED_END, _FIXED_STEP = at(15, 5), at(15, 30), 3 * _MINUTE


def minute_start(index: int) -> int:
    """Start of a minute of trading, in milliseconds since midnight."""
    return _MORNING + index * _MINUTE if index < 120 else _AFTERNOON + (index - 120) * _MINUTE


class SymbolDay:
    """One security on one day. `midnight` in epoch milliseconds, `offset` within 1..2999."""

    def __init__(
        self, seed: int, security: Security, path: DayPath, midnight: int, offset: int, source: str
    ) -> None:
        self._seed = seed
        self._security = security
        self._path = path
        self._zero = midnight + offset
        self._source = source
        self._book = BookMaker(seed, security, path.plan)
        plan, tick = path.plan, security.tick
        self._pre_close, self._open = plan.pre_close * tick, plan.open * tick
        self._limits = (plan.limit_up * tick, plan.limit_down * tick)

    def quotes(self, from_ms: int) -> Iterator[Quote]:
        """The snapshots at or after `from_ms` (epoch), in time order."""
        since = from_ms - self._zero
        for part in (self._before_open(since), self._continuous(since, 0, 120), self._lunch(since)):
            yield from part
        yield from self._continuous(since, 120, TRADED)
        yield from self._closing(since)

    # the parts of the day

    def _before_open(self, since: int) -> Iterator[Quote]:
        if since > _MORNING:
            return
        for now in range(at(9, 10), _OPEN_CALL, _MINUTE):
            if now >= since:
                yield self._blank(now, Phase.PRE_OPEN, EMPTY, EMPTY)
        opening = self._path.opening
        for now, bids, asks in self._call(_OPEN_CALL, _RESULT, opening, "open call"):
            if now >= since:
                yield self._blank(now, Phase.OPEN_CALL, bids, asks)
        bids, asks = self._book.around(
            opening.close, self._bits("result"), salt=0, locked=self._is_locked(opening)
        )
        for now in (_RESULT, *range(_RESULT + 110_000, _MORNING, _MINUTE)):
            if now >= since:
                yield self._shown(now, opening.close, self._path.before[0], bids, asks, Phase.PAUSE)

    def _lunch(self, since: int) -> Iterator[Quote]:
        if since <= _AFTERNOON:
            yield from self._unchanged(range(_LUNCH, _AFTERNOON, _MINUTE), since, 119, Phase.LUNCH)

    def _closing(self, since: int) -> Iterator[Quote]:
        last, so_far = self._path.minutes[TRADED - 1].close, self._path.before[TRADED]
        for now, bids, asks in self._call(_CLOSE_CALL, _CLOSE, self._path.minutes[-1], "close call"):
            if now >= since:
                yield self._shown(now, last, so_far, bids, asks, Phase.CLOSE_CALL)
        yield from self._unchanged(range(_CLOSE, _CLOSE + 3 * _MINUTE, _MINUTE), since, 239, Phase.CLOSED)
        if has_after_hours(self._security.symbol, self._path.plan.day):
            yield from self._fixed_price(since)

    def _fixed_price(self, since: int) -> Iterator[Quote]:
        """Trading at the closing price: what is displayed is left over at that price, on one side at a time."""
        last, so_far = self._path.minutes[-1].close, self._path.before[-1]
        times = range(_FIXED, _FIXED_END, _FIXED_STEP)
        for number, now in enumerate(times):
            bits = self._bits("fixed", number)
            left = max(so_far[2] // 20_000 * (1 + (bits >> 8 & 7)) // 100, 1) * 100
            side: Side5 = ((last * self._security.tick, left), *EMPTY[1:])
            bids, asks = (side, EMPTY) if bits & 1 else (EMPTY, side)
            if now >= since:
                yield self._shown(now, last, so_far, bids, asks, Phase.AFTER_HOURS)
        if since <= _FIXED_END:
            yield self._shown(_FIXED_END, last, so_far, EMPTY, EMPTY, Phase.CLOSED)

    def _unchanged(self, times: range, since: int, minute: int, phase: Phase) -> Iterator[Quote]:
        """The same snapshot again and again: the market as it stands after `minute`."""
        whole = self._path.minutes[minute]
        bids, asks = self._book.around(
            whole.close, self._bits("after", minute), salt=minute, locked=self._is_locked(whole)
        )
        for now in times:
            if now >= since:
                yield self._shown(now, whole.close, self._path.before[minute + 1], bids, asks, phase)

    def _continuous(self, since: int, first: int, end: int) -> Iterator[Quote]:
        for index in range(first, end):
            start = minute_start(index)
            if start + _MINUTE <= since:
                continue
            for quote in self._one_minute(index, start):
                if quote.time_ms - self._zero >= since:
                    yield quote

    # one minute

    def _one_minute(self, index: int, start: int) -> Iterator[Quote]:
        """A snapshot for every slot in which something traded. Prices run from the minute's open through its high and
        low to its close; its volume and amount are dealt out to the last share."""
        minute = self._path.minutes[index]
        high, low, volume, amount = self._path.before[index]
        chance = raw(SLOTS * _BYTES + 16, self._seed, self._security.symbol, self._path.plan.day, index)
        slots = _slots(minute.active, chance)
        prices = _prices(minute, chance)
        shares = _shares(minute, chance[::_BYTES], self._security.lot)
        locked = self._is_locked(minute)
        tick, salt, book = self._security.tick, chance[-1], self._book.around
        final_volume, final_amount = volume + minute.volume, amount + minute.amount
        natural = amount
        extra = minute.amount - sum(map(int.__mul__, shares, prices)) * tick
        done = 0
        for slot, price, traded in zip(slots, prices, shares, strict=True):
            high, low = max(high, price), min(low, price)
            volume, done = volume + traded, done + traded
            natural += traded * price * tick
            # The average price of the day must lie between its low and high at every moment.
            fair = natural + extra * done // minute.volume
            amount = min(max(fair, amount, low * volume * tick), high * volume * tick)
            if volume == final_volume:
                amount = final_amount
            bits = int.from_bytes(chance[slot * _BYTES + 1 : slot * _BYTES + 8], "little")
            bids, asks = book(price, bits, salt=salt, locked=locked)
            yield self._shown(
                start + slot * _SLOT, price, (high, low, volume, amount), bids, asks, Phase.CONTINUOUS
            )

    def _is_locked(self, minute: Minute) -> bool:
        """Nothing but the limit price all minute: the other side of the book is gone."""
        plan = self._path.plan
        return minute.high == minute.low and minute.high in (plan.limit_up, plan.limit_down)

    # auctions

    def _call(self, start: int, end: int, result: Minute, name: str) -> Iterator[tuple[int, Side5, Side5]]:
        """(time, bids, asks) of a call auction: the indicative price on both sides, what it leaves over below."""
        plan, tick = self._path.plan, self._security.tick
        step = _CALL_STEP if self._security.activity > 500 else 3 * _CALL_STEP
        times = range(start, end, step)
        bits = draws(len(times), self._seed, self._security.symbol, plan.day, name)
        width = max(plan.open * self._security.swing // 30_000, 1)
        for number, (now, bit) in enumerate(zip(times, bits, strict=True)):
            off = width * normal(bit) * (len(times) - number - 1) // (len(times) * ONE)
            price = min(max(result.close + off, plan.limit_down), plan.limit_up)
            matched = max(result.volume * (number + 1) // len(times) // 100, 1) * 100
            left = (matched * (bit >> 50 & 63) >> 8) // 100 * 100
            best: Level = (price * tick, matched)
            over: Side5 = (best, (0, left), *EMPTY[2:])
            plain: Side5 = (best, *EMPTY[1:])
            yield (now, over, plain) if bit >> 48 & 1 else (now, plain, over)

    # records

    def _bits(self, *key: object) -> int:
        return draws(1, self._seed, self._security.symbol, self._path.plan.day, *key)[0]

    def _blank(self, now: int, phase: Phase, bids: Side5, asks: Side5) -> Quote:
        """A snapshot before the first trade: no price but the previous close."""
        up, down = self._limits
        return Quote(
            self._security.symbol, self._zero + now, 0, 0, 0, 0, self._pre_close, 0, 0.0, bids, asks, phase, up,
            down, False, self._source,
        )  # fmt: skip

    def _shown(
        self, now: int, last: int, so_far: tuple[int, int, int, int], bids: Side5, asks: Side5, phase: Phase
    ) -> Quote:
        """A snapshot; `last` and `so_far` in ticks, the amount in thousandths of a yuan."""
        tick = self._security.tick
        high, low, volume, amount = so_far
        up, down = self._limits
        return Quote(
            self._security.symbol, self._zero + now, last * tick, self._open, high * tick, low * tick,
            self._pre_close, volume, amount / 1000, bids, asks, phase, up, down, False, self._source,
        )  # fmt: skip


def _slots(active: int, chance: bytes) -> list[int]:
    """Which slots trade; the last always does, so that a minute's snapshots tell all of the minute."""
    if active == SLOTS:
        return list(range(SLOTS))
    order = sorted(range(SLOTS - 1), key=lambda slot: chance[slot * _BYTES + 7] << 8 | slot)
    return [*sorted(order[: active - 1]), SLOTS - 1]


def _prices(minute: Minute, chance: bytes) -> list[int]:
    """`minute.active` prices from open to close that touch high and low and leave neither."""
    count = minute.active
    stops = [(0, minute.open), (count - 1, minute.close)] if count > 1 else [(0, minute.close)]
    inner = []
    if minute.low < min(minute.open, minute.close):
        inner.append(minute.low)
    if minute.high > max(minute.open, minute.close):
        inner.append(minute.high)
    if inner:
        if len(inner) == 2 and (minute.close < minute.open) != (chance[-2] < 64):
            inner.reverse()  # a falling minute usually sees its high first
        room = count - 2
        places = sorted({chance[-3] % room, chance[-4] % room} if len(inner) == 2 else {chance[-3] % room})
        if len(places) < len(inner):
            places = [places[0], places[0] + 1] if places[0] + 1 < room else [places[0] - 1, places[0]]
        stops[1:1] = [(1 + place, price) for place, price in zip(places, inner, strict=True)]
    prices = [stops[0][1]]
    rough = (minute.high - minute.low) * 3 // 4 + 2
    for (start, price), (end, goal) in pairwise(stops):
        for place in range(start + 1, end):
            left = end - place + 1
            noise = (2 * chance[place * _BYTES + 6] - 255) * rough
            price += ((goal - price) * 1024 + noise * left + left * 512) // (left * 1024)
            price = min(max(price, minute.low), minute.high)
            prices.append(price)
        prices.append(goal)
        price = goal
    return prices


def _shares(minute: Minute, chance: bytes, lot: int) -> list[int]:
    """The minute's volume dealt out to its slots in whole lots; what is no whole lot goes to one of them."""
    weights = [12 + (byte & 63) + (byte >> 6) * 25 for byte in chance[: minute.active]]
    lots, whole = minute.volume // lot - minute.active, sum(weights)
    shares = [(1 + lots * weight // whole) * lot for weight in weights]
    shares[chance[0] % minute.active] += minute.volume - sum(shares)
    return shares
