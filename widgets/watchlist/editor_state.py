"""What the editor knows while one types: the reading of the fields, and which of its problems are said already.

A cure shows at once; a complaint waits until the hand rests for 400 ms, leaves the field or asks to save.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from core.domain.market import Instrument, Symbol
from core.domain.watch import WatchItem
from core.domain.watch_rules import FieldProblem, Severity
from widgets.field import Offer
from widgets.watchlist.editor_draft import Draft, Reading, Source, draft_of, new_draft, read_draft
from widgets.watchlist.editor_offers import offers_for

COMPLAIN_MS = 400


class EditorState(QObject):
    """`was_read` follows each reading, `said` each change of what is shown; `symbol_changed` carries a new symbol."""

    was_read = Signal()
    said = Signal()
    symbol_changed = Signal(str)

    def __init__(self, draft: Callable[[], Draft], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._draft = draft
        self.source = Source(None, Draft())
        self.reading: Reading = read_draft(self.source.loaded, self.source)
        self.shown: tuple[FieldProblem, ...] = ()
        self.refused: dict[str, str] = {}
        self._touched: set[str] = set()
        self._asked: tuple[str, str, tuple[Offer, ...]] = ("", "", ())
        self._timer = QTimer(self, singleShot=True, interval=COMPLAIN_MS)
        self._timer.timeout.connect(self.settle)

    @property
    def symbol(self) -> Symbol | None:
        """None while the code cannot be read."""
        return self.reading.symbol

    @property
    def instrument(self) -> Instrument | None:
        """The security of `symbol`, once it is known."""
        return self.source.instrument

    @property
    def is_changed(self) -> bool:
        """The fields differ from what was loaded."""
        return self._draft() != self.source.loaded

    @property
    def wrong_fields(self) -> list[str]:
        """Fields that are said to be wrong, in the order of the form."""
        return list(dict.fromkeys(one.field for one in self.shown if one.severity is Severity.WRONG))

    @property
    def is_untouched_code(self) -> bool:
        """A new item whose code nobody has begun to type."""
        return self.source.base is None and "symbol" not in self._touched

    def begin(self, item: WatchItem | None, instrument: Instrument | None) -> Draft:
        """Start from an item (None: a new one); returns what belongs into the fields. Call `start` when it is there."""
        tick = Source(None, Draft(), instrument).tick(item.symbol if item is not None else None)
        loaded = new_draft() if item is None else draft_of(item, tick)
        self.rebase(Source(item, loaded, instrument if item is not None else None))
        return loaded

    def rebase(self, source: Source) -> None:
        """Another thing to compare with; nothing is touched or refused any more."""
        self.stop()
        self.source = source
        self.refused, self._touched = {}, set()

    def start(self) -> None:
        """Read and say everything."""
        self.reading = read_draft(self._draft(), self.source)
        self.was_read.emit()
        self.settle()

    def stop(self) -> None:
        """Nothing is said by itself any more."""
        self._timer.stop()

    def edited(self, field: str) -> None:
        """A field changed: read it, show cures, complain later."""
        self._touched.add(field)
        self.refused.pop(field, None)
        self._read()
        there = {(problem.field, problem.severity) for problem in self.reading.problems}
        self.shown = tuple(one for one in self.shown if (one.field, one.severity) in there)
        self.said.emit()
        self._timer.start()

    def left(self, field: str) -> None:
        """The user is done with a field."""
        if field in self._touched:
            self.settle()

    def set_instrument(self, instrument: Instrument) -> None:
        """Facts of the security: its tick and limits join the checks."""
        self.source = replace(self.source, instrument=instrument)
        self._read()
        self.settle()

    def refuse(self, field: str, text: str) -> None:
        """The service's refusal stays at its field until that is edited."""
        self.refused[field] = text
        self.said.emit()

    def ask(self, text: str, question: str, offers: tuple[Offer, ...]) -> None:
        """What was typed as code may mean several securities, or none: the question, and what can be picked."""
        self._asked = (text, question, offers)
        if self.symbol is None:
            self.settle()

    def settle(self, *, everything: bool = False) -> None:
        """Say all there is now; an empty code that nobody has touched is left in peace unless `everything`."""
        self._timer.stop()
        if everything:
            self._touched.add("symbol")
        quiet = self.is_untouched_code
        shown = (one for one in self.reading.problems if not (quiet and one.field == "symbol"))
        self.shown = tuple(self._worded(one) for one in shown)
        self.said.emit()

    def offers(self) -> dict[FieldProblem, tuple[Offer, ...]]:
        """The cures of each problem that is shown."""
        draft = self._draft()
        found = {problem: offers_for(problem, draft, self.reading, self.source) for problem in self.shown}
        for problem in self.shown:
            if self._is_asked(problem):
                found[problem] = self._asked[2] or found[problem]
        return found

    def _is_asked(self, problem: FieldProblem) -> bool:
        wrong = problem.field == "symbol" and problem.severity is Severity.WRONG
        return wrong and bool(self._asked[0]) and self._draft().symbol == self._asked[0]

    def _worded(self, problem: FieldProblem) -> FieldProblem:
        """A name that is no code is asked about, not refused."""
        if self._is_asked(problem) and self._asked[1]:
            return replace(problem, text=self._asked[1])
        return problem

    def _read(self) -> None:
        before = self.reading.symbol
        self.reading = read_draft(self._draft(), self.source)
        symbol = self.reading.symbol
        if symbol != before:
            self.source = replace(self.source, instrument=None)
            self.reading = read_draft(self._draft(), self.source)
            self.symbol_changed.emit(symbol or "")
        self.was_read.emit()
