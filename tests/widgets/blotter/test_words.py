"""Words and looks of the blotter."""

from __future__ import annotations

from typing import cast

import pytest

from core.domain.enums import OrderStatus, Outcome, SignalKind
from widgets.blotter.words import outcome_look, outcome_word, status_look, status_word

WORDS = {
    48: "未报",
    49: "待报",
    50: "已报",
    51: "已报待撤",
    52: "部成待撤",
    53: "部撤",
    54: "已撤",
    55: "部成",
    56: "已成",
    57: "废单",
    255: "未知",
}


@pytest.mark.parametrize(("code", "word"), WORDS.items())
def test_every_status_has_its_word(code: int, word: str) -> None:
    assert status_word(OrderStatus(code)) == word
    assert set(WORDS) == {int(status) for status in OrderStatus}


def test_unknown_code_is_shown_raw_and_as_trouble() -> None:
    assert status_word(cast(OrderStatus, 99)) == "99"
    assert status_look(cast(OrderStatus, 99))[2] == "alarm"


def test_a_stop_that_waits_is_an_alarm_an_entry_that_waits_is_not() -> None:
    assert outcome_look(Outcome.WAITING, SignalKind.STOP_LOSS)[2] == "alarm"
    assert outcome_look(Outcome.WAITING, SignalKind.ENTRY)[2] == "warn"
    assert len({outcome_word(outcome) for outcome in Outcome}) == len(Outcome)
