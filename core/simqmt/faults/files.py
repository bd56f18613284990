"""Files of fault rules, JSON or YAML:

    [{"fault": "drop_response", "on": "orderStock", "nth": 2},
     {"fault": "delay_push", "on": "trade", "ms": 500, "chance": 0.1},
     {"fault": "kill", "on": "orderStock.after_commit"}]

or `{"seed": 7, "rules": [...], "random": 0.2}`, a random schedule of that intensity beside. The same in YAML where the
file's name ends with `.yaml` or `.yml`; that needs the package PyYAML.
"""

from __future__ import annotations

import importlib
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from core.errors import BadInput
from core.simqmt.faults.rules import FAULTS, STEPS, Rule, as_nth, random_rules, settled

_TYPES: dict[str, tuple[type, ...]] = {
    "fault": (str,),
    "on": (str,),
    "nth": (int, list),
    "first": (int,),
    "last": (int,),
    "ms": (int,),
    "times": (int,),
    "chance": (int, float),
}
_KNOWN = tuple(field.name for field in fields(Rule) if field.name != "label")
_WHOLE = ("seed", "rules", "random")


def read_rules(path: Path) -> tuple[list[Rule], int | None]:
    """The rules of a file and its seed. Raises BadInput naming the rule and its field."""
    described = _read(path)
    whole = described if isinstance(described, dict) else {"rules": described}
    unknown = [name for name in whole if name not in _WHOLE]
    if unknown:
        raise BadInput(f"没有这个字段；可用的是 {'、'.join(_WHOLE)}", where=path.name, field=str(unknown[0]))
    seed, listed, intensity = whole.get("seed"), whole.get("rules", []), whole.get("random", 0)
    if not isinstance(listed, list):
        raise BadInput('应是故障的列表，如 [{"fault": "drop_response", "on": "orderStock"}]', where=path.name)
    if seed is not None and type(seed) is not int:
        raise BadInput(f"应是整数，不是 {seed!r}", where=path.name, field="seed")
    if type(intensity) not in (int, float) or not 0 <= intensity <= 1:
        raise BadInput(f"故障强度应是 0 到 1 之间的数，不是 {intensity!r}", where=path.name, field="random")
    rules = [_rule(f"{path.name} 第 {place} 条", item) for place, item in enumerate(listed, 1)]
    return rules + (random_rules(seed or 0, intensity) if intensity else []), seed


def _read(path: Path) -> Any:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"故障文件 {path} 读不出来：{error.strerror or error}。请检查路径。") from error
    except ValueError as error:
        raise BadInput(f"故障文件 {path} 不是 UTF-8 的文本：{error}。") from error
    if path.suffix.lower() in (".yaml", ".yml"):
        return _from_yaml(path, text)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(
            f"故障文件 {path} 不是 JSON：{error}。写成 YAML 的文件，名字请以 .yaml 结尾。"
        ) from error


def _from_yaml(path: Path, text: str) -> Any:
    try:
        yaml: Any = importlib.import_module("yaml")
    except ImportError as error:
        raise BadInput(
            f"读 YAML 的故障文件 {path.name} 需要 PyYAML。请先安装：pip install pyyaml；或改写成 JSON。"
        ) from error
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadInput(f"故障文件 {path} 不是 YAML：{error}。") from error


def _rule(where: str, item: Any) -> Rule:
    if not isinstance(item, dict):
        raise BadInput(f'应像 {{"fault": "drop_response", "on": "orderStock"}}，不是 {item!r}', where=where)
    described = {"on" if name is True else name: value for name, value in item.items()}  # YAML's `on` is true
    fault = described.get("fault")
    if not isinstance(fault, str) or fault not in FAULTS:
        raise BadInput(f"没有这个故障；可用的是 {'、'.join(FAULTS)}", where=where, field="fault")
    for name, value in described.items():
        if name not in _KNOWN:
            raise BadInput(f"没有这个字段；可用的是 {'、'.join(_KNOWN)}", where=where, field=str(name))
        if type(value) not in _TYPES[name]:
            raise BadInput(f"不能用 {value!r}", where=where, field=name)
    nth = described.get("nth")
    if isinstance(nth, list) and not (nth and all(type(number) is int for number in nth)):
        raise BadInput(f"应是从 1 数起的整数，不是 {nth!r}", where=where, field="nth")
    if fault == "kill":
        if "on" not in described:
            raise BadInput(f"缺少在哪一步；可用的是 {'、'.join(STEPS)}", where=where, field="on")
        nth = nth if nth is not None or {"first", "last", "chance"} & set(described) else 1
    try:
        return settled(Rule(**{**described, "nth": as_nth(nth)}))
    except BadInput as error:
        raise BadInput(error.args[0], where=where, field=error.field) from error
