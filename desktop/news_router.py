"""Carries news into the widgets, a whole frame at a time: one setter call for many quotes, orders or fills."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from core.domain.decision import ItemView
from core.domain.enums import AlarmRank, FeedState, ItemState, QuoteFlag
from core.domain.market import SHANGHAI
from core.service import news as n
from desktop.condense import condense
from desktop.panels import Panels
from desktop.tray import Tray
from widgets.alarm import Alarm

translate = QCoreApplication.translate

_WORKING = frozenset({ItemState.ENTERING, ItemState.EXITING, ItemState.BLOCKED})
_LOST = frozenset({ItemState.PROTECTION_LOST, ItemState.STOP_BLOCKED, ItemState.UNKNOWN_ORDER})


class NewsRouter:
    """Knows which widget wants what; keeps only what several of them need."""

    def __init__(self, panels: Panels, tray: Tray) -> None:
        self._panels = panels
        self._tray = tray
        self.desk: n.DeskState | None = None
        self.feed: n.FeedNews | None = None
        self._views: dict[str, ItemView] = {}
        self._decisions = 0
        self._now: datetime | None = None

    def route(self, news: Iterable[n.News]) -> None:
        """Tell the widgets. Orders, fills and decisions keep their order and are handed over together."""
        orders: list[n.OrderNews] = []
        trades: list[n.TradeNews] = []
        decisions: list[n.DecisionNews] = []
        told = condense(news)
        for one in told:
            match one:
                case n.QuotesNews():
                    self._quotes(one)
                case n.OrderNews():
                    orders.append(one)
                case n.TradeNews():
                    trades.append(one)
                case n.DecisionNews():
                    decisions.append(one)
                case _:
                    self._single(one)
        if any(isinstance(one, n.AlarmNews) for one in told):
            self._panels.health.set_open_alarms(self._panels.blotter.open_alarms)
        if orders:
            self._panels.blotter.upsert_orders((o.order, o.origin) for o in orders)
        if trades:
            self._panels.blotter.add_trades((t.trade, t.origin) for t in trades)
            for fill in trades:
                self._panels.traded(fill.trade)
        if decisions:
            self._panels.blotter.add_decisions(d.decision for d in decisions)
            self._decisions += len(decisions)
            self._panels.watchlist.set_decision_count(self._decisions)

    def _single(self, one: n.News) -> None:
        match one:
            case n.DeskState():
                self._desk(one)
            case n.ClockNews():
                self._clock(one)
            case n.ItemsNews():
                self._items(one)
            case n.ItemViewsNews():
                self._item_views(one)
            case n.FeedNews():
                self._feed(one)
            case n.FlagsNews():
                self._panels.watchlist.set_flags(one.flags)
            case n.RescaleNews():
                self._panels.watchlist.set_held(one.item_id, one.held)
            case n.InstrumentsFound():
                self._panels.found(one)
            case n.InstrumentsNews():
                self._instruments(one)
            case n.PositionsNews():
                self._panels.blotter.set_positions(one.positions)
                self._panels.holdings(one.positions)
                self._count_protected()
            case n.AssetNews():
                self._asset(one)
            case n.AlarmNews():
                self._alarm(one)
            case n.BarsLoaded():
                self._panels.bars_loaded(one)
            case n.BarUpdated():
                self._panels.chart.update_bar(one.bar)
            case n.ServiceStopped():
                self._stopped(one)

    def _quotes(self, one: n.QuotesNews) -> None:
        panels = self._panels
        panels.watchlist.set_quotes(one.quotes)
        panels.blotter.set_quotes(one.quotes)
        for quote in one.quotes:
            panels.latest[quote.symbol] = quote
            if quote.symbol == panels.symbol:
                panels.chart.set_quote(quote)
                panels.depth.set_quote(quote)
            if panels.editor is not None:
                panels.editor.set_quote(quote)

    def _desk(self, one: n.DeskState) -> None:
        self.desk = one
        panels = self._panels
        panels.mode = one.mode
        panels.account.set_desk(one.mode, one.account_id, one.armed, one.automation_text)
        panels.rail.set_mode(one.mode)
        panels.frame.set_mode(one.mode)
        if panels.editor is not None:
            panels.editor.set_mode(one.mode)
        panels.health.set_link(one.link, one.link_text)
        self._tray.set_desk(one.mode, one.armed, one.link)

    def _clock(self, one: n.ClockNews) -> None:
        panels, self._now = self._panels, one.now
        panels.account.set_clock(one.now, one.phase, one.simulated, one.speed)
        panels.health.set_clock(one.now, one.phase, one.simulated, one.speed)
        panels.blotter.set_clock(one.now)
        panels.health.set_quotes(one.quotes_fresh, one.quotes_total, one.oldest_quote_s)
        panels.health.set_queue(one.queue_depth, one.quotes_overwritten)
        panels.health.set_latency(one.tick_to_order_p99_ms)

    def _feed(self, one: n.FeedNews) -> None:
        self.feed = one
        health = self._panels.health
        tip = "\n".join(_source_words(source) for source in one.sources)
        lost = any(source.active and source.state is FeedState.LOST for source in one.sources)
        health.set_source(one.source, one.latency_s, stand_in=one.stand_in, lost=lost, tip=tip)
        health.set_silence(one.silent)

    def _items(self, one: n.ItemsNews) -> None:
        before = {item.symbol for item in self._panels.items.values()}
        self._panels.items = {item.item_id: item for item in one.items}
        for symbol in before - {item.symbol for item in one.items}:
            if not self._panels.blotter.involves(symbol):  # then the desk asks about it no more
                self._panels.latest.pop(symbol, None)
                self._panels.watchlist.forget(symbol)
        kept = self._panels.items
        self._views = {item_id: view for item_id, view in self._views.items() if item_id in kept}
        self._panels.watchlist.set_items(one.items)
        self._panels.blotter.keep_items(kept)
        self._panels.refresh_chart()
        self._count_protected()

    def _item_views(self, one: n.ItemViewsNews) -> None:
        self._panels.watchlist.set_views(one.views)
        self._panels.blotter.set_views(one.views)
        self._views.update((view.item_id, view) for view in one.views)
        self._count_protected()

    def _count_protected(self) -> None:
        """Of all holdings, also of those that no row watches; of several rows of a security the gravest counts."""
        views: dict[str, list[ItemView]] = {symbol: [] for symbol in self._panels.held_symbols}
        for view in self._views.values():
            if view.held > 0:
                views.setdefault(view.symbol, []).append(view)
        lost = {symbol for symbol, found in views.items() if any(view.state in _LOST for view in found)}
        safe = {symbol for symbol, found in views.items() if any(map(_is_safe, found))} - lost
        self._panels.account.set_protection(len(safe), len(views), len(lost))

    def _instruments(self, one: n.InstrumentsNews) -> None:
        panels = self._panels
        panels.instruments.update((i.symbol, i) for i in one.instruments)
        panels.watchlist.set_instruments(one.instruments)
        panels.blotter.set_instruments(one.instruments)
        panels.refresh_chart()
        for instrument in one.instruments:
            if panels.editor is not None:
                panels.editor.set_instrument(instrument)

    def _asset(self, one: n.AssetNews) -> None:
        start = Decimal(one.day_start_total) if one.day_start_total is not None else None
        self._panels.account.set_asset(one.asset, start)
        self._panels.blotter.set_total_asset(one.asset.total_asset)
        self._panels.asset = one.asset

    def _alarm(self, one: n.AlarmNews) -> None:
        panels = self._panels
        alarm = Alarm(one.key, one.rank, one.title, one.text, one.time, one.symbol, one.cured)
        panels.blotter.add_alarm(alarm)
        if one.cured:
            panels.alarms.cure(one.key)
        else:
            panels.alarms.add_alarm(alarm)
            if one.rank is not AlarmRank.MESSAGE or one.key.startswith("trade/"):
                self._tray.notify(one.rank, one.title, one.text)

    def _stopped(self, one: n.ServiceStopped) -> None:
        """Nothing that the desk said last is true any more: no price is live, no stop will fire."""
        if not one.error:
            return
        panels = self._panels
        panels.service_failed(one.error)
        panels.watchlist.set_flags((item.symbol, QuoteFlag.STALE) for item in panels.items.values())
        self._item_views(n.ItemViewsNews(tuple(_without_desk(view) for view in self._views.values())))
        self._tray.set_not_running()
        title = translate("Panels", "交易服务没有运行")
        self._alarm(
            n.AlarmNews("service", AlarmRank.ALARM, title, one.error, self._now or datetime.now(SHANGHAI))
        )
        panels.health.set_open_alarms(panels.blotter.open_alarms)


def _is_safe(view: ItemView) -> bool:
    """Its stop can act; while an order works the state says what the order does."""
    return view.state is ItemState.HOLDING or (view.state in _WORKING and view.protected)


def _without_desk(view: ItemView) -> ItemView:
    """What an item is without a trading service: a holding unprotected, the rest unwatched."""
    if view.held > 0:
        state, text = ItemState.PROTECTION_LOST, translate("Panels", "持有 · 无保护")
        tale = translate("Panels", "交易服务没有运行：止损不会触发")
    elif view.state is ItemState.DONE:
        return view
    else:
        state, text, tale = ItemState.BLOCKED, translate("Panels", "没有监测"), view.protection_text
    return replace(view, state=state, state_text=text, protection_text=tale)


def _source_words(source: n.SourceView) -> str:
    """One line for the list of sources: which, how, since when, and what it says."""
    states = {
        FeedState.OFF: translate("Panels", "没有启用"),
        FeedState.STARTING: translate("Panels", "已订阅，等第一笔"),
        FeedState.LIVE: translate("Panels", "正常"),
        FeedState.SILENT: translate("Panels", "停更"),
        FeedState.LOST: translate("Panels", "断开，正在重试"),
    }
    mark = translate("Panels", "（使用中）") if source.active else ""
    words = translate("Panels", "{name}{mark}：{state}，{since} 起").format(
        name=source.name, mark=mark, state=states[source.state], since=f"{source.since:%H:%M:%S}"
    )
    return f"{words}\n  {source.text}" if source.text else words
