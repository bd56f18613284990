"""Who keeps the interpreter, and for how long."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from core.interpreter import HOLD_S, SWITCH_INTERVAL_S, held


@pytest.fixture(autouse=True)
def interval() -> Iterator[None]:
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)


def test_the_interval_is_longer_while_a_thread_decides() -> None:
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    with held():
        assert sys.getswitchinterval() == pytest.approx(HOLD_S)
        with held():
            assert sys.getswitchinterval() == pytest.approx(HOLD_S)
        assert sys.getswitchinterval() == pytest.approx(HOLD_S)
    assert sys.getswitchinterval() == pytest.approx(SWITCH_INTERVAL_S)


def test_many_holds_leave_the_interval_as_it_was() -> None:
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    for _ in range(1000):
        with held():
            pass
    assert sys.getswitchinterval() == pytest.approx(SWITCH_INTERVAL_S)


def test_an_error_gives_it_back_too() -> None:
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    with pytest.raises(ValueError, match="wrong"), held():
        raise ValueError("wrong")
    assert sys.getswitchinterval() == pytest.approx(SWITCH_INTERVAL_S)


def test_a_process_with_a_longer_interval_is_left_alone() -> None:
    sys.setswitchinterval(0.005)
    with held():
        assert sys.getswitchinterval() == pytest.approx(0.005)
    assert sys.getswitchinterval() == pytest.approx(0.005)
