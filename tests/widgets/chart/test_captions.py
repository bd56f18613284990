"""Texts in the panes and above them: a figure is shown whole, or not at all."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from widgets.chart.captions import Segment, draw_segments
from widgets.fonts import FontRole
from widgets.theme import ThemeHolder

WORDS: list[Segment] = [("11-20", "t2"), (" 量", "t2"), ("29.93万手", "t1"), (" 额", "t2"), ("12.38亿", "t1")]


def ends(theme: ThemeHolder, wide: float, words: list[Segment] = WORDS) -> float:
    image = QImage(800, 30, QImage.Format.Format_ARGB32)
    painter = QPainter(image)
    end = draw_segments(painter, theme, FontRole.HEADER, words, QRectF(0, 0, wide, 24), 4.0)
    painter.end()
    return end


def test_everything_is_drawn_where_there_is_room(theme: ThemeHolder) -> None:
    metrics = theme.metrics(FontRole.HEADER)
    assert ends(theme, 600) == pytest.approx(sum(metrics.horizontalAdvance(text) + 4 for text, _ in WORDS))


def test_a_figure_that_would_be_cut_goes_with_its_name(theme: ThemeHolder) -> None:
    whole = ends(theme, 600)
    assert ends(theme, whole - 12) == ends(theme, 600, WORDS[:3]), (
        "neither half a figure nor a name without one"
    )
    assert ends(theme, ends(theme, 600, WORDS[:3]) - 12) == ends(theme, 600, WORDS[:1])


def test_the_last_of_figures_without_names_goes_alone(theme: ThemeHolder) -> None:
    averages: list[Segment] = [("MA5 41.60  ", "ma5"), ("MA10 41.90  ", "ma10"), ("MA20 42.10  ", "ma20")]
    whole = ends(theme, 600, averages)
    assert ends(theme, whole - 20, averages) == ends(theme, 600, averages[:2])
