"""Where the panes and axes of the chart stand, in logical pixels of the view."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF

RIGHT_AXIS = 66
LEFT_AXIS = 60
TIME_AXIS = 18
MACD_FROM = 340
_HEAD_ROOM = 22  # text line on top of the volume and MACD panes
_AIR = 12


@dataclass(frozen=True, slots=True)
class ChartLayout:
    """Rectangles of one view size. `macd` is None when it is not shown; `left_axis` has no width in candle mode."""

    price: QRectF
    volume: QRectF
    macd: QRectF | None
    right_axis: QRectF
    left_axis: QRectF
    time_axis: QRectF
    dpr: float

    @property
    def plot(self) -> QRectF:
        """All panes together."""
        return QRectF(self.price.left(), self.price.top(), self.price.width(), self.time_axis.top())

    @property
    def unit(self) -> float:
        """Width of a thin line: whole device pixels, about one logical."""
        return max(1, round(self.dpr)) / self.dpr

    def inner(self, pane: QRectF) -> tuple[float, float]:
        """Top and bottom of the values in a pane: text has its room above, lines keep off the edges."""
        if pane is self.price:
            return pane.top() + _AIR + 6, pane.bottom() - _AIR
        bottom = pane.bottom() - (1 if pane is self.volume else 6)
        return min(pane.top() + _HEAD_ROOM, bottom - 4), bottom

    def pane_at(self, y: float) -> QRectF | None:
        """The pane at a height."""
        for pane in (self.price, self.volume, self.macd):
            if pane is not None and pane.top() <= y < pane.bottom():
                return pane
        return None


def arrange(
    width: float, height: float, *, intraday: bool, factor: float = 1.0, dpr: float = 1.0
) -> ChartLayout:
    """Cut a view of `width` by `height` at the user's font `factor`."""
    right, time = round(RIGHT_AXIS * factor), round(TIME_AXIS * factor)
    left = round(LEFT_AXIS * factor) if intraday else 0
    wide, high = max(width - right - left, 1.0), max(height - time, 3.0)
    with_macd = not intraday and height >= MACD_FROM * factor
    shares = (0.60, 0.15, 0.25) if with_macd else (0.80, 0.20, 0.0)
    cut1, cut2 = round(high * shares[0]), round(high * (shares[0] + shares[1]))
    macd = QRectF(left, cut2, wide, high - cut2) if shares[2] else None
    return ChartLayout(
        price=QRectF(left, 0, wide, cut1),
        volume=QRectF(left, cut1, wide, cut2 - cut1),
        macd=macd,
        right_axis=QRectF(left + wide, 0, right, high),
        left_axis=QRectF(0, 0, left, high),
        time_axis=QRectF(0, high, width, time),
        dpr=dpr,
    )
