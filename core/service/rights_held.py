"""What an ex-rights day did to items: held until the user agrees, agreed to, and told. Finding the days is `rights`' affair."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from core.clock import Clock
from core.domain.decision import Decision, ItemView, Reason
from core.domain.enums import AlarmRank, ItemState, Outcome, SignalKind
from core.domain.exrights import Rescale
from core.domain.market import Symbol
from core.domain.watch import WatchItem
from core.errors import BadInput
from core.market.history.rescale import apply, levels_of
from core.service.items import ItemBook
from core.service.news import RescaleNews
from core.service.parts import DeskParts
from core.service.rights_check import DayCheck

DONE, SET_ON = "exrights_done", "levels_day"
"""Columns of an item: the ex-days it was rescaled for, and the day on which its levels were set."""


class HeldItems:
    """Runs on the trading loop. `watched` is False on a desk that never looks for ex-rights days."""

    def __init__(
        self,
        parts: DeskParts,
        items: ItemBook,
        check: DayCheck,
        on_items: Callable[[Sequence[str]], None],
        on_free: Callable[[Symbol], None],
    ) -> None:
        """`on_items` is told which items changed or are held, `on_free` what may trigger from now on."""
        self._parts = parts
        self._items = items
        self._check = check
        self._on_items = on_items
        self._on_free = on_free
        self._clock: Clock = parts.clock
        self._held: dict[str, tuple[str, Rescale | None]] = {}
        self.watched = True

    def hold(self, item: WatchItem, reason: str, rescale: Rescale | None = None) -> None:
        """Nothing of it triggers until the user agrees; `rescale` is what is proposed."""
        self._held[item.item_id] = (reason, rescale)
        self.tell(item, reason, rescale)

    def free(self, items: dict[str, WatchItem]) -> dict[str, WatchItem]:
        """The items that may trigger."""
        if not self._held and not self._check.any_waits:
            return items
        return {key: item for key, item in items.items() if key not in self._held and not self._waits(item)}

    def _waits(self, item: WatchItem) -> bool:
        """Its levels are of an earlier day, and whether today is an ex-rights day is not known yet."""
        if not self._check.waits(item.symbol):
            return False
        return self._check.day not in (day_of(item, SET_ON), day_of(item, DONE))

    def view(self, view: ItemView) -> ItemView:
        """The state of an item, with its hold."""
        held = self._held.get(view.item_id)
        if held is None:
            return view
        return replace(view, state=ItemState.BLOCKED, state_text="除权待确认", protection_text=held[0])

    def edited(self, items: Iterable[WatchItem]) -> list[WatchItem]:
        """The user saves items: levels that changed are set today, and no longer held."""
        if not self.watched:
            return list(items)
        found = []
        for item in items:
            before = self._items.all.get(item.item_id)
            if before is None or levels_of(before) != levels_of(item):
                item = with_day(item, SET_ON, self._clock.now().date())
                self._let_go(item.item_id)
            found.append(item)
        return found

    async def accept(self, item_id: str) -> str:
        """The user agrees: apply what is proposed, or trigger again on the old levels. Raises BadInput."""
        item, reason, rescale = self._waiting(item_id)
        if rescale is None:
            self._resume(item)
            return "已确认：按原价位继续"
        if rescale.problem:
            raise BadInput(reason)
        if levels_of(item) != rescale.before:
            raise BadInput("这一项的价位已经改过，不再按除权比例换算。请核对价位后保存。")
        await self._save(rescaled(item, rescale))
        self._resume(item)
        return "已按除权比例换算价位"

    async def keep(self, item_id: str) -> str:
        """The user knows better: the levels stay, and these days are not asked about again.

        Raises BadInput, also where the stop would sell at once: that is never what is meant.
        """
        item, _, rescale = self._waiting(item_id)
        quote = self._parts.board.quote(item.symbol)
        if item.stop_loss is not None and quote is not None and 0 < quote.last_price <= item.stop_loss:
            text = f"现价 {quote.last_price} 不高于止损 {item.stop_loss}，按原价位恢复会立即卖出。请改好价位后保存。"
            raise BadInput(text, field="stop_loss")
        if rescale is not None and rescale.days:
            await self._save(with_day(item, DONE, max(rescale.days)))
        self._resume(item)
        return "已确认：按原价位继续"

    def _waiting(self, item_id: str) -> tuple[WatchItem, str, Rescale | None]:
        held, item = self._held.get(item_id), self._items.all.get(item_id)
        if held is None or item is None:
            raise BadInput("这一项没有等待确认的除权调整。")
        return item, *held

    async def _save(self, item: WatchItem) -> None:
        await self._parts.journal.save_items([item])
        self._items.change([item])
        self._parts.speaker.items(tuple(self._items.all.values()))

    def _resume(self, item: WatchItem) -> None:
        self._let_go(item.item_id)
        self._on_items([item.item_id])
        self._on_free(item.symbol)

    def _let_go(self, item_id: str) -> None:
        if self._held.pop(item_id, None) is not None:
            self._parts.speaker.cure(f"rights/{item_id}")
            self._parts.speaker.outbox.put(RescaleNews(item_id, "", held=False))

    def tell(self, item: WatchItem, reason: str, rescale: Rescale | None) -> None:
        """To the window, the journal and the user: levels that moved, or that wait."""
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


def rescaled(item: WatchItem, rescale: Rescale) -> WatchItem:
    """The item on the prices after these ex-rights days, which it remembers as done."""
    return with_day(apply(item, replace(rescale, hold=False)), DONE, max(rescale.days))


def with_day(item: WatchItem, column: str, day: date) -> WatchItem:
    """The item with a day noted in one of its extra columns."""
    kept = tuple(pair for pair in item.extra if pair[0] != column)
    return replace(item, extra=(*kept, (column, day.isoformat())))


def day_of(item: WatchItem, column: str) -> date | None:
    """The day noted in an extra column; None where none is, or no day can be read."""
    text = next((value for name, value in item.extra if name == column), "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
