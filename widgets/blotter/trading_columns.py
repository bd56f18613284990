"""Columns of 委托 and 成交."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from widgets import formats
from widgets.blotter.cells import (
    iconed,
    name_column,
    order_id_column,
    origin_column,
    side_column,
    time_column,
)
from widgets.blotter.rows import OrderRow, TradeRow
from widgets.blotter.words import (
    price_type_word,
    status_look,
    status_word,
)
from widgets.models.cell import Align
from widgets.models.column import Column

translate = QCoreApplication.translate


def order_columns() -> tuple[Column[OrderRow], ...]:
    """委托."""
    return (
        time_column(lambda r: r.order.time),
        name_column(lambda r: r.order.symbol, 130),
        side_column(lambda r: r.order.side),
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
            "price_type",
            translate("Blotter", "类型"),
            74,
            lambda r: price_type_word(r.order.price_type),
            tone="t2",
            sort_key=lambda r: r.order.price_type,
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
            paint=lambda cell, r: iconed(cell, *status_look(r.order.status)),
        ),
        origin_column(),
        order_id_column(lambda r: r.order.order_id, 88),
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
        time_column(lambda r: r.trade.time),
        name_column(lambda r: r.trade.symbol, 134),
        side_column(lambda r: r.trade.side),
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
        origin_column(),
        order_id_column(lambda r: r.trade.order_id, 84),
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
