"""A storm of pushes through the vendor's real xttrader: orders that are taken and filled, three pushes each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from functools import partial

from core.domain.enums import OrderStatus, Side
from core.domain.market import Symbol
from core.simqmt.broker.records import OrderPush, Push, SimOrder, SimTrade, TradePush
from core.simqmt.clockwork.conductor import Rank
from tests.fakes.live_desk import ACCOUNT, LiveDesk

_FIRST_ID = 5_000_000
_PER_ORDER = 3
_STEP_MS = 10


class CallbackStorm:
    """`count` pushes, a whole number of orders; nobody's remark, so they count as the user's own."""

    def __init__(self, desk: LiveDesk, symbol: str, count: int) -> None:
        self._desk = desk
        self._symbol = Symbol(symbol)
        self._orders = -(-count // _PER_ORDER)

    @property
    def pushes(self) -> int:
        """How many callbacks it makes."""
        return self._orders * _PER_ORDER

    @property
    def order_states(self) -> list[tuple[int, int]]:
        """(order id, filled shares) as they are told, in order."""
        return [(_FIRST_ID + i, filled) for i in range(self._orders) for filled in (0, 100)]

    @property
    def trade_ids(self) -> list[str]:
        """Fills as they are told, in order."""
        return [f"S{i}" for i in range(self._orders)]

    def send(self, per_second: int | None = None) -> None:
        """Hand all to the terminal, which tells them at this rate of desk time, or as fast as it can.

        The desk leaves lock-step: a real terminal does not wait until a program is quiet.
        """
        assert self._desk.paper is not None
        conductor = self._desk.paper.conductor
        conductor.lockstep = False
        front = self._desk.terminal.front
        now = conductor.now_ms()
        batch: list[Push] = []
        size = 1000 if per_second is None else max(1, per_second * _STEP_MS // 1000)
        told = 0
        for push in self._all(now):
            batch.append(push)
            if len(batch) == size:
                at = now if per_second is None else now + told * 1000 // per_second
                conductor.schedule(at, Rank.ANSWER, partial(front.push, tuple(batch)))
                told += len(batch)
                batch = []
        conductor.schedule(
            now if per_second is None else now + told * 1000 // per_second,
            Rank.ANSWER,
            partial(front.push, tuple(batch)),
        )

    def _all(self, now_ms: int) -> Iterator[Push]:
        for number in range(self._orders):
            order = SimOrder(
                ACCOUNT,
                self._symbol,
                "",
                _FIRST_ID + number,
                f"X{number}",
                now_ms,
                Side.BUY,
                100,
                Decimal(10),
                11,
                OrderStatus.REPORTED,
                at_exchange=True,
            )
            yield OrderPush(order)
            yield TradePush(
                SimTrade(
                    ACCOUNT,
                    self._symbol,
                    "",
                    f"S{number}",
                    order.order_id,
                    order.sysid,
                    now_ms,
                    Side.BUY,
                    Decimal(10),
                    100,
                    Decimal(1000),
                    Decimal(5),
                )
            )
            yield OrderPush(
                replace(order, status=OrderStatus.SUCCEEDED, traded_volume=100, traded_amount=Decimal(1000))
            )
