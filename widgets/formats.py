"""Numbers, times and names as the desk writes them. Pure text in and out; delegates and labels call it.

On screen minus is U+2212 and an unknown value is an em dash; `plain_*` and `ascii_text` give what is copied
or exported: ASCII minus, full precision, no separators, ISO times.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from PySide6.QtCore import QCoreApplication

DASH = "—"
MINUS = "\u2212"
EN_DASH = "–"
CENT = Decimal("0.01")
LOT_SHARES = 100

_Number = Decimal | int | float

translate = QCoreApplication.translate


def _minus(text: str) -> str:
    return text.replace("-", MINUS)


def _round(value: _Number, decimals: int) -> Decimal:
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    return exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def decimals_of(tick: Decimal) -> int:
    """Decimals a price of this tick is written with: 0.01 gives 2, 0.001 gives 3."""
    return max(2, -int(tick.normalize().as_tuple().exponent))


def price(value: Decimal | None, tick: Decimal = CENT) -> str:
    """A price with the decimals of its tick and no thousands separator; `—` when not set."""
    return DASH if value is None else _minus(str(_round(value, decimals_of(tick))))


def price_milli(milli: int, tick: Decimal = CENT) -> str:
    """A price held in thousandths of a yuan; 0 is not known."""
    if milli == 0:
        return DASH
    if tick == CENT and milli % 10 == 0 and milli > 0:  # the hot path: integers only
        return f"{milli // 1000}.{milli % 1000 // 10:02d}"
    return price(Decimal(milli) / 1000, tick)


def price_range(low: Decimal | None, high: Decimal | None, tick: Decimal = CENT) -> str:
    """`94.00–95.50`; `—` when neither end is set."""
    if low is None and high is None:
        return DASH
    return f"{price(low, tick)}{EN_DASH}{price(high, tick)}"


def price_change(milli: int, tick: Decimal = CENT) -> str:
    """A signed difference of prices in thousandths: `+6.46`; zero has no sign."""
    text = str(_round(Decimal(milli) / 1000, decimals_of(tick)))
    return _minus(f"+{text}" if milli > 0 else text)


def money(amount: _Number | None) -> str:
    """Own money in whole yuan with separators, never in 万."""
    return DASH if amount is None else _minus(f"{_round(amount, 0):,}")


def money_exact(amount: Decimal | None) -> str:
    """Own money to the cent: `76,336.00`."""
    return DASH if amount is None else _minus(f"{_round(amount, 2):,}")


def profit(amount: _Number | None) -> str:
    """Signed whole yuan; zero is `0`."""
    if amount is None:
        return DASH
    whole = _round(amount, 0)
    return _minus(f"{whole:+,}") if whole else "0"


def change(fraction: _Number | None) -> str:
    """A signed percent of two decimals from a fraction; zero has no sign."""
    if fraction is None:
        return DASH
    percent = _round(float(fraction) * 100, 2)
    return _minus(f"{percent:+}%") if percent else "0.00%"


def change_short(fraction: _Number | None) -> str:
    """A signed percent of one decimal, for distances: `−4.4%`."""
    if fraction is None:
        return DASH
    percent = _round(float(fraction) * 100, 1)
    return _minus(f"{percent:+}%") if percent else "0.0%"


def share(fraction: _Number | None) -> str:
    """An unsigned percent of one decimal: `57.2%`."""
    return DASH if fraction is None else f"{abs(_round(float(fraction) * 100, 1))}%"


def quantity(volume: int | None) -> str:
    """Own shares with separators."""
    return DASH if volume is None else _minus(f"{volume:,}")


def filled(done: int, meant: int) -> str:
    """`1,200/4,100`: filled of ordered."""
    return f"{done:,}/{meant:,}"


def held(volume: int, sellable: int) -> str:
    """`300 / 300`: held and sellable."""
    return f"{volume:,} / {sellable:,}"


def big(value: float) -> str:
    """A market figure: as it is below 1万, then 万, then 亿; 2 decimals below 100, 1 below 1000, then 0.

    A translation of 「万亿」 to `KMB` writes thousands, millions and billions instead.
    """
    if translate("formats", "万亿") == "万亿":
        steps: tuple[tuple[float, str], ...] = ((1e8, "亿"), (1e4, "万"))
    else:
        steps = ((1e9, "B"), (1e6, "M"), (1e4, "K"))
    for size, unit in steps:
        if abs(value) >= size:
            scaled = value / (1e3 if unit == "K" else size)
            decimals = 2 if abs(scaled) < 100 else 1 if abs(scaled) < 1000 else 0
            return _minus(f"{_round(scaled, decimals)}{unit}")
    return _minus(f"{_round(value, 0)}")


def market_volume(shares: int) -> str:
    """Market volume in lots: `9.84万手`."""
    return translate("formats", "{n}手").format(n=big(shares / LOT_SHARES))


def lots(shares: int) -> str:
    """Depth volume in lots, without unit; a part of a lot shows one decimal."""
    whole, rest = divmod(shares, LOT_SHARES)
    return f"{whole:,}" if not rest else f"{shares / LOT_SHARES:,.1f}"


def clock(moment: datetime, today: date | None = None, *, ms: bool = False) -> str:
    """`10:29:41`; with `11-20 ` before it when `moment` is not of `today`."""
    text = moment.strftime("%H:%M:%S")
    if ms:
        text += f".{moment.microsecond // 1000:03d}"
    if today is not None and moment.date() != today:
        return f"{moment:%m-%d} {text}"
    return text


def age(seconds: float) -> str:
    """`0.4 秒`, then `1:23`, then `1:01:04`."""
    if seconds < 60:
        return translate("formats", "{n} 秒").format(n=f"{min(max(seconds, 0.0), 59.9):.1f}")
    minutes, secs = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{secs:02d}" if hours else f"{minutes}:{secs:02d}"


def source(name: str, latency_ms: int | None) -> str:
    """Where a quote comes from and how late it came: `来源 东方财富 · 延迟 0.4 秒`."""
    words = translate("formats", "来源 {name}").format(name=name)
    if latency_ms is None:
        return words
    late = age(max(latency_ms, 0) / 1000)
    return translate("formats", "{words} · 延迟 {age}").format(words=words, age=late)


def account(account_id: str) -> str:
    """Four digits, four stars, two digits: `8860****21`. Short names (`SIM-01`) are no secret, stay whole."""
    return f"{account_id[:4]}****{account_id[-2:]}" if len(account_id) > 6 else account_id


def code_of(symbol: str) -> str:
    """The six digits of `600519.SH`."""
    return symbol.partition(".")[0]


def ascii_text(text: str) -> str:
    """Screen text for a copy: ASCII minus, and nothing for a dash that means unknown."""
    return "" if text == DASH else text.replace(MINUS, "-")


def plain(value: Decimal | int | float | None) -> str:
    """A number at full precision for copies and files."""
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def plain_milli(milli: int) -> str:
    """A price in thousandths at full precision, `381.66`; empty when not known."""
    return "" if milli == 0 else f"{(Decimal(milli) / 1000).normalize():f}"


def plain_time(moment: datetime) -> str:
    """ISO time with its offset."""
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds")
