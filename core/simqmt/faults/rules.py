"""Fault rules: their names, what they may hit and when, and schedules thrown by dice. Files of them: `faults.files`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.errors import BadInput, ContractError, UserError
from core.exchange.symbols import parse_symbol
from core.simqmt.market.builtin.dice import draws
from core.simqmt.native.requests import ANSWER_BIND

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

REQUESTS = tuple(name.removesuffix("WithSeq") for name in ANSWER_BIND)
_ORDERS = ("orderStock", "orderStockImmediate", "cancelOrderStock", "cancelOrderStockImmediate")
_PLACES: dict[str, tuple[str, ...]] = {
    "request": REQUESTS,
    "push": PUSHES,
    "connect": ("connect",),
    "kill": STEPS,
    "": (),
}
_NARROWER: dict[str, tuple[str, ...]] = {
    "answer_minus_one": _ORDERS,
    "answer_none": tuple(name for name in REQUESTS if name not in _ORDERS),
    "repush_day": ("subscribe",),
    "late_sysid": ("order",),
}
"""Faults that mean something at some places of their channel only."""

Nth = int | Iterable[int] | None
_NEEDS_MS = frozenset({"delay_response", "delay_push", "slow"})
_DAY_MS = 86_400_000


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
    """One number or several as a rule keeps them. Raises ContractError for several that are none: a rule would take
    them for all."""
    if nth is None:
        return ()
    numbers = (nth,) if isinstance(nth, int) else tuple(nth)
    if not numbers:
        raise ContractError("nth names no number")
    return numbers


def settled(rule: Rule) -> Rule:
    """The rule with its code as the terminal writes it. Raises BadInput naming the field of a rule that could never
    hit, or means nothing."""
    places = places_of(rule.fault)
    if places is None and rule.on is not None:
        try:
            rule = replace(rule, on=str(parse_symbol(rule.on)))
        except UserError as error:
            raise BadInput(str(error), field="on") from error
    elif places is not None and rule.on not in ((None, *places) if rule.fault != "kill" else places):
        usable = f"可用的是 {'、'.join(places)}" if places else "这个故障没有这个字段"
        raise BadInput(f"没有 {rule.on!r}；{usable}", field="on")
    numbers = {"nth": min(rule.nth, default=1), "first": rule.first, "times": rule.times}
    for name, number in numbers.items():
        if number is not None and number < 1:
            raise BadInput(f"应是从 1 数起的整数，不是 {number}", field=name)
    if rule.last is not None and rule.last < rule.first:
        raise BadInput(f"不应小于 first {rule.first}，不是 {rule.last}", field="last")
    if rule.nth and (rule.first, rule.last) != (1, None):
        raise BadInput("nth 与 first、last 只能用一种", field="nth")
    if not 0 <= rule.ms <= _DAY_MS:
        raise BadInput(f"应是 0 到 {_DAY_MS} 毫秒，不是 {rule.ms}", field="ms")
    if rule.fault in _NEEDS_MS and not rule.ms:
        raise BadInput("缺少延迟的毫秒数", field="ms")
    if rule.chance is not None and not 0 <= rule.chance <= 1:
        raise BadInput(f"应在 0 到 1 之间，不是 {rule.chance!r}", field="chance")
    if rule.fault == "slow" and rule != Rule("slow", ms=rule.ms, label=rule.label):
        raise BadInput("终端变慢就是一直慢：除了 ms 没有别的字段", field="fault")
    return rule


def places_of(fault: str) -> tuple[str, ...] | None:
    """What `on` of a fault may name; None where it names a security."""
    channel = FAULTS[fault]
    return None if channel == "quote" else _NARROWER.get(fault, _PLACES[channel])


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
