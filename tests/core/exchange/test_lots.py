"""Lots: rounding, refusals and their numbers."""

from __future__ import annotations

import pytest

from core.exchange.lots import OrderForm, buy_refusal, max_volume, round_buy, round_sell, sell_refusal
from core.exchange.refusals import RuleCode


@pytest.mark.parametrize(
    ("symbol", "wish", "got"),
    [
        ("600000.SH", 99, 0),
        ("600000.SH", 100, 100),
        ("600000.SH", 1_299, 1_200),
        ("688981.SH", 199, 0),
        ("688981.SH", 201, 201),
        ("920002.BJ", 99, 0),
        ("920002.BJ", 101, 101),
        ("510300.SH", 1_050, 1_000),
        ("113050.SH", 9, 0),
        ("113050.SH", 25, 20),
        ("600000.SH", -100, 0),
    ],
)
def test_a_buy_is_rounded_down_to_the_boards_lots(symbol: str, wish: int, got: int) -> None:
    assert round_buy(symbol, wish) == got


@pytest.mark.parametrize(
    ("symbol", "wish", "can_use", "got"),
    [
        ("600000.SH", 250, 250, 250),
        ("600000.SH", 240, 250, 200),
        ("600000.SH", 60, 250, 50),
        ("600000.SH", 160, 250, 150),
        ("600000.SH", 49, 250, 0),
        ("600000.SH", 40, 80, 0),
        ("600000.SH", 500, 250, 250),
        ("600000.SH", 500, 0, 0),
        ("688981.SH", 150, 150, 150),
        ("688981.SH", 150, 350, 0),
        ("688981.SH", 349, 350, 349),
        ("920002.BJ", 20, 50, 0),
        ("113050.SH", 17, 25, 15),
    ],
)
def test_a_sell_is_rounded_to_what_the_board_takes(symbol: str, wish: int, can_use: int, got: int) -> None:
    assert round_sell(symbol, wish, can_use) == got


def test_every_rounded_volume_is_taken() -> None:
    for symbol in ("600000.SH", "688981.SH", "920002.BJ", "510300.SH", "113050.SH"):
        for wish in range(0, 700, 7):
            volume = round_sell(symbol, wish, 437)
            assert volume == 0 or sell_refusal(symbol, volume, 437) is None
            volume = round_buy(symbol, wish)
            assert volume == 0 or buy_refusal(symbol, volume) is None


@pytest.mark.parametrize(
    ("symbol", "form", "most"),
    [
        ("300750.SZ", OrderForm.LIMIT, 300_000),
        ("300750.SZ", OrderForm.MARKET, 150_000),
        ("300750.SZ", OrderForm.FIXED, 1_000_000),
        ("688981.SH", OrderForm.LIMIT, 100_000),
        ("688981.SH", OrderForm.MARKET, 50_000),
    ],
)
def test_maximum_by_form_of_order(symbol: str, form: OrderForm, most: int) -> None:
    assert max_volume(symbol, form) == most
    assert buy_refusal(symbol, most, form) is None
    refusal = buy_refusal(symbol, most + 100, form)
    assert refusal is not None
    assert refusal.code is RuleCode.QTY_ABOVE_MAX
    assert refusal.number("max_qty") == str(most)


def test_refusals_say_the_numbers_and_the_cure() -> None:
    step = buy_refusal("600000.SH", 150)
    assert step is not None
    assert step.text == "数量 150 不是 100 股的整数倍。可用 100 或 200。"
    odd = sell_refusal("600000.SH", 130, 250)
    assert odd is not None
    assert odd.text == "卖出 130 股拆开了零股：可卖 250 股，其中零股 50 股须一次卖出。可用 100 股。"
    short = sell_refusal("600000.SH", 300, 250)
    assert short is not None
    assert short.text == "要卖 300 股，可卖只有 250 股。"
