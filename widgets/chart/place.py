"""Which bars the view stands at: survives resizing and new bars, and moves when the user zooms or drags."""

from __future__ import annotations

from widgets.chart.layout import ChartLayout
from widgets.chart.scale import DEFAULT_STEP, TimeScale, clamped, latest, moved, zoomed


class Place:
    """A time scale for candles. `scale` is None until the first `follow` and after `forget`."""

    def __init__(self) -> None:
        self.scale: TimeScale | None = None
        self._count = 0

    def forget(self) -> None:
        """Back to the newest bars at the default width."""
        self.scale = None

    def follow(self, layout: ChartLayout, count: int) -> TimeScale:
        """The scale for a size and a number of bars; new bars move a view that shows the newest one."""
        plot, old = layout.price, self.scale
        if old is None:
            made = latest(plot.left(), plot.width(), DEFAULT_STEP, count)
        else:
            grown = count - self._count if old.right >= self._count - 1 else 0
            made = TimeScale(plot.left(), plot.width(), old.step, old.right + grown)
        self._count = count
        self.scale = clamped(made, count)
        return self.scale

    def zoom(self, factor: float, anchor_x: float | None) -> None:
        """Wider slots for a factor over 1, about x; None is the newest bar in sight."""
        if self.scale is not None:
            at = self.scale.x(min(self._count - 1, self.scale.right)) if anchor_x is None else anchor_x
            self.scale = zoomed(self.scale, factor, at, self._count)

    def pan(self, pixels: float) -> None:
        """Move the content to the right by pixels."""
        if self.scale is not None:
            self.scale = moved(self.scale, pixels, self._count)

    def bring(self, index: int) -> bool:
        """Move so that a bar comes into sight with some room beside it; False when it was."""
        scale = self.scale
        if scale is None:
            return False
        x, right = scale.x(index), scale.left + scale.width
        if scale.left + scale.step <= x <= right - scale.step:
            return False
        early = x < scale.left + scale.width / 2
        self.pan(scale.left + 4 * scale.step - x if early else right - 2 * scale.step - x)
        return True
