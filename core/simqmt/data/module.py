"""The native module `xtquant.datacenter`: its functions, and its client (`client`) over one terminal.

All methods and functions of the real module exist with its arguments; what a MiniQMT does not offer raises
RuntimeError `function not realize` as there.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from core.simqmt.data.client import PythonApiClient
from core.simqmt.data.control import MARKETS, NOT_REALIZED
from core.simqmt.data.hub import DataHub
from core.simqmt.data.wire import encode

_NOT_OFFERED = (
    *("get_industry", "get_all_subscribe_quote", "get_etf_info", "custom_data_control", "callFormula"),
    *("createView", "destoryView", "bindViewFormula", "register_external_resp_callback"),
    *("subscribeFormula", "subscribeFormulaSync", "unsubscribeFormula"),
)
"""Methods that need the research terminal, formulas or its own window; the misspelling is the vendor's."""


def _refuse(*_args: object, **_named: object) -> object:
    raise RuntimeError(NOT_REALIZED)


for _name in _NOT_OFFERED:
    setattr(PythonApiClient, _name, _refuse)


def make_data_module(name: str, find: Callable[[], DataHub | None]) -> ModuleType:
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
    module.fetch_server_list_status = lambda *_args: encode({})
    module.listen = lambda address, first, _last: (address, first)
    return module  # type: ignore[no-any-return]


def _returning(answer: object) -> Callable[..., object]:
    return lambda *_args, **_named: answer
