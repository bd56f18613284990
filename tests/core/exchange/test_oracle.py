"""Our rules against the independent oracle: 100,000 random orders, and limits and cages by themselves."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.enums import Side
from core.domain.market import SHANGHAI
from core.exchange.cage import BookTop, cage_bound, highest_buy_price, lowest_sell_price
from core.exchange.checks import check_order
from core.exchange.limits import LimitFacts, price_limits
from core.exchange.lots import round_buy, round_sell
from core.exchange.orders import OrderQuery
from tests.core.exchange import oracle

DAY = date(2026, 11, 20)
boards = st.sampled_from(oracle.BOARDS)


def yuan(milli: int) -> Decimal:
    return Decimal(milli) / 1000


DAYS = (
    "2026-11-20",
    "2026-08-28",
    "2026-07-06",
    "2026-07-03",
    "2023-04-10",
    "2023-04-07",
    "2022-04-29",
    "2022-04-28",
    "2020-08-24",
    "2020-08-21",
)
CLOCKS = ("10:00:00", "14:56:59", "09:16:00", "09:22:00", "09:27:00", "12:00:00", "14:58:00")


def edge(dice: random.Random, board: oracle.Board, buy: bool, prev: int, bid: int, ask: int) -> int:
    """A price within two ticks of where a rule begins, or anywhere."""
    up, down = oracle.limits(board, prev)
    near = ask or bid or prev
    bounds = [up, down, near]
    for side, reference in ((buy, near), (buy, bid or ask or prev), (True, near)):
        bound = oracle.cage(board, side, reference)
        bounds += [] if bound is None else [bound, bound]
    if dice.random() < 0.8:
        return dice.choice(bounds) + dice.randint(-2, 2) * board.tick
    return dice.choice((near + dice.randint(-40, 40) * board.tick, dice.randint(-5, 2 * up)))


def random_order(dice: random.Random) -> tuple[str, str]:
    """One random order of a random day, phase, name and account; the code and what becomes of it."""
    day = dice.choice(DAYS) if dice.random() < 0.5 else DAYS[0]
    warned = dice.random() < 0.2
    listed = [one for one in oracle.BOARDS if one.kind not in ("bse", "bond") or day >= "2022-08-01"]
    board = oracle.as_of(dice.choice(listed), day, warned)
    clock = dice.choice(CLOCKS) if dice.random() < 0.4 else CLOCKS[0]
    tick = board.tick
    prev = dice.choice((dice.randint(1, 30), dice.randint(1, 2_000), dice.randint(1, 200_000))) * tick
    up, down = oracle.limits(board, prev)
    bid = dice.randrange(down, up + tick, tick) if dice.random() < 0.8 else 0
    ask = min(bid + dice.randint(1, 5) * tick, up) if bid and dice.random() < 0.9 else 0
    buy = dice.random() < 0.5
    price = 10 * edge(dice, board, buy, prev, bid, ask)
    if dice.random() < 0.1:
        price += dice.randint(1, 9)
    can_use = dice.choice((0, 50, 150, 199, 250, 1_000, 1_037, 2_000_000))
    volume = dice.choice(
        (dice.randint(-1, 400), dice.randint(1, 30) * 100, can_use, dice.randint(1, 1_200_000))
    )
    if dice.random() < 0.6:  # lots are fine: the other rules are asked
        can_use, volume = 10_000, dice.randint(2, 20) * 100
    room = dice.choice((200_000, 500_000)) + dice.choice((-1, 0, 1))
    bought = dice.choice((0, max(0, room - volume))) if warned else 0
    need = oracle.freeze_cents(board, price, volume, day) if price > 0 and volume > 0 else 0
    cents = dice.choice((None, need, need - 1, need + 1)) if need else None
    verdict = check_order(
        OrderQuery(
            symbol=board.symbol,
            side=Side.BUY if buy else Side.SELL,
            volume=volume,
            price=Decimal(price) / 10_000,
            moment=datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=SHANGHAI),
            prev_close=yuan(prev),
            facts=LimitFacts(name="*ST某某" if warned else "某某"),
            top=BookTop(yuan(bid) if bid else None, yuan(ask) if ask else None),
            can_use=can_use,
            cash=None if cents is None else Decimal(cents) / 100,
            bought_today=bought,
        )
    )
    continuous = clock in CLOCKS[:2]
    without_cage = board if continuous else replace(board, cage_percent=None)
    wanted = oracle.order_code(without_cage, buy, price, volume, can_use, prev, bid, ask)
    fate = "queue" if clock in ("09:27:00", "12:00:00") else "accept"
    if wanted.startswith("CAGE") and board.kind == "chinext" and day < "2023-04-10":
        wanted, fate = "OK", "queue"  # parked, not rejected
    if wanted == "OK" and buy:
        cap = oracle.st_cap(board, day) if warned else None
        if cap is not None and bought + volume > cap:
            wanted = "ST_DAILY_BUY_CAP"
        elif cents is not None and need > cents:
            wanted = "INSUFFICIENT_CASH"
        assert verdict.freeze_cash is None or verdict.freeze_cash == Decimal(need) / 100
    fate = fate if wanted == "OK" else "reject"
    told = (board.symbol, day, clock, warned, buy, price, volume, can_use, prev, bid, ask)
    assert (verdict.code.value, verdict.acceptance.value) == (wanted, fate), told
    return wanted, fate


@pytest.mark.parametrize("seed", range(10))
def test_ten_thousand_random_orders_get_the_oracles_code(seed: int) -> None:
    """Ten times: 100,000 in every run, of every board, over ten days of changing rules and seven phases."""
    dice, met = random.Random(seed), Counter[tuple[str, str]]()
    for _ in range(10_000):
        met[random_order(dice)] += 1
    assert met["OK", "accept"] > 500
    assert met["OK", "queue"] > 50
    codes = {code for code, _ in met}
    assert {
        "CAGE_HIGH",
        "CAGE_LOW",
        "ST_DAILY_BUY_CAP",
        "INSUFFICIENT_CASH",
        "PRICE_TICK",
        "ODD_LOT_SPLIT",
    } <= codes
    assert {
        "PRICE_ABOVE_LIMIT_UP",
        "PRICE_BELOW_LIMIT_DOWN",
        "QTY_STEP",
        "QTY_BELOW_MIN",
        "QTY_ABOVE_MAX",
    } <= codes


def test_random_orders_meet_every_code_the_oracle_knows() -> None:
    """Otherwise the test above could pass by refusing everything for one reason."""
    dice, seen = random.Random(99), set()
    for _ in range(5_000):
        board = dice.choice(oracle.BOARDS)
        prev = dice.randint(100, 20_000) * board.tick
        price = 10 * prev + dice.randint(-300, 300) * 10 * board.tick + dice.choice((0, 0, 0, 1))
        volume = dice.choice((-1, 0, 5, 100, 150, 199, 200, 50, 300, 2_000_000))
        buy = dice.random() < 0.5
        seen.add(oracle.order_code(board, buy, price, volume, 250, prev, prev, 0))
    seen.add(oracle.order_code(oracle.BOARDS[0], True, 0, 100, 0, 1000, 0, 0))
    assert seen == {
        "OK",
        "QTY_NOT_POSITIVE",
        "QTY_ABOVE_MAX",
        "QTY_BELOW_MIN",
        "QTY_STEP",
        "ODD_LOT_SPLIT",
        "INSUFFICIENT_POSITION",
        "PRICE_NOT_POSITIVE",
        "PRICE_TICK",
        "PRICE_ABOVE_LIMIT_UP",
        "PRICE_BELOW_LIMIT_DOWN",
        "CAGE_HIGH",
        "CAGE_LOW",
    }


@settings(max_examples=2_000, deadline=None)
@given(board=boards, steps=st.integers(1, 400_000))
def test_limits_are_the_oracles(board: oracle.Board, steps: int) -> None:
    prev = steps * board.tick
    found = price_limits(board.symbol, yuan(prev), DAY)
    up, down = oracle.limits(board, prev)
    assert (found.up, found.down) == (yuan(up), yuan(down))


@settings(max_examples=2_000, deadline=None)
@given(board=boards, steps=st.integers(1, 400_000), buy=st.booleans())
def test_cage_and_the_prices_allowed_now_are_the_oracles(board: oracle.Board, steps: int, buy: bool) -> None:
    reference = steps * board.tick
    top = BookTop(best_bid=yuan(reference), pre_close=yuan(reference))
    side = Side.BUY if buy else Side.SELL
    found = cage_bound(board.symbol, side, DAY, top)
    bound = oracle.cage(board, buy, reference)
    assert (found.bound if found else None) == (None if bound is None else yuan(bound))
    limits = price_limits(board.symbol, yuan(reference), DAY)
    up, down = oracle.limits(board, reference)
    if buy:
        wanted = up if bound is None else min(up, bound)
        assert highest_buy_price(board.symbol, DAY, top, limits) == yuan(wanted)
    else:
        wanted = down if bound is None else max(down, bound)
        assert lowest_sell_price(board.symbol, DAY, top, limits) == yuan(wanted)


@settings(max_examples=1_000, deadline=None)
@given(board=boards, volume=st.integers(-5, 3_000), can_use=st.integers(0, 3_000))
def test_rounded_volumes_are_the_largest_the_oracle_takes(
    board: oracle.Board, volume: int, can_use: int
) -> None:
    """Nothing larger and not above the wish would be taken."""

    def largest(buy: bool) -> int:
        fine = (v for v in range(volume, 0, -1) if oracle.volume_code(board, buy, v, can_use) == "OK")
        return next(fine, 0)

    assert round_buy(board.symbol, volume) == largest(True)
    assert round_sell(board.symbol, volume, can_use) == largest(False)
