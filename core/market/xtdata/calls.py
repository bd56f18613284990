"""Calls of `xtquant.xtdata`, one after the other on a lane, each with a deadline on the trading loop.

A call that hangs is left behind with its lane; a fresh lane takes the next one. The vendor keeps one client a process
and makes a new one when it finds the old one gone: subscriptions belong to the client they were made with.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Concatenate, ParamSpec, TypeVar

from core.errors import BrokerError, BrokerTimeout, UserError
from core.lanes import Lane
from core.market.xtdata.vendor import XtData
from core.ports import Activity

_log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

Address = tuple[str, int]
"""(host, port) of the quote service."""

_NO_TERMINAL = "无法连接xtquant服务"


@dataclass(frozen=True, slots=True)
class Line:
    """The vendor's module and the client that is connected now."""

    xtdata: XtData
    client: object


class XtdataCalls:
    """Used on the trading loop. Without an `address` the vendor looks for a running terminal by itself."""

    def __init__(
        self,
        lane: Lane,
        activity: Activity,
        load: Callable[[], XtData],
        deadline_s: float,
        address: Address | None = None,
    ) -> None:
        self._given_lane = self._lane = lane
        self._activity = activity
        self._load = load
        self._deadline_s = deadline_s
        self._address = address

    async def call(
        self, what: str, job: Callable[Concatenate[Line, P], R], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run `job(line, ...)` on the lane; what goes wrong becomes a BrokerError or BrokerTimeout in words."""
        lane = self._lane
        try:
            async with asyncio.timeout(self._deadline_s):
                return await lane.call_waiting(lambda: job(self._connected(), *args, **kwargs))
        except TimeoutError as error:
            self._leave(lane)
            raise BrokerTimeout(
                f"{what}：行情服务 {self._deadline_s:g} 秒没有回答。请检查 MiniQMT 是否卡住，必要时重启它"
            ) from error
        except UserError:
            raise
        except Exception as error:
            _log.warning("%s failed in xtdata: %r", what, error)
            raise _explained(what, error) from error

    def close(self) -> None:
        """Give back what was made here; the given lane is the caller's."""
        if self._lane is not self._given_lane:
            self._lane.close(0)

    def _connected(self) -> Line:
        """On the lane: the module with a client that is connected, at the given address where there is one."""
        xtdata = self._load()
        return Line(xtdata, xtdata.connect(*self._address) if self._address else xtdata.get_client())

    def _leave(self, lane: Lane) -> None:
        """Leave a lane to its hung call; the next call gets a fresh one."""
        if lane is self._lane:
            self._lane = Lane(lane.name, self._activity)
            lane.close(0)


def _explained(what: str, error: Exception) -> BrokerError:
    """The vendor raises plain exceptions; keep its words and say what helps."""
    if _NO_TERMINAL in str(error):
        return BrokerError(
            f"{what}：连不上 MiniQMT 的行情服务。请启动 MiniQMT（勾选独立交易）并登录，再重试。原文：{error}"
        )
    return BrokerError(f"{what}失败：{error}。请检查 MiniQMT 的行情连接后重试")
