"""Files and rules of faults that could never do what they say are refused, and what hit is told at once."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from core.errors import BadInput, ContractError
from core.simqmt.faults.schedule import Faults, Hit


def read(tmp_path: Path, text: str, name: str = "faults.json") -> Faults:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return Faults.read(path)


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        ({"fault": "drop_response", "on": "order_stock"}, "on"),  # a request's name is orderStock
        ({"fault": "answer_none", "on": "orderStock"}, "on"),  # an order's answer is never None
        ({"fault": "answer_minus_one", "on": "queryStockAsset"}, "on"),
        ({"fault": "repush_day", "on": "orderStock"}, "on"),
        ({"fault": "late_sysid", "on": "trade"}, "on"),
        ({"fault": "refuse_connect", "on": "orderStock"}, "on"),
        ({"fault": "slow", "ms": 5, "on": "orderStock"}, "on"),
        ({"fault": "slow", "ms": 5, "nth": 2}, "fault"),
        ({"fault": "zero_quote", "on": "60000"}, "on"),
        ({"fault": "drop_push", "nth": 0}, "nth"),
        ({"fault": "drop_push", "nth": [1, 0]}, "nth"),
        ({"fault": "drop_push", "nth": []}, "nth"),
        ({"fault": "drop_push", "nth": [True]}, "nth"),
        ({"fault": "drop_push", "nth": 2, "first": 2}, "nth"),
        ({"fault": "drop_push", "first": 0}, "first"),
        ({"fault": "drop_push", "first": 3, "last": 2}, "last"),
        ({"fault": "drop_push", "times": 0}, "times"),
        ({"fault": "drop_push", "times": True}, "times"),
        ({"fault": "drop_push", "chance": -0.1}, "chance"),
        ({"fault": "drop_push", "chance": float("nan")}, "chance"),
        ({"fault": "delay_push", "ms": -5}, "ms"),
        ({"fault": "delay_push", "ms": 10**12}, "ms"),
        ({"fault": "delay_push", "ms": "5"}, "ms"),
        ({"fault": "kill", "on": "orderStock"}, "on"),
        ({"fault": ["kill"]}, "fault"),
        ({"on": "orderStock"}, "fault"),
        ("drop_push", "faults.json 第 1 条"),
    ],
)
def test_a_rule_that_could_never_hit_is_refused_with_its_place(tmp_path: Path, rule: Any, field: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(tmp_path, json.dumps([rule]))
    assert "faults.json 第 1 条" in str(caught.value)
    assert field in str(caught.value)


def test_python_refuses_the_same_rules() -> None:
    faults = Faults()
    for add in (
        lambda: faults.drop_response("order_stock"),
        lambda: faults.answer_none("orderStock"),
        lambda: faults.drop_push("orders"),
        lambda: faults.drop_push("order", nth=0),
        lambda: faults.drop_push("order", nth=[]),
        lambda: faults.zero_quotes("moon"),
        lambda: faults.delay_push("order", ms=0),
        lambda: faults.add("drop_push", chance=2),
    ):
        with pytest.raises(ContractError):
            add()
    assert not faults.any


def test_a_code_is_written_as_the_terminal_writes_it(tmp_path: Path) -> None:
    faults = read(tmp_path, '[{"fault": "stop_feed", "on": "sh600000"}]')
    assert "stop_feed" in faults._decide("quote", "600000.SH")


def test_a_rule_that_is_used_up_works_again_when_it_is_added_again() -> None:
    faults = Faults()
    for _ in range(2):
        faults.add("drop_response", "orderStock", times=1)
        hits = ["drop_response" in faults.plan("orderStock") for _ in range(3)]
        assert hits == [True, False, False]


def test_what_hit_is_told_at_once_in_the_order_of_the_log() -> None:
    faults, heard = Faults(), []
    faults.on_hit = heard.append
    faults.slow(5)
    faults.drop_push("order", nth=2)
    faults.push_plan("order")
    faults.push_plan("order")
    assert heard == faults.log == [Hit("terminal", 1, "slow"), Hit("order", 2, "drop_push")]


YAML = """
seed: 7
random: 0.1
rules:
  - fault: drop_response
    on: orderStock
    nth: [1, 3]
  - {fault: kill, on: day.after_commit}
"""


def test_yaml_says_the_same_as_json(tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml", reason="an optional package of the user's")
    found = read(tmp_path, YAML, "faults.yaml")
    same = json.dumps({**yaml.safe_load(YAML), "rules": [
        {"fault": "drop_response", "on": "orderStock", "nth": [1, 3]}, {"fault": "kill", "on": "day.after_commit"}
    ]})  # fmt: skip
    again = read(tmp_path, same)
    asked = ["orderStock", "queryStockAsset", "cancelOrderStock"] * 40
    assert [found.plan(name) for name in asked] == [again.plan(name) for name in asked]
    assert found.log == again.log != []
    for text in ("[", "- {fault: rain}", "- {fault: drop_push, true: order, on: order, when: 1}"):
        with pytest.raises(BadInput, match=r"faults\.yml"):
            read(tmp_path, text, "faults.yml")


def test_yaml_without_its_package_and_under_a_wrong_name_says_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(BadInput, match="pip install pyyaml"):
        read(tmp_path, YAML, "faults.yaml")
    with pytest.raises(BadInput, match=r"以 \.yaml 结尾"):
        read(tmp_path, YAML)
