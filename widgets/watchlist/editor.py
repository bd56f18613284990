"""The editor of a watch item: a non-modal dialog that checks while one types and saves through its owner.

Nothing that was typed is ever cleared or corrected; what would be right is offered. The owner sends `saved` to the
service and answers with `accept_saved` or `show_error`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QAbstractButton, QDialog, QVBoxLayout, QWidget

from core.domain.enums import Mode
from core.domain.market import Instrument, Quote, Symbol
from core.domain.watch import WatchItem
from widgets.field import Offer
from widgets.mode_badge import ModeRail
from widgets.theme import ThemeHolder
from widgets.watchlist.editor_bars import ActBar, AskBar, two_columns
from widgets.watchlist.editor_checks import CheckList
from widgets.watchlist.editor_draft import Draft, Source
from widgets.watchlist.editor_form import ItemForm
from widgets.watchlist.editor_money import MoneyPanel
from widgets.watchlist.editor_plan import Account
from widgets.watchlist.editor_says import checks_of, plan_of, ratio_text, switch_hints, title_text
from widgets.watchlist.editor_state import EditorState
from widgets.watchlist.symbol_search import Candidate

SIZE = (1080, 690)
_ASKED = 4
Wanted = tuple[WatchItem | None, Instrument | None, Quote | None]


class ItemEditor(QDialog):
    """Edits one item at a time; `edit` shows it. `saved` carries the new WatchItem, `instrument_wanted` a symbol.

    `new_id` names a new item at the moment it is saved. After `edit` of an item, and after each
    `instrument_wanted`, the owner tells what it knows with `set_instrument`, `set_quote`, `set_account`.
    """

    saved = Signal(object)
    instrument_wanted = Signal(str)
    search_wanted = Signal(str)

    def __init__(
        self,
        theme: ThemeHolder,
        parent: QWidget | None = None,
        *,
        new_id: Callable[[Symbol], str],
        mode: Mode | None,
    ) -> None:
        super().__init__(parent)
        self._theme, self._new_id, self._mode = theme, new_id, mode
        self._quote: Quote | None = None
        self._account: Account | None = None
        self._sent: tuple[WatchItem, Draft] | None = None
        self._next: Wanted | None = None
        self.setModal(False)
        self.form = ItemForm(theme, self)
        self.state = EditorState(self.form.draft, self)
        self.checks = CheckList(theme, self)
        self.money = MoneyPanel(theme, self)
        self.acts = ActBar(theme, self)
        self.ask = AskBar(theme, self)
        self.rail = ModeRail(theme, mode, self)
        self._lay_out()
        self._connect()

    # What the owner calls

    def edit(self, item: WatchItem | None, instrument: Instrument | None, quote: Quote | None) -> bool:
        """Show an item (None: a new one). False when changes to another one must be settled first; it asks then."""
        if self.isVisible() and self.is_changed:
            self.raise_()
            self.activateWindow()
            base = self.state.source.base
            if item is not None and base is not None and item.item_id == base.item_id:
                return True
            self._next = (item, instrument, quote)
            self._ask_discard()
            return False
        self._load(item, instrument, quote)
        self.show()
        self.raise_()
        self.activateWindow()
        return True

    def set_quote(self, quote: Quote) -> None:
        """A newer snapshot; one of another symbol is ignored."""
        if quote.symbol == self.symbol:
            self._quote = quote
            self._show_market()

    def set_instrument(self, instrument: Instrument) -> None:
        """Facts of the security; one of another symbol is ignored."""
        if instrument.symbol == self.symbol and instrument != self.state.instrument:
            self.state.set_instrument(instrument)

    def show_candidates(self, text: str, candidates: Sequence[Candidate], symbol: str, question: str) -> None:
        """What the typed `text` may mean: `symbol` for certain, else `question` asks or says why not."""
        if text != self.form.symbol.edit.text():
            return
        self.form.search.show(text, candidates, certain=bool(symbol))
        offers = tuple(
            Offer(f"{name} {code}".strip(), (("symbol", code),)) for code, name, _ in candidates[:_ASKED]
        )
        self.state.ask(text, question, offers)

    def set_account(self, total_asset: Decimal, cash: Decimal, held_value: Decimal) -> None:
        """Money in yuan and what is held of this symbol; forgotten when another symbol is shown."""
        if self._next is not None:  # it belongs to the item that waits
            return
        self._account = Account(total_asset, cash, held_value)
        self._show_money()

    def set_mode(self, mode: Mode | None) -> None:
        """Paper or live, for rail and title; None while no desk has told it."""
        self._mode = mode
        self.rail.set_mode(mode)
        self._show_title()

    def accept_saved(self) -> None:
        """The service has taken the item: close. What was typed since then stays, as changes of the saved item."""
        sent, self._sent = self._sent, None
        if sent is not None and self.form.draft() != sent[1]:
            self.form.lock(sent[1].symbol)
            self.state.rebase(Source(*sent, self.state.instrument))
            self.state.start()
            return
        self._close_or_next()

    def show_error(self, field: str, text: str) -> None:
        """The service refused: its sentence at the field that caused it and below, where one may try again."""
        self._sent = None
        self.acts.say_refused(text)
        if field in self.form.names:
            self.state.refuse(field, text)
            self.form.focus_on(field)
        else:
            self._show_save()

    @property
    def is_changed(self) -> bool:
        """Something stands in the form that is not saved."""
        return self.state.is_changed

    @property
    def symbol(self) -> Symbol | None:
        """What is edited, None while its code cannot be read."""
        return self.state.symbol

    # Showing

    def _load(self, item: WatchItem | None, instrument: Instrument | None, quote: Quote | None) -> None:
        self._quote, self._account = quote if item is not None else None, None
        self._sent = self._next = None
        self._close_question()
        self.acts.say_refused("")
        self.form.load(self.state.begin(item, instrument), locked=item is not None)
        self.state.start()
        self.form.focus_on("symbol" if item is None else "take_profit")

    def _on_edited(self, field: str) -> None:
        self.acts.say_refused("")
        self.state.edited(field)

    def _on_symbol(self, symbol: str) -> None:
        self._quote, self._account = None, None
        if symbol:
            self.instrument_wanted.emit(symbol)

    def _render(self) -> None:
        state, names = self.state, self.form.names
        offers = state.offers()
        self.form.say(state.shown, offers, state.refused)
        self.form.show_hints(switch_hints(state.reading.item))
        self.checks.show_checks(checks_of(state.reading, state.shown, offers, state.instrument, names))
        self._show_money()
        self._show_save()

    def _show_save(self) -> None:
        wrong = self.state.wrong_fields
        self.acts.revert.setEnabled(self.is_changed)
        if self._sent is not None:
            self.acts.allow(False, self.tr("正在保存"))
        elif wrong:
            names = self.tr("、").join(self.form.names.get(name, name) for name in wrong)
            text = self.tr("先改正 {n} 处错误：{names}").format(n=len(wrong), names=names)
            self.acts.allow(False, text, wrong=True)
        elif self.symbol is None and self.state.is_untouched_code:
            self.acts.allow(False, self.tr("先填证券代码"))
        else:
            self.acts.allow(True, "")

    def _show_market(self) -> None:
        reading = self.state.reading
        self.form.show_market(reading, self.state.instrument, self._quote)
        self.form.ratio.setText(ratio_text(reading.item))
        self._show_title()

    def _show_money(self) -> None:
        plan, why = plan_of(self.state.reading, self._account, self.state.instrument, self._quote)
        self.money.show_plan(plan, self.state.reading.item, self._account, why)

    def _show_title(self) -> None:
        self.setWindowTitle(title_text(self._mode, self.symbol, self.state.instrument))

    # Acts

    def _save(self) -> None:
        if self._sent is not None or not self.ask.isHidden():
            return
        self.state.settle(everything=True)
        if self.state.wrong_fields:
            self.form.focus_on(self.state.wrong_fields[0])
            return
        item = self.state.reading.item
        if self.state.source.base is None:
            item = replace(item, item_id=self._new_id(item.symbol))
        self._sent = (item, self.form.draft())
        self.acts.say_refused("")
        self._show_save()
        self.saved.emit(item)

    def _revert(self) -> None:
        self.form.put_back(self.state.source.loaded)
        self.acts.say_refused("")
        self.state.rebase(self.state.source)
        self.state.start()

    def _take(self, offer: Offer) -> None:
        self.form.take(offer.changes)
        self.form.focus_on(offer.changes[0][0])
        self.state.settle()

    def reject(self) -> None:
        """Esc, 取消 and the window's cross: the question closes first, changes are asked about, then it closes."""
        if not self.ask.isHidden():
            self._keep()
        elif self.is_changed:
            self._ask_discard()
        else:
            self.state.stop()
            super().reject()

    def _ask_discard(self) -> None:
        known = self.state.instrument
        text = (
            self.tr("{name} 的修改还没有保存。放弃修改？") if known else self.tr("修改还没有保存。放弃修改？")
        )
        self.acts.hide()
        self.ask.ask(text.format(name=known.name if known else ""))

    def _keep(self) -> None:
        self._next = None
        self._close_question()
        self.form.focus_on("take_profit")

    def _close_question(self) -> None:
        self.ask.hide()
        self.acts.show()

    def _close_or_next(self) -> None:
        self._close_question()
        if self._next is not None:
            self._load(*self._next)
            return
        self.state.stop()
        self.done(QDialog.DialogCode.Accepted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter never saves: on a button it presses it, in a field it only ends the typing."""
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
            return
        focus = self.focusWidget()
        if isinstance(focus, QAbstractButton):
            focus.click()
        event.accept()

    # Making

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self)
        outer.setSpacing(0)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.rail)
        outer.addWidget(two_columns(self.form, (self.money, self.checks), self), 1)
        outer.addWidget(self.ask)
        outer.addWidget(self.acts)
        self.resize(self._theme.scaled(SIZE[0]), self._theme.scaled(SIZE[1]))

    def _connect(self) -> None:
        self.state.was_read.connect(self._show_market)
        self.state.said.connect(self._render)
        self.state.symbol_changed.connect(self._on_symbol)
        self.form.edited.connect(self._on_edited)
        self.form.left.connect(self.state.left)
        self.form.offered.connect(self._take)
        self.checks.offered.connect(self._take)
        self.form.search.wanted.connect(self.search_wanted)
        self.form.search.picked.connect(lambda symbol: self._take(Offer("", (("symbol", symbol),))))
        self.acts.save.clicked.connect(self._save)
        self.acts.cancel.clicked.connect(self.reject)
        self.acts.revert.clicked.connect(self._revert)
        self.ask.discarded.connect(self._close_or_next)
        self.ask.kept.connect(self._keep)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Save), self, self._save)
