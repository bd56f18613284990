"""The native module `xtquant.datacenter`: module functions and `IPythonApiClient`, over one terminal.

Callbacks come from one delivery thread per client, counted like those of the trading side. BSON is the vendor's own
pure-Python `xtbson`.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any

from core.simqmt.data_link import DataLink, Subscription
from core.simqmt.data_queries import PERIODS, DataQueries

if TYPE_CHECKING:
    from core.simqmt.terminal import SimTerminal

MARKETS = ("SH", "SZ", "BJ")


class PythonApiClient:
    """`IPythonApiClient` as xtdata.py and xtconn.py use it."""

    find: Callable[[], SimTerminal | None]

    def __init__(self) -> None:
        self._link: DataLink | None = None
        self._data: DataQueries | None = None

    # connection

    def init(self) -> int:
        """Nothing to prepare."""
        return 0

    def load_config(self, _path: str, _section: str) -> int:
        """Nothing to read."""
        return 0

    def set_config_addr(self, _address: str) -> int:
        """There is one terminal, whatever the address."""
        return 0

    def connect(self) -> tuple[int, str]:
        """(0, '') when a terminal is there."""
        terminal = type(self).find()
        if terminal is None or terminal.closed:
            return -1, "无法连接"
        self._link, self._data = DataLink(terminal), DataQueries(terminal)
        return 0, ""

    def is_connected(self) -> bool:
        """Whether the connection holds."""
        return self._link is not None and self._link.connected

    def shutdown(self) -> None:
        """Leave."""
        if self._link is not None:
            self._link.close()

    def get_data_dir(self) -> str:
        """A folder inside the terminal's."""
        return str(self._queries.terminal.path / "datadir")

    def get_app_dir(self) -> str:
        """The terminal's folder."""
        return str(self._queries.terminal.path)

    def get_server_tag(self) -> bytes:
        """What the banner shows."""
        return _encode({"tag": "simqmt", "market": self._queries.terminal.market.name})

    def get_peer_addr(self) -> str:
        """Where the real one would listen."""
        return "127.0.0.1:58610"

    def commonControl(self, _name: str, _param: bytes) -> bytes:
        """No control is offered: an empty document, which xtdata.py takes for "not known"."""
        return _encode({})

    def registerCommonControlCallback(self, _name: str, _callback: Callable[..., object]) -> None:
        """Such callbacks never come."""

    # subscriptions

    def subscribe_quote(
        self, meta: bytes, _region: bytes, _param: bytes, callback: Callable[..., object] | None
    ) -> int:
        """One symbol's ticks or growing bars, as `{code: [record]}`."""
        asked = _decode(meta)
        period = asked.get("period", "tick")
        if self._link is None or (period != "tick" and period not in PERIODS):
            return -1
        wanted = frozenset({str(asked["stockCode"])})
        return self._link.subscribe(Subscription(wanted, callback, single=True, period=PERIODS.get(period)))

    def subscribe_whole_quote(
        self, codes: Sequence[str], _param: bytes, callback: Callable[..., object] | None
    ) -> int:
        """Ticks of symbols or whole markets, as `{code: record}`; first everything that is known."""
        if self._link is None:
            return -1
        return self._link.subscribe(Subscription(frozenset(codes), callback, single=False))

    def unsubscribe_quote(self, number: int) -> int:
        """0 or -1."""
        return -1 if self._link is None else self._link.unsubscribe(number)

    # questions

    def get_full_tick(self, codes: Sequence[str]) -> str:
        """JSON text `{code: tick}` of what has been seen."""
        return json.dumps(self._queries.full_tick(codes))

    def get_market_data3(
        self,
        fields: Sequence[str],
        codes: Sequence[str],
        period: str,
        start: str | int,
        end: str | int,
        count: int,
        _dividend: str,
        _fill: bool,
        shape: str,
        *_where: object,
    ) -> Any:
        """History in the shape of the asked version: v2 and v3 for ticks and raw bars, v4 for bars."""
        return self._queries.market_data(fields, codes, period, start, end, count, shape)

    def supply_history_data(self, _code: str, _period: str, _start: str, _end: str) -> int:
        """All history is here already."""
        return 0

    def supply_history_data2(
        self,
        codes: Sequence[str],
        _period: str,
        _start: str,
        _end: str,
        _param: bytes,
        on_progress: Callable[[dict[str, Any]], object],
    ) -> int:
        """As `supply_history_data`, with a progress that ends."""
        total = len(codes)
        for done, code in enumerate(codes, 1):
            on_progress({"finished": done, "total": total, "stockcode": code, "message": ""})
        if not total:
            on_progress({"finished": 0, "total": 0, "stockcode": "", "message": ""})
        return 0

    def stop_supply_history_data2(self) -> None:
        """Nothing runs."""

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
        return self._queries.sectors()

    def get_stock_list_in_sector(self, name: str, _time: int = -1) -> list[str]:
        """Codes of a sector."""
        return self._queries.sector(name)

    def get_weight_in_index(self, _code: str) -> dict[str, float]:
        """Not known here."""
        return {}

    def get_financial_data(self, *_asked: object) -> dict[str, Any]:
        """Not known here."""
        return {}

    def get_divid_factors(self, *_asked: object) -> dict[str, Any]:
        """No dividends happen in the simulated market."""
        return {}

    def get_ipo_info(self, *_asked: object) -> dict[str, Any]:
        """No new shares."""
        return {}

    def get_main_contract(self, _code: str) -> str:
        """No futures."""
        return ""

    @property
    def _queries(self) -> DataQueries:
        if self._data is None or not self.is_connected():
            raise ConnectionError("行情服务未连接")
        return self._data


def make_data_module(name: str, find: Callable[[], SimTerminal | None]) -> ModuleType:
    """The stand-in module; its clients take the terminal that `find` gives when they connect."""
    module: Any = ModuleType(name, "XtQuant Data Center Python Extension Module")
    module.IPythonApiClient = type("IPythonApiClient", (PythonApiClient,), {"find": staticmethod(find)})
    answers: dict[str, Any] = {
        "rpc_init": 0,
        "register_create_nparray": None,
        "get_local_server_port": 0,
        "get_status": {"init_done": True},
        "fetch_auth_markets": {"done": 1, "markets": list(MARKETS)},
        "fetch_init_result": {},
        "listen": ("127.0.0.1", 58609),
        "log_init": None,
        "start_init_quote": None,
        "shutdown": None,
        "set_token": None,
        "set_data_home_dir": None,
        "set_config_dir": None,
        "set_allow_optmize_address": None,
        "set_future_realtime_mode": None,
        "set_index_mirror_enabled": None,
        "set_index_mirror_markets": None,
        "set_init_markets": None,
        "set_kline_cutoff_time": None,
        "set_kline_mirror_enabled": None,
        "set_kline_mirror_markets": None,
        "set_watch_market_close": None,
        "set_wholequote_market_list": None,
    }
    for function, answer in answers.items():
        setattr(module, function, _returning(answer))
    module.fetch_server_list_status = lambda *_args: _encode({})
    return module  # type: ignore[no-any-return]


def _returning(answer: object) -> Callable[..., object]:
    return lambda *_args, **_named: answer


def _encode(document: dict[str, Any]) -> bytes:
    bson = importlib.import_module("xtquant.xtbson")
    return bytes(bson.BSON.encode(document))


def _decode(document: bytes) -> dict[str, Any]:
    bson = importlib.import_module("xtquant.xtbson")
    return dict(bson.BSON.decode(document))
