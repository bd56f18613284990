"""How arguments and answers of the native module `xtquant.datacenter` are packed: BSON and lists of text.

BSON is the vendor's own pure-Python `xtbson`.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any


def strings(values: Sequence[str]) -> list[str]:
    """A list of str, or TypeError as the native module raises it; a bare str is none."""
    found = [] if isinstance(values, str) else list(values)
    if isinstance(values, str) or not all(isinstance(value, str) for value in found):
        raise TypeError(f"incompatible function arguments: expected list[str], got {values!r}")
    return found


def encode(document: dict[str, Any]) -> bytes:
    """A BSON document."""
    bson = importlib.import_module("xtquant.xtbson")
    return bytes(bson.BSON.encode(document))


def decode(document: bytes) -> dict[str, Any]:
    """What a BSON document holds."""
    bson = importlib.import_module("xtquant.xtbson")
    return dict(bson.BSON.decode(document))
