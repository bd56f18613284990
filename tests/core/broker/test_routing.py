"""What passes the door whole: every callback as a record of its own kind, and the account as it was given."""

from __future__ import annotations

from typing import Any

import pytest

from core.domain.enums import OrderStatus, Side
from core.domain.events import (
    AccountStatusReported,
    AssetReported,
    CancelAnswered,
    Disconnected,
    OrderAnswered,
    OrderFailed,
    OrderReported,
    PositionReported,
    TradeReported,
)
from core.errors import BadInput
from tests.core.broker.desk import CODE, DoorDesk, RecordedVendor, buy
from tests.fakes.simqmt import ACCOUNT


@pytest.mark.capability("001-28")
def test_001_28_every_callback_is_routed_with_its_own_figures(door: DoorDesk) -> None:
    """The six of the original, and asset, position and both asynchronous answers."""
    recorded = RecordedVendor()

    async def story() -> None:
        broker, heard = door.broker(load_vendor=recorded.load)
        await broker.open()
        status = await heard.wait(AccountStatusReported)
        assert status.account_id == ACCOUNT

        broker.submit(buy("filled", volume=300))
        order = (await heard.wait(OrderReported, lambda e: e.order.status is OrderStatus.SUCCEEDED)).order
        trade = (await heard.wait(TradeReported)).trade
        answer = await heard.wait(OrderAnswered)
        assert (order.symbol, order.remark, order.traded_volume) == (CODE, "filled", 300)
        assert (trade.side, trade.volume, trade.order_id) == (Side.BUY, 300, order.order_id)
        assert (answer.intent_id, answer.order_id) == ("filled", order.order_id)
        held = (await heard.wait(PositionReported, lambda e: e.position.volume == 300)).position
        assert held.symbol == CODE
        ledger = door.terminal.ledger(ACCOUNT)
        await heard.wait(AssetReported, lambda e: e.asset.cash == ledger.cash)

        broker.submit(buy("refused", volume=50))
        failed = await heard.wait(OrderFailed)
        assert (failed.intent_id, failed.order_id > 0) == ("refused", False)

        broker.submit(buy("resting", price="9.90"))
        resting = await heard.wait(OrderAnswered, lambda e: e.intent_id == "resting")
        broker.cancel(resting.order_id)
        asked = await heard.wait(CancelAnswered, lambda e: e.ok)
        assert asked.order_id == resting.order_id
        broker.cancel(order.order_id)
        late = await heard.wait(CancelAnswered, lambda e: not e.ok)
        assert (late.order_id, "不可撤" in late.message) == (order.order_id, True)

        door.terminal.disconnect()
        await heard.wait(Disconnected)

    door.run(story)
    assert recorded.calls[0] == "register_callback"


@pytest.mark.capability("001-06")
@pytest.mark.parametrize("wrong", [55001, "", "   ", None])
def test_001_06_an_account_is_text_and_reaches_the_terminal_as_given(door: DoorDesk, wrong: Any) -> None:
    """Leading zeros are part of it; a number, which the vendor would turn into a sentence, is refused."""
    account = "0055001"

    async def story() -> None:
        with pytest.raises(BadInput, match="资金账号"):
            door.broker(wrong)
        assert door.terminal.call_log == ()
        broker, heard = door.broker(account)
        await broker.open()
        broker.submit(buy("D1"))
        assert (await heard.wait(TradeReported)).trade.account_id == account

    door.run(story, cash={account: 100_000})
    (subscribed,) = door.calls("subscribe")
    assert subscribed["m_strAccountID"] == account
    assert [call["m_strAccountID"] for call in door.calls("orderStock")] == [account]
