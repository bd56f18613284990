"""Ids of intents, signals and decisions: short, ASCII, never given twice, and the same in every replay."""

from __future__ import annotations

from datetime import date


class Ids:
    """Numbers under one journal's tag, one trading day and one start of the program.

    An intent id such as `K7Q2-261120-3-12` is at most 24 bytes: it travels in the order remark.
    """

    def __init__(self, tag: str, day: date, start: int) -> None:
        self._stem = f"{tag}-{day:%y%m%d}-{start}"
        self._count = 0

    def intent(self) -> str:
        """Id of an intent, which is also the order remark."""
        return self._next("")

    def signal(self) -> str:
        """Id of a signal."""
        return self._next("S")

    def decision(self) -> str:
        """Id of a decision."""
        return self._next("D")

    def _next(self, kind: str) -> str:
        self._count += 1
        return f"{self._stem}-{kind}{self._count}"
