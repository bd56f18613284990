"""The half of the native data client that knows securities: facts, companies, days and sectors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from core.simqmt.data.control import DataControl
from core.simqmt.data.link import DataLink
from core.simqmt.data.queries import DataQueries
from core.simqmt.data.wire import encode, strings

Callback = Callable[..., object]


class SecuritiesHalf:
    """What `IPythonApiClient` tells about securities; every method raises RuntimeError while not connected."""

    def __init__(self) -> None:
        self._link: DataLink | None = None
        self._data: DataQueries | None = None
        self._controls: DataControl | None = None

    def is_connected(self) -> bool:
        """Whether the connection holds."""
        return self._link is not None and self._link.connected

    # securities

    def get_instrument_detail(self, code: str) -> bytes:
        """One BSON document, or nothing for an unknown code."""
        record = self._queries.instrument(code)
        return b"" if record is None else encode(record)

    def get_stock_type(self, code: str) -> dict[str, bool]:
        """Which kinds of security the code is."""
        return self._queries.security_types(code)

    def is_stock_type(self, code: str, kind: str) -> bool:
        """Whether the code is of one kind."""
        return self._queries.security_types(code).get(kind, False)

    def get_main_contract(self, _code: str) -> str:
        """No futures."""
        return ""

    def get_cb_info(self, code: str) -> bytes:
        """The terms of a convertible bond; an empty document for anything else."""
        return encode(self._queries.bond(code))

    def get_ipo_info(self, _start: str, _end: str) -> list[dict[str, Any]]:
        """No new shares."""
        return []

    def get_financial_data(
        self, codes: Sequence[str], tables: Sequence[str], start: str, end: str, kind: str
    ) -> dict[str, Any]:
        """Rows by code and table: those whose period ends, or that were told, within the closed interval."""
        wanted, told = strings(tables), kind == "announce_time"
        queries = self._queries
        return {code: queries.finances(code, wanted, start, end, told=told) for code in strings(codes)}

    def supply_finance_data(self, _codes: Sequence[str], _tables: Sequence[str], _done: Callback) -> bool:
        """Nothing to fetch."""
        return True

    def supply_finance_data_with_region(
        self, _codes: Sequence[str], _tables: Sequence[str], _start: str, _end: str, _done: Callback
    ) -> bool:
        """Nothing to fetch."""
        return True

    def down_cb_data(self) -> bool:
        """Nothing to fetch."""
        return True

    def down_index_weight(self) -> None:
        """Nothing to fetch."""

    def down_history_contracts(self, _incrementally: bool) -> None:
        """Nothing to fetch."""

    def down_all_sector_data(self) -> None:
        """Nothing to fetch."""

    # days and sectors

    def get_trading_dates_by_market(self, _market: str, start: str, end: str, count: int) -> list[int]:
        """Midnights in epoch ms."""
        return self._queries.trading_dates(start, end, count)

    def get_market_last_trade_date(self, _market: str) -> int:
        """Midnight of the present trading day."""
        return self._queries.trading_dates("", "", 1)[-1]

    def get_holidays(self) -> list[int]:
        """Closed weekdays we know, as 20261001."""
        return self._queries.holidays()

    def get_sector_list(self) -> list[str]:
        """Names of sectors."""
        return self._control.sectors.names()

    def get_stock_list_in_sector(self, name: str, _time: int) -> list[str]:
        """Codes of a sector."""
        return self._control.sectors.codes(name)

    def add_sector(self, name: str, codes: Sequence[str], _kind: int) -> None:
        """Add codes to the user's sector."""
        self._control.sectors.put(name, strings(codes), add=True)

    def get_weight_in_index(self, code: str) -> dict[str, float]:
        """Weights in percent of an index's securities."""
        return self._control.sectors.weights(code)

    @property
    def _queries(self) -> DataQueries:
        if self._data is None or not self.is_connected():
            raise RuntimeError("行情服务未连接")
        self._data.terminal.front.require_home()
        return self._data

    @property
    def _control(self) -> DataControl:
        if self._controls is None or not self.is_connected():
            raise RuntimeError("行情服务未连接")
        return self._controls
