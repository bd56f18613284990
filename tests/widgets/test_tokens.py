"""Colours: readable on every surface they are used on, and spelled in one place only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from widgets.tokens import Direction, Look, contrast, make_tokens, mix

ROOT = Path(__file__).resolve().parents[2]
ALL = [(look, direction) for look in Look for direction in Direction]

TEXT_ON = {
    "win": ("t1", "t2", "t3"),
    "pan": (
        *("t1", "t2", "t3", "acc", "warn", "alarm", "tp", "sl", "zone", "cost", "rise", "fall"),
        *("ma5", "ma10", "ma20", "ma60"),
    ),
    "hdr": ("t1", "t2", "t3", "acc", "warn", "alarm", "rise", "fall"),
    "fld": ("t1", "t2", "t3"),
    "hov": ("t1", "t2", "acc", "warn", "alarm", "rise", "fall"),
    "sel": ("t1", "t2", "acc", "warn", "alarm", "rise", "fall", "tp", "sl"),
    "alarmbg": ("t1", "t2", "alarm", "rise", "fall", "tp", "sl"),
    "warnbg": ("t1", "warn"),
    "accbg": ("t1", "t2"),
    "accfill": ("onfill",),
    "alarmfill": ("onfill",),
    "buyfill": ("onfill",),
    "sellfill": ("onfill",),
    "paperbg": ("paper",),
    "live": ("ontlive",),
}
MARKS_ON = {
    "pan": ("edge", "acc", "warn", "alarm", "live", "tp", "sl", "zone"),
    "fld": ("edge",),
    "hdr": ("edge",),
}


def short_of(pairs: dict[str, tuple[str, ...]], least: float, look: Look, direction: Direction) -> list[str]:
    tokens = make_tokens(look, direction)
    found = []
    for ground, inks in pairs.items():
        for ink in inks:
            value = contrast(getattr(tokens, ink), getattr(tokens, ground))
            if value < least:
                found.append(f"{ink} on {ground}: {value:.2f}")
    return found


@pytest.mark.parametrize(("look", "direction"), ALL)
def test_text_has_contrast_of_4_5_on_every_surface_it_stands_on(look: Look, direction: Direction) -> None:
    assert short_of(TEXT_ON, 4.5, look, direction) == []


@pytest.mark.parametrize(("look", "direction"), ALL)
def test_borders_and_marks_have_contrast_of_3(look: Look, direction: Direction) -> None:
    assert short_of(MARKS_ON, 3.0, look, direction) == []


@pytest.mark.parametrize("look", list(Look))
def test_green_up_swaps_rise_and_fall_and_their_fills(look: Look) -> None:
    red, green = make_tokens(look, Direction.RED_UP), make_tokens(look, Direction.GREEN_UP)
    assert (green.rise, green.fall) == (red.fall, red.rise)
    assert (green.buyfill, green.sellfill) == (red.sellfill, red.buyfill)
    assert green.alarm == red.alarm


def test_red_rises_by_default() -> None:
    assert make_tokens(Look.DARK).rise == "#FF5F5F"
    assert make_tokens(Look.LIGHT).fall == "#08734A"


def test_mix_goes_from_one_colour_to_the_other() -> None:
    assert mix("#FF0000", "#0000FF", 1.0) == "#FF0000"
    assert mix("#FF0000", "#0000FF", 0.0) == "#0000FF"
    assert mix("#FFFFFF", "#000000", 0.5) == "#808080"


def sources() -> list[Path]:
    return [p for room in ("widgets", "desktop") for p in sorted((ROOT / room).rglob("*.py"))]


def test_no_colour_is_spelled_outside_the_tokens() -> None:
    spelled = re.compile(r"""["']#[0-9A-Fa-f]{3,8}["']|GlobalColor\.(?!transparent)\w+|QColor\(\s*["'\d]""")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in sources()
        if path.name != "tokens.py"
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if spelled.search(line)
    ]
    assert found == []


def test_only_the_theme_sets_a_style_sheet() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in sources()
        if "setStyleSheet" in path.read_text(encoding="utf-8") and path != ROOT / "widgets" / "theme.py"
    ]
    assert found == []
