"""Faults on demand: what a real terminal does on a bad day. Set before or during a run, from any thread.

A fault is a `Rule`: its name (`FAULTS`), what it hits (`on`), and when: the nth times (counted from 1 since the terminal was
made), a range of times, or a chance. Chances are dice thrown by seed, rule and count, so the same seed and the same
requests give the same faults. `log` holds what hit, in order.

`on` is a request's name without `WithSeq` (`orderStock`, `queryStockAsset`, ...), for push faults the kind of push
(`PUSHES`), for quote faults a code; None means any.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from core.domain.market import Quote, Symbol
from core.errors import BadInput, ContractError
from core.simqmt.faults.files import read_rules
from core.simqmt.faults.names import NamedFaults
from core.simqmt.faults.rules import FAULTS, Nth, Rule, as_nth, random_rules, settled

_log = logging.getLogger(__name__)


class Hit(NamedTuple):
    """One fault that happened: at which step (request, push, code, commit), the step's number, the fault's name."""

    step: str
    number: int
    fault: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens to one request or push: the names of the faults that hit it, and how late it comes."""

    faults: frozenset[str] = frozenset()
    delay_ms: int = 0

    def __contains__(self, fault: object) -> bool:
        return fault in self.faults


NOTHING = Plan()


class Faults(NamedFaults):
    """The faults of one terminal."""

    def __init__(self, rules: Iterable[Rule] = (), seed: int = 0) -> None:
        self.log: list[Hit] = []
        self.on_hit: Callable[[Hit], None] | None = None
        self.slow_ms = 0
        self._seed = seed
        self._rules: list[_Armed] = []
        self._counts: dict[str, Counter[str]] = {channel: Counter() for channel in set(FAULTS.values())}
        self._shown: dict[Symbol, Quote] = {}
        self._lock = threading.RLock()
        self.add_rules(rules)

    @classmethod
    def random(cls, seed: int, intensity: float = 0.2) -> Faults:
        """A schedule of faults of all kinds; `intensity` from 0 (hardly any) to 1 (hardly anything works)."""
        return cls(random_rules(seed, intensity), seed)

    @classmethod
    def read(cls, path: Path, seed: int = 0) -> Faults:
        """The rules of a file (`faults.files`). Raises BadInput naming the rule and its field."""
        rules, own_seed = read_rules(path)
        return cls(rules, seed if own_seed is None else own_seed)

    # any fault

    def add(
        self,
        fault: str,
        on: str | None = None,
        *,
        nth: Nth = None,
        first: int = 1,
        last: int | None = None,
        ms: int = 0,
        times: int | None = None,
        chance: float | None = None,
    ) -> None:
        """Add a rule: the nth times, or from the `first` to the `last`, at most `times` times, with a chance."""
        self.add_rules([Rule(fault, on, as_nth(nth), first, last, ms, times, chance)])

    def add_rules(self, rules: Iterable[Rule]) -> None:
        """Add rules. Raises ContractError for an unknown fault, and for a rule that could never hit."""
        for rule in rules:
            if rule.fault not in FAULTS:
                raise ContractError(f"no fault {rule.fault!r}; there are {', '.join(FAULTS)}")
            try:
                ready = settled(rule)
            except BadInput as error:
                raise ContractError(f"{rule.fault}：{error}") from error
            with self._lock:
                if ready.fault == "slow":
                    self.slow_ms = ready.ms
                    self._note(Hit("terminal", 1, "slow"))
                self._rules.append(_Armed(ready))

    def clear(self) -> None:
        """No faults from now on; the counts go on."""
        with self._lock:
            self._rules.clear()
            self.slow_ms = 0

    @property
    def duplicate_pushes(self) -> bool:
        """Whether every push comes twice."""
        return any(armed.rule == _EVERY_PUSH_TWICE for armed in self._rules)

    @duplicate_pushes.setter
    def duplicate_pushes(self, wanted: bool) -> None:
        with self._lock:
            self._rules = [armed for armed in self._rules if armed.rule != _EVERY_PUSH_TWICE]
            if wanted:
                self._rules.append(_Armed(_EVERY_PUSH_TWICE))

    def refuse_connect(self, times: int) -> None:
        """The next `times` connects fail."""
        with self._lock:
            self._rules = [armed for armed in self._rules if armed.rule.fault != "refuse_connect"]
            if times > 0:
                self._rules.append(_Armed(Rule("refuse_connect", times=times)))

    # asked by the terminal

    def refuses_connect(self) -> bool:
        """Once at each connect."""
        return "refuse_connect" in self._decide("connect", "connect")

    @property
    def any(self) -> bool:
        """Whether a fault may hit."""
        return bool(self._rules) or self.slow_ms > 0

    def plan(self, kind: str) -> Plan:
        """Once for each request, in order."""
        return self._decide("request", kind)

    def push_plan(self, kind: str) -> Plan:
        """Once for each push to each session, in order."""
        return self._decide("push", kind)

    def step(self, name: str) -> None:
        """At each step of `STEPS`: may not return."""
        if "kill" in self._decide("kill", name):
            die()

    def quotes(self, quotes: Sequence[Quote]) -> Sequence[Quote]:
        """Snapshots as programs are to see them."""
        if not self._rules:
            for quote in quotes:
                self._counts["quote"][quote.symbol] += 1
                self._shown[quote.symbol] = quote
            return quotes
        seen: list[Quote] = []
        for quote in quotes:
            plan = self._decide("quote", quote.symbol)
            if "stop_feed" in plan:
                continue
            if "stale_quote" in plan:
                seen.append(self._shown.get(quote.symbol, quote))
            elif "zero_quote" in plan:
                seen.append(_without_prices(quote))
            else:
                self._shown[quote.symbol] = quote
                seen.append(quote)
        return seen

    # inside

    def _decide(self, channel: str, step: str) -> Plan:
        if (
            not self._rules
        ):  # without the lock: a step of one name is always met under the same lock of the terminal
            self._counts[channel][step] += 1
            return NOTHING
        with self._lock:
            counts = self._counts[channel]
            counts[step] += 1
            number = counts[step]
            hits = [armed for armed in self._rules if armed.takes(channel, step, number, self._seed)]
            if not hits:
                return NOTHING
            for armed in hits:
                armed.used += 1
                self._note(Hit(step, number, armed.rule.fault))
            return Plan(frozenset(armed.rule.fault for armed in hits), sum(armed.rule.ms for armed in hits))

    def _note(self, hit: Hit) -> None:
        self.log.append(hit)
        _log.info("fault %s at %s, the %d. time", hit.fault, hit.step, hit.number)
        if self.on_hit is not None:
            self.on_hit(hit)


@dataclass(slots=True)
class _Armed:
    """A rule and how often it has hit."""

    rule: Rule
    used: int = 0

    def takes(self, channel: str, step: str, number: int, seed: int) -> bool:
        rule = self.rule
        if FAULTS[rule.fault] != channel or rule.on not in (None, step):
            return False
        if rule.times is not None and self.used >= rule.times:
            return False
        return rule.takes(number, seed, step)


_EVERY_PUSH_TWICE = Rule("double_push", label="duplicate_pushes")


def die() -> None:
    """No clean-up of any kind: a power cut for the process."""
    if hasattr(signal, "SIGKILL"):
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(137)  # Windows has no such signal; this ends the process at once too


def _without_prices(quote: Quote) -> Quote:
    return replace(quote, last=0, open=0, high=0, low=0, volume=0, amount=0.0, bids=(), asks=())
