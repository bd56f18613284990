"""Ex-rights days: levels move with the price before anything can trigger, or wait for the user's word."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

from core.domain.enums import AlarmRank, FeedState, ItemState
from core.domain.exrights import ExRightsPolicy
from core.domain.market import Symbol
from core.domain.watch import QuantConfig, WatchItem
from core.market.history.adjust import Dividend
from core.market.history.exrights import LastClose
from core.market.history.jobs import Yesterday
from core.service import commands as c
from core.service.news import AlarmNews, DecisionNews, ItemsNews, ItemViewsNews, RescaleNews
from core.service.rights import DONE, SET_ON
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


def open_desk(tmp_path: Path, policy: ExRightsPolicy, items: Sequence[WatchItem] = (ITEM,)) -> RealDesk:
    """A desk whose share closed at 11.00 yesterday; its first quote follows."""

    async def closes(symbols: Sequence[Symbol], before: date) -> dict[Symbol, Yesterday]:
        del before
        return {symbol: Yesterday(LastClose(date(2026, 11, 19), Decimal("11.00"))) for symbol in symbols}

    return RealDesk(tmp_path, items, QuotePlan(), by_hand="MiniQMT", closes=closes, ex_rights=policy)


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
    with open_desk(tmp_path, ExRightsPolicy.RESCALE) as desk:

        async def dividends(symbols: Sequence[Symbol]) -> dict[Symbol, tuple[Dividend, ...]]:
            return {symbol: (Dividend(date(2026, 11, 23), bonus=Decimal(1)),) for symbol in symbols}

        desk.desk.service.rights.dividends = dividends
        desk.act(lambda: desk.desk.service.parts.background.spawn(desk.desk.service.rights.learn(again=True)))
        desk.until(lambda: [one for one in desk.told(AlarmNews) if one.key.startswith("rights-soon/")])
        told = next(one for one in desk.told(AlarmNews) if one.key.startswith("rights-soon/"))
        assert (told.rank, "2026-11-23 除权" in told.title) == (AlarmRank.MESSAGE, True)
        assert "8.00 → 4.00" in told.text
        assert item_now(desk) == ITEM
