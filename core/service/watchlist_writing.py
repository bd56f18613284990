"""The watchlist to a CSV file: at once or not at all, so that nothing is lost and Excel opens it.

Unknown columns that were read are written back.
"""

from __future__ import annotations

import contextlib
import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

from core.domain.watch import WatchItem
from core.errors import BadInput
from core.exchange.symbols import tick_size
from core.service.watchlist_csv import COLUMNS


def write_watchlist(path: Path, items: Sequence[WatchItem]) -> None:
    """Replace the file at once by all items, or leave it as it is and raise BadInput."""
    data = _render(items)
    target = path.resolve()
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise BadInput(
            f"写不了文件，原文件没有改动：{error.strerror or error}。请关闭正在使用它的程序（如 Excel），或换一个位置",
            where=str(path),
        ) from error


def _render(items: Sequence[WatchItem]) -> bytes:
    rare = []
    if any(not item.alerts for item in items):
        rare.append("alerts")
    if any(item.interval_s for item in items):
        rare.append("interval_s")
    extras = list(dict.fromkeys(name for item in items for name, _ in item.extra))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*COLUMNS, *rare, *extras])
    for item in items:
        own = dict(item.extra)
        writer.writerow([*_cells(item, rare), *(own.get(name, "") for name in extras)])
    # With the mark, because Excel in China takes a file without it for GBK.
    return out.getvalue().encode("utf-8-sig", "backslashreplace")


def _cells(item: WatchItem, rare: Iterable[str]) -> Iterator[str]:
    quant = item.quant
    yield item.symbol
    for price in (item.entry_low, item.entry_high, item.take_profit, item.stop_loss):
        yield "" if price is None else _price_text(price, item.symbol)
    yield _flag_text(quant.enabled)
    yield _plain(quant.max_position_pct)
    yield _flag_text(quant.auto_stop_loss)
    yield _flag_text(quant.auto_take_profit)
    yield _plain(quant.min_trade_amount)
    yield item.group
    yield item.note
    for name in rare:
        yield _flag_text(item.alerts) if name == "alerts" else str(item.interval_s)


def _price_text(price: Decimal, symbol: str) -> str:
    """With the decimals of the tick; a price off the tick is written as it is, never rounded."""
    tick = tick_size(symbol)
    return _plain(price.quantize(tick) if price % tick == 0 else price)


def _plain(value: Decimal) -> str:
    return format(value, "f")


def _flag_text(value: bool) -> str:
    return "1" if value else "0"
