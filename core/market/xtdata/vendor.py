"""The one import of `xtquant.xtdata`.

Importing brings numpy and pandas, so it happens on a worker and never on the main thread, which is the window's.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from core.errors import BrokerError, ContractError
from core.xtquant_package import import_xtquant

TickRecords = Mapping[str, Mapping[str, Any]]


class XtData(Protocol):
    """The functions of the vendor's module that we call."""

    enable_hello: bool

    def subscribe_whole_quote(self, code_list: list[str], callback: Callable[[TickRecords], None]) -> int: ...

    def connect(self, ip: str = "", port: int | None = None) -> object:
        """The client that is connected, or a new one to this address; its subscriptions are its own."""
        ...

    def get_client(self) -> object:
        """The client that is connected, or a new one to the last address; empty address: whoever is found."""
        ...

    def get_full_tick(self, code_list: list[str]) -> TickRecords: ...

    def unsubscribe_quote(self, seq: int) -> object: ...

    def get_instrument_detail(self, stock_code: str) -> Mapping[str, Any] | None: ...

    def download_history_data(
        self, stock_code: str, period: str, start_time: str, end_time: str
    ) -> object: ...

    def get_market_data_ex(
        self,
        field_list: Sequence[str],
        stock_list: list[str],
        period: str,
        start_time: str,
        end_time: str,
        count: int,
    ) -> Mapping[str, Any]: ...

    def get_trading_dates(self, market: str, start_time: str, end_time: str, count: int) -> Sequence[int]: ...


def load_xtdata() -> XtData:
    """Import the vendor's module, on a worker. Raises BrokerError when it is not installed or does not load."""
    if threading.current_thread() is threading.main_thread():
        raise ContractError("xtquant must not be imported on the main thread")
    try:
        import_xtquant()
        module: Any = importlib.import_module("xtquant.xtdata")
    except ImportError as error:
        raise BrokerError(
            f"行情接口 xtquant 无法载入（{error}）。请安装 xtquant；实盘行情只能在装有 MiniQMT 的 Windows 上运行。"
        ) from error
    module.enable_hello = False
    loaded: XtData = module
    return loaded
