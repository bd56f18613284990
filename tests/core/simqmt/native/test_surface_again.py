"""What the surface file does not tell of the binary, measured with the real one (xtquant 250807.1.2, under Wine): each
settable field was given 55 values."""

from __future__ import annotations

import json
import weakref
from decimal import Decimal
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.simqmt.native.client import make_client_class
from core.simqmt.native.structs import Surface, load_surface

REAL = json.loads(
    (Path(__file__).parents[3] / "data" / "xtquant-native-surface.json").read_text(encoding="utf-8")
)
LONG = {
    "CancelOrderStockImmediateReq": {"order_id"},
    "CancelOrderStockReq": {"order_id"},
    "CancelOrderStockResp": {"cancel_result", "order_id"},
    "ConnectReq": {"session_id"},
    "ConnectResp": {"session_id"},
    "CreditSloCode": {"enable_amount"},
    "ModelCancelOrderWithCmdReq": {"order_id"},
    "ModelStrategyCmdStockParam": {"buy_volume", "sell_volume"},
    "OrderStockResp": {"order_id"},
    "PositionStatistics": {
        "can_close_vol",
        "open_volume",
        "position",
        "today_position",
        "yesterday_init_position",
        "yesterday_position",
    },
    "QuantError": {"error_id"},
    "QueryStockOrdersReq": {"order_id"},
    "XtOrder": {"order_time"},
    "XtOrderA": {"group_id", "secu_account", "task_id"},
    "XtPosition": {"can_use_volume", "frozen_volume", "on_road_volume", "volume", "yesterday_volume"},
    "XtPositionA": {
        "can_use_volume",
        "covered_volume",
        "enable_exercise_volume",
        "frozen_volume",
        "on_road_volume",
        "secu_account",
        "volume",
        "yesterday_volume",
    },
    "XtTrade": {"traded_time"},
    "XtTradeA": {"group_id", "secu_account", "task_id"},
}
"""Whole numbers of 64 bits; all others have 32."""
MODULE = "xtquant.xtpythonclient"


class Number(IntEnum):
    THREE = 3


@pytest.fixture(scope="module")
def surface() -> Surface:
    return load_surface()


@pytest.fixture(scope="module")
def client_class(surface: Surface) -> type:
    return make_client_class(surface, lambda _path: None)


def takes(surface: Surface, owner: str, field: str, value: object) -> bool:
    made = surface.classes[owner]()
    try:
        setattr(made, field, value)
    except TypeError:
        return False
    return bool(getattr(made, field) == value)


def test_whole_numbers_have_the_widths_of_the_binary(surface: Surface) -> None:
    wide: dict[str, set[str]] = {}
    odd = []
    for owner, described in REAL.items():
        for field, fact in described.get("fields", {}).items():
            if fact["type"] != "int" or not fact["settable"]:
                continue
            bits = 64 if takes(surface, owner, field, 1 << 31) else 32
            ends = [-(1 << bits - 1) - 1, -(1 << bits - 1), (1 << bits - 1) - 1, 1 << bits - 1]
            if [takes(surface, owner, field, end) for end in ends] != [False, True, True, False]:
                odd.append(f"{owner}.{field}")
            if bits == 64 and not field.startswith("m_"):
                wide.setdefault(owner, set()).add(field)
    assert odd == []
    assert wide == LONG


@pytest.mark.parametrize(
    ("field", "given", "kept"),
    [
        ("order_remark", "before\0after", "before"),
        ("order_remark", b"before\0after", "before"),
        ("order_remark", np.str_("n"), "n"),
        ("order_remark", bytearray("备注".encode()), "备注"),
        ("order_volume", np.int64(9), 9),
        ("order_volume", np.float32(1.25), 1),
        ("order_volume", Decimal("1.5"), 1),
        ("order_volume", Number.THREE, 3),
        ("price", np.float32(1.25), 1.25),
        ("price", Decimal("1.5"), 1.5),
        ("price", Number.THREE, 3.0),
    ],
)
def test_what_is_kept_of_a_value(surface: Surface, field: str, given: object, kept: object) -> None:
    made = surface.classes["OrderStockReq"]()
    setattr(made, field, given)
    found = getattr(made, field)
    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("order_volume", np.float64(1.25)), ("order_volume", 1j), ("order_volume", object()), ("order_volume", "1"),
        ("price", np.str_("1")), ("price", memoryview(b"1")), ("price", 10**400), ("price", []),
        ("order_remark", np.int64(1)), ("order_remark", memoryview(b"x")), ("order_remark", "\ud800"),
    ],
)  # fmt: skip
def test_what_is_refused(surface: Surface, field: str, given: object) -> None:
    with pytest.raises(TypeError):
        setattr(surface.classes["OrderStockReq"](), field, given)


def test_structs_are_objects_like_those_of_the_binary(surface: Surface) -> None:
    cls = surface.classes["XtOrder"]
    one, other = cls(), cls()
    assert one != other
    assert hash(one) != hash(other)
    assert weakref.ref(one)() is one
    assert repr(one).startswith(f"<{MODULE}.XtOrder object at 0x")
    assert (cls.__module__, cls.__qualname__) == (MODULE, "XtOrder")
    derived: Any = type("Mine", (cls,), {})()
    derived.extra = 1
    assert vars(derived) == {"extra": 1}
    for wrong in (lambda: cls(1), lambda: cls(order_id=1), lambda: one < other, lambda: len(one)):
        with pytest.raises(TypeError):
            wrong()
    for name in ("order_id", "account_id"):
        with pytest.raises(AttributeError):
            delattr(one, name)


def test_errors_read_as_those_of_the_binary(surface: Surface, client_class: type) -> None:
    with pytest.raises(TypeError) as caught:
        surface.classes["OrderStockReq"]().price_type = 11.0
    assert str(caught.value).splitlines()[:3] == [
        "(): incompatible function arguments. The following argument types are supported:",
        f"    1. (self: {MODULE}.OrderStockReq, arg0: int) -> None",
        "",
    ]
    with pytest.raises(TypeError, match=rf"1\. {MODULE}\.XtOrder\(\)\n\nInvoked with: 5$"):
        surface.classes["XtOrder"](5)
    client: Any = client_class("nowhere", "x", (1 << 64) - 1)
    stated = rf"1\. \(self: {MODULE}\.XtQuantAsyncClient, arg0: int, arg1: {MODULE}\.OrderStockReq\) -> int\n"
    with pytest.raises(TypeError, match=stated):
        client.orderStockWithSeq(1, object())
    with pytest.raises(
        TypeError, match=r"Callable\[\[int, list\[xtquant\.xtpythonclient\.XtOrder\]\], None\]"
    ):
        client.bindOnQueryStockOrdersCallback(3)
    stated = (
        rf"1\. {MODULE}\.XtQuantAsyncClient\(arg0: str, arg1: str, arg2: int\)\n\nInvoked with: 'p', 'x', -1$"
    )
    with pytest.raises(TypeError, match=stated):
        client_class("p", "x", -1)
    for wrong in (
        lambda: client_class(arg0="p"),
        lambda: client.setTimeout(1 << 31),
        lambda: client.start(1),
    ):
        with pytest.raises(TypeError):
            wrong()
    assert [name for name in dir(client) if not name.startswith("_")] == sorted(
        set(REAL["XtQuantAsyncClient"]["methods"]) - {"__init__"}
    )


@pytest.mark.parametrize("name", sorted(set(REAL["XtQuantAsyncClient"]["methods"]) - {"__init__"}))
def test_each_method_refuses_every_other_number_of_arguments(
    surface: Surface, client_class: type, name: str
) -> None:
    client: Any = client_class("nowhere", "x", 1)
    arity = len(surface.methods[name].args)
    for count in range(5):
        if count != arity:
            with pytest.raises(TypeError, match="incompatible function arguments"):
                getattr(client, name)(*[1] * count)
