"""The one rule that says which quote may trigger: every reason has its case and its sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.enums import Phase
from core.domain.market import Quote, Symbol, ms_to_datetime
from core.exchange.sessions import domain_phase
from core.market.validity import NO_SILENCE, QuoteFault, Silence, judge, trading_back, trading_ms_between
from tests.fakes.market import at, quote

SYMBOL = Symbol("600000.SH")
GOOD = quote(SYMBOL, "10:00:00", "8.00", pre_close="7.90", limit_up="8.69", limit_down="7.11")
NOW = at("10:00:01")


def fault(
    item: Quote | None, now_ms: int = NOW, phase: Phase = Phase.CONTINUOUS, silence: Silence = NO_SILENCE
) -> QuoteFault:
    verdict = judge(SYMBOL, item, now_ms, phase, silence)
    assert verdict.ok is (verdict.fault is QuoteFault.OK)
    assert verdict.ok or SYMBOL in verdict.text
    return verdict.fault


def test_a_good_quote_may_trigger() -> None:
    assert fault(GOOD) is QuoteFault.OK
    assert judge(SYMBOL, GOOD, NOW, Phase.CONTINUOUS).text == ""


@pytest.mark.parametrize(
    ("item", "expected", "words"),
    [
        (None, QuoteFault.NO_QUOTE, "还没有收到行情"),
        (replace(GOOD, last=0), QuoteFault.ZERO_PRICE, "最新价为 0"),
        (replace(GOOD, pre_close=0), QuoteFault.NO_PRE_CLOSE, "没有昨收价"),
        (replace(GOOD, suspended=True), QuoteFault.SUSPENDED, "停牌"),
        (replace(GOOD, phase=Phase.SUSPENDED), QuoteFault.SUSPENDED, "停牌"),
        (replace(GOOD, last=8_700), QuoteFault.OUTSIDE_LIMITS, "8.700 高于涨停价 8.690"),
        (replace(GOOD, last=7_100), QuoteFault.OUTSIDE_LIMITS, "7.100 低于跌停价 7.110"),
        (replace(GOOD, bids=((8_000, 100),), asks=((8_000, 100),)), QuoteFault.AUCTION, "买一等于卖一 8.000"),
        (replace(GOOD, time_ms=NOW + 61_000), QuoteFault.CLOCK_AHEAD, "快 61 秒"),
        (replace(GOOD, time_ms=at("2026-11-19 10:00:00")), QuoteFault.STALE, "停在 2026-11-19 10:00:00"),
        (replace(GOOD, time_ms=NOW - 300_001), QuoteFault.STALE, "300 秒"),
    ],
)
def test_each_reason_has_a_sentence_with_its_numbers(
    item: Quote | None, expected: QuoteFault, words: str
) -> None:
    assert fault(item) is expected
    assert words in judge(SYMBOL, item, NOW, Phase.CONTINUOUS).text


@pytest.mark.parametrize(
    "item",
    [
        replace(GOOD, last=8_690),
        replace(GOOD, last=7_110),
        replace(GOOD, last=9_999, limit_up=0, limit_down=0),
        replace(GOOD, time_ms=NOW - 300_000),
        replace(GOOD, time_ms=NOW + 60_000),
        replace(GOOD, last=8_690, asks=((0, 0),)),  # locked at the limit: a real price
        replace(GOOD, phase=Phase.UNKNOWN),  # the source does not say; the clock does
    ],
)
def test_borders_that_are_still_good(item: Quote) -> None:
    assert fault(item) is QuoteFault.OK


PHASES = {
    Phase.PRE_OPEN: QuoteFault.OUT_OF_SESSION,
    Phase.OPEN_CALL: QuoteFault.AUCTION,
    Phase.PAUSE: QuoteFault.OUT_OF_SESSION,
    Phase.CONTINUOUS: QuoteFault.OK,
    Phase.LUNCH: QuoteFault.LUNCH,
    Phase.CLOSE_CALL: QuoteFault.AUCTION,
    Phase.AFTER_HOURS: QuoteFault.OUT_OF_SESSION,
    Phase.CLOSED: QuoteFault.OUT_OF_SESSION,
    Phase.SUSPENDED: QuoteFault.SUSPENDED,
    Phase.UNKNOWN: QuoteFault.OK,
}


@pytest.mark.parametrize("phase", list(Phase))
def test_the_snapshot_and_the_clock_must_both_be_in_continuous_trading(phase: Phase) -> None:
    assert fault(replace(GOOD, phase=phase)) is PHASES[phase]
    assert fault(GOOD, phase=phase) is PHASES[phase]


def test_nobody_knows_the_phase() -> None:
    assert fault(replace(GOOD, phase=Phase.UNKNOWN), phase=Phase.UNKNOWN) is QuoteFault.OUT_OF_SESSION


def test_shanghai_says_trade_at_lunch_and_the_clock_says_lunch() -> None:
    lunch = replace(GOOD, time_ms=at("11:45:00"))
    assert (
        fault(lunch, at("11:45:00"), domain_phase(SYMBOL, ms_to_datetime(lunch.time_ms))) is QuoteFault.LUNCH
    )


def test_the_zero_prices_of_the_opening_auction_are_the_auction() -> None:
    opening = replace(GOOD, last=0, phase=Phase.OPEN_CALL, time_ms=at("09:20:00"))
    assert fault(opening, at("09:20:00"), Phase.OPEN_CALL) is QuoteFault.AUCTION


def test_a_stopped_feed_makes_every_price_old() -> None:
    assert fault(GOOD, silence=Silence(8_000, 8_000)) is QuoteFault.OK
    assert fault(GOOD, silence=Silence(8_001, 8_000)) is QuoteFault.FEED_STOPPED
    assert fault(GOOD, silence=Silence(8_001, 20_000)) is QuoteFault.OK
    words = judge(SYMBOL, GOOD, NOW, Phase.CONTINUOUS, Silence(21_000, 16_000, "SH")).text
    assert words == "上海市场的行情都已 21 秒没有更新（上限 16 秒），600000.SH 的价格不可信"


@pytest.mark.parametrize(
    ("moment", "span_s", "expected"),
    [
        ("10:00:00", 10, "09:59:50"),
        ("09:30:04", 10, "00:00:00"),
        ("09:20:00", 10, "00:00:00"),
        ("12:10:00", 10, "11:29:50"),
        ("13:00:04", 10, "11:29:54"),
        ("13:00:10", 10, "11:30:00"),
        ("13:00:11", 10, "13:00:01"),
        ("16:00:00", 60, "14:59:00"),
    ],
)
def test_going_back_in_trading_time(moment: str, span_s: int, expected: str) -> None:
    found = trading_back(at(moment), span_s * 1000)
    assert found == at(expected)
    assert expected == "00:00:00" or trading_ms_between(found, at(moment)) == span_s * 1000


def test_lunch_does_not_age_a_quote() -> None:
    before_lunch = replace(GOOD, time_ms=at("11:29:00"))
    assert fault(before_lunch, at("13:03:59")) is QuoteFault.OK
    assert fault(before_lunch, at("13:04:01")) is QuoteFault.STALE


@pytest.mark.parametrize(
    ("start", "end", "seconds"),
    [
        ("10:00:00", "10:00:05", 5),
        ("11:29:55", "13:00:05", 10),
        ("09:00:00", "09:30:05", 5),
        ("14:59:50", "15:30:00", 10),
        ("09:30:00", "15:00:00", 4 * 3600),
        ("2026-11-19 14:00:00", "2026-11-20 09:30:07", 7),
        ("10:00:05", "10:00:00", 0),
    ],
)
def test_trading_time(start: str, end: str, seconds: int) -> None:
    assert trading_ms_between(at(start), at(end)) == seconds * 1000


@pytest.mark.parametrize("day", ["sz5", "sh30"])
def test_on_a_real_day_only_continuous_snapshots_may_trigger(
    day: str, request: pytest.FixtureRequest
) -> None:
    quotes: list[Quote] = request.getfixturevalue(day)
    for item in quotes:
        clock_phase = domain_phase(item.symbol, item.time)
        verdict = judge(item.symbol, item, item.time_ms, clock_phase)
        both = item.phase is clock_phase is Phase.CONTINUOUS
        # 688218.SH has a snapshot of continuous trading before its first trade of the day.
        assert verdict.ok is (both and item.last > 0), f"{item.time} {verdict}"
