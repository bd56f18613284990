"""Recorded days for the market's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.domain.market import Quote
from core.market.files.tick_file import read_tick_file


@pytest.fixture(scope="session")
def sz5(market_data_dir: Path) -> list[Quote]:
    """Five Shenzhen stocks, the whole of 2022-06-01."""
    return read_tick_file(market_data_dir / "tick_l1" / "20220601_sz5.csv.gz")


@pytest.fixture(scope="session")
def sh30(market_data_dir: Path) -> list[Quote]:
    """Thirty Shanghai stocks, 2021-12-01 until 10:30."""
    return read_tick_file(market_data_dir / "tick_l1" / "20211201_sh30.csv.gz")
