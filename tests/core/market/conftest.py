"""Recorded days for the market's tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.domain.market import Quote
from core.market.tick_file import read_tick_file


@pytest.fixture(scope="session")
def tick_dir() -> Path:
    """The folder of recorded level-1 ticks; the test is skipped where there is none."""
    default = Path(__file__).resolve().parents[4] / "shared" / "data"
    folder = Path(os.environ.get("DINGPAN_DATA") or default) / "tick_l1"
    if not folder.is_dir():
        pytest.skip(f"no recorded ticks at {folder}")
    return folder


@pytest.fixture(scope="session")
def sz5(tick_dir: Path) -> list[Quote]:
    """Five Shenzhen stocks, the whole of 2022-06-01."""
    return read_tick_file(tick_dir / "20220601_sz5.csv.gz")


@pytest.fixture(scope="session")
def sh30(tick_dir: Path) -> list[Quote]:
    """Thirty Shanghai stocks, 2021-12-01 until 10:30."""
    return read_tick_file(tick_dir / "20211201_sh30.csv.gz")
