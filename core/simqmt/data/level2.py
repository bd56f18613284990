"""What level 2 would hold: the columns of its periods, by which an empty answer is recognised. Nobody has such data here."""

from __future__ import annotations

import importlib
from typing import Any

_INTS, _FLOATS, _LISTS = "<i8", "<f8", "O"

_COLUMNS: dict[str, tuple[tuple[str, str], ...]] = {
    "l2quote": (
        ("lastPrice open high low amount", _FLOATS),
        ("volume pvolume openInt stockStatus transactionNum", _INTS),
        ("lastClose lastSettlementPrice settlementPrice pe", _FLOATS),
        ("askPrice bidPrice askVol bidVol", _LISTS),
    ),
    "l2order": (("price", _FLOATS), ("volume entrustNo entrustType entrustDirection", _INTS)),
    "l2transaction": (
        ("price", _FLOATS),
        ("volume", _INTS),
        ("amount", _FLOATS),
        ("tradeIndex buyNo sellNo tradeType tradeFlag", _INTS),
    ),
    "l2quoteaux": (
        ("avgBidPrice", _FLOATS),
        ("totalBidQuantity", _INTS),
        ("avgOffPrice", _FLOATS),
        ("totalOffQuantity withdrawBidQuantity", _INTS),
        ("withdrawBidAmount", _FLOATS),
        ("withdrawOffQuantity", _INTS),
        ("withdrawOffAmount", _FLOATS),
    ),
    "l2orderqueue": (
        ("bidLevelPrice", _FLOATS),
        ("bidLevelVolume", _LISTS),
        ("offerLevelPrice", _FLOATS),
        ("offerLevelVolume", _LISTS),
        ("bidLevelNumber offLevelNumber", _INTS),
    ),
}


def nothing(period: str, fields: list[str]) -> Any:
    """An empty structured array with the columns of a period, the asked ones of them; of an unknown one with its time."""
    numpy: Any = importlib.import_module("numpy")
    known = {"time": _INTS}
    for columns, kind in _COLUMNS.get(period, ()):
        known |= dict.fromkeys(columns.split(), kind)
    names = [name for name in fields if name in known] or list(known)
    return numpy.array([], dtype=[(name, known[name]) for name in names])
