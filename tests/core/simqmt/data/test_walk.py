"""Every public function of the vendor's xtdata.py is called once on the stand-in: none hangs, none meets a gap in it.

What a MiniQMT does not offer says so in the native module's own words; what the vendor's Python gets wrong by itself
is listed here.
"""

from __future__ import annotations

import datetime as dt
import importlib
import importlib.util
import inspect
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from core.simqmt.market.builtin.market import BuiltinMarket
from tests.core.simqmt.conftest import PFYH
from tests.fakes.simqmt import Desk

Open = Callable[..., Desk]

NOT_REALIZED = frozenset(
    {
        "bind_formula", "call_formula", "create_formula", "del_formula", "gen_factor_index", "generate_index_data",
        "get_formula_result", "get_formulas", "get_tabular_formula", "import_formula", "subscribe_formula",
        "unsubscribe_formula", "fetch_quote_server_from_config", "get_fullspeed_orderbook", "get_l2thousand_queue",
        "get_order_rank", "get_transactioncount", "reset_market_stock_list", "reset_market_trading_day_list",
    }
)  # fmt: skip
VENDORS_OWN = {
    "push_custom_data": NameError,  # uses a name that it never defines
    "get_metatable_config": KeyError,  # for a table that nobody knows
    "get_metatable_fields": KeyError,
    "get_metatable_info": KeyError,
    "read_feather": OSError,  # a file that is not there
    "write_feather": AttributeError,  # given no table
}
NEED_PYARROW = frozenset(
    {"get_sector_info", "get_tabular_bson", "get_tabular_data", "read_feather", "write_feather"}
)
SERVED_ELSEWHERE = frozenset(
    {"run", "connect", "reconnect", "disconnect", "create_array"}
)  # test_data.py; the last is called by the native module only
ARGUMENTS: dict[str, Any] = {
    **dict.fromkeys(("stock_code", "stockcode", "stock", "code"), PFYH),
    **{name: [PFYH] for name in ("stock_list", "stocklist", "code_list", "codes")},
    "period": "1d",
    "market": "SH",
    "sector_name": "我的",
    "index_code": "000300.SH",
    "tag": "stock",
    "code_market": "IF00.IF",
    "undl_code": "510300.SH",
    "undl_code_ref": "510300.SH",
    "dedate": "20261120",
    "optioncode": "10000001.SHO",
    "metaid": 3001,
    "request_id": "1",
    "formula_name": "MA",
    "seq": 1,
    "parent_node": "",
    "folder_name": "夹",
    "datas": [],
    "meta": {},
    "timetag": 1_795_140_000_000,
    "format": "%Y%m%d",
    "datetime": "20261120093000",
    "data_name": "x",
    "vars": [],
    "sector_list": [],
    "formula_content": "",
    "file_path": "/nowhere/file",
    "dest_path": "/nowhere/file",
    "root_path": ".",
    "key_list": [],
    "fields": ["a.b"],
    "start_time": "20261101",
    "end_time": "20261120",
    "date": "20261120",
    "order_time": "20261120093000",
    "order_type": "buy",
    "order_price": 1.0,
    "order_volume": 100,
    "order_left_volume": 100,
    "param": {},
    "df": None,
    "table": "x",
    "func": len,
    "callback": print,
}


@pytest.fixture
def xtdata(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    if hasattr(time, "tzset"):
        time.tzset()
    module = importlib.import_module("xtquant.xtdata")
    module.enable_hello = False
    yield module
    module.disconnect()
    monkeypatch.undo()
    if hasattr(time, "tzset"):
        time.tzset()


def _functions(xtdata: Any) -> dict[str, Callable[..., Any]]:
    return {
        name: value
        for name, value in sorted(vars(xtdata).items())
        if inspect.isfunction(value) and not name.startswith("_") and name not in SERVED_ELSEWHERE
    }


def _call(function: Callable[..., Any], deadline_s: float = 10.0) -> tuple[Any, BaseException | None]:
    needed = [
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty and parameter.kind is parameter.POSITIONAL_OR_KEYWORD
    ]
    done: list[tuple[Any, BaseException | None]] = []

    def run() -> None:
        try:
            done.append((function(**{name: ARGUMENTS[name] for name in needed}), None))
        except Exception as error:  # noqa: BLE001 - it is looked at by the test
            done.append((None, error))

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    worker.join(deadline_s)
    assert done, f"{function.__name__} hangs"
    return done[0]


@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")  # the vendor's field list
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("market", ["listed", "builtin"])
def test_every_function_of_xtdata_answers_or_fails_as_the_vendors_does(
    open_desk: Open, xtdata: Any, monkeypatch: pytest.MonkeyPatch, market: str
) -> None:
    monkeypatch.setattr(importlib.import_module("tqdm").tqdm, "monitor_interval", 0)  # its thread never ends
    if market == "builtin":
        open_desk(lockstep=False, market=BuiltinMarket(1, start=dt.time(10, 0)))
    else:
        open_desk(lockstep=False)
    arrow = importlib.util.find_spec("pyarrow") is not None
    wrong = []
    functions = _functions(xtdata)
    for name, function in functions.items():
        _, error = _call(function)
        if name in NEED_PYARROW and not arrow:
            fits = isinstance(error, ModuleNotFoundError) and "pyarrow" in str(error)
        elif name in NOT_REALIZED:
            fits = isinstance(error, RuntimeError) and str(error) == "function not realize"
        elif name in VENDORS_OWN:
            fits = isinstance(error, VENDORS_OWN[name])
        else:
            fits = error is None
        if not fits:
            wrong.append(
                f"{name}: {''.join(traceback.format_exception(error)[-2:]) if error else 'no error'}"
            )
    assert not wrong, "\n".join(wrong)
    assert len(functions) > 100, "the walk must see the whole module"


def test_the_native_module_has_every_name_that_the_vendors_python_uses(open_desk: Open, xtdata: Any) -> None:
    open_desk()
    sources = {
        name: inspect.getsource(importlib.import_module(f"xtquant.{name}"))
        for name in ("xtdata", "xtconn", "xtdatacenter")
    }
    datacenter = importlib.import_module("xtquant.datacenter")
    used = {
        "module": _names_after(sources["xtdatacenter"], "__dc."),
        "client": _names_after(sources["xtdata"], "client.", "cl.", "get_client().")
        | _names_after(sources["xtconn"], "cl."),
    }
    assert len(used["client"]) > 30
    assert {name for name in used["module"] if not hasattr(datacenter, name)} == set()
    assert {name for name in used["client"] if not hasattr(datacenter.IPythonApiClient, name)} == set()


def _names_after(source: str, *prefixes: str) -> set[str]:
    found = set()
    for prefix in prefixes:
        for part in source.replace("\n", " ").split(f" {prefix}")[1:]:
            name = part[: next((n for n, c in enumerate(part) if not (c.isalnum() or c == "_")), len(part))]
            found.add(name)
        for part in source.split(f"({prefix}")[1:]:
            found.add(part[: next(n for n, c in enumerate(part) if not (c.isalnum() or c == "_"))])
    return found - {""}
