"""What a user types finds securities: certain, asked about, or refused with a sentence."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from core.clock import ManualClock
from core.domain.market import Symbol
from core.lanes import Lane
from core.market.directory.cache import load_cached
from core.ports import NoActivity
from core.service.instrument_desk import InstrumentDesk, PrepareList
from core.service.news import InstrumentsFound
from tests.fakes.market import at, instrument


class Nowhere:
    """The context of a job that runs right here."""

    def progress(self, done: int, total: int, text: str) -> None: ...

    def cancelled(self) -> bool:
        return False

    def ask(self, question: object) -> object:
        raise AssertionError(question)


MT = Symbol("600519.SH")


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[InstrumentDesk]:
    lane = Lane("files", NoActivity())
    made = InstrumentDesk(ManualClock(at("2026-11-20 10:00:00")), lane, tmp_path)
    yield made
    lane.close()


@pytest.mark.parametrize("text", ["600519", "sh600519", "贵州茅台", "gzmt", "６００５１９"])
def test_one_security_is_meant(desk: InstrumentDesk, text: str) -> None:
    found = desk.search(text, 10)
    assert (found.symbol, found.found[0].name) == (MT, "贵州茅台")


def test_what_is_ambiguous_asks(desk: InstrumentDesk) -> None:
    found = desk.search("茅台", 10)
    assert found.symbol is None
    assert "请选一个" in found.note
    assert MT in [one.symbol for one in found.found]
    both = desk.search("000001", 10)
    assert {one.symbol for one in both.found} >= {Symbol("000001.SZ"), Symbol("000001.SH")}
    assert both.symbol is None


def test_what_is_nothing_says_why(desk: InstrumentDesk) -> None:
    found = desk.search("zzzzzzzz", 10)
    assert (found.symbol, found.found) == (None, ())
    assert "没有找到" in found.note
    assert desk.search("  ", 10) == InstrumentsFound("  ", ())


def test_a_prepared_list_is_kept_and_found_at_the_next_start(desk: InstrumentDesk, tmp_path: Path) -> None:
    new = Symbol("603999.SH")
    job = PrepareList(
        (instrument(new, Decimal("9.00"), name="盯盘科技"),), "公开行情", date(2026, 11, 20), tmp_path
    )
    entries = job.run(Nowhere())
    assert [(entry.symbol, entry.initials[0]) for entry in entries] == [(new, "DPKJ")]
    kept = load_cached(tmp_path)
    assert kept is not None
    assert kept.day == date(2026, 11, 20)
    assert desk.instrument(new) is None
    asyncio.run(desk.open())
    known = desk.instrument(new)
    assert known is not None
    assert (known.name, desk.search("dpkj", 5).symbol) == ("盯盘科技", new)
