"""What a security's name says about its rules: ST, share reform not done, delisting period, just listed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_PREFIX = r"(?:XD|XR|DR)?\s*"
_ST = re.compile(_PREFIX + r"S?\*?ST")
_NEW = re.compile(r"([NC])[\u4e00-\u9fff]")
_UNREFORMED = re.compile(_PREFIX + r"S[\u4e00-\u9fff]")


@lru_cache(maxsize=16384)
def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().upper()


def is_st(name: str) -> bool:
    """Risk warning: ST, *ST, SST, S*ST, also after XD, XR, DR."""
    return _ST.match(_plain(name)) is not None


def is_unreformed(name: str) -> bool:
    """Share reform not done (S佳通): 5 % limit, by data and not by a text we have."""
    return _UNREFORMED.match(_plain(name)) is not None


def is_delisting(name: str) -> bool:
    """In its delisting period (退市XX, XX退)."""
    return "退" in name


def days_listed(name: str) -> int | None:
    """The trading day since the listing that a name tells: 1 for N (N沐曦), 2 for C (C沐曦, days 2 to 5), None for others."""
    found = _NEW.match(_plain(name))
    return None if found is None else 1 if found[1] == "N" else 2
