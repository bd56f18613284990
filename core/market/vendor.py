"""The one import of `xtquant.xtdata`.

Importing xtquant asks a package index for updates, with a timeout of ten seconds and a bare except. The guard
makes that question impossible; it costs nothing where the index would have answered. Importing also brings
numpy and pandas, so it happens on a worker and never on the main thread, which is the window's.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from core.errors import BrokerError, ContractError

TickRecords = Mapping[str, Mapping[str, Any]]


class XtData(Protocol):
    """The functions of the vendor's module that we call."""

    enable_hello: bool

    def subscribe_whole_quote(self, code_list: list[str], callback: Callable[[TickRecords], None]) -> int: ...

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
    guarded = "xtquant" not in sys.modules
    before = sys.modules.get("pkg_resources")
    if guarded:
        sys.modules["pkg_resources"] = None  # type: ignore[assignment] # the documented way to forbid an import
    try:
        module: Any = importlib.import_module("xtquant.xtdata")
    except ImportError as error:
        raise BrokerError(
            f"行情接口 xtquant 无法载入（{error}）。请安装 xtquant；实盘行情只能在装有 MiniQMT 的 Windows 上运行。"
        ) from error
    finally:
        if guarded:
            if before is None:
                sys.modules.pop("pkg_resources", None)
            else:
                sys.modules["pkg_resources"] = before
    module.enable_hello = False
    loaded: XtData = module
    return loaded
