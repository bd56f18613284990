"""Ex-rights days of watched securities: levels are rescaled before the first trade, or held until the user agrees.

The day's first quote carries the exchange's own previous close; against the last close of the store it tells. The item
keeps in its extra columns for which days it was rescaled and when its levels were set, so a restart does nothing twice.
What finds and rescales is imported when it is needed: a desk on simulated quotes never does.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from core.clock import Clock
from core.domain.decision import Decision, ItemView, Reason
from core.domain.enums import AlarmRank, ItemState, Outcome, SignalKind
from core.domain.exrights import ExRights, ExRightsPolicy, Rescale, Unsure
from core.domain.market import Quote, Symbol
from core.domain.money import milli_to_decimal
from core.domain.watch import WatchItem
from core.errors import BadInput, UserError
from core.service.items import ItemBook
from core.service.news import RescaleNews
from core.service.parts import DeskParts
from core.service.rights_check import DayCheck

if TYPE_CHECKING:
    from core.market.history.adjust import Dividend
    from core.market.history.jobs import Yesterday

_log = logging.getLogger(__name__)

DONE, SET_ON = "exrights_done", "levels_day"
"""Columns of an item: the ex-days it was rescaled for, and the day on which its levels were set."""

_AT_ONCE = 8
"""Closes are asked for in so many symbols at a time, so that the first need not wait for the last."""
PLAUSIBLE = (Decimal("0.3"), Decimal(1))
"""Ratios that no announcement must back: a dividend lowers the price, and hardly ever to less than a third."""

Closes = Callable[[Sequence[Symbol], date], Awaitable[dict[Symbol, "Yesterday"]]]
Dividends = Callable[[Sequence[Symbol]], Awaitable[dict[Symbol, tuple["Dividend", ...]]]]


class RightsDesk:
    """Runs on the trading loop. `closes` asks the store for last closes, `dividends` for what is announced; without the
    first nothing is ever found, without the second nothing is found in advance."""

    def __init__(
        self,
        parts: DeskParts,
        items: ItemBook,
        policy: ExRightsPolicy,
        closes: Closes | None,
        dividends: Dividends | None,
        on_items: Callable[[Sequence[str]], None],
        on_free: Callable[[Symbol], None],
    ) -> None:
        """`on_items` is told which items changed or are held, `on_free` what may trigger from now on."""
        self._parts = parts
        self._items = items
        self._policy = policy
        self.closes = closes
        self.dividends = dividends
        self._on_items = on_items
        self._on_free = on_free
        self._clock: Clock = parts.clock
        self._check = DayCheck(parts.clock)
        self._open: dict[Symbol, Yesterday] = {}  # whose first quote of the day is still to come
        self._announced: dict[Symbol, tuple[Dividend, ...]] = {}
        self._held: dict[str, tuple[str, Rescale | None]] = {}

    # finding

    def expect(self) -> None:
        """Before quotes are subscribed: what is watched and was not compared yet today waits for `learn`."""
        if self.closes is None:
            return
        if self._clock.now().date() != self._check.day:
            self._open, self._announced = {}, {}
        self._check.expect(self._items.symbols)

    async def learn(self) -> None:
        """Get the last closes of what is watched and look at the quotes that are there. For a background task.

        Each symbol is asked about once a day; what failed is asked about again by `look`.
        """
        if self.closes is None:
            return
        self.expect()
        wanted = self._check.take()
        wanted.sort(key=lambda symbol: symbol not in self._parts.book.positions)  # what is held first
        found: dict[Symbol, Yesterday] = {}
        missed = False
        for start in range(0, len(wanted), _AT_ONCE):
            batch = wanted[start : start + _AT_ONCE]
            try:
                told = await self.closes(batch, self._check.day)
            except UserError as error:
                self._fail(wanted[start:], str(error))
                missed = True
                break
            found.update(told)
            self._open.update(told)
            quotes = [self._parts.board.quote(symbol) for symbol in batch]
            self.on_quotes([quote for quote in quotes if quote is not None])
            self._check.compared(told)
            for symbol in told:
                self._on_free(symbol)
            unknown = [symbol for symbol in batch if symbol not in told]
            if unknown:
                self._fail(unknown, f"没有 {unknown[0]} 的日线。")
                missed = True
        if wanted and not missed:
            self._parts.speaker.cure("rights-unknown")
        await self._look_further(list(found), found)

    def look(self) -> None:
        """Once a second of desk time: is it time to ask again for what could not be had?"""
        if self._check.due_again:
            self._check.again()
            self._parts.background.spawn(self.learn())

    def _fail(self, symbols: Sequence[Symbol], why: str) -> None:
        _log.warning("the last closes could not be had, ex-rights days are not looked for: %s", why)
        self._check.failed(symbols)
        text = (
            f"{len(symbols)} 只证券的昨收盘取不到，今天是否除权没有核对，价位按原样触发。"
            f"程序会自动再试；今天除权的请自己核对价位。原因：{why}"
        )
        self._parts.speaker.alarm("rights-unknown", AlarmRank.CARE, "除权没有核对", text)
        for symbol in symbols:
            self._on_free(symbol)

    async def _look_further(self, symbols: Sequence[Symbol], closes: dict[Symbol, Yesterday]) -> None:
        if self.dividends is None or not symbols:
            return
        self._announced.update(await self.dividends(symbols))
        for symbol in symbols:
            self._look_ahead(symbol, closes.get(symbol))

    def _look_ahead(self, symbol: Symbol, known: Yesterday | None) -> None:
        """Say what an announced day is expected to do to the levels; nothing is changed before its first quote."""
        from core.market.history.exrights import LastClose, announced, upcoming
        from core.market.history.rescale import preview

        quote = self._parts.board.quote(symbol)
        last = None if known is None else known.last
        if quote is not None and quote.last > 0 and quote.time.date() == self._check.day:
            last = LastClose(self._check.day, milli_to_decimal(quote.last), official=False)
        if last is None:
            return
        for dividend in upcoming(self._announced.get(symbol, ()), self._check.day):
            expected = announced(symbol, dividend, last)
            for item_id in self._items.of(symbol) if expected is not None else ():
                shown = preview(self._items.all[item_id], expected) if expected is not None else None
                if shown is not None:
                    name = self._parts.account.name(symbol)
                    key = f"rights-soon/{item_id}/{dividend.day}"
                    text = f"{shown.reason}到时按当天的前收盘再算一次。"
                    self._parts.speaker.alarm(
                        key, AlarmRank.MESSAGE, f"{name} 将于 {dividend.day} 除权", text, symbol
                    )

    def on_quotes(self, quotes: Iterable[Quote]) -> None:
        """Before anything is triggered by them: is this the first quote of an ex-rights day?"""
        if not self._open:
            return
        from core.market.history.exrights import from_quote

        for quote in quotes:
            known = self._open.get(quote.symbol)
            if known is None or quote.time.date() != self._check.day:
                continue
            del self._open[quote.symbol]
            today = (one for one in self._announced.get(quote.symbol, ()) if one.day == self._check.day)
            finding = from_quote(
                quote, known.last, today=self._check.day, dividend=next(today, None), rested=known.rested
            )
            if isinstance(finding, ExRights):
                low, high = PLAUSIBLE
                backed = finding.cash is not None or low <= finding.ratio < high
                self._found(finding, self._policy if backed else ExRightsPolicy.HOLD)
            elif isinstance(finding, Unsure):
                self._unsure(finding)

    def _found(self, rights: ExRights, policy: ExRightsPolicy) -> None:
        from core.market.history.rescale import plan

        applied: list[WatchItem] = []
        for item in [self._items.all[item_id] for item_id in self._items.of(rights.symbol)]:
            rescale = plan(
                item,
                [rights],
                policy=policy,
                levels_day=_day(item, SET_ON),
                done=[day for day in (_day(item, DONE),) if day is not None],
            )
            if rescale is None:
                continue
            if rescale.hold:
                self._held[item.item_id] = (rescale.reason, rescale)
            else:
                applied.append(_rescaled(item, rescale))
            self._tell(item, rescale.reason, rescale)
        if applied:
            self._items.change(applied)
            self._parts.tasks.spawn(self._save(applied))
        self._on_items(self._items.of(rights.symbol))

    def _unsure(self, finding: Unsure) -> None:
        for item_id in self._items.of(finding.symbol) if finding.hold else ():
            self._held[item_id] = (finding.text, None)
            self._tell(self._items.all[item_id], finding.text, None)
        if finding.hold:
            self._on_items(self._items.of(finding.symbol))
        else:
            self._parts.speaker.alarm(
                f"rights/{finding.symbol}", AlarmRank.CARE, "除权待核对", finding.text, finding.symbol
            )

    async def _save(self, items: Sequence[WatchItem]) -> None:
        await self._parts.journal.save_items(items)
        self._parts.speaker.items(tuple(self._items.all.values()))
        self._on_items([item.item_id for item in items])

    # holding

    def free(self, items: dict[str, WatchItem]) -> dict[str, WatchItem]:
        """The items that may trigger."""
        if not self._held and not self._check.any_waits:
            return items
        return {key: item for key, item in items.items() if key not in self._held and not self._waits(item)}

    def _waits(self, item: WatchItem) -> bool:
        """Its levels are of an earlier day, and whether today is an ex-rights day is not known yet."""
        if not self._check.waits(item.symbol):
            return False
        return self._check.day not in (_day(item, SET_ON), _day(item, DONE))

    def view(self, view: ItemView) -> ItemView:
        """The state of an item, with its hold."""
        held = self._held.get(view.item_id)
        if held is None:
            return view
        return replace(view, state=ItemState.BLOCKED, state_text="除权待确认", protection_text=held[0])

    def edited(self, items: Iterable[WatchItem]) -> list[WatchItem]:
        """The user saves items: levels that changed are set today, and no longer held."""
        if self.closes is None:
            return list(items)
        from core.market.history.rescale import levels_of

        found = []
        for item in items:
            before = self._items.all.get(item.item_id)
            if before is None or levels_of(before) != levels_of(item):
                item = _with(item, SET_ON, self._clock.now().date())
                self._let_go(item.item_id)
            found.append(item)
        return found

    async def accept(self, item_id: str) -> str:
        """The user agrees: apply what is proposed, or trigger again on the old levels. Raises BadInput."""
        from core.market.history.rescale import levels_of

        held, item = self._held.get(item_id), self._items.all.get(item_id)
        if held is None or item is None:
            raise BadInput("这一项没有等待确认的除权调整。")
        reason, rescale = held
        if rescale is None:
            self._let_go(item_id)
            self._on_items([item_id])
            self._on_free(item.symbol)
            return "已确认：按原价位继续"
        if rescale.problem:
            raise BadInput(reason)
        if levels_of(item) != rescale.before:
            raise BadInput("这一项的价位已经改过，不再按除权比例换算。请核对价位后保存。")
        changed = _rescaled(item, rescale)
        await self._parts.journal.save_items([changed])
        self._items.change([changed])
        self._let_go(item_id)
        self._parts.speaker.items(tuple(self._items.all.values()))
        self._on_items([item_id])
        self._on_free(item.symbol)
        return "已按除权比例换算价位"

    def _let_go(self, item_id: str) -> None:
        if self._held.pop(item_id, None) is not None:
            self._parts.speaker.cure(f"rights/{item_id}")
            self._parts.speaker.outbox.put(RescaleNews(item_id, "", held=False))

    # telling

    def _tell(self, item: WatchItem, reason: str, rescale: Rescale | None) -> None:
        p, held = self._parts, item.item_id in self._held
        name = p.account.name(item.symbol)
        before = rescale.before if rescale else None
        p.speaker.outbox.put(
            RescaleNews(item.item_id, reason, held, before, rescale.after if rescale else None)
        )
        title = f"除权待确认 {name}" if held else f"除权已调整 {name}"
        rank = AlarmRank.ALARM if held else AlarmRank.CARE
        p.speaker.alarm(f"rights/{item.item_id}", rank, title, reason, item.symbol)
        code = "EX_RIGHTS_HELD" if held else "EX_RIGHTS"
        decision = Decision(
            # With the moment: a start later in the day finds what is still held, and says so again.
            decision_id=f"rights-{self._check.day:%Y%m%d}-{item.item_id}-{self._clock.now_ms()}",
            signal_id="",
            item_id=item.item_id,
            symbol=item.symbol,
            kind=SignalKind.STOP_LOSS if item.stop_loss is not None else SignalKind.ENTRY,
            time=self._clock.now(),
            outcome=Outcome.BLOCKED if held else Outcome.SKIPPED,
            reasons=(Reason(code, reason, not held),),
        )
        p.recorder.decision(decision)
        p.speaker.again([decision])


def _rescaled(item: WatchItem, rescale: Rescale) -> WatchItem:
    from core.market.history.rescale import apply

    return _with(apply(item, replace(rescale, hold=False)), DONE, max(rescale.days))


def _with(item: WatchItem, column: str, day: date) -> WatchItem:
    kept = tuple(pair for pair in item.extra if pair[0] != column)
    return replace(item, extra=(*kept, (column, day.isoformat())))


def _day(item: WatchItem, column: str) -> date | None:
    text = next((value for name, value in item.extra if name == column), "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
