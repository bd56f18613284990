"""The native module `xtquant.datacenter`: module functions and `IPythonApiClient`, over one terminal.

All methods and functions of the real module exist with its arguments; what a MiniQMT does not offer raises
RuntimeError `function not realize` as there. Callbacks come from one delivery thread per client, counted like those
of the trading side. BSON is the vendor's own pure-Python `xtbson`.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from core.simqmt.data_control import MARKETS, NOT_REALIZED, DataControl
from core.simqmt.data_link import DataLink, Subscription
from core.simqmt.data_periods import PERIODS
from core.simqmt.data_queries import DataQueries

if TYPE_CHECKING:
    from core.simqmt.terminal import SimTerminal

Callback = Callable[..., object]

_NOT_OFFERED = (
    *("get_industry", "get_all_subscribe_quote", "get_etf_info", "custom_data_control", "callFormula"),
    *("createView", "destoryView", "bindViewFormula", "register_external_resp_callback"),
    *("subscribeFormula", "subscribeFormulaSync", "unsubscribeFormula"),
)
"""Methods that need the research terminal, formulas or its own window; the misspelling is the vendor's."""


class PythonApiClient:
    """`IPythonApiClient` as xtdata.py and xtconn.py use it."""

    find: Callable[[], SimTerminal | None]

    def __init__(self) -> None:
        self._link: DataLink | None = None
        self._data: DataQueries | None = None
        self._controls: DataControl | None = None
        self._address = ""

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
        terminal = type(self).find()
        if terminal is None or terminal.closed:
            return -1, "无法连接"
        terminal.front.require_home()
        self._link, self._data = DataLink(terminal), DataQueries(terminal)
        self._controls = DataControl(self._data, self._link)
        return 0, ""

    def is_connected(self) -> bool:
        """Whether the connection holds."""
        return self._link is not None and self._link.connected

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
        return _encode({"tag": "simqmt", "market": self._queries.terminal.market.name})

    def get_peer_addr(self) -> str:
        """Where the real one would listen."""
        return "127.0.0.1:58610"

    def commonControl(self, name: str, param: bytes) -> bytes:
        """Calls by name (`data_control`)."""
        assert self._queries is not None
        assert self._controls is not None
        return _encode(self._controls.answer(name, _decode(param)))

    def registerCommonControlCallback(self, _name: str, _callback: Callback) -> None:
        """Such callbacks never come."""

    def subscribeCommonControl(self, name: str, param: bytes, _callback: Callback | None) -> bytes:
        """The same in one call, in versions of xtquant before 2025."""
        return self.commonControl(name, param)

    # subscriptions

    def subscribe_quote(self, meta: bytes, _region: bytes, *param_and_callback: Any) -> int:
        """One symbol's ticks or growing bars, as `{code: [record]}`; -1 for what there is no data of.

        The last argument is the callback or None; versions of xtquant before 2025 have no `param` before it.
        """
        asked = _decode(meta)
        period = asked.get("period", "tick")
        if self._link is None or (period != "tick" and period not in PERIODS):
            return -1
        wanted = frozenset({str(asked["stockCode"])})
        callback = _callback(param_and_callback)
        return self._link.subscribe(Subscription(wanted, callback, single=True, period=PERIODS.get(period)))

    def subscribe_whole_quote(self, codes: Sequence[str], *param_and_callback: Any) -> int:
        """Ticks of symbols or whole markets, as `{code: record}`; first everything that is known."""
        wanted, callback = frozenset(_strings(codes)), _callback(param_and_callback)
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
        return json.dumps(self._queries.full_tick(_strings(codes)))

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
            _strings(fields), _strings(codes), period, start, end, count, dividend, fill, shape
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
        wanted = _strings(codes)
        total = len(wanted)
        for done, code in enumerate(wanted, 1):
            on_progress({"finished": done, "total": total, "stockcode": code, "message": ""})
        if not total:
            on_progress({"finished": 0, "total": 0, "stockcode": "", "message": ""})
        return False

    def stop_supply_history_data2(self) -> None:
        """Nothing runs."""

    # securities

    def get_instrument_detail(self, code: str) -> bytes:
        """One BSON document, or nothing for an unknown code."""
        record = self._queries.instrument(code)
        return b"" if record is None else _encode(record)

    def get_stock_type(self, code: str) -> dict[str, bool]:
        """Which kinds of security the code is."""
        return self._queries.security_types(code)

    def is_stock_type(self, code: str, kind: str) -> bool:
        """Whether the code is of one kind."""
        return self._queries.security_types(code).get(kind, False)

    def get_main_contract(self, _code: str) -> str:
        """No futures."""
        return ""

    def get_cb_info(self, _code: str) -> bytes:
        """Not known here."""
        return _encode({})

    def get_ipo_info(self, _start: str, _end: str) -> list[dict[str, Any]]:
        """No new shares."""
        return []

    def get_financial_data(
        self, codes: Sequence[str], tables: Sequence[str], _start: str, _end: str, _kind: str
    ) -> dict[str, Any]:
        """Every table is there, and empty."""
        return {code: {table: [] for table in _strings(tables)} for code in _strings(codes)}

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
        self._control.sectors.put(name, _strings(codes), add=True)

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


def _refuse(*_args: object, **_named: object) -> object:
    raise RuntimeError(NOT_REALIZED)


for _name in _NOT_OFFERED:
    setattr(PythonApiClient, _name, _refuse)


def make_data_module(name: str, find: Callable[[], SimTerminal | None]) -> ModuleType:
    """The stand-in module; its clients take the terminal that `find` gives when they connect."""
    module: Any = ModuleType(name, "XtQuant Data Center Python Extension Module")
    module.IPythonApiClient = type("IPythonApiClient", (PythonApiClient,), {"find": staticmethod(find)})
    answers: dict[str, Any] = {
        "rpc_init": 0,
        "register_create_nparray": True,
        "get_local_server_port": 0,
        "get_status": {"init_done": True},
        "fetch_auth_markets": {"done": 1, "markets": list(MARKETS)},
        "fetch_init_result": {},
        "log_init": None,
        "start_init_quote": None,
        "shutdown": None,
        "set_token": None,
        "set_data_home_dir": None,
        "set_config_dir": None,
        "set_allow_optmize_address": None,
        "set_future_realtime_mode": None,
        "set_index_mirror_enabled": None,
        "set_kline_cutting_mode": None,
        "set_kline_mirror_enabled": None,
        "set_quote_mode": None,
        "set_quote_time_version": None,
        "set_test_mode": None,
        "set_thousand_source_mode": None,
        "set_watch_market_list": None,
        "set_wholequote_market_list": None,
    }
    for function, answer in answers.items():
        setattr(module, function, _returning(answer))
    module.fetch_server_list_status = lambda *_args: _encode({})
    module.listen = lambda address, first, _last: (address, first)
    return module  # type: ignore[no-any-return]


def _callback(arguments: tuple[Any, ...]) -> Callback | None:
    """`(param, callback)` or `(callback,)`."""
    if len(arguments) not in (1, 2):
        raise TypeError(f"incompatible function arguments: {len(arguments)} after the first")
    last = arguments[-1]
    return last if callable(last) else None


def _strings(values: Sequence[str]) -> list[str]:
    """A list of str, or TypeError as the native module raises it; a bare str is none."""
    found = [] if isinstance(values, str) else list(values)
    if isinstance(values, str) or not all(isinstance(value, str) for value in found):
        raise TypeError(f"incompatible function arguments: expected list[str], got {values!r}")
    return found


def _returning(answer: object) -> Callable[..., object]:
    return lambda *_args, **_named: answer


def _encode(document: dict[str, Any]) -> bytes:
    bson = importlib.import_module("xtquant.xtbson")
    return bytes(bson.BSON.encode(document))


def _decode(document: bytes) -> dict[str, Any]:
    bson = importlib.import_module("xtquant.xtbson")
    return dict(bson.BSON.decode(document))
