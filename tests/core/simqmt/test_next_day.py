"""The next day at a word: what lies between is passed over, on every market."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from core.domain.enums import Phase
from core.simqmt.clockwork.conductor import Conductor
from core.simqmt.market.builtin.market import BuiltinMarket
from core.simqmt.market.sources import MarketSource
from core.simqmt.market.static_file import StaticFileMarket
from core.simqmt.terminal import SimTerminal
from tests.core.simqmt.conftest import PFYH
from tests.fakes.market import at
from tests.fakes.simqmt import ACCOUNT

MONDAY = "2026-11-23"


def market_of(kind: str, folder: Path) -> MarketSource:
    if kind == "builtin":
        return BuiltinMarket(1)
    file = folder / "still.json"
    file.write_text(json.dumps({PFYH: {"last": 10.0}}), encoding="utf-8")
    return StaticFileMarket(file, start_ms=at("10:00:00"))


@pytest.mark.parametrize("kind", ["builtin", "static"])
@pytest.mark.parametrize("lockstep", [True, False])
def test_the_next_day_plays_no_burst_of_what_was_skipped(tmp_path: Path, kind: str, lockstep: bool) -> None:
    market = market_of(kind, tmp_path)
    clock = Conductor(market.start_ms, lockstep=lockstep, speed=1.0)
    terminal = SimTerminal(tmp_path, {ACCOUNT: Decimal(1)}, market, clock)
    try:
        terminal.next_day()
        assert str(terminal.trading_day) == MONDAY
        due = market.peek_ms()
        assert due is not None
        assert 0 <= due - at(f"{MONDAY} 09:30:00") < 3_000
        shown = terminal.quotes()
        assert bool(shown) is (kind == "builtin")
        assert {quote.time.date().isoformat() for quote in shown} <= {MONDAY}
        assert all(quote.phase in (Phase.PAUSE, Phase.OPEN_CALL) for quote in shown)
        assert all(quote.time_ms >= at(f"{MONDAY} 09:25:00") for quote in shown)
    finally:
        terminal.close()


def test_prices_that_stand_still_trade_at_the_close_after_hours(tmp_path: Path) -> None:
    market = market_of("static", tmp_path)
    assert isinstance(market, StaticFileMarket)
    market.skip_to(at("15:00:03"))
    phases = []
    while (due := market.peek_ms()) is not None and due < at(f"{MONDAY} 09:15:00"):
        (quote,) = market.pop()
        phases.append((quote.time.strftime("%H:%M:%S"), quote.phase))
    assert phases[:2] == [("15:00:03", Phase.CLOSED), ("15:05:00", Phase.AFTER_HOURS)]
    assert phases[-1] == ("15:30:00", Phase.CLOSED)
