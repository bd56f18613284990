"""Sectors: those the terminal knows by the rules, and the user's own, kept in the terminal's folder."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

from core.exchange.boards import SecurityClass, class_of
from core.simqmt.data.hub import DataHub
from core.simqmt.market.builtin.industries import INDUSTRIES, PREFIX, industry_of

_C = SecurityClass
_FILE = "sectors.json"
_A_SHARES_SH, _A_SHARES_SZ = frozenset({_C.SH_MAIN, _C.STAR}), frozenset({_C.SZ_MAIN, _C.CHINEXT})
_FUNDS = frozenset(item for item in _C if item.is_fund)
_INDEX, _BOND = frozenset({_C.INDEX}), frozenset({_C.CB})
_BONDS = frozenset({_C.CB, _C.REPO})

BUILT_IN: dict[str, tuple[frozenset[SecurityClass], str]] = {
    "沪深A股": (_A_SHARES_SH | _A_SHARES_SZ, ""),
    "沪深京A股": (_A_SHARES_SH | _A_SHARES_SZ | {_C.BSE}, ""),
    "上证A股": (_A_SHARES_SH, ""),
    "深证A股": (_A_SHARES_SZ, ""),
    "沪市A股": (_A_SHARES_SH, ""),
    "深市A股": (_A_SHARES_SZ, ""),
    "创业板": (frozenset({_C.CHINEXT}), ""),
    "科创板": (frozenset({_C.STAR}), ""),
    "京市A股": (frozenset({_C.BSE}), ""),
    "沪深B股": (frozenset({_C.B_SHARE}), ""),
    "上证B股": (frozenset({_C.B_SHARE}), "SH"),
    "深证B股": (frozenset({_C.B_SHARE}), "SZ"),
    "沪深ETF": (frozenset({_C.SH_ETF, _C.SZ_ETF}), ""),
    "沪市ETF": (frozenset({_C.SH_ETF}), ""),
    "深市ETF": (frozenset({_C.SZ_ETF}), ""),
    "沪深基金": (_FUNDS, ""),
    "沪市基金": (_FUNDS, "SH"),
    "深市基金": (_FUNDS, "SZ"),
    "沪深指数": (_INDEX, ""),
    "沪市指数": (_INDEX, "SH"),
    "深市指数": (_INDEX, "SZ"),
    "沪深转债": (_BOND, ""),
    "上证转债": (_BOND, "SH"),
    "深证转债": (_BOND, "SZ"),
    "沪深债券": (_BONDS, ""),
    "沪市债券": (_BONDS, "SH"),
    "深市债券": (_BONDS, "SZ"),
}
"""Classes of security and the market (empty: all) of each sector of the exchanges."""

EMPTY = (
    *("上证期权", "深证期权", "科创板CDR", "连续合约"),
    *("中金所", "上期所", "大商所", "郑商所", "能源中心", "香港联交所股票", "香港联交所指数"),
)
"""Sectors of a real terminal that hold nothing here."""

_MARKETS = ("SH", "SZ", "BJ")
"""What a market lists, asked for like a sector; in no list of sectors."""

_STOCKS_SH = frozenset({_C.SH_MAIN})
INDICES: dict[str, tuple[frozenset[SecurityClass], int, str]] = {
    "上证50": (_STOCKS_SH, 50, "000016.SH"),
    "上证180": (_STOCKS_SH, 180, "000010.SH"),
    "沪深300": (_A_SHARES_SH | _A_SHARES_SZ, 300, "000300.SH"),
    "中证500": (_A_SHARES_SH | _A_SHARES_SZ, 500, "000905.SH"),
    "中证1000": (_A_SHARES_SH | _A_SHARES_SZ, 1000, "000852.SH"),
    "创业板指": (frozenset({_C.CHINEXT}), 100, "399006.SZ"),
    "深证成指": (_A_SHARES_SZ, 500, "399001.SZ"),
    "科创50": (frozenset({_C.STAR}), 50, "000688.SH"),
}
"""Classes, size and code of an index; it holds the first of its kind that the market lists."""


class Sectors:
    """Sectors of one terminal. Safe on any thread."""

    def __init__(self, hub: DataHub) -> None:
        self._hub = hub
        self._terminal = hub.terminal
        self._lock = threading.Lock()

    def names(self) -> list[str]:
        """The terminal's own sectors, then the user's."""
        return [*_own_names(), *self._own()]

    def codes(self, name: str) -> list[str]:
        """Codes of a sector, none when it is unknown."""
        if name in BUILT_IN:
            classes, market = BUILT_IN[name]
            return [code for code in self._listed() if class_of(code) in classes and code.endswith(market)]
        if name in _MARKETS:
            return [code for code in self._listed() if code.endswith(f".{name}")]
        if name in INDICES:
            classes, size, _ = INDICES[name]
            return [code for code in self._listed() if class_of(code) in classes][:size]
        if name.startswith(PREFIX):
            wanted = name.removeprefix(PREFIX)
            return [code for code, called in self._listed().items() if industry_of(code, called) == wanted]
        return self._own().get(name, [])

    def _listed(self) -> dict[str, str]:
        """Names of all securities by code, those of the market's own list among them."""
        knowing = self._hub.knowing
        if knowing is not None:
            return {str(symbol): name for symbol, name in knowing.listing().items()}
        return {str(item.symbol): item.name for item in self._terminal.instruments()}

    def weights(self, index: str) -> dict[str, float]:
        """Equal weights in percent of what an index holds; empty for one we do not know."""
        name = next((name for name, (_, _, code) in INDICES.items() if code == index), "")
        codes = self.codes(name)
        return {code: round(100 / len(codes), 4) for code in codes}

    def create(self, name: str, *, overwrite: bool) -> str:
        """A new empty sector; when the name is taken the sector that is there, or one with a number behind."""
        with self._lock:
            own = self._own()
            taken, number, chosen = {*_own_names(), *own}, 0, name
            while chosen in taken and not overwrite:
                number += 1
                chosen = f"{name}{number}"
            if chosen not in taken:
                self._keep({**own, chosen: []})
            return chosen

    def put(self, name: str, codes: Sequence[str], *, add: bool) -> bool:
        """Add codes to the user's sector (made when missing), or replace what it holds."""
        if name in _own_names():
            return False
        with self._lock:
            own = self._own()
            before = own.get(name, []) if add else []
            self._keep({**own, name: _unique([*before, *codes])})
            return True

    def take(self, name: str, codes: Sequence[str]) -> bool:
        """Take codes out of the user's sector."""
        with self._lock:
            own = self._own()
            if name not in own:
                return False
            self._keep({**own, name: [code for code in own[name] if code not in codes]})
            return True

    def remove(self, name: str) -> bool:
        """Forget the user's sector."""
        with self._lock:
            own = self._own()
            if own.pop(name, None) is None:
                return False
            self._keep(own)
            return True

    def _own(self) -> dict[str, list[str]]:
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return {str(name): [str(code) for code in codes] for name, codes in found.items()}

    def _keep(self, own: dict[str, list[str]]) -> None:
        draft = self._file.with_suffix(".draft")
        draft.write_text(json.dumps(own, ensure_ascii=False, indent=1), encoding="utf-8")
        os.replace(draft, self._file)

    @property
    def _file(self) -> Path:
        return self._terminal.path / _FILE


def _own_names() -> tuple[str, ...]:
    """Sectors that every terminal has."""
    return (*BUILT_IN, *INDICES, *EMPTY, *(PREFIX + name for name in INDUSTRIES))


def _unique(codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(codes))
