"""Signals and decisions: each signal has a decision, each decision lists its reasons in words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from core.domain.enums import ItemState, Outcome, SignalKind
from core.domain.market import Symbol


@dataclass(frozen=True, slots=True)
class Signal:
    """A level was hit by a quote. `price` is the last price that hit it, `level` the level."""

    signal_id: str
    item_id: str
    symbol: Symbol
    kind: SignalKind
    time: datetime
    price: Decimal
    level: Decimal


@dataclass(frozen=True, slots=True)
class Reason:
    """One step of a decision: a stable code, the sentence with its numbers, whether the step passed."""

    code: str
    text: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What was made of a signal. `reasons` is the chain in order; `intent_id` is empty unless ACTED."""

    decision_id: str
    signal_id: str
    item_id: str
    symbol: Symbol
    kind: SignalKind
    time: datetime
    outcome: Outcome
    reasons: tuple[Reason, ...]
    price: Decimal | None = None
    volume: int = 0
    intent_id: str = ""

    @property
    def code(self) -> str:
        """Code of the step that settled it: the first that did not pass, else the last."""
        for reason in self.reasons:
            if not reason.passed:
                return reason.code
        return self.reasons[-1].code if self.reasons else ""

    @property
    def summary(self) -> str:
        """The sentence of the settling step."""
        for reason in self.reasons:
            if not reason.passed:
                return reason.text
        return self.reasons[-1].text if self.reasons else ""


@dataclass(frozen=True, slots=True)
class ItemView:
    """State of one watch item for the watchlist: state, words for it, what is held, what protects it."""

    item_id: str
    symbol: Symbol
    state: ItemState
    state_text: str
    protection_text: str
    held: int = 0
    sellable: int = 0
    cost: Decimal | None = None
    protected: bool = False
    """The stop of what is held can act now, whatever else goes on with the item."""
