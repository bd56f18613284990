"""All items of the chart's scene, from the ground up, who of them hears what, and the ground they share."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QPoint, QRect, QSize
from PySide6.QtGui import QPainter, QPixmap

from widgets.chart.averages import MacdItem, PriceAverages, VolumeAverages
from widgets.chart.axis import EdgeAxes, LastLine, PriceAxis
from widgets.chart.base import ChartItem
from widgets.chart.candles import CandleItem
from widgets.chart.captions import Extremes, PaneLegends
from widgets.chart.crosshair import Crosshair
from widgets.chart.fill_book import FillBook
from widgets.chart.fills import FillItem
from widgets.chart.frame import Frame
from widgets.chart.grid import GridItem
from widgets.chart.intraday import IntradayItem
from widgets.chart.layout import ChartLayout
from widgets.chart.levels import LevelItem, ZoneBand
from widgets.chart.model import ChartModel
from widgets.chart.volume import VolumeItem
from widgets.theme import ThemeHolder


class Parts:
    """The items by name. The number given to each is its height above the ground."""

    def __init__(self, theme: ThemeHolder) -> None:
        self.grid = GridItem(theme, 0)
        self.band = ZoneBand(theme, 1)
        self.candles = CandleItem(theme, 2)
        self.intraday = IntradayItem(theme, 2)
        self.volume = VolumeItem(theme, 2)
        self.macd = MacdItem(theme, 2)
        self.price_averages = PriceAverages(theme, 3)
        self.volume_averages = VolumeAverages(theme, 3)
        self.last_line = LastLine(theme, 4)
        self.extremes = Extremes(theme, 4)
        self.fills = FillItem(theme, 5)
        self.levels = LevelItem(theme, 6)
        self.legends = PaneLegends(theme, 7)
        self.edge_axes = EdgeAxes(theme, 7)
        self.price_axis = PriceAxis(theme, 8)
        self.crosshair = Crosshair(theme, 10)

    def all_items(self) -> Iterator[ChartItem]:
        """Every item."""
        return (item for item in vars(self).values() if isinstance(item, ChartItem))

    def live_items(self) -> Iterator[ChartItem]:
        """Those that stand in the scene."""
        return (item for item in self.all_items() if item.LIVE)

    def paint_still(self, painter: QPainter) -> None:
        """The ground: everything that stays until the next frame, lowest first."""
        for item in sorted(self.all_items(), key=lambda item: item.zValue()):
            item.paint_still(painter)

    def show_frame(self, frame: Frame | None, layout: ChartLayout, model: ChartModel) -> None:
        """Everything anew."""
        lines = model.levels()
        self.band.lines = self.levels.lines = self.price_axis.lines = lines
        self.price_axis.last = self.last_line.last = model.last
        self.price_axis.last_tone = self.last_line.last_tone = model.last_tone
        self.fills.book = model.fills if model.on_real_prices else FillBook()
        absent = self._only_candles() if frame is not None and frame.intraday else (self.intraday,)
        for item in self.all_items():
            item.show_frame(None if item in absent else frame, layout)

    def show_last(self) -> None:
        """The growing bar changed and still fits."""
        live = (self.intraday, self.volume, self.fills, self.legends)
        for item in (*self._only_candles(), *live):
            item.show_last()

    def show_price(self, model: ChartModel) -> None:
        """The last price may have changed, and with it the distances of the levels."""
        self.price_axis.show_last_price(model.last, model.last_tone)
        self.last_line.show_last_price(model.last, model.last_tone)
        self.levels.show_lines(model.levels())

    def _only_candles(self) -> tuple[ChartItem, ...]:
        return (self.candles, self.macd, self.price_averages, self.volume_averages, self.extremes)


class Ground:
    """One pixmap of everything that no tick changes, made anew with each frame."""

    def __init__(self, theme: ThemeHolder, parts: Parts) -> None:
        self._theme = theme
        self._parts = parts
        self._pixmap = QPixmap()
        self._old = True

    def forget(self) -> None:
        """The next one is painted anew."""
        self._old = True

    def pixmap(self, size: QSize, ratio: float) -> QPixmap:
        """The ground for a view of `size` logical pixels."""
        wanted = size * ratio
        if self._pixmap.size() != wanted or self._pixmap.devicePixelRatio() != ratio:
            self._pixmap = QPixmap(wanted)
            self._pixmap.setDevicePixelRatio(ratio)
            self._old = True
        if self._old:
            self._old = False
            painter = QPainter(self._pixmap)
            painter.fillRect(QRect(QPoint(0, 0), size), self._theme.color("pan"))
            self._parts.paint_still(painter)
            painter.end()
        return self._pixmap
