"""Worked cases in the form of `tests/data/rule-cases.json`: what our rules give for each.

A case is `{"id", "kind", "input", "expect"}` with kind order, cancel, market_match, auction or lifecycle.
`answer` computes the fields of `expect`; where a case names its fields, exactly those are given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from core.domain.enums import Side
from core.domain.money import decimal_to_milli
from core.exchange.auction import AuctionOrder, auction_price
from core.exchange.cage import BookTop
from core.exchange.calendar import MAINLAND
from core.exchange.checks import check_cancel, check_order
from core.exchange.fees import ZERO, Fees
from core.exchange.ledger import Ledger
from core.exchange.limits import LimitFacts
from core.exchange.matching import Book, match_market
from core.exchange.orders import OrderQuery, Verdict
from core.exchange.price_types import PriceType
from core.exchange.refusals import RuleCode
from core.exchange.symbols import tick_size

Case = Mapping[str, Any]
DEFAULT_DAY = "2026-11-20"
_ANY_STOCK = {"SH": "600000.SH", "SZ": "000001.SZ", "BJ": "920002.BJ"}


def answer(case: Case, day: str = DEFAULT_DAY) -> dict[str, Any]:
    """The id and the fields our rules give; only the fields that the case's `expect` names, when it has one."""
    kind = str(case["kind"])
    if kind not in _KINDS:
        raise ValueError(f"unknown kind {kind!r} in case {case['id']!r}")
    given = _KINDS[kind](case, day)
    expected = case.get("expect")
    if expected:
        given = {name: given.get(name) for name in expected}
    return {"id": case["id"], **given}


def differences(case: Case, day: str = DEFAULT_DAY) -> dict[str, Any]:
    """Fields where our answer and `expect` differ: `{field: {"expect": ..., "got": ...}}`."""
    ours = answer(case, day)
    return {
        name: {"expect": wanted, "got": ours.get(name)}
        for name, wanted in case.get("expect", {}).items()
        if ours.get(name) != wanted
    }


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _moment(given: Mapping[str, Any], day: str) -> datetime:
    return datetime.combine(
        date.fromisoformat(given.get("date", day)), time.fromisoformat(given.get("time", "10:00:00"))
    )


def order_query(given: Mapping[str, Any], day: str = DEFAULT_DAY) -> OrderQuery:
    """The query of an order case's input."""
    book = given.get("book") or {}
    top = BookTop(*(_decimal(book.get(name)) for name in ("bid1", "ask1", "last")))
    facts = LimitFacts(
        name=given.get("name", ""),
        listing_day=given.get("listing_day"),
        delist_day=given.get("delist_day"),
        issue_price=_decimal(given.get("issue_price")),
    )
    return OrderQuery(
        symbol=given["code"],
        side=Side(given["side"]),
        volume=given["qty"],
        price=_decimal(given.get("price")),
        moment=_moment(given, day),
        price_type=given.get("price_type", PriceType.FIX_PRICE),
        prev_close=_decimal(given.get("prev_close")),
        facts=facts,
        top=top,
        halted=bool(given.get("halted")),
        can_use=(given.get("position") or {}).get("can_use"),
        cash=_decimal(given.get("cash")),
        bought_today=given.get("bought_today", 0),
        close=_decimal(given.get("close")),
    )


def _order(case: Case, day: str) -> dict[str, Any]:
    given = case["input"]
    verdict = check_order(order_query(given, day))
    fields: dict[str, Any] = {}
    if verdict.cls is not None and verdict.limits is not None:
        fields["class"] = verdict.cls.value
        fields["limit_up"] = _text(verdict.limits.up)
        fields["limit_down"] = _text(verdict.limits.down)
    if verdict.phase is not None:
        fields["phase"] = verdict.phase.value
    if verdict.cage is not None:
        tick = tick_size(given["code"])
        fields["cage_ref"] = str(verdict.cage.reference.quantize(tick))
        fields["cage_bound"] = str(verdict.cage.bound)
    fields.update(_account_effects(verdict, given["side"]))
    fields["decision"] = verdict.acceptance.value
    fields["reason"] = verdict.code.value
    if verdict.refusal is not None and verdict.code is RuleCode.QTY_ABOVE_MAX:
        fields["max_qty"] = int(verdict.refusal.number("max_qty"))
    return fields


def _account_effects(verdict: Verdict, side: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if verdict.freeze_cash is not None:
        fields["frozen_cash"] = str(verdict.freeze_cash)
    if verdict.freeze_volume is not None:
        fields["frozen_volume"] = verdict.freeze_volume
    if verdict.fees is not None:
        name = "fees_if_filled_at_freeze_price" if side == Side.BUY.value else "fees_if_filled"
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
    given = case["input"]
    symbol = given.get("code") or _ANY_STOCK[given["exchange"]]
    refusal = check_cancel(symbol, _moment(given, day), given["status"])
    return {"allowed": refusal is None, "reason": (refusal.code if refusal else RuleCode.OK).value}


def _levels(rows: Any) -> tuple[tuple[int, int], ...]:
    return tuple((decimal_to_milli(Decimal(str(price))), volume) for price, volume in rows or ())


def _milli(value: Any) -> int | None:
    return None if value is None else decimal_to_milli(Decimal(str(value)))


def _market(case: Case, _day: str) -> dict[str, Any]:
    given = case["input"]
    book = Book(_levels(given.get("bids")), _levels(given.get("asks")))
    side = Side(given.get("side") or ("SELL" if given.get("bids") and not given.get("asks") else "BUY"))
    result = match_market(
        book,
        side,
        PriceType(given["price_type"]),
        given["qty"],
        protect=_milli(given.get("protect")),
        own_best=_milli(given.get("own_best")),
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
    given = case["input"]
    tick = Decimal(str(given.get("tick", "0.01")))
    sides = {"B": Side.BUY, "S": Side.SELL}
    orders = [
        AuctionOrder(sides[side], _milli(price) or 0, volume) for side, price, volume in given["orders"]
    ]
    reference = given.get("last") if given.get("last") is not None else given["prev_close"]
    result = auction_price(
        given["exchange"],
        orders,
        reference=_milli(reference) or 0,
        tick=int(tick * 1000),
        every_tick=given.get("candidates") != "order prices",
    )
    return {"price": None if result.price is None else _price(result.price, tick), "volume": result.volume}


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
_STEP = re.compile(
    r"\b(?P<verb>start|buy|sell|fill(?:ed)?|cancel|reject|next day)"
    r"(?:\D*?(?P<volume>\d+)@(?P<price>\d+(?:\.\d+)?))?",
    re.IGNORECASE,
)


def _lifecycle(case: Case, day: str) -> dict[str, Any]:
    given = case["input"]
    states = (case.get("expect") or {}).get("states") or [{"event": event} for event in _PLAIN_SCRIPT]
    cash = given.get("cash") or states[0].get("cash") or "100000"
    ledger, serial = Ledger(date.fromisoformat(given.get("date", day)), Decimal(str(cash))), 0
    shown = []
    for state in states:
        ledger, serial = _lifecycle_step(ledger, given["code"], state["event"], serial)
        held = ledger.holding(given["code"])
        shown.append(
            {
                "event": state["event"],
                "cash": str(ledger.cash),
                "frozen_cash": str(ledger.frozen_cash or ZERO),
                "volume": held.volume,
                "can_use_volume": held.can_use,
                "frozen_volume": held.frozen,
            }
        )
    return {"states": shown}


def _lifecycle_step(ledger: Ledger, symbol: str, event: str, serial: int) -> tuple[Ledger, int]:
    match = _STEP.search(event)
    if match is None:
        raise ValueError(f"unknown lifecycle event {event!r}")
    verb = match["verb"].lower()
    if verb == "start":
        return ledger, serial
    if verb == "next day":
        return ledger.next_day(MAINLAND.next_trading_day(ledger.day)), serial
    if verb in ("cancel", "reject"):
        return ledger.release(str(serial)), serial
    if match["volume"] is None:
        raise ValueError(f"lifecycle event without volume and price: {event!r}")
    volume, price = int(match["volume"]), Decimal(match["price"])
    if verb == "buy":
        return ledger.freeze_buy(str(serial + 1), symbol, volume, price), serial + 1
    if verb == "sell":
        return ledger.freeze_sell(str(serial + 1), symbol, volume, price), serial + 1
    return ledger.fill(str(serial), price, volume).ledger, serial


_KINDS: dict[str, Callable[[Case, str], dict[str, Any]]] = {
    "order": _order,
    "cancel": _cancel,
    "market_match": _market,
    "auction": _auction,
    "lifecycle": _lifecycle,
}
