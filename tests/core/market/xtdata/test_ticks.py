"""The vendor's records to ours, on records that were seen in the wild."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.domain.enums import Period, Phase
from core.domain.market import Instrument, Quote, Symbol, ms_to_datetime
from core.market.xtdata.ticks import (
    TickConverter,
    convert_bars,
    convert_detail,
    convert_tick,
    default_tick,
    volume_unit,
)
from tests.fakes.market import at

SYMBOL = Symbol("000001.SZ")
FUND = Symbol("510300.SH")

# The sample in the vendor's own documentation: 2024-12-02 13:55:54.
SAMPLE: dict[str, Any] = {
    "time": 1733118954000,
    "lastPrice": 11.39,
    "open": 11.39,
    "high": 11.4,
    "low": 11.31,
    "lastClose": 11.38,
    "amount": 862127800.0,
    "volume": 758613,
    "pvolume": 75861284,
    "stockStatus": 3,
    "openInt": 13,
    "transactionNum": 37062,
    "askPrice": [11.4, 11.41, 11.42, 11.43, 11.44],
    "bidPrice": [11.39, 11.38, 11.370000000000001, 11.36, 11.35],
    "askVol": [10929, 12401, 6671, 4555, 6708],
    "bidVol": [2429, 7127, 7146, 9111, 12189],
}
INSTRUMENT = Instrument(
    SYMBOL,
    "平安银行",
    Decimal("0.01"),
    Decimal("11.38"),
    Decimal("12.52"),
    Decimal("10.24"),
    date(2024, 12, 2),
)


def test_the_documented_sample() -> None:
    quote = convert_tick(SYMBOL, SAMPLE, INSTRUMENT, "QMT")
    assert quote == Quote(
        symbol=SYMBOL,
        time_ms=1733118954000,
        last=11_390,
        open=11_390,
        high=11_400,
        low=11_310,
        pre_close=11_380,
        volume=75_861_284,
        amount=862127800.0,
        bids=(
            (11_390, 242_900),
            (11_380, 712_700),
            (11_370, 714_600),
            (11_360, 911_100),
            (11_350, 1_218_900),
        ),
        asks=(
            (11_400, 1_092_900),
            (11_410, 1_240_100),
            (11_420, 667_100),
            (11_430, 455_500),
            (11_440, 670_800),
        ),
        phase=Phase.CONTINUOUS,
        limit_up=12_520,
        limit_down=10_240,
        suspended=False,
        source="QMT",
    )


def test_without_shares_the_lots_count() -> None:
    lots = {name: value for name, value in SAMPLE.items() if name != "pvolume"}
    assert convert_tick(SYMBOL, lots).volume == 75_861_300


def test_a_converter_that_is_kept_remembers_nothing_wrong() -> None:
    """Symbols, ticks, days and instruments in turn, each as a fresh conversion gives it."""
    converter = TickConverter("QMT")
    tomorrow = replace(INSTRUMENT, trading_day=date(2024, 12, 3), limit_up=Decimal("13.00"))
    fund = replace(INSTRUMENT, symbol=FUND, tick=Decimal("0.001"))
    odd = SAMPLE | {"lastPrice": 11.3874, "open": float("nan"), "askPrice": [0.0] * 5, "askVol": [0] * 5}
    short = SAMPLE | {"bidPrice": [11.39, None], "bidVol": [3, -1, 5], "askPrice": None}
    for _ in range(2):
        for tick in (SAMPLE, odd, short, SAMPLE | {"lastClose": 11.37}):
            for symbol, known in ((SYMBOL, INSTRUMENT), (SYMBOL, tomorrow), (SYMBOL, None), (FUND, fund)):
                assert converter.convert(symbol, tick, known) == convert_tick(symbol, tick, known, "QMT")
    assert converter.convert(SYMBOL, odd).last == 11_390
    assert converter.convert(FUND, odd).last == 11_387
    assert converter.convert(SYMBOL, SAMPLE, INSTRUMENT).limit_up == 12_520
    assert converter.convert(SYMBOL, SAMPLE, tomorrow).limit_up == 0
    assert converter.convert(SYMBOL, short).bids == ((11_390, 300), (0, 0))
    assert converter.convert(SYMBOL, SAMPLE, received_ms=7).received_ms == 7


@pytest.mark.parametrize(
    ("symbol", "price", "milli"),
    [
        (SYMBOL, 11.370000000000001, 11_370),
        (SYMBOL, 0.1 + 0.2, 300),
        (FUND, 4.718, 4_718),
        (FUND, 4.7179999999999, 4_718),
        (SYMBOL, float("nan"), 0),
        (SYMBOL, float("inf"), 0),
        (SYMBOL, -1.0, 0),
        (SYMBOL, 0, 0),
        (SYMBOL, None, 0),
    ],
)
def test_prices_are_on_the_tick(symbol: Symbol, price: float, milli: int) -> None:
    assert convert_tick(symbol, SAMPLE | {"lastPrice": price}).last == milli


@pytest.mark.parametrize(
    ("open_int", "status", "clock", "phase"),
    [
        (11, 0, "09:10:00", Phase.PRE_OPEN),
        (12, 0, "09:20:00", Phase.OPEN_CALL),
        (13, 3, "10:00:00", Phase.CONTINUOUS),
        (13, 3, "11:45:00", Phase.LUNCH),
        (13, 3, "09:27:00", Phase.PAUSE),
        (14, 0, "11:45:00", Phase.LUNCH),
        (15, 0, "15:01:00", Phase.CLOSED),
        (16, 0, "10:00:00", Phase.SUSPENDED),
        (13, 17, "10:00:00", Phase.SUSPENDED),
        (20, 13, "10:00:00", Phase.SUSPENDED),
        (18, 0, "14:58:00", Phase.CLOSE_CALL),
        (22, 0, "15:10:00", Phase.AFTER_HOURS),
        (0, 13, "10:00:00", Phase.CONTINUOUS),
        (0, 3, "10:00:00", Phase.UNKNOWN),
        (10, 10, "10:00:00", Phase.UNKNOWN),
        (None, None, "10:00:00", Phase.UNKNOWN),
        (54_321, 0, "10:00:00", Phase.UNKNOWN),  # an open interest
    ],
)
def test_phases(open_int: int | None, status: int | None, clock: str, phase: Phase) -> None:
    quote = convert_tick(SYMBOL, SAMPLE | {"time": at(clock), "openInt": open_int, "stockStatus": status})
    assert quote.phase is phase
    assert quote.suspended is (phase is Phase.SUSPENDED)


def test_a_halted_instrument_counts_only_when_the_tick_says_nothing() -> None:
    halted = replace(INSTRUMENT, suspended=True)
    assert convert_tick(SYMBOL, SAMPLE, halted).phase is Phase.CONTINUOUS
    assert convert_tick(SYMBOL, SAMPLE | {"openInt": 0}, halted).suspended


@pytest.mark.parametrize(
    "change",
    [{"trading_day": date(2024, 11, 29)}, {"pre_close": Decimal("11.37")}],
    ids=["another day", "another previous close"],
)
def test_limits_of_another_day_are_not_used(change: dict[str, Any]) -> None:
    quote = convert_tick(SYMBOL, SAMPLE, replace(INSTRUMENT, **change))
    assert (quote.limit_up, quote.limit_down) == (0, 0)


@pytest.mark.parametrize("broken", [{}, {"time": None}, {"time": "x", "lastPrice": 1.0}, {"time": 1}])
def test_what_is_no_tick_raises(broken: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        convert_tick(SYMBOL, broken)


DETAIL: dict[str, Any] = {
    "InstrumentName": "*ST平安",
    "TradingDay": "20241202",
    "PreClose": 11.38,
    "UpStopPrice": 12.52,
    "DownStopPrice": 10.24,
    "PriceTick": 0.01,
    "InstrumentStatus": 0,
}


def test_instrument_detail() -> None:
    instrument = convert_detail(SYMBOL, DETAIL)
    assert instrument == replace(INSTRUMENT, name="*ST平安", is_st=True)
    assert str(instrument.limit_up) == "12.52"
    fund = convert_detail(FUND, DETAIL | {"PriceTick": 0.001, "PreClose": 4.718, "InstrumentName": "300ETF"})
    assert (str(fund.tick), str(fund.pre_close), fund.is_st) == ("0.001", "4.718", False)


@pytest.mark.parametrize("mark", [0.0, 100000.0, 99999.99, float("nan"), None])
def test_no_limit_marks_are_no_prices(mark: float | None) -> None:
    instrument = convert_detail(SYMBOL, DETAIL | {"UpStopPrice": mark, "DownStopPrice": mark})
    assert (instrument.limit_up, instrument.limit_down) == (None, None)


def test_a_poor_detail_still_makes_an_instrument() -> None:
    instrument = convert_detail(FUND, {"InstrumentStatus": 3})
    assert instrument == Instrument(FUND, "", Decimal("0.001"), Decimal(0), suspended=True)
    assert default_tick(Symbol("999999.XX")) == Decimal("0.01")


def columns(**change: list[Any]) -> dict[str, list[Any]]:
    plain: dict[str, list[Any]] = {
        "time": [at("09:31:00"), at("09:32:00")],
        "open": [10.0, 10.1],
        "high": [10.2, 10.1],
        "low": [9.9, 10.0],
        "close": [10.1, 10.0],
        "volume": [1234, 500],
        "amount": [1_244_000.0, 501_000.0],
    }
    return plain | change


def test_bars_in_lots_and_in_shares() -> None:
    lots = convert_bars(SYMBOL, Period.M1, columns())
    shares = convert_bars(SYMBOL, Period.M1, columns(volume=[123_400, 50_000]))
    assert lots == shares
    assert (lots[0].volume, lots[0].open, lots[0].close) == (123_400, 10_000, 10_100)
    assert volume_unit([10.0], [0], [0.0]) == 100


def test_bars_without_a_price_are_left_out() -> None:
    nan = float("nan")
    bars = convert_bars(
        SYMBOL, Period.M1, columns(close=[nan, 10.0], amount=[nan, 501_000.0], volume=[nan, 500])
    )
    assert [bar.close for bar in bars] == [10_000]


def test_a_daily_bar_is_stamped_with_the_close() -> None:
    midnight = at("00:00:00")
    bars = convert_bars(SYMBOL, Period.D1, columns(time=[midnight - 86_400_000, midnight]))
    assert [ms_to_datetime(bar.time_ms).strftime("%m-%d %H:%M") for bar in bars] == [
        "11-19 15:00",
        "11-20 15:00",
    ]
