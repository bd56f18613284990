"""What we mean to do and what it keeps reserved until the broker's own figures contain it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from core.domain.enums import IntentState, Side
from core.domain.market import Symbol
from core.domain.trading import Intent


@dataclass(frozen=True, slots=True)
class LiveIntent:
    """An intent with its reservation. `answered_no` is the broker event that answered it, 0 while there is none."""

    intent: Intent
    freeze: Decimal
    answered_no: int = 0

    @property
    def rest(self) -> int:
        """Shares that may still trade."""
        return 0 if self.intent.state.is_final else self.intent.volume - self.intent.filled


class IntentBook:
    """All intents of the day by id, order and trigger. Touched on the trading loop only."""

    def __init__(self) -> None:
        self._live: dict[str, LiveIntent] = {}
        self._by_order: dict[int, str] = {}
        self._by_symbol: dict[Symbol, dict[str, LiveIntent]] = {}
        self._open: dict[str, LiveIntent] = {}

    def restore(self, intents: Iterable[Intent]) -> None:
        """Take what the journal knew. Intents that were not final reserve their whole price again."""
        for intent in intents:
            self.add(intent, intent.price * intent.volume)
            if intent.state.is_final:  # the first answers of the broker contain it
                self._keep(LiveIntent(intent, Decimal(0), answered_no=1))

    def add(self, intent: Intent, freeze: Decimal) -> None:
        """Reserve for a new intent; `freeze` is cash for a buy, 0 for a sell."""
        self._keep(LiveIntent(intent, freeze if intent.side is Side.BUY else Decimal(0)))
        if intent.order_id > 0:
            self._by_order[intent.order_id] = intent.intent_id

    def get(self, intent_id: str) -> Intent | None:
        """One intent, or None."""
        live = self._live.get(intent_id)
        return live.intent if live else None

    def find(self, remark: str, order_id: int) -> Intent | None:
        """The intent of a broker record, by its remark or its order number."""
        return self.get(remark) or self.get(self._by_order.get(order_id, ""))

    def all(self) -> list[Intent]:
        """Every intent, oldest first."""
        return [live.intent for live in self._live.values()]

    def update(
        self,
        intent_id: str,
        state: IntentState,
        *,
        event_no: int = 0,
        order_id: int = 0,
        filled: int | None = None,
        message: str | None = None,
    ) -> Intent | None:
        """Change one intent; None when nothing changed. A final state never becomes a live one."""
        live = self._live.get(intent_id)
        if live is None:
            return None
        old = live.intent
        new = replace(
            old,
            state=old.state if old.state.is_final and not state.is_final else state,
            order_id=order_id if order_id > 0 else old.order_id,
            filled=max(old.filled, filled if filled is not None else 0),
            message=message or old.message,
        )
        answered = live.answered_no or event_no
        if new == old and answered == live.answered_no:
            return None
        self._keep(LiveIntent(new, live.freeze, answered))
        if new.order_id > 0:
            self._by_order[new.order_id] = intent_id
        return new if new != old else None

    def reserved_cash(self, asset_no: int) -> Decimal:
        """Cash of buys that the money snapshot `asset_no` does not contain yet."""
        return sum(
            (
                live.freeze
                for live in self._live.values()
                if live.intent.side is Side.BUY
                and not self._released(live)
                and not 0 < live.answered_no <= asset_no
            ),
            Decimal(0),
        )

    def reserved_shares(self, symbol: Symbol, positions_no: int) -> int:
        """Shares of sells that the snapshot of holdings `positions_no` does not contain yet."""
        return sum(
            live.intent.filled if live.intent.state.is_final else live.intent.volume
            for live in self._by_symbol.get(symbol, {}).values()
            if live.intent.side is Side.SELL and not 0 < live.answered_no <= positions_no
        )

    def open_buys(self, symbol: Symbol | None = None) -> Decimal:
        """Yuan that working and unanswered buys, of one symbol or of all, may still spend at their limit prices."""
        found = (self._open if symbol is None else self._by_symbol.get(symbol, {})).values()
        spent = (live.rest * live.intent.price for live in found if live.intent.side is Side.BUY)
        return sum(spent, Decimal(0))

    def live(self, symbol: Symbol, side: Side) -> list[Intent]:
        """Intents that may still trade."""
        return [
            live.intent
            for live in self._by_symbol.get(symbol, {}).values()
            if live.intent.side is side and not live.intent.state.is_final
        ]

    def unknown(self, symbol: Symbol, side: Side) -> Intent | None:
        """An intent of unknown fate that blocks its successors."""
        return next((i for i in self.live(symbol, side) if i.state is IntentState.UNKNOWN), None)

    def _keep(self, live: LiveIntent) -> None:
        intent_id = live.intent.intent_id
        self._live[intent_id] = live
        self._by_symbol.setdefault(live.intent.symbol, {})[intent_id] = live
        if live.intent.state.is_final:
            self._open.pop(intent_id, None)
        else:
            self._open[intent_id] = live

    @staticmethod
    def _released(live: LiveIntent) -> bool:
        return live.intent.state.is_final and live.intent.filled == 0
