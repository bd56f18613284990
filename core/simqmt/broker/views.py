"""Money and holdings of a ledger as the terminal shows them."""

from __future__ import annotations

from core.domain.market import Symbol
from core.exchange.ledger import Holding, Ledger
from core.simqmt.broker.records import AssetView, PositionView


def asset_view(account: str, ledger: Ledger) -> AssetView:
    """Money of a marked ledger."""
    return AssetView(
        account=account,
        cash=ledger.cash,
        frozen=ledger.frozen_cash,
        market_value=ledger.market_value,
        total=ledger.total_asset,
        withdrawable=ledger.withdrawable,
    )


def position_view(account: str, held: Holding, name: str) -> PositionView:
    """One holding of a marked ledger; without a price it shows its cost."""
    last = held.last if held.last is not None else held.cost_price
    return PositionView(
        account=account,
        symbol=Symbol(held.symbol),
        name=name,
        volume=held.volume,
        can_use=held.can_use,
        frozen=held.frozen,
        on_road=held.on_road,
        yesterday=held.yesterday,
        cost_price=held.cost_price,
        last=last,
        market_value=held.market_value,
        profit=held.market_value - held.cost,
    )
