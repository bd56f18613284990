"""What some sources can do beside a `Feed`: be asked at a pace, answer by the clock, or beat."""

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


@runtime_checkable
class Beating(Protocol):
    """A source that is subscribed to busy symbols beside what is wanted, so that its silence means something."""

    @property
    def heartbeats(self) -> tuple[Symbol, ...]: ...
