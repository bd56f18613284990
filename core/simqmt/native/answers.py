"""The terminal's records as native structs, in the values a program sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.domain.enums import Side
from core.simqmt.broker.records import (
    BROKER_PRICE_TYPE,
    MARKETS,
    AssetPush,
    AssetView,
    CancelErrorPush,
    OrderErrorPush,
    OrderPush,
    PositionPush,
    PositionView,
    Push,
    SimOrder,
    SimTrade,
    TradePush,
)
from core.simqmt.native.structs import Surface

SECURITY_ACCOUNT = 2
NORMAL = 0
ERROR_ID = -61
LONG = 48
OFFSET = {Side.BUY: 48, Side.SELL: 49}


class Answers:
    """Builds structs of one surface."""

    def __init__(self, surface: Surface) -> None:
        self._make = surface.make
        self._pushes: dict[type, tuple[str, Callable[[Any], object]]] = {
            OrderPush: ("bindOnStockOrderCallback", lambda push: self.order(push.order)),
            TradePush: ("bindOnStockTradeCallback", lambda push: self.trade(push.trade)),
            AssetPush: ("bindOnStockAssetCallback", lambda push: self.asset(push.asset)),
            PositionPush: ("bindOnStockPositionCallback", lambda push: self.position(push.position)),
            OrderErrorPush: ("bindOnOrderErrorCallback", self.order_error),
            CancelErrorPush: ("bindOnCancelErrorCallback", self.cancel_error),
        }

    def push(self, push: Push) -> tuple[str, object]:
        """The bind that carries a push, and its struct."""
        bind, build = self._pushes[type(push)]
        return bind, build(push)

    def order_response(self, account: str, order_id: int, message: str, strategy: str, remark: str) -> object:
        """The answer to an order request."""
        return self._make(
            "OrderStockResp",
            account_id=account,
            account_type=SECURITY_ACCOUNT,
            order_id=order_id,
            error_msg=message,
            error_id=ERROR_ID if order_id < 0 else 0,
            strategy_name=strategy,
            order_remark=remark,
        )

    def cancel_response(self, account: str, result: int, order_id: int, sysid: str, message: str) -> object:
        """The answer to a cancel request."""
        return self._make(
            "CancelOrderStockResp",
            account_id=account,
            account_type=SECURITY_ACCOUNT,
            cancel_result=result,
            order_id=order_id,
            order_sysid=sysid,
            error_msg=message,
            error_id=ERROR_ID if result < 0 else 0,
        )

    def asset(self, view: AssetView) -> object:
        """XtAsset."""
        return self._make(
            "XtAsset",
            account_id=view.account,
            account_type=SECURITY_ACCOUNT,
            cash=float(view.cash),
            frozen_cash=float(view.frozen),
            market_value=float(view.market_value),
            total_asset=float(view.total),
            fetch_balance=float(view.withdrawable),
            current_balance=float(view.cash + view.frozen),
        )

    def order(self, order: SimOrder) -> object:
        """XtOrder."""
        return self._make(
            "XtOrder",
            account_id=order.account,
            account_type=SECURITY_ACCOUNT,
            stock_code=str(order.symbol),
            instrument_name=order.name,
            order_id=order.order_id,
            order_sysid=order.sysid,
            order_time=order.time_ms // 1000,
            order_type=order.order_type,
            order_volume=order.volume,
            price_type=BROKER_PRICE_TYPE.get(order.price_type, order.price_type),
            price=float(order.price),
            traded_volume=order.traded_volume,
            traded_price=float(order.average),
            order_status=int(order.status),
            status_msg=order.status_msg,
            strategy_name=order.strategy,
            order_remark=order.remark,
            direction=LONG,
            offset_flag=OFFSET[order.side],
            secu_account=_secu_account(order.account, order.market),
        )

    def trade(self, trade: SimTrade) -> object:
        """XtTrade."""
        return self._make(
            "XtTrade",
            account_id=trade.account,
            account_type=SECURITY_ACCOUNT,
            stock_code=str(trade.symbol),
            instrument_name=trade.name,
            order_type=trade.order_type,
            traded_id=trade.trade_id,
            traded_time=trade.time_ms // 1000,
            traded_price=float(trade.price),
            traded_volume=trade.volume,
            traded_amount=float(trade.amount),
            order_id=trade.order_id,
            order_sysid=trade.sysid,
            strategy_name=trade.strategy,
            order_remark=trade.remark,
            direction=LONG,
            offset_flag=OFFSET[trade.side],
            commission=float(trade.commission),
            secu_account=_secu_account(trade.account, trade.symbol[-2:]),
        )

    def position(self, view: PositionView) -> object:
        """XtPosition. `open_price` and `avg_price` are both the cost with fees."""
        cost = float(view.cost_price)
        return self._make(
            "XtPosition",
            account_id=view.account,
            account_type=SECURITY_ACCOUNT,
            stock_code=str(view.symbol),
            instrument_name=view.name,
            volume=view.volume,
            can_use_volume=view.can_use,
            frozen_volume=view.frozen,
            on_road_volume=view.on_road,
            yesterday_volume=view.yesterday,
            open_price=cost,
            avg_price=cost,
            last_price=float(view.last),
            market_value=float(view.market_value),
            float_profit=float(view.profit),
            position_profit=float(view.profit),
            profit_rate=float(view.last / view.cost_price - 1) if view.cost_price else 0.0,
            direction=LONG,
            secu_account=_secu_account(view.account, view.symbol[-2:]),
        )

    def order_error(self, push: OrderErrorPush) -> object:
        """XtOrderError."""
        account, kind = push.asked or (push.account, SECURITY_ACCOUNT)
        return self._make(
            "XtOrderError",
            account_id=account,
            account_type=kind,
            order_id=push.order_id,
            error_id=ERROR_ID,
            error_msg=push.message,
            strategy_name=push.strategy,
            order_remark=push.remark,
            seq=push.seq,
        )

    def cancel_error(self, push: CancelErrorPush) -> object:
        """XtCancelError."""
        return self._make(
            "XtCancelError",
            account_id=push.account,
            account_type=SECURITY_ACCOUNT,
            order_id=push.order_id,
            order_sysid=push.sysid,
            market=push.market,
            error_id=ERROR_ID,
            error_msg=push.message,
        )

    def account_status(self, account: str, status: int = NORMAL) -> object:
        """XtAccountStatus."""
        return self._make("XtAccountStatus", account_id=account, account_type=SECURITY_ACCOUNT, status=status)

    def account_info(self, account: str) -> object:
        """XtAccountInfo."""
        return self._make(
            "XtAccountInfo",
            account_id=account,
            account_type=SECURITY_ACCOUNT,
            broker_type=SECURITY_ACCOUNT,
            broker_name="模拟柜台",
            broker_id="simqmt",
            login_status=NORMAL,
        )

    def secu_accounts(self, account: str) -> list[object]:
        """SecuAccount: the shareholder's number in each market."""
        return [
            self._make("SecuAccount", main=True, market=market, secu_account=_secu_account(account, market))
            for market in MARKETS
        ]

    def purchase_limit(self, board: str, value: int) -> object:
        """NewPurchaseLimitInfo."""
        return self._make(
            "NewPurchaseLimitInfo", new_purchase_limit_key=board, new_purchase_limit_value=value
        )


def _secu_account(account: str, market: str) -> str:
    """A shareholder number in the exchange's shape."""
    digits = account[-9:].zfill(9)
    return f"A{digits}" if market == "SH" else f"0{digits}"
