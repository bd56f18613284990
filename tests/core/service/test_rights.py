"""Ex-rights days: levels move with the price before anything can trigger, or wait for the user's word."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from core.domain.enums import AlarmRank, FeedState, ItemState
from core.domain.exrights import ExRightsPolicy
from core.domain.market import Symbol
from core.domain.watch import QuantConfig, WatchItem
from core.errors import SourceError
from core.market.history.adjust import Dividend
from core.market.history.exrights import LastClose
from core.market.history.jobs import Yesterday
from core.service import commands as c
from core.service.news import AlarmNews, DecisionNews, ItemsNews, ItemViewsNews, QuotesNews, RescaleNews
from core.service.rights import Closes, Dividends
from core.service.rights_held import DONE, SET_ON
from core.service.sources import QuotePlan
from tests.fakes.desk import journal_rows
from tests.fakes.market import quote
from tests.fakes.real_desk import ACCOUNT, RealDesk

PF = Symbol("600000.SH")
ITEM = WatchItem(
    "pf",
    PF,
    entry_low=Decimal("9.00"),
    entry_high=Decimal("10.60"),
    take_profit=Decimal("12.00"),
    stop_loss=Decimal("8.00"),
    quant=QuantConfig(enabled=True),
)


async def dear(symbols: Sequence[Symbol], before: date) -> dict[Symbol, Yesterday]:
    """Everything closed at 11.00 yesterday."""
    del before
    return {symbol: Yesterday(LastClose(date(2026, 11, 19), Decimal("11.00"))) for symbol in symbols}


def open_desk(
    tmp_path: Path,
    policy: ExRightsPolicy = ExRightsPolicy.RESCALE,
    items: Sequence[WatchItem] = (ITEM,),
    closes: Closes = dear,
    dividends: Dividends | None = None,
) -> RealDesk:
    """A desk whose share closed at 11.00 yesterday; its first quote follows."""
    return RealDesk(
        tmp_path,
        items,
        QuotePlan(),
        by_hand="MiniQMT",
        closes=closes,
        dividends=dividends,
        ex_rights=policy,
    )


def tell(desk: RealDesk, price: str, pre_close: str) -> None:
    def now() -> None:
        if desk.hand.health.state is not FeedState.LIVE:
            desk.hand.be(FeedState.LIVE)
        told = quote(PF, desk.clock.now_ms(), price, pre_close=pre_close)
        desk.hand.tell(replace(told, source="MiniQMT"))

    desk.act(now)


def item_now(desk: RealDesk) -> WatchItem:
    return desk.desk.service.items["pf"]


def test_levels_are_rescaled_before_the_first_trade_and_said(tmp_path: Path) -> None:
    """10 for 10: half the price. On its old zone the item would have bought at 5.50, on the new one it must not."""
    with open_desk(tmp_path, ExRightsPolicy.RESCALE) as desk:
        tell(desk, "5.50", "5.50")
        desk.until(lambda: desk.told(RescaleNews))
        told = desk.told(RescaleNews)[0]
        assert (told.held, told.before.stop_loss, told.after.stop_loss) == (
            False,
            Decimal("8.00"),
            Decimal("4.00"),
        )
        assert "11.00" in told.reason
        assert "8.00 → 4.00" in told.reason
        changed = item_now(desk)
        assert (changed.entry_low, changed.entry_high) == (Decimal("4.50"), Decimal("5.30"))
        assert (DONE, "2026-11-20") in changed.extra
        alarm = next(one for one in desk.told(AlarmNews) if one.key == "rights/pf")
        assert alarm.rank is AlarmRank.CARE
        assert desk.told(DecisionNews)[-1].decision.code == "EX_RIGHTS"
        desk.until(lambda: desk.told(ItemsNews)[-1].items[0].stop_loss == Decimal("4.00"))
        assert desk.terminal.orders(ACCOUNT) == []
    path = tmp_path / "journal.db"
    assert journal_rows(path, "select count(*) from decisions where decision_id like 'rights-%'") == [(1,)]


def test_a_restart_on_the_same_day_rescales_nothing_twice(tmp_path: Path) -> None:
    done = replace(
        ITEM, stop_loss=Decimal("4.00"), entry_low=None, entry_high=None, extra=((DONE, "2026-11-20"),)
    )
    with open_desk(tmp_path, ExRightsPolicy.RESCALE, [done]) as desk:
        tell(desk, "5.50", "5.50")
        desk.until(lambda: desk.told(ItemViewsNews))
        assert desk.told(RescaleNews) == []
        assert item_now(desk).stop_loss == Decimal("4.00")


def test_an_ordinary_day_changes_nothing(tmp_path: Path) -> None:
    with open_desk(tmp_path, ExRightsPolicy.RESCALE) as desk:
        tell(desk, "10.50", "11.00")
        desk.until(lambda: desk.terminal.orders(ACCOUNT))
        assert desk.told(RescaleNews) == []


def test_levels_may_wait_for_the_user(tmp_path: Path) -> None:
    old = replace(ITEM, entry_low=Decimal("5.00"))
    with open_desk(tmp_path, ExRightsPolicy.HOLD, [old]) as desk:
        tell(desk, "5.50", "5.50")
        desk.until(lambda: desk.told(RescaleNews))
        assert desk.told(RescaleNews)[0].held
        assert next(one for one in desk.told(AlarmNews) if one.key == "rights/pf").rank is AlarmRank.ALARM
        view = [v for news in desk.told(ItemViewsNews) for v in news.views][-1]
        assert (view.state, view.state_text) == (ItemState.BLOCKED, "除权待确认")
        tell(desk, "5.40", "5.50")
        assert (desk.terminal.orders(ACCOUNT), item_now(desk).stop_loss) == ([], Decimal("8.00"))
        answer = desk.command(lambda command_id: c.AcceptRescale(command_id, "pf"))
        assert (answer.ok, answer.text) == (True, "已按除权比例换算价位")
        assert item_now(desk).stop_loss == Decimal("4.00")
        cured = [one for one in desk.told(AlarmNews) if one.key == "rights/pf" and one.cured]
        assert cured
        assert desk.told(RescaleNews)[-1] == RescaleNews("pf", "", held=False)
        again = desk.command(lambda command_id: c.AcceptRescale(command_id, "pf"))
        assert not again.ok


def keep(command_id: str) -> c.AcceptRescale:
    return c.AcceptRescale(command_id, "pf", keep=True)


def test_the_user_may_keep_the_levels_and_is_not_asked_again(tmp_path: Path) -> None:
    """A step that nobody announced: proposed, refused, remembered."""
    with open_desk(tmp_path, ExRightsPolicy.RESCALE) as desk:
        tell(desk, "22.00", "22.00")
        desk.until(lambda: desk.told(RescaleNews))
        answer = desk.command(keep)
        assert (answer.ok, answer.text) == (True, "已确认：按原价位继续")
        kept = item_now(desk)
        assert (kept.entry_low, kept.take_profit, kept.stop_loss) == (
            ITEM.entry_low,
            ITEM.take_profit,
            ITEM.stop_loss,
        )
        assert desk.told(RescaleNews)[-1] == RescaleNews("pf", "", held=False)
        assert not desk.command(keep).ok, "nothing waits any more"
    with open_desk(tmp_path, ExRightsPolicy.RESCALE, [kept]) as desk:
        tell(desk, "22.00", "22.00")
        desk.until(lambda: desk.told(ItemViewsNews))
        assert desk.told(RescaleNews) == []


def test_old_levels_that_would_sell_at_once_are_not_kept(tmp_path: Path) -> None:
    with open_desk(tmp_path, ExRightsPolicy.HOLD) as desk:
        tell(desk, "5.50", "5.50")
        desk.until(lambda: desk.told(RescaleNews))
        answer = desk.command(keep)
        assert (answer.ok, answer.field) == (False, "stop_loss")
        assert "会立即卖出" in answer.text
        assert desk.terminal.orders(ACCOUNT) == []
        assert desk.command(lambda command_id: c.AcceptRescale(command_id, "pf")).ok


def test_new_levels_of_the_user_end_the_wait(tmp_path: Path) -> None:
    with open_desk(tmp_path, ExRightsPolicy.HOLD) as desk:
        tell(desk, "5.50", "5.50")
        desk.until(lambda: desk.told(RescaleNews))
        mine = replace(ITEM, entry_low=None, entry_high=None, take_profit=None, stop_loss=Decimal("4.10"))
        assert desk.command(lambda command_id: c.SaveItems(command_id, (mine,))).ok
        assert item_now(desk).extra == ((SET_ON, "2026-11-20"),)
        assert desk.told(RescaleNews)[-1].held is False
        view = [v for news in desk.told(ItemViewsNews) for v in news.views][-1]
        assert view.state is not ItemState.BLOCKED


def test_an_announced_day_is_shown_in_advance_and_changes_nothing(tmp_path: Path) -> None:
    async def dividends(symbols: Sequence[Symbol]) -> dict[Symbol, tuple[Dividend, ...]]:
        return {symbol: (Dividend(date(2026, 11, 23), bonus=Decimal(1)),) for symbol in symbols}

    with open_desk(tmp_path, dividends=dividends) as desk:
        desk.until(lambda: [one for one in desk.told(AlarmNews) if one.key.startswith("rights-soon/")])
        told = next(one for one in desk.told(AlarmNews) if one.key.startswith("rights-soon/"))
        assert (told.rank, "2026-11-23 除权" in told.title) == (AlarmRank.MESSAGE, True)
        assert "8.00 → 4.00" in told.text
        assert item_now(desk) == ITEM


@pytest.mark.parametrize(("set_on", "missed"), [("2026-11-10", True), ("2026-11-17", False), ("", False)])
def test_a_day_that_was_missed_while_the_desk_was_closed_is_said(
    tmp_path: Path, set_on: str, missed: bool
) -> None:
    """On the 17th it was halved; today's last close is a new price, and only the announcement tells."""
    looked: list[Symbol] = []

    async def dividends(symbols: Sequence[Symbol]) -> dict[Symbol, tuple[Dividend, ...]]:
        looked.extend(symbols)
        return {symbol: (Dividend(date(2026, 11, 17), bonus=Decimal(1)),) for symbol in symbols}

    old = replace(ITEM, extra=((SET_ON, set_on),) if set_on else ())
    with open_desk(tmp_path, items=[old], dividends=dividends) as desk:
        desk.until(lambda: looked)
        tell(desk, "10.90", "11.00")
        desk.until(lambda: desk.told(QuotesNews))
        told = [one for one in desk.told(AlarmNews) if one.key == "rights-missed/pf"]
        assert bool(told) is missed
        assert not missed or "2026-11-17 除权" in told[0].text
        assert item_now(desk) == old


class Late:
    """Closes that come when a test says so."""

    def __init__(self) -> None:
        self.gate: asyncio.Event | None = None

    async def __call__(self, symbols: Sequence[Symbol], before: date) -> dict[Symbol, Yesterday]:
        self.gate = asyncio.Event()
        await self.gate.wait()
        return await dear(symbols, before)

    def come(self) -> None:
        assert self.gate is not None
        self.gate.set()


def test_nothing_triggers_until_the_last_close_was_compared(tmp_path: Path) -> None:
    """Started in the middle of an ex-rights day: the quote is there at once, yesterday's close comes later."""
    late, falling = Late(), replace(ITEM, entry_low=Decimal("5.00"))  # the old zone holds the new price
    with open_desk(tmp_path, items=[falling], closes=late) as desk:
        for _ in range(3):
            tell(desk, "5.50", "5.50")
        desk.until(lambda: desk.told(QuotesNews))
        assert desk.told(DecisionNews) == []
        desk.until(lambda: late.gate)
        desk.act(late.come)
        desk.until(lambda: desk.told(RescaleNews))
        assert item_now(desk).entry_high == Decimal("5.30")
        tell(desk, "5.50", "5.50")
        assert [one.decision.code for one in desk.told(DecisionNews)] == ["EX_RIGHTS"]
        assert desk.terminal.orders(ACCOUNT) == []


def test_what_waited_on_an_ordinary_day_triggers_on_the_quote_that_is_there(tmp_path: Path) -> None:
    late = Late()
    with open_desk(tmp_path, closes=late) as desk:
        tell(desk, "10.50", "11.00")
        desk.until(lambda: desk.told(QuotesNews))
        assert desk.terminal.orders(ACCOUNT) == []
        desk.until(lambda: late.gate)
        desk.act(late.come)
        desk.until(lambda: desk.terminal.orders(ACCOUNT))


def test_what_could_not_be_compared_is_said_and_asked_again(tmp_path: Path) -> None:
    """A share that is left out of the answer, like a source that fails."""
    asked: list[Symbol] = []

    async def closes(symbols: Sequence[Symbol], before: date) -> dict[Symbol, Yesterday]:
        asked.extend(symbols)
        return {} if len(asked) == 1 else await dear(symbols, before)

    with open_desk(tmp_path, closes=closes) as desk:
        desk.until(lambda: [one for one in desk.told(AlarmNews) if one.key == "rights-unknown"])
        desk.act(lambda: desk.desk.service.parts.background.spawn(desk.desk.service.rights.learn()))
        desk.until(lambda: asked == [PF, PF])
        tell(desk, "5.50", "5.50")
        desk.until(lambda: desk.told(RescaleNews))


def test_a_source_that_knows_no_closes_holds_nothing_back_and_is_said(tmp_path: Path) -> None:
    async def closes(symbols: Sequence[Symbol], before: date) -> dict[Symbol, Yesterday]:
        raise SourceError("东方财富的连接断了。请检查网络。")

    with open_desk(tmp_path, closes=closes) as desk:
        tell(desk, "10.50", "11.00")
        desk.until(lambda: desk.terminal.orders(ACCOUNT))
        alarm = next(one for one in desk.told(AlarmNews) if one.key == "rights-unknown")
        assert alarm.rank is AlarmRank.CARE
        assert "今天是否除权没有核对" in alarm.text


@pytest.mark.parametrize("price", ["22.00", "2.20"])
def test_a_step_that_no_dividend_makes_waits_for_the_user(tmp_path: Path, price: str) -> None:
    """Twice the price, or a fifth of it, and nothing announced: proposed, not done."""
    with open_desk(tmp_path, ExRightsPolicy.RESCALE) as desk:
        tell(desk, price, price)
        desk.until(lambda: desk.told(RescaleNews))
        told = desk.told(RescaleNews)[0]
        assert told.held
        assert item_now(desk) == ITEM
        tell(desk, "7.90", price)  # under the old stop
        assert desk.terminal.orders(ACCOUNT) == []
        assert desk.command(lambda command_id: c.AcceptRescale(command_id, "pf")).ok
        assert item_now(desk).take_profit == told.after.take_profit


def test_a_restart_says_again_what_is_still_held(tmp_path: Path) -> None:
    for _ in range(2):
        with open_desk(tmp_path, ExRightsPolicy.HOLD) as desk:
            tell(desk, "5.50", "5.50")
            desk.until(lambda: desk.told(RescaleNews))
            assert not [one for one in desk.told(AlarmNews) if one.key.startswith("journal")]
    path = tmp_path / "journal.db"
    assert journal_rows(path, "select count(*) from decisions where decision_id like 'rights-%'") == [(2,)]
