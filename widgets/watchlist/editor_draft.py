"""What stands in the editor's fields, read into a watch item: pure, text in, item and findings out.

What was typed is never changed here. A number that cannot be read is told at its own field, and what it would have
meant for the others is not guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from core.domain.market import Instrument, Symbol
from core.domain.watch import WatchItem
from core.domain.watch_rules import FieldProblem, Severity, check_item, check_limits
from core.exchange.refusals import Refusal
from core.exchange.symbols import Resolved, resolve
from core.exchange.ticks import is_on_tick
from widgets.securities import tick_of

LEVELS = ("take_profit", "entry_high", "entry_low", "stop_loss")
NUMBERS = (*LEVELS, "max_position_pct", "min_trade_amount")
TEXTS = ("symbol", *NUMBERS, "group", "interval_s", "note")
SWITCHES = ("quant_enabled", "auto_stop_loss", "auto_take_profit", "alerts")

SMALLEST_TICK = Decimal("0.001")
LONGEST_INTERVAL_S = 3600
_NUMBER = re.compile(r"[+-]?(\d{1,18}(\.\d{0,12})?|\.\d{1,12})", re.ASCII)

translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Draft:
    """Texts and switches as they stand in the form. Percent is written as percent: `20` is 0.2; no interval is ``."""

    symbol: str = ""
    take_profit: str = ""
    entry_high: str = ""
    entry_low: str = ""
    stop_loss: str = ""
    max_position_pct: str = ""
    min_trade_amount: str = ""
    group: str = ""
    interval_s: str = ""
    note: str = ""
    quant_enabled: bool = False
    auto_stop_loss: bool = True
    auto_take_profit: bool = True
    alerts: bool = True

    def text(self, field: str) -> str:
        """Text of one of `TEXTS`."""
        return str(getattr(self, field))

    def having(self, values: Mapping[str, str | bool]) -> Draft:
        """The same with other texts or switches, by name."""
        return replace(self, **values)  # type: ignore[arg-type]  # each name has its own type


@dataclass(frozen=True, slots=True)
class Reading:
    """What a draft means. `item` is what can be read of it, unreadable numbers left out; save it only when `sound`.

    `symbol` is None while the code cannot be read; then `tick` is the smallest there is.
    """

    item: WatchItem
    symbol: Symbol | None
    tick: Decimal
    problems: tuple[FieldProblem, ...]
    unread: frozenset[str]

    @property
    def sound(self) -> bool:
        """Nothing forbids saving."""
        return not any(problem.severity is Severity.WRONG for problem in self.problems)


@dataclass(frozen=True, slots=True)
class Source:
    """What a draft started from: the item that is edited (None: a new one), its draft, and the security."""

    base: WatchItem | None
    loaded: Draft
    instrument: Instrument | None = None

    def tick(self, symbol: Symbol | None) -> Decimal:
        """Price step of the symbol in yuan."""
        if symbol is None:
            return SMALLEST_TICK
        known = self.instrument
        sane = known is not None and known.symbol == symbol and known.tick > 0
        return tick_of(symbol, known if sane else None)


def draft_of(item: WatchItem, tick: Decimal) -> Draft:
    """How an item is written into the fields; a price off the tick stands as it is."""
    quant = item.quant
    return Draft(
        symbol=item.symbol,
        **{name: _price_text(getattr(item, name), tick) for name in LEVELS},
        max_position_pct=plain(quant.max_position_pct * 100),
        min_trade_amount=plain(quant.min_trade_amount),
        group=item.group,
        interval_s=str(item.interval_s) if item.interval_s else "",
        note=item.note,
        quant_enabled=quant.enabled,
        auto_stop_loss=quant.auto_stop_loss,
        auto_take_profit=quant.auto_take_profit,
        alerts=item.alerts,
    )


def new_draft() -> Draft:
    """The fields of a new item, with the defaults of its quant config."""
    return draft_of(WatchItem("", Symbol("")), SMALLEST_TICK)


def plain(number: Decimal) -> str:
    """A number without exponent and without trailing zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _price_text(price: Decimal | None, tick: Decimal) -> str:
    if price is None:
        return ""
    return f"{price.quantize(tick) if is_on_tick(price, tick) else price:f}"


def clean_number(text: str) -> str:
    """Full-width digits made plain, space around cut off; nothing else is forgiven."""
    return unicodedata.normalize("NFKC", text).strip()


def parse_number(text: str) -> Decimal | None:
    """A plain decimal number; None for anything else, exponents and separators included."""
    cleaned = clean_number(text)
    return Decimal(cleaned) if _NUMBER.fullmatch(cleaned) else None


def read_draft(draft: Draft, source: Source) -> Reading:
    """Read all fields; wrong things first, then in the order of the form."""
    found: list[FieldProblem] = []
    symbol = _read_symbol(draft, source, found)
    tick = source.tick(symbol)
    numbers, unread = _read_numbers(draft, source, tick, found)
    base = source.base or WatchItem("", Symbol(""))
    interval_s = _read_interval(draft, source, found)
    pct = numbers["max_position_pct"]
    amount = numbers["min_trade_amount"]
    item = replace(
        base,
        symbol=symbol or Symbol(""),
        entry_low=numbers["entry_low"],
        entry_high=numbers["entry_high"],
        take_profit=numbers["take_profit"],
        stop_loss=numbers["stop_loss"],
        quant=replace(
            base.quant,
            enabled=draft.quant_enabled,
            max_position_pct=base.quant.max_position_pct if pct is None else pct,
            auto_stop_loss=draft.auto_stop_loss,
            auto_take_profit=draft.auto_take_profit,
            min_trade_amount=base.quant.min_trade_amount if amount is None else amount,
        ),
        alerts=draft.alerts,
        interval_s=base.interval_s if interval_s is None else interval_s,
        group=draft.group if draft.group != source.loaded.group else base.group,
        note=draft.note if draft.note != source.loaded.note else base.note,
    )
    found += [problem for problem in _judge(item, tick, source) if problem.field not in unread]
    found.sort(key=lambda problem: (problem.severity is not Severity.WRONG, _place(problem.field)))
    return Reading(
        item, symbol, tick, tuple(found), unread if interval_s is not None else unread | {"interval_s"}
    )


def _place(name: str) -> int:
    return TEXTS.index(name) if name in TEXTS else len(TEXTS)


def _read_symbol(draft: Draft, source: Source, found: list[FieldProblem]) -> Symbol | None:
    """The code; that of an existing item does not change."""
    if source.base is not None:
        return source.base.symbol
    result = resolve(draft.symbol)
    if isinstance(result, Refusal):
        found.append(FieldProblem("symbol", result.text, Severity.WRONG))
        return None
    if result.alternatives:
        found.append(FieldProblem("symbol", _ambiguous(draft.symbol, result), Severity.CARE))
    return result.symbol


def _ambiguous(text: str, result: Resolved) -> str:
    others = translate("ItemEditor", "、").join(result.alternatives)
    sentence = translate("ItemEditor", "{code} 也可能是 {others}，现在按 {symbol} 监测。请写明交易所。")
    return sentence.format(code=text.strip(), others=others, symbol=result.symbol)


def _read_numbers(
    draft: Draft, source: Source, tick: Decimal, found: list[FieldProblem]
) -> tuple[dict[str, Decimal | None], frozenset[str]]:
    numbers: dict[str, Decimal | None] = {}
    unread = set()
    for name in NUMBERS:
        text = draft.text(name)
        number = parse_number(text)
        if source.base is not None and text == source.loaded.text(name):
            numbers[name] = _stored(source.base, name)
            continue
        numbers[name] = _scaled(name, number, tick)
        if number is None and (clean_number(text) or name not in LEVELS):
            unread.add(name)
            found.append(FieldProblem(name, _unreadable(name, text), Severity.WRONG))
    return numbers, frozenset(unread)


def _read_interval(draft: Draft, source: Source, found: list[FieldProblem]) -> int | None:
    """Whole seconds between two questions, 0 when nothing is said; None while it cannot be read."""
    text = draft.interval_s
    if source.base is not None and text == source.loaded.interval_s:
        return source.base.interval_s
    seconds = clean_number(text) or "0"
    if seconds.isdecimal() and int(seconds) <= LONGEST_INTERVAL_S:
        return int(seconds)
    sentence = translate("ItemEditor", "监测间隔“{text}”不是 0 到 {most} 的整秒数。请填例如 15，或留空。")
    problem = sentence.format(text=text, most=LONGEST_INTERVAL_S)
    found.append(FieldProblem("interval_s", problem, Severity.WRONG))
    return None


def _stored(base: WatchItem, name: str) -> Decimal | None:
    """The exact value behind a field that nobody touched."""
    value: Decimal | None = getattr(base if name in LEVELS else base.quant, name)
    return value


def _scaled(name: str, number: Decimal | None, tick: Decimal) -> Decimal | None:
    if number is None:
        return None
    if name == "max_position_pct":
        return number / 100
    if name in LEVELS and is_on_tick(number, tick):
        return number.quantize(tick)
    return number


def _unreadable(name: str, text: str) -> str:
    example = {"max_position_pct": "20", "min_trade_amount": "5000"}.get(name, "12.34")
    if not clean_number(text):
        sentence = translate("ItemEditor", "这里不能留空。请填一个数字，例如 {example}。")
        return sentence.format(example=example)
    sentence = translate("ItemEditor", "“{text}”不是数字。请只写数字和小数点，例如 {example}。")
    return sentence.format(text=text, example=example)


def _judge(item: WatchItem, tick: Decimal, source: Source) -> Iterator[FieldProblem]:
    for problem in check_item(item, tick):
        if problem.field == "max_position_pct" and problem.severity is Severity.WRONG:
            # The rule speaks of fractions, the field is in percent.
            sentence = translate("ItemEditor", "单票上限 {percent}% 不在 0 到 100 之间（占总资产的百分比）。")
            text = sentence.format(percent=plain(item.quant.max_position_pct * 100))
            problem = FieldProblem(problem.field, text, problem.severity)
        yield problem
    known = source.instrument
    if known is not None and known.symbol == item.symbol:
        yield from check_limits(item, known.limit_down, known.limit_up)
