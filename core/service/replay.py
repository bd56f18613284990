"""`dingpan replay`: the same service without a window, over a recorded day, as fast as it can, in lock-step.

How to read a report, where the rules leave a choice:

* Snapshots are taken by time, equal times in file order. Each replaces its symbol's book; then orders that wait fill;
  then levels are compared: stops, take-profits, entries.
* A level is compared while the snapshot and the clock both say continuous auction: a snapshot stamped 11:30:00 or
  14:57:00 triggers nothing, though orders that wait still fill against it when its phase says continuous.
* An order with latency arrives after the snapshots of its very instant. From 11:30:00 and 14:57:00 on it only waits.
  Cash and shares are frozen, and price and cage judged, when it is sent; arrival judges nothing again.
* Each level sends one order a day. An entry that found no room, or not enough cash, or less than the least amount,
  tries again on the next snapshot inside its zone. An exit that could sell nothing waits, armed; the level must be
  met at the moment it acts. An entry arms the exits of its item again: they are for the new shares.
* A stop cancels a working sell first. It follows on the snapshot shown when the cancel has arrived, at that
  snapshot's lowest price: limit-down, or 98 % of the best bid where a price cage holds (one that parks orders too).
* A working buy keeps the open share of its first freeze, and never less than its rest still costs with fees.
* Orders that still wait end with the symbol's first closed snapshot of 15:00 or later.
* Times of fills are whole seconds: the vendor tells no more.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.domain.market import Symbol
from core.domain.watch import WatchItem
from core.errors import BadInput, DingPanError, UserError
from core.service.outbox import Outbox

if TYPE_CHECKING:
    from core.service.paper import PaperDesk
    from core.simqmt.market.sources import MarketSource

ACCOUNT = "88000001"
TAG = "RPLY"


@dataclass(frozen=True, slots=True)
class ReplayArguments:
    """What a replay is asked to do. Positions count as bought yesterday."""

    ticks: Path
    watchlist: Path
    cash: Decimal
    positions: tuple[tuple[Symbol, int, Decimal], ...]
    latency_ms: int
    report: Path | None


def main(argv: Sequence[str]) -> int:
    """Run the sub-command; returns the exit code (0 done, 2 wrong input)."""
    try:
        arguments = _parse(argv)
        report = replay(arguments)
        _write(report, arguments.report)
    except DingPanError as error:
        print(error, file=sys.stderr)  # noqa: T201 - the command's own answer
        return 2
    return 0


def replay(arguments: ReplayArguments) -> dict[str, Any]:
    """Replay one file and return the report. Deterministic: the same arguments give the same report."""
    from core.service.watchlist_csv import read_watchlist
    from core.simqmt.market.replay import ReplayMarket

    read = read_watchlist(arguments.watchlist)
    items = read.require()
    if read.unknown_columns:
        names = "、".join(read.unknown_columns)
        print(f"{arguments.watchlist.name}：不认识的列 {names}，没有使用。", file=sys.stderr)  # noqa: T201
    market = ReplayMarket(arguments.ticks)
    _check_positions(arguments, {instrument.symbol for instrument in market.instruments()})
    with tempfile.TemporaryDirectory(prefix="dingpan-replay-") as folder:
        return _run(arguments, items, market, Path(folder))


def _run(
    arguments: ReplayArguments, items: tuple[WatchItem, ...], market: MarketSource, folder: Path
) -> dict[str, Any]:
    """Compose a desk on the market, play it to the end, and read the report off it."""
    from core.service.report import build_report

    outbox = Outbox()
    paper = _compose(arguments, items, market, folder, outbox)
    desk, loop = paper.desk, paper.desk.loop
    thread = threading.Thread(target=loop.run_forever, name="trading", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(desk.start(), loop).result()
        paper.conductor.finished.wait()
        asyncio.run_coroutine_threadsafe(desk.service.settle(), loop).result()
        report = build_report(desk.service, outbox.drain(), _about(arguments))
        asyncio.run_coroutine_threadsafe(desk.stop(), loop).result()
    finally:
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        desk.close()
    return report


def _compose(
    arguments: ReplayArguments,
    items: tuple[WatchItem, ...],
    market: MarketSource,
    folder: Path,
    outbox: Outbox,
) -> PaperDesk:
    from core.service.compose import Rooms
    from core.service.paper import PaperDesk, PaperOptions

    options = PaperOptions(
        folder=folder / "terminal",
        account_id=ACCOUNT,
        cash=arguments.cash,
        holdings=arguments.positions,
        speed=None,
        latency_ms=arguments.latency_ms,
        queue="touch",
    )
    rooms = Rooms(
        journal_path=folder / "journal.db",
        emergency_path=folder / "journal.emergency",
        journal_tag=TAG,
        watchlist=items,
        with_window=False,
    )
    return PaperDesk(options, market, rooms, outbox)


def _about(arguments: ReplayArguments) -> dict[str, Any]:
    return {
        "ticks": arguments.ticks.name,
        "watchlist": arguments.watchlist.name,
        "cash": str(arguments.cash),
        "positions": [f"{symbol}={volume}@{cost}" for symbol, volume, cost in arguments.positions],
        "latency_ms": arguments.latency_ms,
    }


def _check_positions(arguments: ReplayArguments, known: set[Symbol]) -> None:
    given = [symbol for symbol, _, _ in arguments.positions]
    for place, symbol in enumerate(given):
        if symbol in given[:place]:
            raise BadInput(f"{symbol} 给了两次。请合成一笔，成本取平均。", where="--position")
        if symbol not in known:
            raise BadInput(
                f"{arguments.ticks.name} 里没有 {symbol} 的行情，无法为它估值。", where="--position"
            )


def _write(report: dict[str, Any], path: Path | None) -> None:
    """Whole or not at all, with the same bytes for the same report."""
    text = json.dumps(report, ensure_ascii=False, indent=1, sort_keys=False) + "\n"
    if path is None:
        sys.stdout.write(text)
        return
    temporary = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(text.encode("utf-8"))
        os.replace(temporary, path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise UserError(f"报告写不进 {path}：{error.strerror}。请换一个可写的位置。") from error


def _parse(argv: Sequence[str]) -> ReplayArguments:
    parser = argparse.ArgumentParser(
        prog="dingpan replay", description="不开窗口，用同一套交易服务回放一个 level-1 行情文件。"
    )
    parser.add_argument("ticks", type=Path, metavar="TICKS.csv.gz", help="level-1 快照文件（csv 或 csv.gz）")
    parser.add_argument("--watchlist", type=Path, required=True, metavar="W.csv", help="监测列表")
    parser.add_argument("--cash", default="1000000", help="期初资金，元（默认 1000000）")
    parser.add_argument(
        "--position",
        action="append",
        default=[],
        metavar="300274.SZ=1000@70.00",
        help="期初持仓：代码=股数@成本，算昨日买入；可重复",
    )
    parser.add_argument("--latency-ms", type=int, default=0, help="委托到达交易所的延迟，毫秒（默认 0）")
    parser.add_argument("--report", type=Path, metavar="OUT.json", help="报告文件（默认写到标准输出）")
    found = parser.parse_args(list(argv))
    if found.latency_ms < 0:
        raise BadInput("延迟不能是负数。", where="--latency-ms")
    return ReplayArguments(
        ticks=found.ticks,
        watchlist=found.watchlist,
        cash=_money(found.cash),
        positions=tuple(_position(text) for text in found.position),
        latency_ms=found.latency_ms,
        report=found.report,
    )


def _money(text: str) -> Decimal:
    try:
        cash = Decimal(text)
    except InvalidOperation:
        raise BadInput(f"{text} 不是金额。请写成 1000000 或 50000.50。", where="--cash") from None
    if not cash.is_finite() or cash < 0:
        raise BadInput(f"{text} 不能作资金：应是 0 或更大的数。", where="--cash")
    return cash


def _position(text: str) -> tuple[Symbol, int, Decimal]:
    from core.exchange.refusals import Refused
    from core.exchange.symbols import parse_symbol

    name, sign, rest = text.partition("=")
    volume, at, cost = rest.partition("@")
    if not (sign and at):
        raise BadInput(f"{text} 应写成 300274.SZ=1000@70.00。", where="--position")
    try:
        symbol = parse_symbol(name)
    except Refused as refused:
        raise BadInput(refused.refusal.text, where="--position") from None
    try:
        shares, price = int(volume), Decimal(cost)
    except (ValueError, InvalidOperation):
        raise BadInput(
            f"{text} 的股数或成本不是数字，应写成 300274.SZ=1000@70.00。", where="--position"
        ) from None
    if shares <= 0 or not price.is_finite() or price <= 0:
        raise BadInput(f"{text} 的股数和成本都应大于 0。", where="--position")
    return symbol, shares, price
