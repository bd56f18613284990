"""Columns of 决策 and 提醒."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QCoreApplication

from widgets import formats
from widgets.blotter.cells import iconed, time_column
from widgets.blotter.rows import AlarmRow, DecisionRow
from widgets.blotter.words import (
    KIND_TONES,
    RANK_LOOKS,
    kind_word,
    outcome_look,
    outcome_word,
    rank_word,
)
from widgets.models.cell import Align, Cell
from widgets.models.column import Column

translate = QCoreApplication.translate
AGE = "age"


def _rank(cell: Cell, row: AlarmRow) -> None:
    icon, tone = RANK_LOOKS[row.alarm.rank]
    quiet = row.is_quiet
    iconed(cell, icon, "t2" if quiet else tone, "t2" if quiet else tone)


def _alarm_tone(row: AlarmRow) -> str:
    return "t2" if row.is_quiet else "t1"


def _alarm_state(row: AlarmRow) -> str:
    if row.alarm.cured:
        return translate("Blotter", "已解除")
    if row.acknowledged:
        return translate("Blotter", "已确认")
    return translate("Blotter", "待确认") if row.is_open else formats.DASH


def decision_columns() -> tuple[Column[DecisionRow], ...]:
    """决策."""
    return (
        time_column(lambda r: r.decision.time),
        Column(
            "name",
            translate("Blotter", "标的"),
            92,
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
            94,
            lambda r: outcome_word(r.decision.outcome),
            tone=lambda r: outcome_look(r.decision.outcome, r.decision.kind)[2],
            sort_key=lambda r: r.decision.outcome.value,
            paint=lambda cell, r: iconed(cell, *outcome_look(r.decision.outcome, r.decision.kind)),
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


def alarm_columns(now: Callable[[], datetime | None]) -> tuple[Column[AlarmRow], ...]:
    """提醒. `now` is the desk's clock, None before it was told: ages are counted by it."""

    def age(row: AlarmRow) -> str:
        moment = now()
        return formats.DASH if moment is None else formats.age((moment - row.alarm.time).total_seconds())

    return (
        time_column(lambda r: r.alarm.time),
        Column(AGE, translate("Blotter", "已过"), 62, age, Align.RIGHT, "t2"),
        Column(
            "rank",
            translate("Blotter", "级别"),
            72,
            lambda r: rank_word(r.alarm.rank),
            sort_key=lambda r: r.alarm.rank.value,
            paint=_rank,
        ),
        Column(
            "name",
            translate("Blotter", "标的"),
            84,
            lambda r: r.name or (formats.code_of(r.alarm.symbol) if r.alarm.symbol else formats.DASH),
            tone=lambda r: "t1" if r.alarm.symbol else "t3",
            sort_key=lambda r: r.alarm.symbol,
        ),
        Column("title", translate("Blotter", "什么事"), 132, lambda r: r.alarm.title, tone=_alarm_tone),
        Column(
            "text", translate("Blotter", "说明"), 220, lambda r: r.alarm.text, tone=_alarm_tone, stretch=True
        ),
        Column("done", translate("Blotter", "处理"), 66, _alarm_state, tone="t2"),
    )
