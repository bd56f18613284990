"""The columns of the watchlist, widths as the style guide gives them."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from core.domain.market import ms_to_datetime
from widgets import formats
from widgets.core_words import core_text
from widgets.models.cell import Align
from widgets.models.column import Column
from widgets.tokens import direction_tone
from widgets.watchlist import painting
from widgets.watchlist.rows import WatchRow, flag_words, near_text, protection_text

translate = QCoreApplication.translate

NARROW_DROPS = ("spark", "take_profit", "held", "profit_share", "quant")
SMALL_DROPS = ("ruler", "profit", "near", "zone")
"""On desks below 1366, so that state and protection are always in sight."""


def _drawn(_: WatchRow) -> str:
    return ""


def _price_tone(row: WatchRow) -> str:
    return "t3" if row.stale or row.last <= 0 else direction_tone(row.change)


def _change_text(row: WatchRow) -> str:
    return formats.change(row.change)


def _profit_tone(row: WatchRow) -> str:
    gain = row.profit
    return "t3" if gain is None else direction_tone(float(gain))


def _stop_text(row: WatchRow) -> str:
    return formats.price(row.item.stop_loss, row.tick)


def _range_export(row: WatchRow) -> str:
    low, high = formats.plain(row.item.entry_low), formats.plain(row.item.entry_high)
    return f"{low}-{high}" if low or high else ""


def _unset(text: str) -> str:
    return "t3" if text == formats.DASH else "t1"


def _quant_word(row: WatchRow) -> str:
    return translate("Watchlist", "开") if row.item.quant.enabled else translate("Watchlist", "关")


def _held_text(row: WatchRow) -> str:
    return formats.held(row.view.held, row.view.sellable) if row.view and row.view.held else formats.DASH


def _price_tip(row: WatchRow) -> str:
    if row.quote is None:
        return translate("Watchlist", "还没有行情")
    quote = row.quote
    today = ms_to_datetime(quote.received_ms).date() if quote.received_ms else None
    lines = [translate("Watchlist", "快照时间 {time}").format(time=formats.clock(quote.time, today))]
    if quote.source:
        lines.append(formats.source(core_text(quote.source), quote.latency_ms))
    return "\n".join([*lines, *flag_words(row.flags)])


def _price_words(row: WatchRow) -> str:
    """For a screen reader: the price and what its mark means."""
    return "，".join([formats.price_milli(row.last, row.tick), *flag_words(row.flags)])


def watch_columns() -> tuple[Column[WatchRow], ...]:
    """All columns, left to right, titled in the language of the moment."""
    return (*_price_columns(), *_level_columns(), *_holding_columns())


def _price_columns() -> tuple[Column[WatchRow], ...]:
    """What it is, and what it costs now."""
    return (
        Column(
            "name",
            translate("Watchlist", "名称 / 代码"),
            136,
            lambda r: f"{r.name} {r.code}".strip(),
            sort_key=lambda r: r.code,
            paint=painting.paint_name,
            tip=lambda r: f"{r.name} {r.item.symbol} {r.item.note}".strip(),
        ),
        Column(
            "last",
            translate("Watchlist", "最新"),
            84,
            lambda r: formats.price_milli(r.last, r.tick),
            Align.RIGHT,
            _price_tone,
            sort_key=lambda r: r.last or None,
            live=True,
            paint=painting.paint_price,
            export=lambda r: formats.plain_milli(r.last),
            describe=_price_words,
            tip=_price_tip,
        ),
        Column(
            "change",
            translate("Watchlist", "涨跌幅"),
            70,
            _change_text,
            Align.RIGHT,
            _price_tone,
            sort_key=lambda r: r.change,
            live=True,
        ),
        Column(
            "spark",
            translate("Watchlist", "今日分时"),
            84,
            _drawn,
            describe=_change_text,
            paint=painting.paint_spark,
        ),
    )


def _level_columns() -> tuple[Column[WatchRow], ...]:
    """What the user set, and how far it is."""
    return (
        Column(
            "zone",
            translate("Watchlist", "进场区间"),
            124,
            lambda r: formats.price_range(r.item.entry_low, r.item.entry_high, r.tick),
            Align.RIGHT,
            lambda r: "t1" if r.item.entry_low is not None or r.item.entry_high is not None else "t3",
            sort_key=lambda r: r.item.entry_low,
            export=_range_export,
        ),
        Column(
            "stop_loss",
            translate("Watchlist", "止损"),
            68,
            _stop_text,
            Align.RIGHT,
            lambda r: _unset(_stop_text(r)),
            sort_key=lambda r: r.item.stop_loss,
            export=lambda r: formats.plain(r.item.stop_loss),
        ),
        Column(
            "take_profit",
            translate("Watchlist", "止盈"),
            70,
            lambda r: formats.price(r.item.take_profit, r.tick),
            Align.RIGHT,
            lambda r: "t3" if r.item.take_profit is None else "t1",
            sort_key=lambda r: r.item.take_profit,
            export=lambda r: formats.plain(r.item.take_profit),
        ),
        Column(
            "ruler",
            translate("Watchlist", "价位尺 损–进–盈"),
            134,
            _drawn,
            tone=lambda r: "t3" if r.stale else "t1",
            describe=near_text,
            tip=near_text,
            paint=painting.paint_ruler,
        ),
        Column(
            "near",
            translate("Watchlist", "最近价位"),
            98,
            near_text,
            Align.RIGHT,
            sort_key=lambda r: None if r.near is None else abs(r.near.distance),
            live=True,
            paint=painting.paint_near,
        ),
    )


def _holding_columns() -> tuple[Column[WatchRow], ...]:
    """What became of it, what is held, and what protects it."""
    return (
        Column(
            "state",
            translate("Watchlist", "状态"),
            150,
            lambda r: r.state_text,
            sort_key=lambda r: r.need,
            paint=painting.paint_state,
            tip=lambda r: r.state_text,
        ),
        Column(
            "held",
            translate("Watchlist", "持仓 / 可卖"),
            112,
            _held_text,
            Align.RIGHT,
            sort_key=lambda r: r.held or None,
            paint=painting.paint_held,
            export=lambda r: f"{r.view.held}/{r.view.sellable}" if r.view and r.view.held else "",
        ),
        Column(
            "profit",
            translate("Watchlist", "浮盈亏"),
            78,
            lambda r: formats.profit(r.profit),
            Align.RIGHT,
            _profit_tone,
            sort_key=lambda r: r.profit,
            live=True,
            export=lambda r: formats.plain(r.profit),
        ),
        Column(
            "profit_share",
            translate("Watchlist", "盈亏%"),
            66,
            lambda r: formats.change(r.profit_share),
            Align.RIGHT,
            _profit_tone,
            sort_key=lambda r: r.profit_share,
            live=True,
        ),
        Column(
            "protection",
            translate("Watchlist", "保护（止损将做什么）"),
            200,
            protection_text,
            stretch=True,
            sort_key=lambda r: protection_text(r) if r.held else None,
            paint=painting.paint_protection,
        ),
        Column(
            "quant",
            translate("Watchlist", "量化"),
            46,
            _quant_word,
            Align.CENTER,
            sort_key=lambda r: not r.item.quant.enabled,
            paint=painting.paint_switch,
            tip=lambda r: translate("Watchlist", "量化交易：{state}，点击切换").format(state=_quant_word(r)),
        ),
    )
