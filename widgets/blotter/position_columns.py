"""Columns of 持仓."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import QCoreApplication

from widgets import formats
from widgets.blotter.cells import name_column
from widgets.blotter.rows import PositionRow
from widgets.models.cell import Align, Cell
from widgets.models.column import Column
from widgets.state_looks import STATE_LOOKS, state_word
from widgets.tokens import direction_tone

translate = QCoreApplication.translate


def _signed(value: Decimal | None) -> str:
    return "t3" if value is None else direction_tone(float(value))


def _last_tone(row: PositionRow) -> str:
    if row.last <= 0 or row.pre_close <= 0:
        return "t3"
    return direction_tone(row.last - row.pre_close)


def _shield(cell: Cell, row: PositionRow) -> None:
    if row.state is None:
        cell.text(formats.DASH, "t3", Align.CENTER)
        return
    look = STATE_LOOKS[row.state]
    cell.icon(look.icon, look.tone)


def _shield_word(row: PositionRow) -> str:
    return translate("Blotter", "不在监测列表") if row.state is None else state_word(row.state)


def position_columns() -> tuple[Column[PositionRow], ...]:
    """持仓."""
    return (*_holding_columns(), *_result_columns(), *_care_columns())


def _holding_columns() -> tuple[Column[PositionRow], ...]:
    """What is held, and what it cost."""
    return (
        name_column(lambda r: r.position.symbol, 138, stretch=True),
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
    )


def _result_columns() -> tuple[Column[PositionRow], ...]:
    """What it is worth now, and what came of it."""
    return (
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
    )


def _care_columns() -> tuple[Column[PositionRow], ...]:
    """How much of the account it is, and what protects it."""
    return (
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
