"""What the editor offers instead of a value that is wrong or needs care: pure.

An offer is kept only when taking it really ends the problem it stands beside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from core.domain.watch import WatchItem
from core.domain.watch_rules import FieldProblem, Severity
from core.exchange.boards import SecurityClass, candidates, class_of
from core.exchange.refusals import Refusal
from core.exchange.symbols import resolve
from core.exchange.ticks import ceil_to_tick, floor_to_tick, is_on_tick
from widgets.field import Offer
from widgets.watchlist.editor_draft import (
    LEVELS,
    Draft,
    Reading,
    Source,
    clean_number,
    parse_number,
    plain,
    read_draft,
)

_SIX = re.compile(r"\d{6}")
_SEPARATORS = re.compile(r"[,，、 _']")

translate = QCoreApplication.translate


def offers_for(problem: FieldProblem, draft: Draft, reading: Reading, source: Source) -> tuple[Offer, ...]:
    """At most two cures of one problem, each of which ends it."""
    good = []
    for changes in _ideas(problem, draft, reading):
        if _cures(problem, changes, draft, source):
            good.append(Offer(_label(changes), changes))
    either = problem.field == "symbol" or _is_off_tick(problem.field, reading)
    return tuple(dict.fromkeys(good))[: 2 if either else 1]


Changes = tuple[tuple[str, str], ...]


def _cures(problem: FieldProblem, changes: Changes, draft: Draft, source: Source) -> bool:
    """After the changes the field has nothing as grave to say; an ambiguous code may get either meaning."""
    after = read_draft(draft.having(dict(changes)), source)
    left = [other for other in after.problems if other.field == problem.field]
    if problem.severity is Severity.WRONG:
        return not any(other.severity is Severity.WRONG for other in left)
    return not left or problem.field == "symbol"


def _label(changes: Changes) -> str:
    if len(changes) > 1:
        return translate("ItemEditor", "对调上下沿")
    return translate("ItemEditor", "改为 {value}").format(value=changes[0][1])


def _ideas(problem: FieldProblem, draft: Draft, reading: Reading) -> Iterator[Changes]:
    name = problem.field
    if name == "symbol":
        yield from _symbols(draft.symbol)
    elif name in reading.unread:
        yield from _readable(name, draft.text(name))
    elif name in LEVELS:
        yield from _beside(name, reading)
        yield from _zone(name, reading.item)
        yield from _placed(name, reading.item, reading.tick)
    elif name == "max_position_pct":
        yield from _percents(reading.item.quant.max_position_pct * 100)
    elif name == "min_trade_amount":
        amount = reading.item.quant.min_trade_amount
        yield ((name, plain(floor_to_tick(abs(amount), Decimal("0.01")))),)


def _symbols(text: str) -> Iterator[Changes]:
    digits = _SIX.search(clean_number(text))
    short = clean_number(text)
    code = digits[0] if digits else short.zfill(6) if short.isdigit() and len(short) < 6 else ""
    found = candidates(code) if code else ()
    refused = isinstance(resolve(text), Refusal)
    for symbol in found:
        if refused and class_of(symbol) is SecurityClass.INDEX:
            continue
        yield (("symbol", symbol),)


def _readable(name: str, text: str) -> Iterator[Changes]:
    """`1,468.20` without its separators; an empty field with its default."""
    if not clean_number(text):
        defaults = {"max_position_pct": "20", "min_trade_amount": "5000"}
        if name in defaults:
            yield ((name, defaults[name]),)
        return
    bare = _SEPARATORS.sub("", clean_number(text)).rstrip("%元").strip()
    if parse_number(bare) is not None:
        yield ((name, bare),)


def _is_off_tick(name: str, reading: Reading) -> bool:
    price: Decimal | None = getattr(reading.item, name) if name in LEVELS else None
    return price is not None and price.is_finite() and price > 0 and not is_on_tick(price, reading.tick)


def _beside(name: str, reading: Reading) -> Iterator[Changes]:
    """The two prices on the tick around one that is off it."""
    price: Decimal | None = getattr(reading.item, name)
    if price is None or not _is_off_tick(name, reading):
        return
    for near in (floor_to_tick(price, reading.tick), ceil_to_tick(price, reading.tick)):
        yield ((name, f"{near:f}"),)


def _zone(name: str, item: WatchItem) -> Iterator[Changes]:
    """An upside-down zone turned, a half one closed."""
    low, high = item.entry_low, item.entry_high
    if low is not None and high is not None and low > high:
        yield (("entry_low", f"{high:f}"), ("entry_high", f"{low:f}"))
    if name == "entry_low" and low is None and high is not None:
        yield ((name, f"{high:f}"),)
    if name == "entry_high" and high is None and low is not None:
        yield ((name, f"{low:f}"),)


def _placed(name: str, item: WatchItem, tick: Decimal) -> Iterator[Changes]:
    """Stop and target where the rules like them, seen from the price we would pay at worst; the nearest first."""
    low, high = item.entry_low, item.entry_high
    entry = high if high is not None else low
    if entry is None or not entry.is_finite() or entry <= 0:
        return
    if name == "stop_loss":
        bottom = low if low is not None else entry
        prices = [floor_to_tick(entry * Decimal("0.95"), tick), ceil_to_tick(entry * Decimal("0.9"), tick)]
        fallback = floor_to_tick(bottom - tick, tick)
    elif name == "take_profit":
        prices = [ceil_to_tick(entry * Decimal("1.1"), tick), floor_to_tick(entry * Decimal("1.2"), tick)]
        fallback = ceil_to_tick(entry + tick, tick)
    else:
        return
    now: Decimal | None = getattr(item, name)
    if now is not None and now.is_finite():
        prices.sort(key=lambda price: abs(price - now))
    for price in (*prices, fallback):
        yield ((name, f"{price:f}"),)


def _percents(percent: Decimal) -> Iterator[Changes]:
    if 0 < percent <= 1:
        yield (("max_position_pct", plain(percent * 100)),)
    if percent > 1000:
        yield (("max_position_pct", plain(percent / 100)),)
    yield (("max_position_pct", "10" if percent < 10 else "30"),)
