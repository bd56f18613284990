"""Every colour of the desk, named by what it means; the only module that may spell a colour.

One frozen `Tokens` per look (dark or light) and direction scheme (which colour rises). Painting asks
`ThemeHolder.color("name")`; the sheet and the palette are made from the same record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Look(StrEnum):
    """Dark or light surfaces."""

    DARK = "dark"
    LIGHT = "light"


class Direction(StrEnum):
    """Which colours mean rise and fall."""

    RED_UP = "red_up"  # 涨红跌绿
    GREEN_UP = "green_up"  # 涨绿跌红
    COLOR_WEAK = "color_weak"  # 色弱


@dataclass(frozen=True, slots=True)
class Tokens:
    """Colours as `#RRGGBB`. Names follow the style guide; `t1 t2 t3` are text, label, hint."""

    win: str
    pan: str
    hdr: str
    fld: str
    hov: str
    sel: str
    line: str
    grid: str
    edge: str
    t1: str
    t2: str
    t3: str
    acc: str
    accfill: str
    accbg: str
    warn: str
    warnbg: str
    alarm: str
    alarmfill: str
    alarmbg: str
    paper: str
    paperbg: str
    hatch: str
    live: str
    ontlive: str
    tp: str
    sl: str
    zone: str
    cost: str
    ma5: str
    ma10: str
    ma20: str
    ma60: str
    onfill: str
    rise: str
    fall: str
    risebar: str
    fallbar: str
    buyfill: str
    sellfill: str


_DARK = Tokens(
    win="#0F1216",
    pan="#161A20",
    hdr="#1F252D",
    fld="#0D1014",
    hov="#262D37",
    sel="#152C48",
    line="#2A313A",
    grid="#20262E",
    edge="#6A7685",
    t1="#E8ECF1",
    t2="#B3BCC8",
    t3="#8D98A6",
    acc="#62A8FF",
    accfill="#1F6FD0",
    accbg="#1A2E49",
    warn="#F3CB52",
    warnbg="#352D14",
    alarm="#FF78B9",
    alarmfill="#CF1A6C",
    alarmbg="#41132E",
    paper="#63CBDB",
    paperbg="#12303A",
    hatch="#1B4552",
    live="#FF9A1F",
    ontlive="#1B1000",
    tp="#C9A2FF",
    sl="#FFA552",
    zone="#62A8FF",
    cost="#D5DBE3",
    ma5="#E3E7EC",
    ma10="#E6C75C",
    ma20="#68BFD6",
    ma60="#A9957F",
    onfill="#FFFFFF",
    rise="#FF5F5F",
    fall="#2FBF86",
    risebar="#7A3338",
    fallbar="#1F7A57",
    buyfill="#C9313B",
    sellfill="#14794F",
)

_LIGHT = Tokens(
    win="#E9ECEF",
    pan="#FFFFFF",
    hdr="#EEF1F4",
    fld="#FFFFFF",
    hov="#E6EBF1",
    sel="#DAE8FA",
    line="#D6DBE1",
    grid="#ECEFF2",
    edge="#7C8794",
    t1="#171B20",
    t2="#454F5B",
    t3="#5E6975",
    acc="#1459B3",
    accfill="#1F6FD0",
    accbg="#E1EDFB",
    warn="#7A5600",
    warnbg="#FFF0C2",
    alarm="#A80F57",
    alarmfill="#BE1662",
    alarmbg="#FCE1EE",
    paper="#0C6474",
    paperbg="#D5EEF3",
    hatch="#B9E0E8",
    live="#DB7A00",
    ontlive="#1B1000",
    tp="#6B35B8",
    sl="#A34A00",
    zone="#1459B3",
    cost="#3A434E",
    ma5="#303841",
    ma10="#846200",
    ma20="#0C728A",
    ma60="#7C6650",
    onfill="#FFFFFF",
    rise="#C4161F",
    fall="#08734A",
    risebar="#E7A3A6",
    fallbar="#6DB796",
    buyfill="#C9313B",
    sellfill="#14794F",
)

# Two colours that people with a red-green weakness tell apart: (rise, fall) by look; fills carry white text.
_WEAK = {Look.DARK: ("#F0A13A", "#5DB0F0"), Look.LIGHT: ("#8F4B00", "#0B5CAD")}
_WEAK_FILLS = ("#8F4B00", "#0B5CAD")


def channels(color: str) -> tuple[int, int, int]:
    """`#RRGGBB` to red, green, blue of 0 to 255."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def mix(over: str, under: str, share: float) -> str:
    """`share` (0 to 1) of `over` laid on `under`, as an opaque colour."""
    pairs = zip(channels(over), channels(under), strict=True)
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02X}" for a, b in pairs)


def luminance(color: str) -> float:
    """Relative luminance as WCAG defines it, 0 to 1."""
    parts = [c / 255 for c in channels(color)]
    lin = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * lin[0] + 0.7152 * lin[1] + 0.0722 * lin[2]


def contrast(a: str, b: str) -> float:
    """WCAG contrast of two colours, 1 to 21."""
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def make_tokens(look: Look, direction: Direction = Direction.RED_UP) -> Tokens:
    """The colours of one look under one direction scheme."""
    base = _DARK if look is Look.DARK else _LIGHT
    if direction is Direction.RED_UP:
        return base
    if direction is Direction.GREEN_UP:
        return replace(
            base,
            rise=base.fall,
            fall=base.rise,
            risebar=base.fallbar,
            fallbar=base.risebar,
            buyfill=base.sellfill,
            sellfill=base.buyfill,
        )
    rise, fall = _WEAK[look]
    return replace(
        base,
        rise=rise,
        fall=fall,
        risebar=mix(rise, base.pan, 0.42),
        fallbar=mix(fall, base.pan, 0.42),
        buyfill=_WEAK_FILLS[0],
        sellfill=_WEAK_FILLS[1],
    )


def direction_tone(change: float | None) -> str:
    """Colour of a figure by its sign."""
    if change is None or change == 0:
        return "t2"
    return "rise" if change > 0 else "fall"
