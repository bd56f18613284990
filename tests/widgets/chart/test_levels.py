"""Levels: the line at its price, the words beside it, tags on the axis, levels out of range."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint

from core.domain.enums import Period
from tests.widgets.chart.chart_records import SYMBOL, at, daily_bars, item, quote
from widgets.chart.level_texts import level_lines
from widgets.chart.levels import level_y
from widgets.chart.panel import ChartPanel

if TYPE_CHECKING:
    from widgets.theme import ThemeHolder

TICK = Decimal("0.01")


def fed(panel: ChartPanel) -> ChartPanel:
    """Days between 98.78 and 101.22, last 100.00."""
    panel.set_bars(SYMBOL, Period.D1, daily_bars(120))
    panel.set_quote(quote(100_000, at(14, 0), pre_close=99_000))
    return panel


def test_each_level_is_a_line_at_the_height_of_its_price(panel: ChartPanel, theme: ThemeHolder) -> None:
    fed(panel).set_item(item("99.20", "99.60", "100.90", "98.90"))
    panel.view.flush()
    frame = panel.view.frame
    assert frame is not None
    image = panel.view.viewport().grab().toImage()
    for price, tone in ((100_900, "tp"), (98_900, "sl"), (99_200, "zone"), (99_600, "zone")):
        row = int(level_y(frame, price))
        assert row == pytest.approx(frame.price.y(price), abs=1)
        seen = {image.pixelColor(QPoint(x, row)).name() for x in range(int(frame.layout.price.right()))}
        assert theme.color(tone).name() in seen, f"{tone} at {price}"
        above = {image.pixelColor(QPoint(x, row - 4)).name() for x in range(100)}
        assert theme.color(tone).name() not in above


def test_the_band_between_the_edges_is_filled(panel: ChartPanel, theme: ThemeHolder) -> None:
    fed(panel).set_item(item("99.20", "99.60", None, None))
    panel.view.flush()
    frame = panel.view.frame
    assert frame is not None
    image = panel.view.viewport().grab().toImage()
    x = int(frame.layout.price.right()) - 3
    ground, zone = theme.color("pan"), theme.color("zone")
    inside = image.pixelColor(QPoint(x, int(frame.price.y(99_400))))
    assert abs(inside.blue() - (ground.blue() * 0.85 + zone.blue() * 0.15)) <= 2
    assert image.pixelColor(QPoint(x, int(frame.price.y(100_300)))) == ground


@pytest.mark.parametrize(
    ("sellable", "stop"),
    [
        (None, "止损 349.80 · 卖 300 · −8.35% · 亏 3,780"),
        (100, "止损 349.80 · 卖 100 · −8.35% · 亏 1,260"),
        (0, "止损 349.80 · T+1 · −8.35% · 亏 3,780"),
    ],
)
def test_a_level_says_what_can_be_sold_today(sellable: int | None, stop: str) -> None:
    watched = item("358.00", "364.00", "398.00", "349.80")
    cost, last = Decimal("362.40"), 381_660
    lines = level_lines(watched, 300, cost, last, TICK, "300750.SZ", sellable)
    said = {line.key: line for line in lines}
    assert said["sl"].label == stop
    assert said["cost"].short == "成本 362.40 · 300 股"


def test_labels_say_what_will_happen_how_far_and_how_much() -> None:
    lines = level_lines(
        item("358.00", "364.00", "398.00", "349.80"), 300, Decimal("362.40"), 381_660, TICK, "300750.SZ"
    )
    said = {line.key: line for line in lines}
    assert said["tp"].label == "止盈 398.00 · 卖 300 · +4.28% · 盈 10,680"
    assert said["sl"].label == "止损 349.80 · 卖 300 · −8.35% · 亏 3,780"
    assert said["entry_high"].label.startswith("进场区间 358.00–364.00 · ")
    assert said["sl"].below
    assert not said["tp"].below
    assert said["cost"].short == "成本 362.40 · 300 股"
    assert [said[key].badge for key in ("tp", "sl", "cost", "entry_low")] == ["盈", "损", "本", "进"]


def test_a_level_that_only_alerts_promises_no_sale() -> None:
    lines = level_lines(
        item(None, None, None, "349.80", enabled=False), 300, Decimal("362.40"), 381_660, TICK, "300750.SZ"
    )
    assert lines[0].label == "止损 349.80 · 仅提醒 · −8.35% · 亏 3,780"
    alone = level_lines(item(None, None, "106.00", None), 0, None, 98_460, TICK, "002594.SZ")
    assert alone[0].label == "止盈 106.00 · +7.66%"
    unknown = level_lines(item(None, None, "106.00", None), 0, None, 0, TICK, "002594.SZ")
    assert unknown[0].label == "止盈 106.00"


def test_a_level_out_of_range_becomes_a_box_with_an_arrow_at_the_edge(panel: ChartPanel) -> None:
    fed(panel).set_item(item(None, None, "130.00", "80.00"))
    panel.view.flush()
    frame = panel.view.frame
    assert frame is not None
    labels = {label.tone: label for label in panel.view.parts.levels.labels}
    assert labels["tp"].text == "↑ 止盈 130.00 +30.00%"
    assert labels["sl"].text == "↓ 止损 80.00 −20.00%"
    assert labels["tp"].boxed
    assert labels["tp"].rect.top() - frame.layout.price.top() < 4
    assert frame.layout.price.bottom() - labels["sl"].rect.bottom() < 4
    assert not {tag.tone for tag in panel.view.parts.price_axis.tags} & {"tp", "sl"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    levels=st.lists(st.integers(9_700, 10_250), min_size=4, max_size=4),
    cost=st.integers(9_700, 10_250),
    last=st.integers(9_880, 10_120),
)
def test_tags_and_labels_never_overlap(panel: ChartPanel, levels: list[int], cost: int, last: int) -> None:
    prices = [f"{level / 100:.2f}" for level in levels]
    low, high = sorted(prices[:2], key=float)
    panel.set_bars(SYMBOL, Period.D1, daily_bars(60))
    panel.set_quote(quote(last * 10, at(14, 0)))
    panel.set_item(item(low, high, prices[2], prices[3]))
    panel.set_position(300, Decimal(cost) / 100)
    panel.view.flush()
    tags = [tag.rect for tag in panel.view.parts.price_axis.tags]
    labels = [label.rect for label in panel.view.parts.levels.labels]
    for boxes in (tags, labels):
        for number, box in enumerate(boxes):
            assert not any(box.intersects(other) for other in boxes[number + 1 :])
    pane = panel.view.frame.layout.price  # type: ignore[union-attr]
    assert all(pane.top() <= box.top() and box.bottom() <= pane.bottom() for box in tags)


def test_the_last_price_tag_is_filled_by_direction_and_keeps_its_place(
    panel: ChartPanel, theme: ThemeHolder
) -> None:
    fed(panel).set_item(item("99.90", "99.95", "100.10", None))
    panel.view.flush()
    frame = panel.view.frame
    assert frame is not None
    tag = next(tag for tag in panel.view.parts.price_axis.tags if tag.filled)
    assert (tag.text, tag.tone) == ("100.00", "rise")
    assert abs(tag.rect.center().y() - frame.price.y(100_000)) <= 1.5
    image = panel.view.viewport().grab().toImage()
    corner = tag.rect.topLeft().toPoint()
    assert image.pixelColor(corner + QPoint(1, 1)) == theme.color("rise")
    panel.set_quote(quote(98_800, at(14, 1), pre_close=99_000))
    panel.view.flush()
    assert next(tag for tag in panel.view.parts.price_axis.tags if tag.filled).tone == "fall"
