"""What a source that is asked can do beside a `Feed` that tells by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from core.domain.market import Symbol


@runtime_checkable
class Paced(Protocol):
    """A source that is asked and does not tell by itself."""

    def pace(self, intervals: Mapping[Symbol, float]) -> None: ...


class Rhythm(Protocol):
    """How often a source that is asked answers."""

    @property
    def expected_interval_s(self) -> float: ...


@runtime_checkable
class Polled(Protocol):
    """A source that is asked: an answer with nothing new in it is life too."""

    @property
    def details(self) -> Rhythm: ...
