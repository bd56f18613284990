"""A second opinion on ticks, limits, cage and lots, written on its own in whole thousandths of a yuan.

Nothing here imports the rules under test: percentages are integer fractions, rounding is integer arithmetic.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Board:
    """One kind of security: a code, tick in thousandths, band and cage in percent, lots, fees.

    `kind` names what changed over the years: main, chinext, star, bse, fund, wide (20 % fund), bond.
    """

    symbol: str
    tick: int
    percent: int
    cage_percent: int | None
    ten_ticks: bool
    least: int
    step: int
    most: int
    toward_close: bool = False
    kind: str = "main"
    transfer: bool = False


BOARDS = (
    Board("600000.SH", 10, 10, 2, True, 100, 100, 1_000_000, transfer=True),
    Board("000001.SZ", 10, 10, 2, True, 100, 100, 1_000_000, transfer=True),
    Board("003816.SZ", 10, 10, 2, True, 100, 100, 1_000_000, transfer=True),
    Board("300750.SZ", 10, 20, 2, True, 100, 100, 300_000, kind="chinext", transfer=True),
    Board("688981.SH", 10, 20, 2, False, 200, 1, 100_000, kind="star", transfer=True),
    Board("689009.SH", 10, 20, 2, False, 200, 1, 100_000, kind="star", transfer=True),
    Board("920002.BJ", 10, 30, 5, True, 100, 1, 1_000_000, toward_close=True, kind="bse", transfer=True),
    Board("200012.SZ", 10, 10, 2, True, 100, 100, 1_000_000),
    Board("900905.SH", 1, 10, 2, True, 100, 100, 1_000_000),
    Board("510300.SH", 1, 10, None, False, 100, 100, 1_000_000, kind="fund"),
    Board("588000.SH", 1, 20, None, False, 100, 100, 1_000_000, kind="wide"),
    Board("159919.SZ", 1, 10, None, False, 100, 100, 1_000_000, kind="fund"),
    Board("159915.SZ", 1, 20, None, False, 100, 100, 1_000_000, kind="wide"),
    Board("161725.SZ", 1, 10, None, False, 100, 100, 1_000_000, kind="fund"),
    Board("508001.SH", 1, 10, None, False, 100, 100, 100_000_000, kind="fund"),
    Board("113050.SH", 1, 20, None, False, 10, 10, 1_000_000, kind="bond"),
    Board("127045.SZ", 1, 20, None, False, 10, 10, 1_000_000, kind="bond"),
)


def as_of(board: Board, day: str, warned: bool) -> Board:
    """The board as it was on a day (YYYY-MM-DD): bands and cages of then, for a stock with a risk warning or not."""
    percent, cage_percent, ten = board.percent, board.cage_percent, board.ten_ticks
    if board.kind == "main":
        percent = 5 if warned and day < "2026-07-06" else 10
        cage_percent = 2 if day >= "2023-04-10" else None
    elif board.kind == "chinext":
        percent = 20 if day >= "2020-08-24" else 10
        cage_percent = 2 if day >= "2020-08-24" else None
        ten = day >= "2023-04-10"
    elif board.kind == "wide":
        percent = 20 if day >= "2020-08-24" else 10
    return replace(board, percent=percent, cage_percent=cage_percent, ten_ticks=ten)


def st_cap(board: Board, day: str) -> int | None:
    """What may be bought of a risk-warning stock in a day."""
    if board.kind == "bse":
        return 200_000 if day >= "2026-08-31" else None
    if board.kind == "chinext" or (board.kind == "main" and board.transfer and board.symbol.endswith("SZ")):
        return 500_000 if day >= "2020-12-31" else None
    return 500_000 if board.kind == "main" and board.transfer else None


def freeze_cents(board: Board, price: int, volume: int, day: str) -> int:
    """Cash of a buy in cents, fees included; `price` in ten-thousandths of a yuan."""
    amount = price * volume  # ten-thousandths
    rate, least = (5, 100) if board.kind == "bond" else (25, 500)
    fees = max(half_up(amount * rate, 10_000_000, 1), least)
    if board.transfer:
        fees += half_up(amount * (1 if day >= "2022-04-29" else 2), 10_000_000, 1)
    return half_up(amount, 100, 1) + fees


def half_up(numerator: int, denominator: int, tick: int) -> int:
    """numerator / denominator thousandths, rounded half up to the tick."""
    unit = denominator * tick
    return (2 * numerator + unit) // (2 * unit) * tick


def limits(board: Board, prev: int) -> tuple[int, int]:
    """Limit-up and limit-down in thousandths."""
    rise, fall = prev * (100 + board.percent), prev * (100 - board.percent)
    if board.toward_close:
        unit = 100 * board.tick
        up, down = rise // unit * board.tick, -(-fall // unit) * board.tick
    else:
        up, down = half_up(rise, 100, board.tick), half_up(fall, 100, board.tick)
    if up < prev + board.tick:
        up = prev + board.tick
    if down > prev - board.tick:
        down = prev - board.tick
    return up, max(down, board.tick)


def cage(board: Board, buy: bool, reference: int) -> int | None:
    """Highest buy or lowest sell in thousandths, None without a cage."""
    if board.cage_percent is None:
        return None
    sign = 1 if buy else -1
    bound = half_up(reference * (100 + sign * board.cage_percent), 100, board.tick)
    if board.ten_ticks:
        wide = reference + sign * 10 * board.tick
        bound = max(bound, wide) if buy else min(bound, wide)
    nearest = reference + sign * board.tick
    bound = max(bound, nearest) if buy else min(bound, nearest)
    return max(bound, board.tick)


def volume_code(board: Board, buy: bool, volume: int, can_use: int) -> str:
    """What the lot rules say to a volume."""
    if volume <= 0:
        return "QTY_NOT_POSITIVE"
    if volume > board.most:
        return "QTY_ABOVE_MAX"
    if buy:
        if volume < board.least:
            return "QTY_BELOW_MIN"
        return "OK" if volume % board.step == 0 else "QTY_STEP"
    if volume > can_use:
        return "INSUFFICIENT_POSITION"
    if volume == can_use:
        return "OK"
    if board.step == 1:
        return "OK" if volume >= board.least else "QTY_BELOW_MIN"
    return "OK" if volume % board.step in (0, can_use % board.step) else "ODD_LOT_SPLIT"


def order_code(
    board: Board, buy: bool, price: int, volume: int, can_use: int, prev: int, bid: int, ask: int
) -> str:
    """What all of it says to a limit order in continuous auction; prices in ten-thousandths of a yuan."""
    lots = volume_code(board, buy, volume, can_use)
    if lots != "OK":
        return lots
    if price <= 0:
        return "PRICE_NOT_POSITIVE"
    if price % (10 * board.tick):
        return "PRICE_TICK"
    milli = price // 10
    up, down = limits(board, prev)
    if milli > up:
        return "PRICE_ABOVE_LIMIT_UP"
    if milli < down:
        return "PRICE_BELOW_LIMIT_DOWN"
    reference = (ask or bid or prev) if buy else (bid or ask or prev)
    bound = cage(board, buy, reference)
    if bound is not None and buy and milli > bound:
        return "CAGE_HIGH"
    if bound is not None and not buy and milli < bound:
        return "CAGE_LOW"
    return "OK"
