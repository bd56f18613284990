"""Moving averages and MACD over a whole series; a live tick recomputes only their last value."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from widgets.chart.series import Floats, Series

PRICE_SPANS = (5, 10, 20, 60)
VOLUME_SPANS = (5, 10)
_FAST, _SLOW, _SIGNAL = 12, 26, 9
_BLOCK = 128


def moving_average(values: NDArray[np.int64] | Floats, span: int) -> Floats:
    """Mean of the last `span` values, nan before there are that many; exact for integers."""
    out = np.full(len(values), np.nan)
    if len(values) >= span:
        total = np.cumsum(values)
        out[span - 1 :] = total[span - 1 :]
        out[span:] -= total[:-span]
        out[span - 1 :] /= span
    return out


def ema(values: NDArray[np.int64] | Floats, span: int) -> Floats:
    """Exponential average with weight 2/(span+1), started at the first value; block by block, so it is fast."""
    count = len(values)
    out = np.empty(count)
    if not count:
        return out
    weight, keep = 2 / (span + 1), 1 - 2 / (span + 1)
    steps = np.arange(_BLOCK)
    powers = keep ** (steps[:, None] - steps[None, :]).clip(0)
    kernel = np.where(steps[:, None] >= steps[None, :], weight * powers, 0.0)
    blocks = -(-count // _BLOCK)
    padded = np.zeros(blocks * _BLOCK)
    padded[:count] = values
    own = padded.reshape(blocks, _BLOCK) @ kernel.T
    decay = keep ** (steps + 1)
    carried = float(values[0])
    for block in range(blocks):
        own[block] += carried * decay
        carried = float(own[block, -1])
    out[:] = own.reshape(-1)[:count]
    return out


class Studies:
    """Averages of one series: `price[span]`, `volume[span]`, and `dif`, `dea`, `bar` of MACD, thousandths.

    All have the length of the series at the last `refresh`.
    """

    def __init__(self, series: Series) -> None:
        self._series = series
        self.price: dict[int, Floats] = {}
        self.volume: dict[int, Floats] = {}
        self.refresh()

    def refresh(self) -> None:
        """Compute everything."""
        close = self._series.close
        self.price = {span: moving_average(close, span) for span in PRICE_SPANS}
        self.volume = {span: moving_average(self._series.volume, span) for span in VOLUME_SPANS}
        self._fast, self._slow = ema(close, _FAST), ema(close, _SLOW)
        self.dif = self._fast - self._slow
        self.dea = ema(self.dif, _SIGNAL)
        self.bar = 2 * (self.dif - self.dea)

    def refresh_last(self) -> None:
        """Compute the values of the last bar; the series must have the length of the last `refresh`."""
        last = self._series.count - 1
        if last < 1:
            self.refresh()
            return
        for spans, values in ((self.price, self._series.close), (self.volume, self._series.volume)):
            for span, line in spans.items():
                if last >= span - 1:
                    line[last] = values[last - span + 1 : last + 1].mean()
        close = float(self._series.close[last])
        for line, span in ((self._fast, _FAST), (self._slow, _SLOW)):
            line[last] = line[last - 1] + (close - line[last - 1]) * 2 / (span + 1)
        self.dif[last] = self._fast[last] - self._slow[last]
        self.dea[last] = self.dea[last - 1] + (self.dif[last] - self.dea[last - 1]) * 2 / (_SIGNAL + 1)
        self.bar[last] = 2 * (self.dif[last] - self.dea[last])
