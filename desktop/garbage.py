"""Collects cyclic garbage on the GUI thread, and nowhere else.

Left alone, Python collects on whatever thread happens to allocate. A closed dialog would then be destroyed on the
trading thread: Qt's timers cannot be stopped from there, and sooner or later the program crashes.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

LOOK_MS = 250
YOUNG = 2_000
"""New containers that make a look worth its while; walking them takes well under a millisecond."""
MIDDLE_EVERY = 10
OLD_EVERY = 200
"""Collections of the younger generation before the next older one."""


class Garbage(QObject):
    """Made on the GUI thread when the window stands; automatic collection is off until `stop`.

    What stands by then stays as long as the window: it is frozen, since walking it takes longer than a frame.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.disable()
        gc.freeze()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._look)
        self._timer.start(LOOK_MS)

    def stop(self) -> None:
        """Leave it to Python again."""
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    def _look(self) -> None:
        young, middle, old = gc.get_count()
        if young >= YOUNG:
            gc.collect(2 if old >= OLD_EVERY else 1 if middle >= MIDDLE_EVERY else 0)
