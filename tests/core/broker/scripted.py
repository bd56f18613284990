"""A trader whose calls hang, fail or answer as a test says, for what the simulated terminal never does.

It stands for a native call that does not come back; everything else runs on the real xttrader.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from core.broker.vendor import Vendor


class Account:
    """Stands for xttype.StockAccount."""

    def __init__(self, account_id: str) -> None:
        self.account_id = account_id


@dataclass
class Script:
    """What all traders of one test do. `hang` names methods that wait for `release`; `fail` those that raise."""

    hang: set[str] = field(default_factory=set)
    fail: dict[str, Exception] = field(default_factory=dict)
    results: dict[str, int] = field(default_factory=dict)
    calls: list[tuple[int, str]] = field(default_factory=list)
    traders: list[ScriptedTrader] = field(default_factory=list)
    threads: dict[str, str] = field(default_factory=dict)
    release: threading.Event = field(default_factory=threading.Event)
    answers_asset: bool = True

    def vendor(self) -> Vendor:
        return Vendor(
            trader_class=lambda path, session: ScriptedTrader(self, path, session),
            account_class=Account,
            buy=23,
            sell=24,
            fix_price=11,
            import_seconds=0.0,
        )

    def names(self) -> list[str]:
        return [name for _, name in self.calls]

    def enter(self, session: int, name: str) -> None:
        self.calls.append((session, name))
        self.threads[name] = threading.current_thread().name
        if name in self.hang:
            self.release.wait()
        if name in self.fail:
            raise self.fail[name]


class ScriptedTrader:
    """Implements `core.broker.vendor.Trader`."""

    def __init__(self, script: Script, path: str, session: int) -> None:
        self.script = script
        self.path = path
        self.session = session
        self.callback: Any = None
        self.executor: Any = None
        self.relaxed_resp_executor: Any = None
        self.loop: asyncio.AbstractEventLoop = asyncio.new_event_loop()
        self.seq = 0
        script.traders.append(self)
        script.enter(session, "init")

    def register_callback(self, callback: object) -> None:
        self.script.enter(self.session, "register_callback")
        self.callback = callback

    def start(self) -> None:
        self.script.enter(self.session, "start")
        self.executor = ThreadPoolExecutor(1)
        self.relaxed_resp_executor = ThreadPoolExecutor(1)

    def stop(self) -> None:
        self.script.enter(self.session, "stop")
        self.executor.shutdown()
        self.relaxed_resp_executor.shutdown()

    def connect(self) -> int:
        self.script.enter(self.session, "connect")
        return self.script.results.get("connect", 0)

    def subscribe(self, account: object) -> int:
        self.script.enter(self.session, "subscribe")
        return self.script.results.get("subscribe", 0)

    def unsubscribe(self, account: object) -> int:
        self.script.enter(self.session, "unsubscribe")
        return 0

    def order_stock_async(
        self,
        account: object,
        stock_code: str,
        order_type: int,
        order_volume: int,
        price_type: int,
        price: float,
        strategy_name: str = "",
        order_remark: str = "",
    ) -> int:
        self.script.enter(self.session, "order_stock_async")
        self.seq += 1
        return self.script.results.get("order_stock_async", self.seq)

    def cancel_order_stock_async(self, account: object, order_id: int) -> int:
        self.script.enter(self.session, "cancel_order_stock_async")
        self.seq += 1
        return self.seq

    def query_stock_asset_async(self, account: object, callback: Callable[[Any], None]) -> None:
        self.script.enter(self.session, "query_stock_asset_async")
        asset = SimpleNamespace(
            account_id="88000001", cash=1.0, frozen_cash=0.0, market_value=0.0, total_asset=1.0
        )
        self.executor.submit(callback, asset if self.script.answers_asset else None)

    def query_stock_orders_async(self, account: object, callback: Callable[[Any], None]) -> int:
        self.script.enter(self.session, "query_stock_orders_async")
        return 1

    def query_stock_trades_async(self, account: object, callback: Callable[[Any], None]) -> int:
        self.script.enter(self.session, "query_stock_trades_async")
        return 1

    def query_stock_positions_async(self, account: object, callback: Callable[[Any], None]) -> int:
        self.script.enter(self.session, "query_stock_positions_async")
        self.executor.submit(callback, [SimpleNamespace(stock_code="600519.SH", volume=None)])
        return 1
