"""What the vendor was asked to push: whole quotes, which know no limit of symbols, with busy indices beside them.

Subscriptions belong to the client they were made with: when the vendor made a new one, the older ones are gone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

from core.domain.market import Symbol
from core.errors import BrokerError
from core.market.xtdata import jobs
from core.market.xtdata.calls import Line, XtdataCalls
from core.market.xtdata.vendor import TickRecords

HEARTBEATS = (Symbol("000001.SH"), Symbol("399001.SZ"))
"""Indices that change every few seconds: with them the whole source is never quiet by right while shares trade."""

_MANY = 8
"""So many small subscriptions become one."""


class Subscription:
    """Used on the trading loop. Every method raises what a call of the vendor raises.

    `known_of` tells which of some symbols the market knows. `on_subscribed` is told of each success, before what it
    replaces is given back.
    """

    def __init__(
        self,
        calls: XtdataCalls,
        on_ticks: Callable[[TickRecords], None],
        known_of: Callable[[Sequence[Symbol]], Awaitable[Iterable[Symbol]]],
        on_subscribed: Callable[[], None],
    ) -> None:
        self._calls = calls
        self._on_ticks = on_ticks
        self._known_of = known_of
        self._on_subscribed = on_subscribed
        self._seqs: list[int] = []
        self._client: object = None  # whose subscriptions `_seqs` are
        self._beats: tuple[Symbol, ...] | None = None
        self.surplus = False

    @property
    def heartbeats(self) -> tuple[Symbol, ...]:
        """Indices that are subscribed beside what is wanted."""
        return self._beats or ()

    @property
    def stands(self) -> bool:
        """Something is subscribed."""
        return bool(self._seqs)

    def is_of(self, client: object) -> bool:
        """It was made with this client."""
        return client is self._client

    async def add(self, new: Sequence[Symbol], wanted: Mapping[Symbol, None]) -> bool:
        """Subscribe to more. False when that meant to subscribe everything wanted anew.

        `surplus`, set by the caller, says that more is subscribed than is wanted: then it does.
        """
        if self.surplus or len(self._seqs) >= _MANY:
            await self.renew(wanted)
            return False
        seq, client = await self._subscribe([*new, *await self._new_beats(wanted)])
        if self._seqs and client is not self._client:  # the older ones went with their client
            await self.renew(wanted)
            return False
        self._hold([*self._seqs, seq], client)
        return True

    async def renew(self, wanted: Mapping[Symbol, None]) -> None:
        """Everything wanted in one subscription, in the place of all before."""
        self._beats = None
        beats = await self._new_beats(wanted)
        seq, client = await self._subscribe([*wanted, *beats])
        old, before = self._seqs, self._client
        self.surplus = False
        self._hold([seq], client)
        if old and client is before:
            await self._calls.call("退订行情", jobs.unsubscribe, old, client)

    async def end(self) -> None:
        """Give everything back."""
        seqs, self._seqs = self._seqs, []
        if seqs:
            await self._calls.call("退订行情", jobs.unsubscribe, seqs, self._client)

    def _hold(self, seqs: list[int], client: object) -> None:
        self._seqs, self._client = seqs, client
        self._on_subscribed()

    async def _new_beats(self, wanted: Mapping[Symbol, None]) -> tuple[Symbol, ...]:
        """The indices that this market knows and nobody watches; each once."""
        if self._beats is not None:
            return ()
        self._beats = tuple(await self._known_of(HEARTBEATS))
        return tuple(symbol for symbol in self._beats if symbol not in wanted)

    async def _subscribe(self, symbols: list[Symbol]) -> tuple[int, object]:
        return await self._calls.call("订阅行情", self._ask, symbols)

    def _ask(self, line: Line, symbols: list[Symbol]) -> tuple[int, object]:
        """On the lane."""
        seq = line.xtdata.subscribe_whole_quote(list(symbols), self._on_ticks)
        if seq <= 0:
            raise BrokerError(
                f"订阅 {len(symbols)} 只证券的行情被拒绝（返回 {seq}）。请检查 MiniQMT 的行情连接后重试"
            )
        return seq, line.client
