"""The intraday line: price through the session, and the average price paid so far."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter

from widgets.chart.averages import curve_pen
from widgets.chart.base import AA, NO_PEN, ChartItem
from widgets.chart.batch import path
from widgets.chart.frame import Frame
from widgets.chart.series import Floats, Series

_DOT = 2.5


class IntradayItem(ChartItem):
    """Price t1, average ma10, and a dot at the growing end."""

    def prepare(self, frame: Frame) -> None:
        """Pieces of both lines but the last."""
        stop = max(frame.first, frame.stop - 1) if frame.ends_now else frame.stop
        x, price, average = _points(frame, stop)
        self._kept = (("ma10", path(x, average)), ("t1", path(x, price)))

    def draw_still(self, painter: QPainter, frame: Frame) -> None:
        """The kept pieces."""
        painter.setRenderHint(AA, True)
        for token, lines in self._kept:
            painter.setPen(curve_pen(self.theme, token))
            lines.draw(painter)
        painter.setRenderHint(AA, False)

    def draw(self, painter: QPainter, frame: Frame) -> None:
        """The growing pieces and the dot."""
        painter.setRenderHint(AA, True)
        if frame.ends_now:
            x, price, average = (values[-2:] for values in _points(frame, frame.stop))
            for token, values in (("ma10", average), ("t1", price)):
                painter.setPen(curve_pen(self.theme, token))
                path(x, values).draw(painter)
            painter.setPen(NO_PEN)
            change = int(frame.series.close[frame.stop - 1]) - frame.pre_close
            painter.setBrush(self.theme.color("rise" if change > 0 else "fall" if change < 0 else "t1"))
            painter.drawEllipse(QPointF(float(x[-1]), float(price[-1])), _DOT, _DOT)
        painter.setRenderHint(AA, False)


def average_price(series: Series, first: int, stop: int) -> Floats:
    """Money over shares since the first bar, thousandths; where a source gives no amount, shares at the close."""
    volume = series.volume[first:stop]
    amount = series.amount[first:stop] * 1000.0
    money = np.cumsum(np.where(amount > 0, amount, volume * series.close[first:stop].astype(np.float64)))
    shares = np.cumsum(volume)
    return np.where(shares > 0, money / np.maximum(shares, 1), series.close[first:stop])


def _points(frame: Frame, stop: int) -> tuple[Floats, Floats, Floats]:
    """x, price y and average y of the bars up to `stop`; the day's first open stands at the left edge."""
    first, series = frame.first, frame.series
    if stop <= first:
        return np.empty(0), np.empty(0), np.empty(0)
    x = frame.x_of(first, stop)
    price = series.close[first:stop].astype(np.float64)
    average = average_price(series, first, stop)
    if frame.slots(first, first + 1)[0] > 0 and series.open[first] > 0:
        opening = float(series.open[first])
        x = np.concatenate([[frame.time.x(0)], x])
        price, average = np.concatenate([[opening], price]), np.concatenate([[opening], average])
    return x, frame.price.ys(price), frame.price.ys(average)
