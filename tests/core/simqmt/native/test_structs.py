"""The native structs and the client's methods against what was read off the real binary."""

from __future__ import annotations

import copy
import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from core.simqmt.native.client import make_client_class
from core.simqmt.native.requests import ANSWER_BIND
from core.simqmt.native.structs import Surface, load_surface

REAL = json.loads(
    (Path(__file__).parents[3] / "data" / "xtquant-native-surface.json").read_text(encoding="utf-8")
)
CLIENT = "XtQuantAsyncClient"
STRUCTS = sorted(set(REAL) - {CLIENT})
RIGHT: dict[str, Any] = {"int": 7, "float": 7.5, "str": "七", "bool": True}
WRONG: dict[str, tuple[Any, ...]] = {
    "int": (1.5, "1", None, b"1", 1 << 70),
    "float": ("1", None, b"1"),
    "str": (1, None, 1.5),
    "bool": ("x", [1]),
}


@pytest.fixture(scope="module")
def surface() -> Surface:
    return load_surface()


@pytest.fixture(scope="module")
def client_class(surface: Surface) -> type:
    return make_client_class(surface, lambda _path: None)


def public(cls: type) -> set[str]:
    return {name for name in dir(cls) if not name.startswith("_")}


def struct_differences(cls: type, described: dict[str, Any]) -> list[str]:
    """What differs between a class and its description in the real binary."""
    fields = described.get("fields", {})
    found = [f"names differ: {public(cls) ^ set(fields)}"] if public(cls) != set(fields) else []
    made = cls()
    for name, fact in fields.items():
        value = getattr(cls(), name)
        if value != fact["default"] or type(value).__name__ != fact["type"]:
            found.append(f"{name} is {value!r}, not {fact['default']!r}")
        try:
            setattr(made, name, RIGHT[fact["type"]])
            settable = getattr(made, name) == RIGHT[fact["type"]]
        except AttributeError:
            settable = False
        if settable != fact["settable"]:
            found.append(f"{name} settable: {settable}")
    return found


def test_every_struct_has_the_fields_types_defaults_and_setters_of_the_binary(
    surface: Surface, client_class: type
) -> None:
    classes = {**surface.classes, CLIENT: client_class}
    differences = {
        name: found for name in STRUCTS if (found := struct_differences(classes[name], REAL[name]))
    }
    assert differences == {}
    matching = [name for name in REAL if name in classes]
    print(f"native classes: {len(matching)}/{len(REAL)}")
    assert len(matching) == len(REAL) == 99


def test_every_client_method_exists_with_its_arity(surface: Surface, client_class: type) -> None:
    stated = REAL[CLIENT]["methods"]
    for name, signature in stated.items():
        assert callable(getattr(client_class, name)), name
        assert len(surface.methods[name].args) == signature.count("arg"), name
    assert public(client_class) - {"link"} == set(stated) - {"__init__"}
    print(f"client methods: {len(stated)}/118")
    assert len(stated) == 118


def test_every_request_has_an_answer(surface: Surface) -> None:
    requests = {name for name in surface.methods if name.endswith("WithSeq")}
    assert set(ANSWER_BIND) == requests
    assert set(ANSWER_BIND.values()) <= set(surface.methods)


@pytest.mark.parametrize("name", STRUCTS)
def test_a_wrong_type_is_refused_at_the_assignment(surface: Surface, name: str) -> None:
    made = surface.classes[name]()
    for field, fact in REAL[name].get("fields", {}).items():
        if not fact["settable"]:
            continue
        for value in WRONG[fact["type"]]:
            with pytest.raises(TypeError, match="incompatible function arguments"):
                setattr(made, field, value)
        assert getattr(made, field) == fact["default"]


def test_conversions_that_the_binary_allows(surface: Surface) -> None:
    order = surface.classes["OrderStockReq"]()
    order.price = 11
    order.order_volume = True
    order.order_remark = "备注".encode()
    assert (order.m_dPrice, order.m_nOrderVolume, order.m_strOrderRemark) == (11.0, 1, "备注")
    assert type(order.price) is float


def test_both_spellings_are_one_value(surface: Surface) -> None:
    order = surface.classes["OrderStockReq"]()
    order.m_strOrderRemarkNew = "a"
    order.stock_code1 = "600000.SH"
    assert order.order_remark1 == "a"
    assert order.m_strStockCode1 == "600000.SH"
    cancel = surface.classes["CancelOrderStockReq"]()
    cancel.m_strMarket = "SH"
    assert (cancel.market1, cancel.market) == ("SH", -1)


def test_structs_have_no_dict_and_cannot_be_copied(surface: Surface) -> None:
    order = surface.make("XtOrder", account_id="88000001")
    with pytest.raises(TypeError):
        vars(order)
    with pytest.raises(AttributeError):
        order.colour = "red"
    for copier in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="cannot pickle"):
            copier(order)


def test_broken_text_fails_at_the_reading(surface: Surface) -> None:
    order = surface.classes["OrderStockReq"]()
    order.order_remark = b"\xff"
    with pytest.raises(UnicodeDecodeError):
        _ = order.order_remark


def test_the_client_checks_its_arguments(client_class: type) -> None:
    with pytest.raises(TypeError, match="incompatible constructor arguments"):
        client_class("path", "xtquant", "1")
    client: Any = client_class(b"nowhere", "xtquant", 1)
    with pytest.raises(TypeError, match="incompatible function arguments"):
        client.orderStockWithSeq(1, object())
    with pytest.raises(TypeError, match="incompatible function arguments"):
        client.subscribeWithSeq(1)
