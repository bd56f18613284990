"""Faults on demand: what a real terminal does on a bad day. Set before or during a run, from any thread.

`kind` is a request's name without `WithSeq`: `orderStock`, `queryStockAsset`, ... `nth` counts requests of that kind
from 1, from the start of the terminal; None means every one.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Rule:
    """One fault: which request it hits."""

    kind: str
    nth: int | None

    def hits(self, kind: str, count: int) -> bool:
        """Whether it hits the `count`-th request of `kind`."""
        return self.kind == kind and self.nth in (None, count)


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens to one request."""

    lost: bool = False
    silent: bool = False
    delay_ms: int = 0
    pushes_first: bool = False


@dataclass(slots=True)
class Faults:
    """The terminal's faults; `log` names those that hit: (kind, number, what)."""

    duplicate_pushes: bool = False
    log: list[tuple[str, int, str]] = field(default_factory=list)
    _lost: list[Rule] = field(default_factory=list)
    _silent: list[Rule] = field(default_factory=list)
    _first: list[Rule] = field(default_factory=list)
    _delays: list[tuple[Rule, int]] = field(default_factory=list)
    _refusals: int = 0
    _counts: Counter[str] = field(default_factory=Counter)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def never_answer(self, kind: str, nth: int | None = None) -> None:
        """The request is lost on its way: nothing happens and nobody answers."""
        self._lost.append(Rule(kind, nth))

    def drop_response(self, kind: str, nth: int | None = None) -> None:
        """The request is done, pushes come, only its own answer is lost."""
        self._silent.append(Rule(kind, nth))

    def delay_response(self, kind: str, ms: int, nth: int | None = None) -> None:
        """The answer comes `ms` of virtual time late; pushes come in time."""
        self._delays.append((Rule(kind, nth), ms))

    def push_before_response(self, kind: str = "orderStock", nth: int | None = None) -> None:
        """The pushes a request causes come before its answer."""
        self._first.append(Rule(kind, nth))

    def refuse_connect(self, times: int) -> None:
        """The next `times` connects fail."""
        self._refusals = times

    def clear(self) -> None:
        """No faults from now on; the counts go on."""
        with self._lock:
            for rules in (self._lost, self._silent, self._first, self._delays):
                rules.clear()
            self._refusals = 0
            self.duplicate_pushes = False

    def refuses_connect(self) -> bool:
        """Asked by the terminal at each connect."""
        with self._lock:
            if self._refusals <= 0:
                return False
            self._refusals -= 1
            self.log.append(("connect", 0, "refused"))
            return True

    def plan(self, kind: str) -> Plan:
        """Asked by the terminal once for each request, in order."""
        with self._lock:
            self._counts[kind] += 1
            count = self._counts[kind]
            plan = Plan(
                lost=any(rule.hits(kind, count) for rule in self._lost),
                silent=any(rule.hits(kind, count) for rule in self._silent),
                delay_ms=sum(ms for rule, ms in self._delays if rule.hits(kind, count)),
                pushes_first=any(rule.hits(kind, count) for rule in self._first),
            )
            if plan != Plan():
                self.log.append((kind, count, str(plan)))
            return plan
