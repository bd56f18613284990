"""Fault rules: their names, when they hit, the JSON file they may stand in, and schedules thrown by dice.

    [{"fault": "drop_response", "on": "orderStock", "nth": 2},
     {"fault": "delay_push", "on": "trade", "ms": 500, "chance": 0.1},
     {"fault": "kill", "on": "orderStock.after_commit"}]

The file is such a list, or `{"seed": 7, "rules": [...], "random": 0.2}` (a random schedule of that intensity beside).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from core.errors import BadInput
from core.simqmt.builtin_dice import draws

FAULTS: dict[str, str] = {
    "never_answer": "request",
    "drop_response": "request",
    "delay_response": "request",
    "double_response": "request",
    "reorder_response": "request",
    "push_before_response": "request",
    "error_before_response": "request",
    "trade_before_order": "request",
    "answer_minus_one": "request",
    "answer_none": "request",
    "disconnect_before": "request",
    "disconnect": "request",
    "disconnect_after": "request",
    "disconnect_all": "request",
    "repush_day": "request",
    "drop_push": "push",
    "delay_push": "push",
    "double_push": "push",
    "reorder_push": "push",
    "late_sysid": "push",
    "refuse_connect": "connect",
    "stop_feed": "quote",
    "stale_quote": "quote",
    "zero_quote": "quote",
    "slow": "",
    "kill": "kill",
}
"""Every fault, and what it hits."""

PUSHES = (
    "order",
    "trade",
    "order_error",
    "cancel_error",
    "asset",
    "position",
    "account_status",
    "disconnected",
)
_REQUESTS = ("orderStock", "cancelOrderStock", "subscribe")
FATEFUL_COMMITS = ("orderStock", "cancelOrderStock", "arrival", "market", "day", "manual")
STEPS = (
    *(f"{name}.{step}" for name in _REQUESTS for step in ("received", "answered")),
    *(f"{name}.{step}" for name in FATEFUL_COMMITS for step in ("before_commit", "after_commit")),
)
"""Where `kill` may end the process. `received`: the request is in, nothing was done. `answered`: its answer is on its way to
the program. `arrival`: an order or cancel reaches the exchange after its latency. `market`: a snapshot fills something.
`day`: the roll-over. `manual`: something typed in the terminal's window. Commits are those of the ledger on disk."""

Nth = int | Iterable[int] | None
_NEEDS_MS = frozenset({"delay_response", "delay_push", "slow"})


@dataclass(frozen=True, slots=True)
class Rule:
    """One fault. `nth` empty: all numbers from `first` to `last`; `times`: at most so often; `chance`: None is always."""

    fault: str
    on: str | None = None
    nth: tuple[int, ...] = ()
    first: int = 1
    last: int | None = None
    ms: int = 0
    times: int | None = None
    chance: float | None = None
    label: str = ""

    def takes(self, number: int, seed: int, step: str) -> bool:
        """Whether the `number`-th time of `step` is one of mine."""
        if self.nth:
            wanted = number in self.nth
        else:
            wanted = self.first <= number and (self.last is None or number <= self.last)
        if not wanted or self.chance is None:
            return wanted
        (dice,) = draws(1, "fault", seed, self.fault, self.label, step, number)
        return dice < self.chance * 2**64


def as_nth(nth: Nth) -> tuple[int, ...]:
    """One number or several as a rule keeps them."""
    if nth is None:
        return ()
    return (nth,) if isinstance(nth, int) else tuple(nth)


_MENU: tuple[tuple[str, str | None, float, tuple[int, ...]], ...] = (
    ("never_answer", "orderStock", 0.2, ()),
    ("never_answer", "cancelOrderStock", 0.3, ()),
    ("drop_response", "orderStock", 0.3, ()),
    ("drop_response", "cancelOrderStock", 0.3, ()),
    ("delay_response", "orderStock", 0.5, (200, 2_500, 9_000)),
    ("delay_response", None, 0.2, (100, 1_500, 6_000)),
    ("double_response", None, 0.3, ()),
    ("reorder_response", None, 0.3, ()),
    ("push_before_response", None, 0.5, ()),
    ("error_before_response", None, 0.5, ()),
    ("trade_before_order", None, 0.5, ()),
    ("answer_minus_one", "orderStock", 0.2, ()),
    ("answer_none", "queryStockOrders", 0.3, ()),
    ("answer_none", "queryStockPositions", 0.3, ()),
    ("answer_none", "queryStockAsset", 0.3, ()),
    ("disconnect", "orderStock", 0.1, ()),
    ("disconnect_after", None, 0.03, ()),
    ("drop_push", None, 0.2, ()),
    ("delay_push", None, 0.4, (50, 900, 5_000)),
    ("double_push", None, 0.5, ()),
    ("reorder_push", None, 0.5, ()),
    ("late_sysid", "order", 0.5, ()),
    ("refuse_connect", None, 0.3, ()),
    ("repush_day", "subscribe", 0.8, ()),
    ("stale_quote", None, 0.05, ()),
    ("zero_quote", None, 0.05, ()),
    ("stop_feed", None, 0.05, ()),
)
"""Fault, what it hits, its chance at intensity 1, how late."""


def random_rules(seed: int, intensity: float) -> list[Rule]:
    """Rules of all kinds with chances in proportion to `intensity` (0 to 1)."""
    if not 0 <= intensity <= 1:
        raise BadInput(f"故障强度应在 0 到 1 之间，不是 {intensity}")
    rules = []
    for fault, on, chance, delays in _MENU:
        label = f"random {seed} {fault} {on}"
        (dice,) = draws(1, "schedule", label)
        ms = delays[dice % len(delays)] if delays else 0
        rules.append(Rule(fault, on, ms=ms, chance=chance * intensity, label=label))
    return rules


def read_rules(path: Path) -> tuple[list[Rule], int | None]:
    """The rules of a file and its seed. Raises BadInput naming the rule and its field."""
    try:
        described = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise BadInput(f"故障文件 {path} 读不出来：{error.strerror or error}。请检查路径。") from error
    except ValueError as error:
        raise BadInput(f"故障文件 {path} 不是 UTF-8 的 JSON：{error}。") from error
    whole = described if isinstance(described, dict) else {"rules": described}
    unknown = sorted(set(whole) - {"seed", "rules", "random"})
    if unknown:
        raise BadInput("没有这个字段；可用的是 seed、rules、random", where=path.name, field=unknown[0])
    seed, listed, intensity = whole.get("seed"), whole.get("rules", []), whole.get("random", 0)
    if not isinstance(listed, list):
        raise BadInput('应是故障的列表，如 [{"fault": "drop_response", "on": "orderStock"}]', where=path.name)
    if seed is not None and type(seed) is not int:
        raise BadInput(f"应是整数，不是 {seed!r}", where=path.name, field="seed")
    if type(intensity) not in (int, float):
        raise BadInput(f"应是 0 到 1 之间的数，不是 {intensity!r}", where=path.name, field="random")
    rules = [_rule(f"{path.name} 第 {place} 条", item) for place, item in enumerate(listed, 1)]
    return rules + (random_rules(seed or 0, intensity) if intensity else []), seed


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


def _rule(where: str, item: Any) -> Rule:
    if not isinstance(item, dict) or item.get("fault") not in FAULTS:
        raise BadInput(f"没有这个故障；可用的是 {'、'.join(FAULTS)}", where=where, field="fault")
    for name, value in item.items():
        if name not in _KNOWN:
            raise BadInput(f"没有这个字段；可用的是 {'、'.join(_KNOWN)}", where=where, field=name)
        if type(value) not in _TYPES[name] or (type(value) is int and value < 0):
            raise BadInput(f"不能用 {value!r}", where=where, field=name)
    nth = item.get("nth")
    if isinstance(nth, list) and not all(type(number) is int and number > 0 for number in nth):
        raise BadInput(f"应是从 1 数起的整数，不是 {nth!r}", where=where, field="nth")
    fault = item["fault"]
    if fault in _NEEDS_MS and not item.get("ms"):
        raise BadInput("缺少延迟的毫秒数", where=where, field="ms")
    if fault == "kill":
        if item.get("on") not in STEPS:
            raise BadInput(f"没有这一步；可用的是 {'、'.join(STEPS)}", where=where, field="on")
        nth = nth if nth is not None else 1
    if FAULTS[fault] == "push" and item.get("on") not in (None, *PUSHES):
        raise BadInput(f"没有这种推送；可用的是 {'、'.join(PUSHES)}", where=where, field="on")
    chance = item.get("chance")
    if chance is not None and not 0 <= chance <= 1:
        raise BadInput(f"应在 0 到 1 之间，不是 {chance!r}", where=where, field="chance")
    return Rule(**{**item, "nth": as_nth(nth)})
