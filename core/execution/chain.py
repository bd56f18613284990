"""The chain of reasons of one decision, built step by step."""

from __future__ import annotations

from collections.abc import Iterable

from core.domain.decision import Reason


class Chain:
    """Collects steps. After a step failed the chain is settled and takes no more."""

    def __init__(self) -> None:
        self._steps: list[Reason] = []
        self.settled = False

    def note(self, code: str, text: str) -> Chain:
        """A step that passed."""
        if not self.settled:
            self._steps.append(Reason(code, text, True))
        return self

    def require(self, passed: bool, code: str, good: str, bad: str) -> bool:
        """A step with a verdict; returns whether the chain still stands."""
        if not self.settled:
            self._steps.append(Reason(code, good if passed else bad, passed))
            self.settled = not passed
        return not self.settled

    def extend(self, reasons: Iterable[Reason]) -> bool:
        """Take steps judged elsewhere."""
        for reason in reasons:
            self.require(reason.passed, reason.code, reason.text, reason.text)
        return not self.settled

    def done(self) -> tuple[Reason, ...]:
        """All steps in order."""
        return tuple(self._steps)
