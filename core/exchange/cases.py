"""Worked cases in the form of `tests/data/rule-cases.json`: what our rules give for each.

A case is `{"id", "kind", "input", "expect"}` with kind order, cancel, market_match, auction or lifecycle.
`answer` computes the fields of `expect`; where a case names its fields, exactly those are given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from core.domain.enums import Side
from core.domain.money import decimal_to_milli
from core.exchange.auction import AuctionOrder, auction_price
from core.exchange.cage import BookTop
from core.exchange.case_input import CaseError, Given, decimal, side, whole
from core.exchange.checks import check_cancel, check_order
from core.exchange.fees import Fees
from core.exchange.lifecycle import run
from core.exchange.limits import LimitFacts
from core.exchange.lots import OrderForm
from core.exchange.matching import Book, match_market
from core.exchange.orders import OrderQuery, Verdict
from core.exchange.price_types import PriceType, price_type_of
from core.exchange.refusals import RuleCode
from core.exchange.symbols import require_class, tick_size

Case = Mapping[str, Any]
DEFAULT_DAY = "2026-11-20"
_ANY_STOCK = {"SH": "600000.SH", "SZ": "000001.SZ", "BJ": "920002.BJ"}


def answer(case: Case, day: str = DEFAULT_DAY) -> dict[str, Any]:
    """The id and the fields our rules give; only the fields that the case's `expect` names, when it has one."""
    if not isinstance(case, Mapping):
        raise CaseError(f"a case must be an object, got {case!r:.60}")
    kind = case.get("kind")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise CaseError(f"kind: expected one of {', '.join(_KINDS)}, got {kind!r:.60}")
    expected = case.get("expect")
    if expected is not None and not isinstance(expected, Mapping):
        raise CaseError(f"expect: expected an object, got {expected!r:.60}")
    given = _KINDS[kind](case, day)
    if expected:
        given = {name: given.get(name) for name in expected}
    return {"id": case.get("id"), **given}


def differences(case: Case, day: str = DEFAULT_DAY) -> dict[str, Any]:
    """Fields where our answer and `expect` differ: `{field: {"expect": ..., "got": ...}}`."""
    ours = answer(case, day)
    return {
        name: {"expect": wanted, "got": ours.get(name)}
        for name, wanted in (case.get("expect") or {}).items()
        if ours.get(name) != wanted
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def order_query(given: Given, day: str = DEFAULT_DAY) -> OrderQuery:
    """The query of an order case's input."""
    book, held = given.part("book"), given.part("position")
    top = BookTop(*(book.decimal(name) for name in ("bid1", "ask1", "last")))
    facts = LimitFacts(
        name=given.text("name", ""),
        listing_day=given.optional_whole("listing_day"),
        delist_day=given.optional_whole("delist_day"),
        issue_price=given.decimal("issue_price"),
    )
    return OrderQuery(
        symbol=given.text("code"),
        side=given.side(),
        volume=given.whole("qty"),
        price=given.decimal("price"),
        moment=given.moment(day),
        price_type=given.price_type(PriceType.FIX_PRICE),
        prev_close=given.decimal("prev_close"),
        facts=facts,
        top=top,
        halted=given.flag("halted"),
        can_use=held.optional_whole("can_use") if held.has("can_use") else held.optional_whole("volume"),
        cash=given.decimal("cash"),
        bought_today=given.whole("bought_today", 0),
        close=given.decimal("close"),
    )


def _order(case: Case, day: str) -> dict[str, Any]:
    query = order_query(Given(case.get("input")), day)
    verdict = check_order(query)
    fields: dict[str, Any] = {}
    if verdict.cls is not None and verdict.limits is not None:
        fields["class"] = verdict.cls.value
        fields["limit_up"] = _text(verdict.limits.up)
        fields["limit_down"] = _text(verdict.limits.down)
    if verdict.phase is not None:
        fields["phase"] = verdict.phase.value
    if verdict.cage is not None:
        tick = tick_size(query.symbol)
        fields["cage_ref"] = str(verdict.cage.reference.quantize(tick))
        fields["cage_bound"] = str(verdict.cage.bound)
    fields.update(_account_effects(verdict, query.side))
    fields["decision"] = verdict.acceptance.value
    fields["reason"] = verdict.code.value
    if verdict.refusal is not None and verdict.code is RuleCode.QTY_ABOVE_MAX:
        fields["max_qty"] = int(verdict.refusal.number("max_qty"))
    return fields


def _account_effects(verdict: Verdict, side: Side) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if verdict.freeze_cash is not None:
        fields["frozen_cash"] = str(verdict.freeze_cash)
    if verdict.freeze_volume is not None:
        fields["frozen_volume"] = verdict.freeze_volume
    if verdict.fees is not None:
        name = "fees_if_filled_at_freeze_price" if side is Side.BUY else "fees_if_filled"
        fields[name] = _fees(verdict.fees)
    if verdict.net_proceeds is not None:
        fields["net_proceeds"] = str(verdict.net_proceeds)
    return fields


def _fees(fees: Fees) -> dict[str, str]:
    return {
        "commission": str(fees.commission),
        "stamp": str(fees.stamp),
        "transfer": str(fees.transfer),
        "total": str(fees.total),
    }


def _cancel(case: Case, day: str) -> dict[str, Any]:
    given = Given(case.get("input"))
    if given.has("code"):
        symbol = given.text("code")
        require_class(symbol)
    else:
        exchange = given.text("exchange").upper()
        if exchange not in _ANY_STOCK:
            raise CaseError(f"input.exchange: expected SH, SZ or BJ, got {exchange!r}")
        symbol = _ANY_STOCK[exchange]
    refusal = check_cancel(symbol, given.moment(day), given.whole("status"))
    return {"allowed": refusal is None, "reason": (refusal.code if refusal else RuleCode.OK).value}


def _levels(given: Given, name: str) -> tuple[tuple[int, int], ...]:
    levels = []
    for at, row in enumerate(given.rows(name)):
        path = f"{given.path}.{name}[{at}]"
        if not isinstance(row, list) or len(row) != 2:
            raise CaseError(f"{path}: expected [price, volume], got {row!r}")
        price, volume = decimal(row[0], path), whole(row[1], path)
        if price <= 0 or volume < 0:
            raise CaseError(f"{path}: expected a price above 0 and a volume, got {row!r}")
        levels.append((decimal_to_milli(price), volume))
    return tuple(levels)


def _milli(value: Decimal | None) -> int | None:
    return None if value is None else decimal_to_milli(value)


def _market(case: Case, _day: str) -> dict[str, Any]:
    given = Given(case.get("input"))
    book = Book(_levels(given, "bids"), _levels(given, "asks"))
    only_bids = bool(book.bids) and not book.asks
    side = given.side() if given.has("side") else Side.SELL if only_bids else Side.BUY
    price_type, volume = price_type_of(given.price_type()), given.whole("qty")
    if price_type is None or price_type.form is not OrderForm.MARKET:
        raise CaseError(f"input.price_type: expected a market type 42 to 48, got {given.raw('price_type')!r}")
    if volume <= 0:
        raise CaseError(f"input.qty: expected more than 0, got {volume}")
    result = match_market(
        book,
        side,
        price_type,
        volume,
        protect=_milli(given.decimal("protect")),
        own_best=_milli(given.decimal("own_best")),
    )
    fine = any(price % 10 for price, _ in (*book.bids, *book.asks))
    tick = Decimal("0.001") if fine else Decimal("0.01")
    return {
        "fills": [[_price(price, tick), volume] for price, volume in result.fills],
        "unfilled": result.unfilled,
        "status": int(result.status),
        "rest_limit_price": None if result.rest_price is None else _price(result.rest_price, tick),
    }


def _price(milli: int, tick: Decimal) -> str:
    return str((Decimal(milli) / 1000).quantize(tick))


def _auction(case: Case, _day: str) -> dict[str, Any]:
    given = Given(case.get("input"))
    exchange = given.text("exchange").upper()
    if exchange not in _ANY_STOCK:
        raise CaseError(f"input.exchange: expected SH, SZ or BJ, got {exchange!r}")
    tick = given.decimal("tick") or Decimal("0.01")
    reference = given.decimal("last") or given.decimal("prev_close")
    if reference is None:
        raise CaseError("input.prev_close: missing")
    result = auction_price(
        exchange,
        [_auction_order(row, f"input.orders[{at}]") for at, row in enumerate(given.rows("orders"))],
        reference=decimal_to_milli(reference),
        tick=max(1, int(tick * 1000)),
        every_tick=given.values.get("candidates") != "order prices",
    )
    return {"price": None if result.price is None else _price(result.price, tick), "volume": result.volume}


def _auction_order(row: Any, path: str) -> AuctionOrder:
    if not isinstance(row, list) or len(row) != 3:
        raise CaseError(f'{path}: expected ["B", price, volume], got {row!r}')
    price, volume = decimal(row[1], path), whole(row[2], path)
    if price <= 0 or volume <= 0:
        raise CaseError(f"{path}: expected a price and a volume above 0, got {row!r}")
    return AuctionOrder(side(row[0], path), decimal_to_milli(price), volume)


def _lifecycle(case: Case, day: str) -> dict[str, Any]:
    return {"states": run(case, Given(case.get("input")), day)}


_KINDS: dict[str, Callable[[Case, str], dict[str, Any]]] = {
    "order": _order,
    "cancel": _cancel,
    "market_match": _market,
    "auction": _auction,
    "lifecycle": _lifecycle,
}
