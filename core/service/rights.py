"""Ex-rights days of watched securities: levels are rescaled before the first trade, or held until the user agrees.

The day's first quote carries the exchange's own previous close; against the last close of the store it tells. The item
keeps in its extra columns for which days it was rescaled and when its levels were set, so a restart does nothing twice.
What finds and rescales is imported when it is needed: a desk on simulated quotes never does.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from core.clock import Clock
from core.domain.enums import AlarmRank
from core.domain.exrights import ExRights, ExRightsPolicy, Unsure
from core.domain.market import Quote, Symbol
from core.domain.money import milli_to_decimal
from core.domain.watch import WatchItem
from core.errors import UserError
from core.market.history.exrights import LastClose, announced, from_quote, upcoming
from core.market.history.rescale import levels_of, plan, preview
from core.service.items import ItemBook
from core.service.parts import DeskParts
from core.service.rights_check import DayCheck
from core.service.rights_held import DONE, SET_ON, HeldItems, day_of, rescaled

if TYPE_CHECKING:
    from core.market.history.adjust import Dividend
    from core.market.history.jobs import Yesterday

_log = logging.getLogger(__name__)

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
        self._closes = closes
        self.dividends = dividends
        self._on_items = on_items
        self._on_free = on_free
        self._clock: Clock = parts.clock
        self._check = DayCheck(parts.clock)
        self._open: dict[Symbol, Yesterday] = {}  # whose first quote of the day is still to come
        self._announced: dict[Symbol, tuple[Dividend, ...]] = {}
        self.holds = HeldItems(parts, items, self._check, on_items, on_free)
        self.holds.watched = closes is not None

    @property
    def closes(self) -> Closes | None:
        """Who knows the last closes; None: nothing is looked for."""
        return self._closes

    @closes.setter
    def closes(self, closes: Closes | None) -> None:
        self._closes = closes
        self.holds.watched = closes is not None

    def expect(self) -> None:
        """Before quotes are subscribed: what is watched and was not compared yet today waits for `learn`."""
        if self._closes is None:
            return
        if self._clock.now().date() != self._check.day:
            self._open, self._announced = {}, {}
        self._check.expect(self._items.symbols)

    async def learn(self) -> None:
        """Get the last closes of what is watched and look at the quotes that are there. For a background task.

        Each symbol is asked about once a day; what failed is asked about again by `look`.
        """
        if self._closes is None:
            return
        self.expect()
        wanted = self._check.take()
        wanted.sort(key=lambda symbol: symbol not in self._parts.book.positions)  # what is held first
        found: dict[Symbol, Yesterday] = {}
        missed = False
        for start in range(0, len(wanted), _AT_ONCE):
            batch = wanted[start : start + _AT_ONCE]
            try:
                told = await self._closes(batch, self._check.day)
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
            self._look_back(symbol)
            self._look_ahead(symbol, closes.get(symbol))

    def _look_back(self, symbol: Symbol) -> None:
        """Say what happened while the desk was closed: the last close is a new price already, so no quote tells."""
        past = [one.day for one in self._announced.get(symbol, ()) if one.day < self._check.day]
        for item in [self._items.all[item_id] for item_id in self._items.of(symbol)] if past else ():
            set_on, done = day_of(item, SET_ON), day_of(item, DONE)
            if set_on is None or max(past) <= max(set_on, done or set_on) or not levels_of(item).any:
                continue
            name = self._parts.account.name(symbol)
            text = (
                f"{symbol} 在 {max(past)} 除权，程序当天没有运行，价位还是 {set_on} 设的，没有换算。"
                "请核对价位后保存。"
            )
            key = f"rights-missed/{item.item_id}"
            self._parts.speaker.alarm(key, AlarmRank.CARE, f"{name} 除权没有换算", text, symbol)

    def _look_ahead(self, symbol: Symbol, known: Yesterday | None) -> None:
        """Say what an announced day is expected to do to the levels; nothing is changed before its first quote."""
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
        applied: list[WatchItem] = []
        for item in [self._items.all[item_id] for item_id in self._items.of(rights.symbol)]:
            rescale = plan(
                item,
                [rights],
                policy=policy,
                levels_day=day_of(item, SET_ON),
                done=[day for day in (day_of(item, DONE),) if day is not None],
            )
            if rescale is None:
                continue
            if rescale.hold:
                self.holds.hold(item, rescale.reason, rescale)
            else:
                applied.append(rescaled(item, rescale))
                self.holds.tell(item, rescale.reason, rescale)
        if applied:
            self._items.change(applied)
            self._parts.tasks.spawn(self._save(applied))
        self._on_items(self._items.of(rights.symbol))

    def _unsure(self, finding: Unsure) -> None:
        for item_id in self._items.of(finding.symbol) if finding.hold else ():
            self.holds.hold(self._items.all[item_id], finding.text)
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
