"""Each level, each switch, each state of the market and the account: what is decided, and with which reason."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from core.domain.enums import OrderStatus, Outcome, Phase, Side, SignalKind
from core.domain.market import Quote, Symbol, ms_to_datetime
from core.execution.deciding import Verdict, decide
from core.execution.facts import Case, DeskFacts, SymbolFacts
from core.risk.gate import RiskGate
from tests.fakes import records as r
from tests.fakes.market import quote

ENTRY, PROFIT, STOP = SignalKind.ENTRY, SignalKind.TAKE_PROFIT, SignalKind.STOP_LOSS
LEVEL = {ENTRY: "10.10", PROFIT: "11.00", STOP: "9.50"}
LAST = {ENTRY: "10.00", PROFIT: "11.00", STOP: "9.50"}


def desk(**changes: object) -> DeskFacts:
    facts = DeskFacts(
        now=ms_to_datetime(quote("600000.SH", "10:00:00", 10).time_ms),
        armed=True,
        armed_text="停",
        link_ready=True,
        link_text="断",
        journal_ok=True,
        journal_text="坏",
    )
    return replace(facts, **changes)  # type: ignore[arg-type]


def figures(**changes: object) -> SymbolFacts:
    facts = SymbolFacts(
        symbol=Symbol("600000.SH"),
        name="浦发银行",
        held=1000,
        sellable=1000,
        frozen_by_orders=0,
        cash=Decimal(1_000_000),
        total_asset=Decimal(1_000_000),
        open_buys=Decimal(0),
        working_sells=(),
        working_buys=(),
        live_sells=(),
        unknown_buy=None,
        unknown_sell=None,
    )
    return replace(facts, **changes)  # type: ignore[arg-type]


def case(kind: SignalKind, *, at: Quote | None = None, **changes: object) -> Case:
    shown = at or quote("600000.SH", "10:00:00", LAST[kind], pre_close="10.00")
    whole = Case(
        r.item(), kind, shown, Decimal(LEVEL[kind]), desk(), figures(held=0 if kind is ENTRY else 1000)
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def judged(kind: SignalKind, **changes: object) -> Verdict:
    return decide(case(kind, **changes), RiskGate())


def test_an_entry_buys_whole_lots_under_the_cap_at_the_last_price() -> None:
    verdict = judged(ENTRY)
    assert verdict.outcome is Outcome.ACTED
    assert (verdict.price, verdict.volume) == (Decimal("10.00"), 20_000)
    assert verdict.freeze == Decimal("200052.00")  # 200000 + 50 commission + 2 transfer


def test_what_is_held_and_working_counts_against_the_cap() -> None:
    verdict = judged(ENTRY, facts=figures(held=15_000, open_buys=Decimal(30_000)))
    assert verdict.volume == 2_000


def test_an_entry_without_room_is_blocked_with_the_arithmetic() -> None:
    verdict = judged(ENTRY, facts=figures(held=20_000))
    assert (verdict.outcome, verdict.code) == (Outcome.BLOCKED, "POSITION_CAP")
    assert "单票上限 20%" in verdict.reasons[-1].text


def test_cash_with_fees_binds() -> None:
    verdict = judged(ENTRY, facts=figures(held=0, cash=Decimal("10000.00")))
    assert verdict.volume == 900  # ten lots cost 10,000 and fees


@pytest.mark.parametrize(("least", "outcome"), [("200000", Outcome.ACTED), ("200000.01", Outcome.BLOCKED)])
def test_the_smallest_amount_is_inclusive(least: str, outcome: Outcome) -> None:
    verdict = judged(ENTRY, item=r.item(min_trade_amount=Decimal(least)))
    assert verdict.outcome is outcome


def test_a_take_profit_sells_what_can_be_sold_at_the_last_price() -> None:
    verdict = judged(PROFIT, facts=figures(held=1500, sellable=700))
    assert (verdict.outcome, verdict.price, verdict.volume) == (Outcome.ACTED, Decimal("11.00"), 700)


def test_a_stop_goes_out_at_the_lowest_price_allowed() -> None:
    """The cage's floor of 2026: 98 % of the best bid 9.49; limit-down is 9.00."""
    verdict = judged(STOP)
    assert (verdict.outcome, verdict.price, verdict.volume) == (Outcome.ACTED, Decimal("9.30"), 1000)


def test_a_stop_before_the_cage_existed_goes_out_at_limit_down() -> None:
    shown = quote("000400.SZ", "2022-06-01 10:00:00", "19.00", pre_close="19.38")
    moved = case(
        STOP,
        at=shown,
        item=r.item("000400.SZ", stop_loss="19.00"),
        facts=figures(symbol=Symbol("000400.SZ")),
        desk=desk(now=shown.time),
    )
    verdict = decide(moved, RiskGate())
    assert (verdict.outcome, verdict.price) == (Outcome.ACTED, Decimal("17.44"))


def test_a_stop_at_a_locked_limit_down_joins_the_queue() -> None:
    shown = quote("600000.SH", "10:00:00", "9.00", bids=[], asks=[("9.00", 900_000)], pre_close="10.00")
    verdict = judged(STOP, at=shown)
    assert (verdict.outcome, verdict.price) == (Outcome.ACTED, Decimal("9.00"))


@pytest.mark.parametrize("kind", [PROFIT, STOP])
def test_shares_bought_today_wait_for_tomorrow(kind: SignalKind) -> None:
    verdict = judged(kind, facts=figures(sellable=0))
    assert (verdict.outcome, verdict.code) == (Outcome.WAITING, "T_PLUS_1")


def test_a_stop_cancels_a_working_sell_first() -> None:
    working = r.order(5, OrderStatus.REPORTED, side=Side.SELL)
    verdict = judged(STOP, facts=figures(sellable=0, working_sells=(working,), frozen_by_orders=1000))
    assert (verdict.outcome, verdict.code, verdict.cancel) == (Outcome.WAITING, "CANCEL_FIRST", (5,))


def test_a_cancel_that_is_under_way_is_not_asked_again() -> None:
    going = r.order(5, OrderStatus.REPORTED_CANCEL, side=Side.SELL)
    verdict = judged(STOP, facts=figures(sellable=0, working_sells=(going,)))
    assert (verdict.code, verdict.cancel) == ("CANCEL_FIRST", ())


def test_a_take_profit_waits_for_a_working_sell() -> None:
    working = r.order(5, OrderStatus.REPORTED, side=Side.SELL)
    verdict = judged(PROFIT, facts=figures(sellable=0, working_sells=(working,), frozen_by_orders=1000))
    assert (verdict.outcome, verdict.code, verdict.cancel) == (Outcome.WAITING, "WORKING_SELL", ())


@pytest.mark.parametrize(
    ("kind", "outcome"), [(ENTRY, Outcome.BLOCKED), (PROFIT, Outcome.WAITING), (STOP, Outcome.WAITING)]
)
def test_an_order_of_unknown_fate_blocks_its_side(kind: SignalKind, outcome: Outcome) -> None:
    lost = r.intent("x")
    verdict = judged(kind, facts=figures(held=1000, unknown_buy=lost, unknown_sell=lost))
    assert (verdict.outcome, verdict.code) == (outcome, "UNKNOWN_ORDER")


@pytest.mark.parametrize(
    ("kind", "outcome"), [(ENTRY, Outcome.BLOCKED), (PROFIT, Outcome.BLOCKED), (STOP, Outcome.ACTED)]
)
def test_a_broken_journal_stops_all_but_stops(kind: SignalKind, outcome: Outcome) -> None:
    assert judged(kind, desk=desk(journal_ok=False)).outcome is outcome


@pytest.mark.parametrize(
    ("kind", "outcome"), [(ENTRY, Outcome.BLOCKED), (PROFIT, Outcome.BLOCKED), (STOP, Outcome.WAITING)]
)
@pytest.mark.parametrize(
    ("change", "code"), [({"armed": False}, "DISARMED"), ({"link_ready": False}, "LINK")]
)
def test_a_stop_waits_where_others_are_blocked(
    kind: SignalKind, outcome: Outcome, change: dict[str, object], code: str
) -> None:
    verdict = judged(kind, desk=desk(**change))
    assert (verdict.outcome, verdict.code) == (outcome, code)


@pytest.mark.parametrize(
    ("kind", "switch", "code"),
    [
        (STOP, {"auto_stop_loss": False}, "STOP_OFF"),
        (PROFIT, {"auto_take_profit": False}, "TAKE_PROFIT_OFF"),
        (ENTRY, {"enabled": False}, "QUANT_OFF"),
        (STOP, {"enabled": False}, "QUANT_OFF"),
    ],
)
def test_a_switch_that_is_off_leaves_an_alert(kind: SignalKind, switch: dict[str, object], code: str) -> None:
    verdict = judged(kind, item=r.item(**switch))  # type: ignore[arg-type]
    assert (verdict.outcome, verdict.code) == (Outcome.SKIPPED, code)


def test_nothing_held_is_nothing_to_sell() -> None:
    verdict = judged(STOP, facts=figures(held=0, sellable=0))
    assert (verdict.outcome, verdict.code) == (Outcome.SKIPPED, "NO_HOLDING")


def test_an_odd_lot_is_sold_whole() -> None:
    verdict = judged(STOP, facts=figures(held=1050, sellable=1050))
    assert verdict.volume == 1050


def test_an_entry_outside_continuous_trading_does_not_pass_the_gate() -> None:
    shown = quote("600000.SH", "12:00:00", 10, pre_close=10, phase=Phase.LUNCH)
    night = quote("600000.SH", "16:00:00", 10, pre_close=10)
    assert judged(ENTRY, at=night, desk=desk(now=night.time)).code == "OUT_OF_SESSION"
    assert judged(ENTRY, at=shown, desk=desk(now=shown.time)).outcome in (Outcome.BLOCKED, Outcome.ACTED)


def test_every_decision_lists_its_reasons() -> None:
    for kind in SignalKind:
        verdict = judged(kind)
        assert verdict.reasons[0].code == "LEVEL"
        assert verdict.reasons[-1].code == "SENT"
        assert all(reason.text for reason in verdict.reasons)
