"""What one pan frame and one live tick of the chart cost, beside the plain pyqtgraph way, on this machine now.

Prints medians in milliseconds; asserts nothing about time. `python tests/benchmarks/bench_chart.py [--bars N ...]`
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QRectF
from PySide6.QtGui import QPainter, QPicture
from PySide6.QtWidgets import QApplication, QStyleOptionGraphicsItem, QWidget

from core.domain.enums import Period
from core.domain.market import Bar, Symbol
from core.domain.watch import WatchItem
from widgets.chart.model import ChartMode
from widgets.chart.panel import ChartPanel
from widgets.chart.series import Series
from widgets.theme import Theme, ThemeHolder

SIZE = (1600, 900)
SYMBOL = Symbol("600519.SH")
SIZES = (1_000, 10_000, 100_000, 1_000_000)
PLAIN_UP_TO = 100_000
SHOWN = 300
_START_MS = 1_700_000_000_000


def random_series(count: int, seed: int = 1) -> Series:
    """A random walk of minute bars, prices in thousandths."""
    random = np.random.default_rng(seed)
    close = 100_000 + np.cumsum(random.integers(-40, 41, count)) // 10 * 10
    close += max(0, 1_000 - int(close.min()))
    opens = np.concatenate([close[:1], close[:-1]])
    high = np.maximum(opens, close) + random.integers(0, 6, count) * 10
    low = np.minimum(opens, close) - random.integers(0, 6, count) * 10
    volume = random.integers(100, 100_000, count)
    stamps = _START_MS + np.arange(count) * 60_000
    ints = np.ascontiguousarray(np.stack([stamps, opens, high, low, close, volume]).astype(np.int64))
    return Series.from_columns(ints, volume * close / 1000.0)


def median_ms(step: Callable[[int], None], times: int) -> tuple[float, float]:
    """Median and worst of `times` calls, in milliseconds."""
    taken = []
    for number in range(times):
        begin = time.perf_counter()
        step(number)
        taken.append((time.perf_counter() - begin) * 1000)
    return statistics.median(taken), max(taken)


def made_panel(theme: ThemeHolder, series: Series) -> ChartPanel:
    """A shown chart with a full set of levels."""
    panel = ChartPanel(theme)
    panel.resize(*SIZE)
    panel.show_symbol(SYMBOL, "贵州茅台", Decimal("0.01"))
    panel.set_mode(ChartMode.M1)
    panel.set_series(Period.M1, series)
    last = Decimal(int(series.close[-1])) / 1000
    cent = Decimal("0.01")
    levels = [(last * Decimal(share)).quantize(cent) for share in ("0.995", "0.999", "1.004", "0.992")]
    panel.set_item(WatchItem("1", SYMBOL, *levels))
    panel.set_position(300, last)
    panel.show()
    QApplication.processEvents()
    return panel


def own_way(theme: ThemeHolder, count: int, frames: int) -> dict[str, tuple[float, float]]:
    """Costs of the chart of this desk."""
    series = random_series(count)
    panel = made_panel(theme, series)
    view = panel.view
    view.zoom(view.viewport().width() / SHOWN / 8.0)
    view.flush()
    painted = view.viewport()

    def pan(number: int) -> None:
        view.pan(13 if number % 2 else -11)
        view.flush()
        painted.repaint()

    def tick(number: int) -> None:
        at, last = series.count - 1, int(series.close[-1])
        price = last + (10 if number % 2 else -10)
        bar = Bar(SYMBOL, Period.M1, int(series.time_ms[at]), int(series.open[at]), max(price, int(series.high[at])),
                  min(price, int(series.low[at])), price, int(series.volume[at]), float(series.amount[at]))  # fmt: skip
        panel.update_bar(bar)
        view.flush()
        QApplication.sendPostedEvents()
        QApplication.processEvents()

    def move(number: int) -> None:
        view.step_cursor(-1 if number % 20 < 10 else 1)
        QApplication.processEvents()

    out = {"tick": median_ms(tick, frames), "crosshair": median_ms(move, frames)}
    view.pan(400)
    out["pan"] = median_ms(pan, frames)
    view.show_latest()
    view.flush()
    view.zoom(1e-9)
    out["pan, half of all"] = median_ms(_wide(panel), max(3, frames // 5))
    panel.close()
    panel.deleteLater()
    return out


def _wide(panel: ChartPanel) -> Callable[[int], None]:
    view = panel.view
    view.flush()
    view.zoom(2.0)

    def pan(number: int) -> None:
        view.pan(13 if number % 2 else -11)
        view.flush()
        view.viewport().repaint()

    return pan


class PictureCandles(pg.GraphicsObject):
    """The candle item of pyqtgraph's own examples: one QPicture for the whole series."""

    def __init__(self, series: Series) -> None:
        super().__init__()
        self._series = series
        self.make()

    def make(self) -> None:
        """Record all candles."""
        self._picture = QPicture()
        painter = QPainter(self._picture)
        painter.setPen(pg.mkPen("w"))
        columns = (self._series.open, self._series.close, self._series.low, self._series.high)
        for x, (first, last, low, high) in enumerate(zip(*(c.tolist() for c in columns), strict=True)):
            painter.drawLine(QLineF(x, low, x, high))
            painter.setBrush(pg.mkBrush("r" if last > first else "g"))
            painter.drawRect(QRectF(x - 0.3, first, 0.6, last - first))
        painter.end()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        """Replay."""
        painter.drawPicture(0, 0, self._picture)

    def boundingRect(self) -> QRectF:
        """Of the picture."""
        return QRectF(self._picture.boundingRect())


def plain_way(count: int, frames: int) -> dict[str, tuple[float, float]]:
    """Costs of a PlotWidget with a QPicture of candles and a BarGraphItem of volume."""
    series = random_series(count)
    layout = pg.GraphicsLayoutWidget()
    layout.resize(*SIZE)
    price, volume = layout.addPlot(row=0, col=0), layout.addPlot(row=1, col=0)
    volume.setXLink(price)
    begin = time.perf_counter()
    candles = PictureCandles(series)
    made = (time.perf_counter() - begin) * 1000
    price.addItem(candles)
    bars = pg.BarGraphItem(x=np.arange(count), height=series.volume, width=0.6, brush="b")
    volume.addItem(bars)
    layout.show()

    def look_at(first: float) -> None:
        price.setXRange(first, first + SHOWN, padding=0)
        inside = slice(max(0, int(first)), int(first) + SHOWN)
        price.setYRange(float(series.low[inside].min()), float(series.high[inside].max()), padding=0.05)

    def pan(number: int) -> None:
        look_at(count - SHOWN - 50 + (number % 2) * 4)
        QApplication.processEvents()
        layout.viewport().repaint()

    def tick(number: int) -> None:
        series.close[-1] += 10 if number % 2 else -10
        candles.make()
        candles.update()
        bars.setOpts(height=series.volume)
        QApplication.processEvents()
        layout.viewport().repaint()

    QApplication.processEvents()
    slow = max(2, min(frames, round(2_000 / max(made, 1.0))))
    out = {"tick": median_ms(tick, slow), "pan": median_ms(pan, slow)}
    layout.close()
    layout.deleteLater()
    return out


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bars", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--frames", type=int, default=60)
    options = parser.parse_args(arguments)
    app = QApplication.instance() or QApplication([])
    theme = ThemeHolder()
    theme.set_theme(Theme(), app if isinstance(app, QApplication) else None)
    print(f"chart {SIZE[0]}x{SIZE[1]}, {SHOWN} bars in sight, milliseconds: median / worst")
    for count in options.bars:
        _print("own item", count, own_way(theme, count, options.frames))
        if count <= PLAIN_UP_TO:
            _print("pyqtgraph QPicture + BarGraphItem", count, plain_way(count, options.frames))


def _print(name: str, count: int, costs: dict[str, tuple[float, float]]) -> None:
    for what, (middle, worst) in costs.items():
        print(f"{count:>9,} bars  {what:<17} {middle:>9.2f} /{worst:>9.2f}   {name}")


if __name__ == "__main__":
    main()
