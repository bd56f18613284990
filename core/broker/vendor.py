"""The one module that imports `xtquant.xttrader`, `xttype` and `xtconstant`; late, guarded, never on the main thread.

What is avoided here: the package's update check over the network, 10 s on a dead one (T00); the constructor's change
of the current asyncio loop (T01) and its return at a random moment of garbage collection (T01b, T02); an account
object that is secretly a string (T20).
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from core.errors import BadInput, BrokerError, ContractError
from core.xtquant_package import import_xtquant

_log = logging.getLogger(__name__)


class Trader(Protocol):
    """The part of XtQuantTrader that the door uses."""

    loop: asyncio.AbstractEventLoop
    executor: Any
    relaxed_resp_executor: Any

    def register_callback(self, callback: object) -> None: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def connect(self) -> int: ...
    def subscribe(self, account: object) -> int: ...
    def unsubscribe(self, account: object) -> int: ...
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
    ) -> int: ...
    def cancel_order_stock_async(self, account: object, order_id: int) -> int: ...
    def query_stock_asset_async(self, account: object, callback: Callable[[Any], None]) -> None: ...
    def query_stock_orders_async(self, account: object, callback: Callable[[Any], None]) -> int: ...
    def query_stock_trades_async(self, account: object, callback: Callable[[Any], None]) -> int: ...
    def query_stock_positions_async(self, account: object, callback: Callable[[Any], None]) -> int: ...


@dataclass(frozen=True, slots=True)
class Vendor:
    """What was imported, and the wall seconds it took."""

    trader_class: Callable[[str, int], Trader]
    account_class: type
    buy: int
    sell: int
    fix_price: int
    import_seconds: float

    def make_trader(self, path: str, session_id: int) -> Trader:
        """A trader that is not started yet. On a worker thread only: the constructor sets a current loop (T01)."""
        _refuse_main_thread("XtQuantTrader")
        try:
            return self.trader_class(path, session_id)
        finally:
            asyncio.set_event_loop(None)  # this worker has no use for the trader's loop, which never runs

    def make_account(self, account_id: str) -> object:
        """A StockAccount; raises BadInput where the vendor would return a sentence instead (T20)."""
        check_account_id(account_id)
        account = self.account_class(account_id)
        if not isinstance(account, self.account_class):
            raise BadInput(f"交易接口不接受资金账号：{account}", field="资金账号")
        return account


def check_account_id(account_id: object) -> str:
    """The id itself when it is text with something in it; else raises BadInput."""
    if not isinstance(account_id, str):
        kind = type(account_id).__name__
        raise BadInput(f"资金账号必须是文字，收到的是 {kind}。请加引号，例如 '88000001'。", field="资金账号")
    if not account_id.strip() or account_id != account_id.strip():
        raise BadInput("资金账号是空的，或前后有空格。请填 MiniQMT 登录用的资金账号。", field="资金账号")
    return account_id


def load() -> Vendor:
    """Import the vendor's modules and prepare a trader class that leaves the current loop alone.

    The natives (real or simulated) must be in place. Raises BrokerError when they are not.
    """
    _refuse_main_thread("import xtquant")
    began = time.perf_counter()
    try:
        import_xtquant()
        from xtquant import xtconstant, xttrader, xttype
    except ImportError as error:
        raise BrokerError(
            f"交易接口 xtquant 无法载入（{error}）。请安装 xtquant；实盘只能在装有 MiniQMT 的 Windows 上运行。"
        ) from error
    seconds = time.perf_counter() - began
    _log.info("xttrader imported in %.3f s", seconds)

    class QuietTrader(xttrader.XtQuantTrader):  # type: ignore[misc]
        """The vendor's trader without its finalizer, which would change the current loop of whoever runs then."""

        def __del__(self) -> None:
            pass

    return Vendor(
        trader_class=QuietTrader,
        account_class=xttype.StockAccount,
        buy=int(xtconstant.STOCK_BUY),
        sell=int(xtconstant.STOCK_SELL),
        fix_price=int(xtconstant.FIX_PRICE),
        import_seconds=seconds,
    )


def _refuse_main_thread(what: str) -> None:
    current = threading.current_thread()
    if current is threading.main_thread() or current.name == "MainThread":
        raise ContractError(f"{what} belongs on a worker thread")
