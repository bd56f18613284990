"""The ranked sources of quotes of one desk, with the helper processes that the public ones work in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING

from core.clock import Clock
from core.exchange.calendar import MAINLAND, Calendar
from core.lanes import Lane
from core.market.failover import FeedSwitch, StandIn
from core.market.public.source_names import Source
from core.market.xtdata.calls import Address
from core.market.xtdata.feed import XtdataFeed
from core.ports import Activity, Feed

if TYPE_CHECKING:
    from core.market.helper.helper import HelperProcess
    from core.market.public.sources import Sources
    from core.market.public.web_guard import DoorOptions


class SourceKind(StrEnum):
    """What quotes can come from."""

    XTDATA = "xtdata"
    AKSHARE = "akshare"


@dataclass(frozen=True, slots=True)
class QuotePlan:
    """Sources by rank, the best first. `name` is the badge of xtdata, `address` where its service listens.

    `may_trigger`: the user allows stand-ins to trigger orders. `prefer` orders the public sources: Sina gives five
    levels of many symbols at once, East Money its best price without volumes. `best` replaces the first source, for recordings.
    """

    ranks: tuple[SourceKind, ...] = (SourceKind.XTDATA,)
    name: str = "MiniQMT"
    address: Address | None = None
    may_trigger: bool = False
    door: DoorOptions | None = None
    poll_s: float = 5.0
    prefer: tuple[Source, ...] = (Source.EASTMONEY, Source.SINA)
    best: Callable[[asyncio.AbstractEventLoop, Clock], Feed] | None = None
    calendar: Calendar = MAINLAND


class QuoteRoom:
    """Makes the sources and owns what they work in. Used on the trading loop."""

    def __init__(
        self, plan: QuotePlan, lane: Lane, activity: Activity, loop: asyncio.AbstractEventLoop, clock: Clock
    ) -> None:
        self._plan = plan
        self._lane = lane
        self._activity = activity
        self._loop = loop
        self._clock = clock
        self._sources: Sources | None = None
        self._quotes: HelperProcess | None = None
        self._downloads: HelperProcess | None = None

    @property
    def has_public(self) -> bool:
        """Public sources may be asked."""
        return SourceKind.AKSHARE in self._plan.ranks

    @property
    def door(self) -> DoorOptions:
        """How the public sources are reached."""
        from core.market.public.web_guard import DoorOptions

        return self._plan.door or DoorOptions()

    @property
    def sources(self) -> Sources:
        """What is known of the public sources, and how politely they are asked; one for all lanes."""
        if self._sources is None:
            from core.market.public.sources import Sources

            self._sources = Sources()
        return self._sources

    @property
    def downloads(self) -> HelperProcess:
        """The helper process for what takes long: history, lists. Spawned with its first job."""
        if self._downloads is None:
            self._downloads = self._helper("downloads")
        return self._downloads

    def _helper(self, name: str) -> HelperProcess:
        from core.market.helper.helper import HelperProcess

        return HelperProcess(name, self._loop, self._activity)

    def switch(self) -> FeedSwitch:
        """The feed of the desk."""
        first, *others = self._plan.ranks
        best = self._plan.best(self._loop, self._clock) if self._plan.best else self._make(first)
        return FeedSwitch(
            best,
            [StandIn(_NAMES[kind], partial(self._make, kind)) for kind in others],
            clock=self._clock,
            loop=self._loop,
            may_trigger=self._plan.may_trigger,
        )

    async def close(self) -> None:
        """End the helper processes."""
        for helper in (self._quotes, self._downloads):
            if helper is not None:
                await helper.close()

    def _make(self, kind: SourceKind) -> Feed:
        if kind is SourceKind.XTDATA:
            return XtdataFeed(
                self._lane,
                self._activity,
                self._loop,
                self._clock,
                self._plan.name,
                address=self._plan.address,
            )
        from core.market.public.akshare_feed import AkshareFeed  # not needed by a desk on simulated quotes

        if self._quotes is None:
            self._quotes = self._helper("public-quotes")
        return AkshareFeed(
            self._quotes,
            self.downloads,
            self.sources,
            self._loop,
            self._clock,
            options=self.door,
            interval_s=self._plan.poll_s,
            prefer=self._plan.prefer,
            calendar=self._plan.calendar,
        )


_NAMES = {SourceKind.XTDATA: "MiniQMT", SourceKind.AKSHARE: "公开行情"}
