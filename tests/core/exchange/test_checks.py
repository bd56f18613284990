"""The order of the checks, their sentences, and what the worked cases do not reach."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

import pytest

from core.domain.enums import Side
from core.domain.market import SHANGHAI
from core.exchange.cage import BookTop
from core.exchange.calendar import MAINLAND
from core.exchange.check_steps import st_daily_cap
from core.exchange.checks import check_cancel, check_order
from core.exchange.limits import LimitFacts, Limits
from core.exchange.orders import OrderQuery
from core.exchange.refusals import RuleCode
from core.exchange.sessions import Acceptance

D = Decimal


def at(clock: str, day: date = date(2026, 11, 20)) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), SHANGHAI)


BUY = OrderQuery(
    symbol="600000.SH",
    side=Side.BUY,
    volume=100,
    price=D("10.00"),
    moment=at("10:00"),
    prev_close=D("10.00"),
    top=BookTop(D("9.99"), D("10.00"), D("10.00")),
    cash=D(100_000),
)
SELL = replace(BUY, side=Side.SELL, can_use=1_000)


def test_a_good_order_passes_and_says_what_it_holds_back() -> None:
    verdict = check_order(BUY)
    assert verdict.ok
    assert verdict.code is RuleCode.OK
    assert verdict.acceptance is Acceptance.ACCEPT
    assert verdict.freeze_cash == D("1005.01")
    assert check_order(SELL).freeze_volume == 100


@pytest.mark.parametrize(
    ("query", "code", "text"),
    [
        (
            replace(BUY, price=D("10.123")),
            RuleCode.PRICE_TICK,
            "价格 10.123 不是 0.01 的整数倍。可用 10.12 或 10.13。",
        ),
        (replace(BUY, price=D("0.004")), RuleCode.PRICE_TICK, "价格 0.004 不是 0.01 的整数倍。可用 0.01。"),
        (replace(BUY, price=None), RuleCode.PRICE_NOT_POSITIVE, None),
        (replace(BUY, price=D("NaN")), RuleCode.PRICE_NOT_POSITIVE, None),
        (
            replace(BUY, price=D("11.01")),
            RuleCode.PRICE_ABOVE_LIMIT_UP,
            "价格 11.01 高于涨停价 11.00。最高可用 11.00。",
        ),
        (
            replace(SELL, price=D("9.70")),
            RuleCode.CAGE_LOW,
            "卖出价 9.70 低于价格笼子下限 9.79（基准价 9.99）。可用 9.79。",
        ),
        (
            replace(BUY, cash=D("1005.00")),
            RuleCode.INSUFFICIENT_CASH,
            "可用资金 1005.00 元不足，需 1005.01 元（含费用 5.01），差 0.01 元。",
        ),
        (replace(SELL, can_use=None), RuleCode.INSUFFICIENT_POSITION, "要卖 100 股，可卖只有 0 股。"),
        (replace(BUY, prev_close=None), RuleCode.NO_PREV_CLOSE, None),
        (replace(BUY, moment=at("10:00", date(2026, 11, 21))), RuleCode.NOT_TRADING_DAY, None),
        (replace(BUY, moment=at("10:00", date(2027, 3, 1))), RuleCode.CALENDAR_UNKNOWN, None),
        (replace(BUY, moment=at("16:00")), RuleCode.OUT_OF_SESSION, "现在 16:00:00 是休市，不接受委托。"),
        (replace(BUY, price_type=99), RuleCode.PRICE_TYPE_UNKNOWN, "不认识报价类型 99。"),
        (replace(BUY, symbol="830799.BJ"), RuleCode.BAD_CODE, None),
        (
            replace(BUY, symbol="688981.SH", volume=200, price=None, price_type=42),
            RuleCode.PROTECTION_PRICE_REQUIRED,
            None,
        ),
        (replace(BUY, symbol="113050.SH", price_type=42), RuleCode.PRICE_TYPE_NOT_FOR_EXCHANGE, None),
    ],
)
def test_refusals_name_the_thing_the_numbers_and_the_cure(
    query: OrderQuery, code: RuleCode, text: str | None
) -> None:
    verdict = check_order(query)
    assert verdict.code is code
    assert verdict.acceptance is Acceptance.REJECT
    assert verdict.refusal is not None
    assert verdict.refusal.text.endswith("。")
    if text is not None:
        assert verdict.refusal.text == text


def test_the_order_of_the_checks() -> None:
    """An order wrong in every way is refused for one thing after the other as they are put right."""
    query = OrderQuery(
        symbol="600000",
        side=Side.BUY,
        volume=-1,
        price=D("99.999"),
        moment=at("10:00", date(2026, 11, 21)),
        price_type=47,
        halted=True,
        prev_close=D("10.00"),
        facts=LimitFacts("ST某某"),
        top=BookTop(best_ask=D("10.00")),
        cash=D(0),
        bought_today=500_000,
    )
    mends = [
        (RuleCode.BAD_CODE, {"symbol": "600000.SH"}),
        (RuleCode.HALTED, {"halted": False}),
        (RuleCode.NOT_TRADING_DAY, {"moment": at("16:00")}),
        (RuleCode.OUT_OF_SESSION, {"moment": at("10:00")}),
        (RuleCode.PRICE_TYPE_NOT_FOR_EXCHANGE, {"price_type": 11}),
        (RuleCode.QTY_NOT_POSITIVE, {"volume": 1_000_001}),
        (RuleCode.QTY_ABOVE_MAX, {"volume": 101}),
        (RuleCode.QTY_STEP, {"volume": 100}),
        (RuleCode.PRICE_TICK, {"price": D("99.99")}),
        (RuleCode.PRICE_ABOVE_LIMIT_UP, {"price": D("10.50")}),
        (RuleCode.CAGE_HIGH, {"price": D("10.00")}),
        (RuleCode.ST_DAILY_BUY_CAP, {"bought_today": 0}),
        (RuleCode.INSUFFICIENT_CASH, {"cash": D(10_000)}),
    ]
    for code, mend in mends:
        assert check_order(query).code is code
        query = replace(query, **mend)  # type: ignore[arg-type]
    assert check_order(query).ok


def test_the_feeds_limits_beat_ours() -> None:
    tight = replace(BUY, price=D("10.60"), top=BookTop(), limits=Limits(D("10.50"), D("9.50")))
    assert check_order(tight).code is RuleCode.PRICE_ABOVE_LIMIT_UP
    assert check_order(replace(tight, moment=at("09:16"), limits=None)).ok


def test_the_last_price_type_is_judged_at_the_last_price() -> None:
    latest = replace(BUY, price=None, price_type=5)
    assert check_order(latest).freeze_cash == D("1005.01")
    assert check_order(replace(latest, top=BookTop())).code is RuleCode.PRICE_NOT_POSITIVE


def test_a_market_order_freezes_at_its_protection_price_else_at_limit_up() -> None:
    market = replace(BUY, price=D("10.50"), price_type=42)
    assert check_order(market).freeze_cash == D("1055.01")
    assert check_order(replace(market, price=None)).freeze_cash == D("1105.01")
    free = replace(market, price=None, facts=LimitFacts(listing_day=1))
    assert check_order(free).code is RuleCode.PROTECTION_PRICE_REQUIRED


def test_a_market_order_knows_no_cage() -> None:
    assert check_order(replace(BUY, price=D("10.90"), price_type=42)).cage is None


def test_an_old_chinext_cage_parks_and_does_not_reject() -> None:
    old = replace(SELL, symbol="300750.SZ", price=D("9.50"), moment=at("10:00", date(2022, 6, 1)))
    verdict = check_order(old)
    assert verdict.ok
    assert verdict.parked
    assert verdict.acceptance is Acceptance.QUEUE


def test_a_fixed_price_order_worse_than_the_close_is_invalid() -> None:
    fixed = replace(BUY, price=D("9.99"), price_type=49, moment=at("15:10"), close=D("10.00"))
    assert check_order(fixed).code is RuleCode.FIXED_PRICE_INVALID
    assert check_order(replace(fixed, price=D("10.00"))).ok
    assert check_order(replace(fixed, side=Side.SELL, can_use=100, price=D("10.01"))).code is (
        RuleCode.FIXED_PRICE_INVALID
    )


def test_the_users_calendar_is_asked() -> None:
    storm = MAINLAND.with_days(closed=[date(2026, 11, 20)])
    assert check_order(BUY, storm).code is RuleCode.NOT_TRADING_DAY


@pytest.mark.parametrize(
    ("symbol", "day", "cap"),
    [
        ("600001.SH", date(2026, 11, 20), 500_000),
        ("000004.SZ", date(2026, 11, 20), 500_000),
        ("688001.SH", date(2026, 11, 20), None),
        ("920010.BJ", date(2026, 8, 28), None),
        ("920010.BJ", date(2026, 8, 31), 200_000),
    ],
)
def test_daily_cap_of_risk_warning_stocks(symbol: str, day: date, cap: int | None) -> None:
    assert st_daily_cap(symbol, day) == cap


def test_cancel_by_status_and_time() -> None:
    assert check_cancel("600000.SH", at("10:00"), 50) is None
    late = check_cancel("600000.SH", at("14:58"), 50)
    assert late is not None
    assert late.text == "现在 14:58:00 是收盘集合竞价，交易所不接受撤单。"
    for status in (48, 51, 52, 53, 54, 56, 57, 255):
        refusal = check_cancel("600000.SH", at("10:00"), status)
        assert refusal is not None
        assert refusal.code is RuleCode.NOT_CANCELLABLE
