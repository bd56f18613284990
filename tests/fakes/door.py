"""A helper process, a stand-in for the public sources and the politeness between them, for tests of the door."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, TypeVar

from core.market.helper.helper import HelperProcess, Job
from core.market.public.breaker import BreakerLimits
from core.market.public.source_names import Source
from core.market.public.sources import SourceLimits, Sources
from core.market.public.web_guard import DoorOptions
from tests.fakes.eastmoney_server import EastmoneyServer

R = TypeVar("R")

EASY = SourceLimits(per_minute=100_000, burst=90_000, jitter_s=0.0, breaker=BreakerLimits(failures=10_000))
"""Limits that never bite, for tests of something else."""


class DoorBench:
    """Runs jobs in one helper process against one server, each call on the bench's own loop."""

    def __init__(self, server: EastmoneyServer) -> None:
        self.loop = asyncio.new_event_loop()
        self.helper = HelperProcess("door-bench", self.loop)
        self.server = server
        self.sources = easy_sources()
        self.options = DoorOptions(timeout_s=20.0, total_s=30.0, redirect=server.redirect)
        self.hasty = DoorOptions(timeout_s=0.5, total_s=1.0, redirect=server.redirect)

    def run(self, job: Job[R], deadline_s: float = 60.0) -> R:
        """The job's result, or its error. `hasty` options are for faults that last; a busy machine answers late."""
        return self.loop.run_until_complete(self.helper.run(job, deadline_s, on_ask=self.sources.answer))

    def close(self) -> None:
        """End process and loop."""
        self.loop.run_until_complete(self.helper.close())
        self.loop.close()


def easy_sources(limits: Mapping[Source, SourceLimits] | None = None, **options: Any) -> Sources:
    """Sources that are never polite, but for the given ones."""
    return Sources({**dict.fromkeys(Source, EASY), **(limits or {})}, **options)
