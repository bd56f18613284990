"""`IPythonApiClient` of the native module `xtquant.datacenter`: connection, subscriptions and prices, over one terminal.

Callbacks come from one delivery thread per client, counted like those of the trading side.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

from core.simqmt.data.control import DataControl
from core.simqmt.data.hub import DataHub
from core.simqmt.data.link import DataLink
from core.simqmt.data.periods import PERIODS
from core.simqmt.data.queries import DataQueries
from core.simqmt.data.securities import SecuritiesHalf
from core.simqmt.data.subscription import Subscription
from core.simqmt.data.wire import decode, encode, strings

Callback = Callable[..., object]


_WATCH = "watchxtquantstatus"


class PythonApiClient(SecuritiesHalf):
    """`IPythonApiClient` as xtdata.py and xtconn.py use it."""

    find: Callable[[], DataHub | None]

    def __init__(self) -> None:
        super().__init__()
        self._address = ""
        self._watcher: Callback | None = None

    # connection

    def init(self) -> int:
        """Nothing to prepare."""
        return 0

    def load_config(self, _path: str, _section: str) -> int:
        """Nothing to read."""
        return 0

    def set_config_addr(self, address: str) -> int:
        """There is one terminal, whatever the address."""
        self._address = address
        return 0

    def get_config_addr(self) -> str:
        """What `set_config_addr` was given."""
        return self._address

    def connect(self) -> tuple[int, str]:
        """(0, '') when a terminal is there."""
        hub = type(self).find()
        if hub is None or hub.terminal.closed:
            return -1, "无法连接"
        hub.terminal.front.require_home()
        self._link, self._data = DataLink(hub), DataQueries(hub)
        self._controls = DataControl(self._data, self._link)
        if self._watcher is not None:
            self._link.watch(self._watcher, self.get_peer_addr())
        return 0, ""

    def shutdown(self) -> None:
        """Leave."""
        if self._link is not None:
            self._link.close()

    def get_data_dir(self) -> str:
        """A folder inside the terminal's, with the sector folder that the vendor lists."""
        folder = self._queries.terminal.path / "datadir"
        (folder / "SectorData" / "latest").mkdir(parents=True, exist_ok=True)
        return str(folder)

    def get_app_dir(self) -> str:
        """The terminal's folder."""
        return str(self._queries.terminal.path)

    def get_server_tag(self) -> bytes:
        """What the banner shows."""
        return encode({"tag": "simqmt", "market": self._queries.terminal.market.name})

    def get_peer_addr(self) -> str:
        """Where the real one would listen."""
        return "127.0.0.1:58610"

    def commonControl(self, name: str, param: bytes) -> bytes:
        """Calls by name (`control`)."""
        assert self._queries is not None
        assert self._controls is not None
        return encode(self._controls.answer(name, decode(param)))

    def registerCommonControlCallback(self, name: str, callback: Callback) -> None:
        """The state of the connection (`watchxtquantstatus`), asked for before there is one; others never come."""
        if name == _WATCH:
            self._watcher = callback

    def subscribeCommonControl(self, name: str, param: bytes, callback: Callback | None) -> bytes:
        """The same in one call, in versions of xtquant before 2025."""
        if name == _WATCH and callback is not None:
            self._watcher = callback
            return encode({})
        return self.commonControl(name, param)

    # subscriptions

    def subscribe_quote(self, meta: bytes, _region: bytes, *param_and_callback: Any) -> int:
        """One symbol's ticks or growing bars, as `{code: [record]}`; -1 for what there is no data of.

        The last argument is the callback or None; versions of xtquant before 2025 have no `param` before it.
        """
        asked = decode(meta)
        period = asked.get("period", "tick")
        if self._link is None or (period != "tick" and period not in PERIODS):
            return -1
        wanted = frozenset({str(asked["stockCode"])})
        callback = _callback(param_and_callback)
        dividend = str(asked.get("dividendtype") or "none")
        return self._link.subscribe(
            Subscription(wanted, callback, single=True, period=PERIODS.get(period), dividend=dividend)
        )

    def subscribe_whole_quote(self, codes: Sequence[str], *param_and_callback: Any) -> int:
        """Ticks of symbols or whole markets, as `{code: record}`; first everything that is known."""
        wanted, callback = frozenset(strings(codes)), _callback(param_and_callback)
        return (
            -1 if self._link is None else self._link.subscribe(Subscription(wanted, callback, single=False))
        )

    def unsubscribe_quote(self, number: int) -> None:
        """An unknown number is no error."""
        if self._link is not None:
            self._link.unsubscribe(number)

    # prices

    def get_full_tick(self, codes: Sequence[str]) -> str:
        """JSON text `{code: tick}` of what has been seen."""
        return json.dumps(self._queries.full_tick(strings(codes)))

    def get_market_data3(
        self,
        fields: Sequence[str],
        codes: Sequence[str],
        period: str,
        start: str | int,
        end: str | int,
        count: int,
        dividend: str,
        fill: bool,
        shape: str,
        _from_local: bool,
        _from_server: bool,
        _debug: int,
        _folder: str,
    ) -> Any:
        """History in the shape of the asked version: v2 and v3 for ticks, v2 and v4 for bars, v5 as an arrow stream."""
        return self._queries.market_data(
            strings(fields), strings(codes), period, start, end, count, dividend, fill, shape
        )

    def read_local_data(self, _file: str, _start: str | int, _end: str | int, _count: int) -> list[bytes]:
        """No file of the research data is there."""
        return []

    def get_divid_factors(self, code: str, start: str, end: str) -> dict[str, Any]:
        """Dividends by ex-date."""
        return dict(self._queries.dividends(code, start, end))

    def supply_history_data(self, _code: str, _period: str, _start: str, _end: str) -> bool:
        """All history is here already."""
        assert self._queries is not None
        return True

    def supply_history_data2(
        self, codes: Sequence[str], _period: str, _start: str, _end: str, _param: bytes, on_progress: Callback
    ) -> bool:
        """As `supply_history_data`, with a progress that ends."""
        wanted = strings(codes)
        total = len(wanted)
        for done, code in enumerate(wanted, 1):
            on_progress({"finished": done, "total": total, "stockcode": code, "message": ""})
        if not total:
            on_progress({"finished": 0, "total": 0, "stockcode": "", "message": ""})
        return False

    def stop_supply_history_data2(self) -> None:
        """Nothing runs."""


def _callback(arguments: tuple[Any, ...]) -> Callback | None:
    """`(param, callback)` or `(callback,)`."""
    if len(arguments) not in (1, 2):
        raise TypeError(f"incompatible function arguments: {len(arguments)} after the first")
    last = arguments[-1]
    return last if callable(last) else None
