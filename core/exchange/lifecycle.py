"""A worked lifecycle: steps written in words, run on the ledger.

A step is one or several actions: `buy 1000@10.00 sent`, `fill 400@9.98`, `buy 10@120 filled`, `cancel the rest`,
`next day`, `sell 400@10.50 rejected`. What stands in brackets, and after a colon behind an action, is a comment.
A step without an action that we know is an error, never passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from core.domain.enums import Side
from core.exchange.calendar import MAINLAND
from core.exchange.case_input import CaseError, Given
from core.exchange.fees import ZERO
from core.exchange.ledger import Ledger, OpenOrder
from core.exchange.refusals import Refused, RuleCode

_COMMENT = re.compile(r"[(（\[][^)）\]]*[)）\]]")
_TOKEN = re.compile(
    r"(?P<refused>\b(?:reject(?:ed|s)?|refused?|junk(?:ed)?|invalid|denied)\b|废单|被拒|拒单)"
    r"|(?P<day>\b(?:next|new|following) (?:trading )?(?:day|morning)\b|\bday \d+\b|\bT\+[12]\b|\bovernight\b|\bsettle(?:d|ment)?\b"
    r"|次日|下一(?:个)?交易日|第二天|换日)"
    r"|(?P<close>\bend of (?:the )?day\b|\bday ends?\b|\bmarket closes?\b|收盘|日终)"
    r"|(?P<cancel>\bcancel(?:l?ed|s|ling)?\b|\bwithdraw(?:n|s)?\b|\bexpire[ds]?\b|\brelease[ds]?\b|撤单|撤销|已撤)"
    r"|(?P<bought>\bbought\b)|(?P<sold>\bsold\b)"
    r"|(?P<buy>\bbuy(?:s|ing)?\b|买入|买)|(?P<sell>\bsell(?:s|ing)?\b|卖出|卖)"
    r"|(?P<fill>\b(?:part(?:ial|ly)?[- ])?(?:fill(?:ed|s)?|trade[ds]?|execut(?:ed|ion)|deal)\b|成交)"
    r"|(?P<start>\b(?:start|begin|initial(?:ly)?|open(?:ing)? (?:account|balance)|deposit)\b|开始|初始)"
    r"|(?P<amount>(?P<volume>\d[\d,]*)\s*(?:shares|股|份|张)?\s*(?:@|\bat\b|×|x)\s*(?P<price>\d+(?:\.\d+)?))"
    r"|(?P<number>(?<![\w.])\d[\d,]*(?![\w.%]))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Walk:
    """The ledger between two steps. `reason` is why the last order was refused, OK when it was not."""

    ledger: Ledger
    symbol: str
    serial: int = 0
    reason: RuleCode = RuleCode.OK


@dataclass(frozen=True, slots=True)
class _Word:
    kind: str
    volume: int | None = None
    price: Decimal | None = None


def step(walk: Walk, event: str) -> Walk:
    """The walk after one step; raises `CaseError` when the step is not understood or cannot be."""
    words = _words(event)
    walk = replace(walk, reason=RuleCode.OK)
    at = 0
    while at < len(words):
        walk, at = _act(walk, words, at, event)
    return walk


def _words(event: str) -> list[_Word]:
    plain = _COMMENT.sub(" ", event)
    head, _, tail = plain.partition(":")
    words = [_word(match) for match in _TOKEN.finditer(head)]
    acts = any(word.kind not in ("number", "amount") for word in words)
    if not acts or any(match["amount"] for match in _TOKEN.finditer(tail)):
        words = [_word(match) for match in _TOKEN.finditer(plain)]  # "fill: 400@9.98"
    if not any(word.kind not in ("number", "amount") for word in words):
        raise CaseError(f"lifecycle step not understood: {event!r}")
    return words


def _word(match: re.Match[str]) -> _Word:
    kind = match.lastgroup or ""
    if match["amount"]:
        return _Word("amount", int(match["volume"].replace(",", "")), Decimal(match["price"]))
    if match["number"]:
        return _Word("number", int(match["number"].replace(",", "")))
    return _Word(kind)


def _act(walk: Walk, words: list[_Word], at: int, event: str) -> tuple[Walk, int]:
    """Do the action at `at`; the walk after it and where the next one begins."""
    word = words[at]
    if word.kind in ("start", "refused", "number", "amount"):
        if word.kind == "refused" and walk.ledger.orders and at == 0:
            return replace(walk, ledger=walk.ledger.release(_latest(walk, event).order_id)), at + 1
        return walk, at + 1
    if word.kind == "day":  # behind an order it is a remark: "sell 100@10 rejected, T+1"
        return (_new_day(walk) if at == 0 else walk), at + 1
    if word.kind == "close":  # day orders end with their day, and nothing is left to cancel
        return replace(walk, ledger=walk.ledger.release_all()), len(words)
    if word.kind == "cancel":
        wanted = _side_of(words, at)
        return replace(walk, ledger=walk.ledger.release(_latest(walk, event, wanted).order_id)), len(words)
    if word.kind == "fill":
        return _filled(walk, words, at, event)
    if word.kind in ("buy", "sell") and at and words[at - 1].kind != "start" and not _has_amount(words, at):
        return walk, at + 1  # a remark: "fill 400@9.98 of the buy"
    return _order(walk, words, at, event)


def _has_amount(words: list[_Word], at: int) -> bool:
    return any(word.kind in ("amount", "fill", "refused") for word in words[at + 1 :])


def _new_day(walk: Walk) -> Walk:
    ledger = walk.ledger.release_all()  # day orders end with their day
    return replace(walk, ledger=ledger.next_day(MAINLAND.next_trading_day(ledger.day)))


def _order(walk: Walk, words: list[_Word], at: int, event: str) -> tuple[Walk, int]:
    """buy, sell, bought, sold: an order of the next amount, refused or filled when the step says so."""
    kind = words[at].kind
    side = Side.BUY if kind in ("buy", "bought") else Side.SELL
    if at + 1 < len(words) and words[at + 1].kind == "fill":  # "buy filled 400@9.98"
        return _filled(walk, words, at + 1, event, side)
    if at + 1 < len(words) and words[at + 1].kind == "refused":
        return walk, len(words)
    if at + 1 == len(words) or words[at + 1].kind != "amount":
        raise CaseError(f"lifecycle step without volume and price: {event!r}")
    amount = words[at + 1]
    later = next((word.kind for word in words[at + 2 :] if word.kind not in ("amount", "number")), "")
    if later == "refused":
        return replace(walk, reason=_reason(walk, side, amount)), len(words)
    if later == "fill" and (waiting := _waiting(walk, side, amount)) is not None:
        return _take(walk, waiting, amount.volume or 0, amount.price), _after(words, at, "fill")
    if later == "cancel" and (waiting := _waiting(walk, side, amount)) is not None:
        return replace(walk, ledger=walk.ledger.release(waiting.order_id)), _after(words, at, "cancel")
    placed = _placed(walk, side, amount)
    if placed.reason is RuleCode.OK and kind in ("bought", "sold"):
        return _take(placed, _latest(placed, event), amount.volume or 0, amount.price), at + 2
    return placed, at + 2 if placed.reason is RuleCode.OK else len(words)


def _placed(walk: Walk, side: Side, amount: _Word) -> Walk:
    """The order frozen, or the walk as it was with the reason: a refused order changes nothing."""
    number, volume, price = str(walk.serial + 1), amount.volume or 0, amount.price or Decimal(0)
    freeze = walk.ledger.freeze_buy if side is Side.BUY else walk.ledger.freeze_sell
    try:
        return replace(walk, ledger=freeze(number, walk.symbol, volume, price), serial=walk.serial + 1)
    except Refused as refused:
        return replace(walk, reason=refused.refusal.code)


def _reason(walk: Walk, side: Side, amount: _Word) -> RuleCode:
    return _placed(walk, side, amount).reason


def _filled(
    walk: Walk, words: list[_Word], at: int, event: str, side: Side | None = None
) -> tuple[Walk, int]:
    """A fill of the newest open order: of the amount beside it, else of all that is open."""
    order = _latest(walk, event, side or _side_of(words, at))
    beside = words[at + 1] if at + 1 < len(words) else None
    before = words[at - 1] if at and words[at - 1].kind == "amount" and _free(words, at - 1) else None
    amount = beside if beside is not None and beside.kind in ("amount", "number") else before
    if amount is None:
        return _take(walk, order, order.rest, order.price), at + 1
    done = _take(walk, order, amount.volume or 0, amount.price or order.price)
    return done, at + 2 if amount is beside else at + 1


def _free(words: list[_Word], at: int) -> bool:
    """Whether the amount at `at` does not belong to an order before it."""
    return not (at and words[at - 1].kind in ("buy", "sell", "bought", "sold"))


def _take(walk: Walk, order: OpenOrder, volume: int, price: Decimal | None) -> Walk:
    return replace(walk, ledger=walk.ledger.fill(order.order_id, price or order.price, volume).ledger)


def _waiting(walk: Walk, side: Side, amount: _Word) -> OpenOrder | None:
    """The newest open order of this side that can hold the amount."""
    orders = [order for order in walk.ledger.orders.values() if order.side is side]
    return orders[-1] if orders and orders[-1].rest >= (amount.volume or 0) else None


def _latest(walk: Walk, event: str, side: Side | None = None) -> OpenOrder:
    orders = [order for order in walk.ledger.orders.values() if side is None or order.side is side]
    if not orders:
        raise CaseError(f"lifecycle step without an open order: {event!r}")
    return orders[-1]


def _side_of(words: list[_Word], at: int) -> Side | None:
    """The side a fill or a cancel names after it: `cancel the buy`."""
    named = next((word.kind for word in words[at + 1 :] if word.kind in ("buy", "sell")), None)
    return None if named is None else Side.BUY if named == "buy" else Side.SELL


def _after(words: list[_Word], at: int, kind: str) -> int:
    """Place behind the next word of a kind."""
    return next(place for place in range(at, len(words)) if words[place].kind == kind) + 1


# A lifecycle's script is the list of its events; a case without one gets the plain buy, part, cancel, sell.
_PLAIN_SCRIPT = (
    "start",
    "buy 1000@10.00 sent",
    "fill 400@9.98",
    "cancel the other 600",
    "next day",
    "sell 400@10.50 sent",
    "filled 400@10.50",
)


def run(case: Mapping[str, Any], given: Given, day: str) -> list[dict[str, Any]]:
    """The states after every step of a lifecycle case; each has the fields that its expected state names."""
    states = _script(case, given)
    first = states[0]
    walk = Walk(_opening(given, first, day), given.text("code"))
    shown = []
    for state in states:
        event = state.text("event")
        walk = step(walk, event)
        known = _state(event, walk)
        shown.append(
            {name: known.get(name) for name in (state.values if len(state.values) > 1 else _PLAIN_STATE)}
        )
    return shown


def _script(case: Mapping[str, Any], given: Given) -> list[Given]:
    """The steps: the states that are expected, else a list of events in the input, else the plain script."""
    rows = (case.get("expect") or {}).get("states")
    if not rows:
        rows = next((given.rows(name) for name in ("events", "script", "steps") if given.has(name)), None)
    rows = [row if isinstance(row, dict) else {"event": row} for row in rows or _PLAIN_SCRIPT]
    return [Given(row, f"states[{at}]") for at, row in enumerate(rows)]


def _opening(given: Given, first: Given, day: str) -> Ledger:
    """The account at the start: the input's cash and position, else those of the first state."""
    cash = given.decimal("cash")
    if cash is None:
        cash = first.decimal("cash")
    ledger = Ledger(given.day(day), Decimal(100_000) if cash is None else cash)
    held = given.part("position") if given.has("position") else first
    volume = held.whole("volume", 0)
    if not volume:
        return ledger
    price = held.decimal("cost") or given.decimal("prev_close") or ZERO
    return ledger.with_position(given.text("code"), volume, price, name=given.text("name", ""))


_PLAIN_STATE = ("event", "cash", "frozen_cash", "volume", "can_use_volume", "frozen_volume")


def _state(event: str, walk: Walk) -> dict[str, Any]:
    """Everything a state of a lifecycle may ask for."""
    ledger, held = walk.ledger, walk.ledger.holding(walk.symbol)
    return {
        "event": event,
        "cash": str(ledger.cash),
        "frozen_cash": str(ledger.frozen_cash or ZERO),
        "fetch_balance": str(ledger.withdrawable),
        "volume": held.volume,
        "can_use_volume": held.can_use,
        "frozen_volume": held.frozen,
        "yesterday_volume": held.yesterday,
        "on_road_volume": held.on_road,
        "reason": walk.reason.value,
        "decision": "accept" if walk.reason is RuleCode.OK else "reject",
    }
