"""Columns of the five tabs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from PySide6.QtCore import QCoreApplication

from core.domain.market import Symbol
from widgets import formats
from widgets.blotter.rows import AlarmRow, DecisionRow, OrderRow, PositionRow, TradeRow
from widgets.blotter.words import (
    KIND_TONES,
    RANK_LOOKS,
    kind_word,
    outcome_look,
    outcome_word,
    rank_word,
    side_tone,
    side_word,
    status_look,
    status_word,
)
from widgets.icons import Icon
from widgets.models.column import Align, Column
from widgets.models.delegate import PAD, Cell
from widgets.watchlist.painting import direction_tone, paint_name_code, protection_look

translate = QCoreApplication.translate


def _iconed(cell: Cell, icon: Icon, icon_tone: str, tone: str) -> None:
    left = cell.rect.left() + PAD
    cell.icon(icon, icon_tone, left=left - 1, size=13)
    cell.text(cell.content, tone, left=left + 18)


def _signed(value: Decimal | None) -> str:
    return "t3" if value is None else direction_tone(float(value))


def _last_tone(row: PositionRow) -> str:
    if row.last <= 0 or row.pre_close <= 0:
        return "t3"
    return direction_tone(row.last - row.pre_close)


def _name(row: Any, symbol: Symbol) -> str:
    return f"{row.name} {formats.code_of(symbol)}".strip()


def _shield(cell: Cell, row: PositionRow) -> None:
    if row.state is None:
        cell.text(formats.DASH, "t3", Align.CENTER)
        return
    look = protection_look(row.state, row.position.sellable)
    cell.icon(look.icon, look.tone)


def _shield_word(row: PositionRow) -> str:
    from widgets.watchlist.rows import state_word

    return translate("Blotter", "不在监测列表") if row.state is None else state_word(row.state)


def position_columns() -> tuple[Column[PositionRow], ...]:
    """持仓."""
    return (
        Column(
            "name",
            translate("Blotter", "名称 / 代码"),
            138,
            lambda r: _name(r, r.position.symbol),
            sort_key=lambda r: r.position.symbol,
            paint=lambda cell, r: paint_name_code(cell, r.name, formats.code_of(r.position.symbol)),
        ),
        Column(
            "volume",
            translate("Blotter", "持仓"),
            58,
            lambda r: formats.quantity(r.position.volume),
            Align.RIGHT,
            sort_key=lambda r: r.position.volume,
            export=lambda r: str(r.position.volume),
        ),
        Column(
            "sellable",
            translate("Blotter", "可卖"),
            58,
            lambda r: formats.quantity(r.position.sellable),
            Align.RIGHT,
            lambda r: "warn" if r.position.sellable < r.position.volume else "t1",
            sort_key=lambda r: r.position.sellable,
            export=lambda r: str(r.position.sellable),
        ),
        Column(
            "cost",
            translate("Blotter", "成本"),
            62,
            lambda r: formats.price(r.position.cost, r.tick),
            Align.RIGHT,
            sort_key=lambda r: r.position.cost,
            export=lambda r: formats.plain(r.position.cost),
        ),
        Column(
            "last",
            translate("Blotter", "现价"),
            62,
            lambda r: formats.price_milli(r.last, r.tick),
            Align.RIGHT,
            _last_tone,
            sort_key=lambda r: r.last or None,
            live=True,
            export=lambda r: formats.plain_milli(r.last),
        ),
        Column(
            "value",
            translate("Blotter", "市值"),
            76,
            lambda r: formats.money(r.value),
            Align.RIGHT,
            sort_key=lambda r: r.value,
            live=True,
            export=lambda r: formats.plain(r.value),
        ),
        Column(
            "profit",
            translate("Blotter", "浮盈亏"),
            64,
            lambda r: formats.profit(r.profit),
            Align.RIGHT,
            lambda r: _signed(r.profit),
            sort_key=lambda r: r.profit,
            live=True,
            export=lambda r: formats.plain(r.profit),
        ),
        Column(
            "profit_share",
            translate("Blotter", "盈亏%"),
            66,
            lambda r: formats.change(r.profit_share),
            Align.RIGHT,
            lambda r: _signed(r.profit_share),
            sort_key=lambda r: r.profit_share,
            live=True,
        ),
        Column(
            "today",
            translate("Blotter", "今日"),
            62,
            lambda r: formats.profit(r.today),
            Align.RIGHT,
            lambda r: _signed(r.today),
            sort_key=lambda r: r.today,
            live=True,
            export=lambda r: formats.plain(r.today),
        ),
        Column(
            "weight",
            translate("Blotter", "仓位"),
            52,
            lambda r: formats.share(r.weight),
            Align.RIGHT,
            "t2",
            sort_key=lambda r: r.weight,
            live=True,
        ),
        Column(
            "shield",
            translate("Blotter", "护"),
            28,
            lambda _: "",
            Align.CENTER,
            describe=_shield_word,
            tip=_shield_word,
            export=_shield_word,
            paint=_shield,
        ),
    )


def order_columns() -> tuple[Column[OrderRow], ...]:
    """委托."""
    return (
        _time(lambda r: r.order.time),
        Column(
            "name",
            translate("Blotter", "名称 / 代码"),
            130,
            lambda r: _name(r, r.order.symbol),
            sort_key=lambda r: r.order.symbol,
            paint=lambda cell, r: paint_name_code(cell, r.name, formats.code_of(r.order.symbol)),
        ),
        Column(
            "side",
            translate("Blotter", "方向"),
            44,
            lambda r: side_word(r.order.side),
            tone=lambda r: side_tone(r.order.side),
            sort_key=lambda r: r.order.side.value,
        ),
        Column(
            "price",
            translate("Blotter", "委托价"),
            66,
            lambda r: formats.price(r.order.price, r.tick),
            Align.RIGHT,
            sort_key=lambda r: r.order.price,
            export=lambda r: formats.plain(r.order.price),
        ),
        Column(
            "filled",
            translate("Blotter", "成交/委托"),
            96,
            lambda r: formats.filled(r.order.traded_volume, r.order.volume),
            Align.RIGHT,
            sort_key=lambda r: r.order.volume,
            export=lambda r: f"{r.order.traded_volume}/{r.order.volume}",
        ),
        Column(
            "average",
            translate("Blotter", "均价"),
            66,
            lambda r: formats.price(r.order.traded_price if r.order.traded_volume else None, r.tick),
            Align.RIGHT,
            lambda r: "t1" if r.order.traded_volume else "t3",
            sort_key=lambda r: r.order.traded_price if r.order.traded_volume else None,
            export=lambda r: formats.plain(r.order.traded_price) if r.order.traded_volume else "",
        ),
        Column(
            "status",
            translate("Blotter", "状态"),
            88,
            lambda r: status_word(r.order.status),
            tone=lambda r: status_look(r.order.status)[2],
            sort_key=lambda r: int(r.order.status),
            paint=lambda cell, r: _iconed(cell, *status_look(r.order.status)),
        ),
        Column("origin", translate("Blotter", "来源"), 46, lambda r: r.origin, tone="t2", sort_key=_origin),
        Column(
            "order_id",
            translate("Blotter", "委托号"),
            88,
            lambda r: str(r.order.order_id),
            Align.RIGHT,
            "t2",
            sort_key=lambda r: r.order.order_id,
        ),
        Column(
            "message",
            translate("Blotter", "柜台说明"),
            86,
            lambda r: r.order.status_msg or r.order.remark or formats.DASH,
            tone=lambda r: "t2" if r.order.status_msg or r.order.remark else "t3",
            stretch=True,
            export=lambda r: r.order.status_msg,
        ),
    )


def trade_columns() -> tuple[Column[TradeRow], ...]:
    """成交."""
    return (
        _time(lambda r: r.trade.time),
        Column(
            "name",
            translate("Blotter", "名称 / 代码"),
            134,
            lambda r: _name(r, r.trade.symbol),
            sort_key=lambda r: r.trade.symbol,
            paint=lambda cell, r: paint_name_code(cell, r.name, formats.code_of(r.trade.symbol)),
        ),
        Column(
            "side",
            translate("Blotter", "方向"),
            44,
            lambda r: side_word(r.trade.side),
            tone=lambda r: side_tone(r.trade.side),
            sort_key=lambda r: r.trade.side.value,
        ),
        Column(
            "price",
            translate("Blotter", "成交价"),
            64,
            lambda r: formats.price(r.trade.price, r.tick),
            Align.RIGHT,
            sort_key=lambda r: r.trade.price,
            export=lambda r: formats.plain(r.trade.price),
        ),
        Column(
            "volume",
            translate("Blotter", "数量"),
            64,
            lambda r: formats.quantity(r.trade.volume),
            Align.RIGHT,
            sort_key=lambda r: r.trade.volume,
            export=lambda r: str(r.trade.volume),
        ),
        Column(
            "amount",
            translate("Blotter", "金额"),
            78,
            lambda r: formats.money(r.trade.amount),
            Align.RIGHT,
            sort_key=lambda r: r.trade.amount,
            export=lambda r: formats.plain(r.trade.amount),
        ),
        Column(
            "commission",
            translate("Blotter", "费用"),
            56,
            lambda r: formats.money_exact(r.trade.commission or None),
            Align.RIGHT,
            lambda r: "t1" if r.trade.commission else "t3",
            sort_key=lambda r: r.trade.commission,
            export=lambda r: formats.plain(r.trade.commission or None),
        ),
        Column("origin", translate("Blotter", "来源"), 46, lambda r: r.origin, tone="t2", sort_key=_origin),
        Column(
            "order_id",
            translate("Blotter", "委托号"),
            84,
            lambda r: str(r.trade.order_id),
            Align.RIGHT,
            "t2",
            sort_key=lambda r: r.trade.order_id,
        ),
        Column(
            "trade_id",
            translate("Blotter", "成交号"),
            72,
            lambda r: r.trade.trade_id,
            tone="t2",
            stretch=True,
            sort_key=lambda r: r.trade.trade_id,
        ),
    )


def decision_columns() -> tuple[Column[DecisionRow], ...]:
    """决策."""
    return (
        _time(lambda r: r.decision.time),
        Column(
            "name",
            translate("Blotter", "标的"),
            84,
            lambda r: r.title,
            sort_key=lambda r: r.decision.symbol,
            tip=lambda r: f"{r.name} {r.decision.symbol}",
            export=lambda r: r.decision.symbol,
        ),
        Column(
            "kind",
            translate("Blotter", "信号"),
            46,
            lambda r: kind_word(r.decision.kind),
            tone=lambda r: KIND_TONES[r.decision.kind],
            sort_key=lambda r: r.decision.kind.value,
        ),
        Column(
            "outcome",
            translate("Blotter", "结果"),
            80,
            lambda r: outcome_word(r.decision.outcome),
            tone=lambda r: outcome_look(r.decision.outcome, r.decision.kind)[2],
            sort_key=lambda r: r.decision.outcome.value,
            paint=lambda cell, r: _iconed(cell, *outcome_look(r.decision.outcome, r.decision.kind)),
        ),
        Column(
            "why",
            translate("Blotter", "为什么"),
            180,
            lambda r: r.decision.summary or formats.DASH,
            stretch=True,
            sort_key=lambda r: r.decision.code,
            tip=lambda r: "\n".join(f"{'✓' if x.passed else '✗'} {x.text}" for x in r.decision.reasons),
        ),
    )


def alarm_columns() -> tuple[Column[AlarmRow], ...]:
    """提醒."""
    return (
        _time(lambda r: r.time),
        Column(
            "rank",
            translate("Blotter", "级别"),
            72,
            lambda r: rank_word(r.rank),
            sort_key=lambda r: r.rank.value,
            paint=_rank,
        ),
        Column(
            "name",
            translate("Blotter", "标的"),
            84,
            lambda r: r.name or (formats.code_of(r.symbol) if r.symbol else formats.DASH),
            tone=lambda r: "t1" if r.symbol else "t3",
            sort_key=lambda r: r.symbol,
        ),
        Column("title", translate("Blotter", "什么事"), 132, lambda r: r.title, tone=_alarm_tone),
        Column("text", translate("Blotter", "说明"), 220, lambda r: r.text, tone=_alarm_tone, stretch=True),
        Column("done", translate("Blotter", "处理"), 66, _alarm_state, tone="t2"),
    )


def _rank(cell: Cell, row: AlarmRow) -> None:
    icon, tone = RANK_LOOKS[row.rank]
    quiet = row.cured or row.acknowledged
    _iconed(cell, icon, "t2" if quiet else tone, "t2" if quiet else tone)


def _alarm_tone(row: AlarmRow) -> str:
    return "t2" if row.cured or row.acknowledged else "t1"


def _alarm_state(row: AlarmRow) -> str:
    if row.cured:
        return translate("Blotter", "已解除")
    if row.acknowledged:
        return translate("Blotter", "已确认")
    return translate("Blotter", "待确认") if row.is_open else formats.DASH


def _origin(row: OrderRow | TradeRow) -> str:
    return row.origin


def _time(of: Any) -> Column[Any]:
    return Column(
        "time",
        translate("Blotter", "时间"),
        68,
        lambda r: formats.clock(of(r)),
        tone="t2",
        sort_key=of,
        export=lambda r: formats.plain_time(of(r)),
        tip=lambda r: formats.plain_time(of(r)),
    )
