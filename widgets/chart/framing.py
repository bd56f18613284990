"""Makes the frame: which bars are in sight, and the ranges that hold them and the levels worth showing."""

from __future__ import annotations

import numpy as np

from core.domain.enums import Period
from widgets.chart.frame import DAY_MINUTES, Frame
from widgets.chart.layout import ChartLayout
from widgets.chart.model import ChartMode, ChartModel
from widgets.chart.scale import TimeScale, ValueScale, fit, fit_even
from widgets.chart.series import Ints, Series
from widgets.chart.studies import Studies

_GROWTH = 0.4
_LEAST_SHARE = 0.003
_LEAST_TICKS = 8


def make_frame(model: ChartModel, layout: ChartLayout, time: TimeScale) -> Frame | None:
    """What to show now; None while there is nothing to show."""
    if model.mode is ChartMode.INTRADAY:
        return _intraday(model, layout)
    series, studies = model.series, model.studies
    if series is None or studies is None or not series.count:
        return None
    first, stop = time.shown(series.count)
    if first == stop:
        return None
    low, high = _low_high(series, first, stop)
    extras = [line.price for line in model.levels()]
    low, high = fit(low, high, extras, _GROWTH, _least(model, low))
    return Frame(
        layout=layout,
        time=time,
        price=ValueScale(*layout.inner(layout.price), low, high),
        volume=_volume_scale(layout, series, first, stop),
        macd=_macd_scale(layout, studies, first, stop),
        series=series,
        studies=studies,
        first=first,
        stop=stop,
        tick=model.tick,
        daily=model.mode.period is Period.D1,
        pre_close=model.pre_close,
        starts=_column_starts(time, layout, first, stop),
    )


def still_holds(frame: Frame) -> bool:
    """Whether the growing bar, in its new shape, still lies inside the scales of a frame."""
    series, studies, last = frame.series, frame.studies, frame.series.count - 1
    if frame.stop != series.count:
        return frame.stop < series.count
    price = frame.price.holds(float(series.low[last])) and frame.price.holds(float(series.high[last]))
    inside = price and frame.volume.holds(float(series.volume[last]))
    if frame.macd is not None:
        values = (studies.dif[last], studies.dea[last], studies.bar[last])
        inside = inside and all(frame.macd.holds(float(v)) for v in values)
    return inside


def session_scale(layout: ChartLayout) -> TimeScale:
    """The whole session across the plot."""
    plot = layout.price
    step = plot.width() / (DAY_MINUTES + 1)
    return TimeScale(plot.left(), plot.width(), step, DAY_MINUTES + 0.5)


def _intraday(model: ChartModel, layout: ChartLayout) -> Frame | None:
    series, studies, day = model.series, model.studies, model.day_ms
    if series is None or studies is None or day is None:
        return None
    first, stop = series.day_range(day)
    centre = model.pre_close or model.last
    if not centre:
        return None
    low, high = _low_high(series, first, stop) if stop > first else (centre, centre)
    least = max(centre * 0.004, model.tick_milli * 4)
    reach = fit_even(centre, low, high, [line.price for line in model.levels()], least) * 1.02
    return Frame(
        layout=layout,
        time=session_scale(layout),
        price=ValueScale(*layout.inner(layout.price), centre - reach, centre + reach),
        volume=_volume_scale(layout, series, first, stop),
        macd=None,
        series=series,
        studies=studies,
        first=first,
        stop=stop,
        tick=model.tick,
        daily=False,
        pre_close=centre,
        day_ms=day,
    )


def _low_high(series: Series, first: int, stop: int) -> tuple[float, float]:
    return float(series.low[first:stop].min()), float(series.high[first:stop].max())


def _least(model: ChartModel, price: float) -> float:
    return max(model.tick_milli * _LEAST_TICKS, price * _LEAST_SHARE)


def _volume_scale(layout: ChartLayout, series: Series, first: int, stop: int) -> ValueScale:
    most = float(series.volume[first:stop].max()) if stop > first else 0.0
    return ValueScale(*layout.inner(layout.volume), 0.0, max(most, 1.0))


def _macd_scale(layout: ChartLayout, studies: Studies, first: int, stop: int) -> ValueScale | None:
    if layout.macd is None:
        return None
    most = max(float(np.abs(line[first:stop]).max()) for line in (studies.dif, studies.dea, studies.bar))
    most = max(most * 1.05, 1.0)
    return ValueScale(*layout.inner(layout.macd), -most, most)


def _column_starts(time: TimeScale, layout: ChartLayout, first: int, stop: int) -> Ints | None:
    """First bar of each device pixel column, when several share one."""
    if time.step * layout.dpr >= 1:
        return None
    column = np.floor(time.xs(np.arange(first, stop)) * layout.dpr)
    return first + np.flatnonzero(np.diff(column, prepend=column[0] - 1))
