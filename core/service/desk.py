"""Which desk a program runs: paper on the built-in market, paper on real quotes, or live on MiniQMT. Composed on the
trading thread.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.domain.enums import Mode
from core.domain.watch import WatchItem
from core.errors import UserError
from core.service.logs import close_log, open_log
from core.service.outbox import Outbox
from core.service.paper_account import account_name, make_folder, market_of, start_anew
from core.service.runtime import Desk

if TYPE_CHECKING:
    from core.exchange.calendar import Calendar
    from core.service.compose import Rooms
    from core.service.composed_desk import ComposedDesk
    from core.settings import DeskSettings


@dataclass(frozen=True, slots=True)
class DeskChoice:
    """What the command line says about the desk, over the settings; paths as text, so that it can be pickled anywhere."""

    live: bool = False
    seed: int | None = None
    speed: float | None = None
    watchlist: str = ""
    ticks: str = ""
    data_dir: str = ""
    quotes: str = ""


@dataclass(frozen=True, slots=True)
class Composer:
    """Composes the chosen desk; the callable that `runtime.DeskThread` wants."""

    choice: DeskChoice

    def __call__(self, outbox: Outbox) -> Desk:
        """Raises UserError (a sentence for the user) when the desk cannot be had."""
        from core.settings import load_settings

        if self.choice.live and sys.platform != "win32":  # before anything is asked that could not help here
            raise UserError("实盘需要 Windows 和已登录的 MiniQMT 终端；本机请用模拟盘（不带 --live）。")
        if self.choice.live and self.choice.quotes:
            raise UserError("实盘的行情来自 MiniQMT。请去掉 --quotes，或去掉 --live。")
        overrides: dict[str, Any] = {"mode": "LIVE" if self.choice.live else "PAPER"}
        said = {
            "quotes": self.choice.quotes or None,
            "data_dir": Path(self.choice.data_dir) if self.choice.data_dir else None,
            "seed": self.choice.seed,
            "speed": self.choice.speed,
        }
        overrides.update((name, value) for name, value in said.items() if value is not None)
        settings = load_settings(**overrides)
        log = open_log(settings.data_dir / "logs")
        try:
            desk = self._compose(settings, outbox)
        except BaseException:
            close_log(log)
            raise
        desk.on_closed.append(lambda: close_log(log))
        return desk

    def _compose(self, settings: DeskSettings, outbox: Outbox) -> ComposedDesk:
        choice = self.choice
        given = _read(Path(choice.watchlist)) if choice.watchlist else None
        if choice.live:
            return _live(settings, given, outbox)
        if settings.mode is Mode.PAPER_REAL:
            return _paper_real(settings, choice, given, outbox)
        return _paper(settings, choice, given, outbox)


def _read(path: Path) -> tuple[WatchItem, ...]:
    from core.service.watchlist_csv import read_watchlist

    return read_watchlist(path).require()


def default_watchlist() -> tuple[WatchItem, ...]:
    """The list that a first start shows."""
    import resources

    return _read(Path(resources.__file__ or "").with_name("default_watchlist.csv"))


def _rooms(
    settings: DeskSettings, folder: Path, given: tuple[WatchItem, ...] | None, inherit: Path | None = None
) -> Rooms:
    from core.broker.deadlines import BrokerDeadlines
    from core.execution.sender import SenderDeadlines
    from core.risk.sizing import AccountLimits
    from core.service.compose import Rooms

    return Rooms(
        journal_path=folder / "journal.db",
        emergency_path=folder / "journal.emergency",
        watchlist=given,
        first_watchlist=default_watchlist(),
        inherit_from=inherit,
        limits=AccountLimits(settings.max_exposure, settings.cash_reserve),
        market_folder=settings.data_dir / "market",
        ex_rights=settings.ex_rights,
        broker_deadlines=BrokerDeadlines(
            connect=settings.connect_deadline_s,
            subscribe=settings.subscribe_deadline_s,
            query=settings.query_deadline_s,
            stop=settings.close_deadline_s,
        ),
        sender_deadlines=SenderDeadlines(answer_s=settings.answer_deadline_s),
    )


def _paper(
    settings: DeskSettings, choice: DeskChoice, given: tuple[WatchItem, ...] | None, outbox: Outbox
) -> ComposedDesk:
    from core.service.paper import PaperDesk, PaperOptions
    from core.simqmt.market.securities import DEFAULT_HOLDINGS

    if choice.ticks:
        return _recorded(settings, choice, given, outbox)
    folder = settings.data_dir / "paper" / account_name(settings.seed, choice.watchlist)
    make_folder(folder)
    marker = folder / "running"
    market, inherit = market_of(folder, settings.seed, crashed=marker.exists())
    marker.write_text(str(os.getpid()), encoding="ascii")
    options = PaperOptions(
        folder=folder / "terminal",
        account_id=settings.account_id,
        cash=settings.cash,
        holdings=tuple((h.symbol, h.volume, h.cost) for h in DEFAULT_HOLDINGS),
        speed=settings.speed,
        seed=settings.seed,
    )
    paper = PaperDesk(options, market, _rooms(settings, folder, given, inherit), outbox)
    paper.desk.on_stopped.append(lambda: marker.unlink(missing_ok=True))
    return paper.desk


def _recorded(
    settings: DeskSettings, choice: DeskChoice, given: tuple[WatchItem, ...] | None, outbox: Outbox
) -> ComposedDesk:
    """A recorded day on the screen, at the chosen speed. Its account is scratch: every run starts with a new one."""
    from core.service.paper import PaperDesk, PaperOptions
    from core.simqmt.market.replay import ReplayMarket

    market = ReplayMarket(Path(choice.ticks))
    folder = settings.data_dir / "recorded"
    start_anew(folder)
    options = PaperOptions(
        folder=folder / "terminal", account_id=settings.account_id, cash=settings.cash, speed=settings.speed
    )
    return PaperDesk(options, market, _rooms(settings, folder, given), outbox).desk


def _calendar(settings: DeskSettings) -> Calendar:
    """The mainland's trading days with those the user added; raises BadInput that names the line."""
    from core.exchange.calendar import MAINLAND
    from core.exchange.user_days import read_user_days, with_user_days

    return with_user_days(MAINLAND, read_user_days(settings.data_dir))


def _paper_real(
    settings: DeskSettings, choice: DeskChoice, given: tuple[WatchItem, ...] | None, outbox: Outbox
) -> ComposedDesk:
    """Simulated money on real quotes, on an account of its own and on the machine's clock."""
    from core.market.public.source_names import Source
    from core.service.paper_real import RealQuotesDesk
    from core.service.sources import QuotePlan, SourceKind

    if choice.ticks or settings.speed != 1.0:
        raise UserError(
            "真实行情不能加速，也不能和录制文件一起用。请去掉 --ticks 和 --speed，或去掉 --quotes。"
        )
    best = SourceKind(settings.quotes or SourceKind.AKSHARE)
    if best is SourceKind.XTDATA and sys.platform != "win32":
        raise UserError("MiniQMT 的行情需要 Windows 和已登录的终端；本机请用 --quotes akshare。")
    ranks = (best,) if best is SourceKind.AKSHARE else (best, SourceKind.AKSHARE)
    folder = settings.data_dir / "paper-real"
    make_folder(folder)
    plan = QuotePlan(
        ranks,
        address=settings.quote_address,
        may_trigger=settings.fallback_triggers,
        prefer=(Source.SINA, Source.EASTMONEY),  # the exchange needs the whole book
        calendar=_calendar(settings),
    )
    rooms = _rooms(settings, folder, given)
    return RealQuotesDesk(folder / "terminal", settings.account_id, settings.cash, plan, rooms, outbox).desk


def _live(settings: DeskSettings, given: tuple[WatchItem, ...] | None, outbox: Outbox) -> ComposedDesk:
    """The real terminal. Starts disarmed; automation is armed by a deliberate act of the user."""
    import asyncio

    from core.clock import SystemClock
    from core.ports import NoActivity
    from core.service.compose import Channel
    from core.service.composed_desk import ComposedDesk
    from core.service.sources import QuotePlan, SourceKind

    path = settings.miniqmt_path
    if path is None or not path.is_dir():
        raise UserError(
            f"MiniQMT 目录 {path} 不存在。请把 DINGPAN_MINIQMT_PATH 设为终端的 userdata_mini 目录。"
        )
    folder = settings.data_dir / "live"
    make_folder(folder)
    channel = Channel(
        mode=Mode.LIVE,
        account_id=settings.account_id,
        terminal_path=str(path),
        speed=1.0,
        clock=SystemClock(),
        activity=NoActivity(),
        loop=asyncio.SelectorEventLoop(),
        on_trader_started=lambda _trader: None,
        quotes=QuotePlan(
            (SourceKind.XTDATA, SourceKind.AKSHARE),
            address=settings.quote_address,
            may_trigger=settings.fallback_triggers,
            calendar=_calendar(settings),
        ),
    )
    return ComposedDesk(channel, _rooms(settings, folder, given), outbox)
