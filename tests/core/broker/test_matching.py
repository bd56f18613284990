"""Which order an answer or an error belongs to."""

from __future__ import annotations

from core.broker.matching import Matching, RawAnswer, RawFailure
from core.domain.events import OrderAnswered, OrderFailed, OrderSent


def sent(matching: Matching, intent_id: str, seq: int, generation: int = 1) -> list[object]:
    matching.asked(intent_id)
    return list(matching.sent(OrderSent(generation, intent_id, seq)))


def test_an_answer_is_found_by_its_number_without_a_remark() -> None:
    matching = Matching()
    sent(matching, "D1", 7)
    assert matching.answered(1, RawAnswer(7, 3456, "", "")) == [OrderAnswered(1, "D1", 7, 3456, "")]


def test_an_answer_that_overtakes_its_call_waits_for_it() -> None:
    matching = Matching()
    matching.asked("D1")
    assert matching.answered(1, RawAnswer(7, 3456, "", "")) == []
    assert matching.sent(OrderSent(1, "D1", 7)) == [
        OrderSent(1, "D1", 7),
        OrderAnswered(1, "D1", 7, 3456, ""),
    ]


def test_an_answer_that_overtakes_its_call_is_told_at_once_when_the_remark_names_it() -> None:
    matching = Matching()
    matching.asked("D1")
    assert matching.answered(1, RawAnswer(7, 3456, "D1", "")) == [OrderAnswered(1, "D1", 7, 3456, "")]


def test_an_order_id_that_is_none_becomes_minus_one() -> None:
    matching = Matching()
    sent(matching, "D1", 7)
    assert matching.answered(1, RawAnswer(7, 0, "D1", "可用资金不足")) == [
        OrderAnswered(1, "D1", 7, -1, "可用资金不足")
    ]


def test_t28_a_stale_error_is_not_given_to_the_next_order() -> None:
    matching = Matching()
    sent(matching, "D1", 7)
    sent(matching, "D2", 8)
    first = RawFailure(7, -1, -61, "D1", "可用资金不足")
    assert matching.failed(1, first) == [OrderFailed(1, "D1", -1, -61, "可用资金不足")]
    assert matching.failed(1, first) == [], "the vendor hands it out again with the next failure"
    assert matching.failed(1, RawFailure(8, -1, -61, "D2", "代码错误")) == [
        OrderFailed(1, "D2", -1, -61, "代码错误")
    ]
    assert matching.foreign == 1


def test_t28_without_a_remark_the_number_tells() -> None:
    matching = Matching()
    sent(matching, "D1", 7)
    assert matching.failed(1, RawFailure(7, -1, -61, "", "x")) == [OrderFailed(1, "D1", -1, -61, "x")]
    assert matching.failed(1, RawFailure(7, -1, -61, "", "x")) == []


def test_t29_an_error_of_another_session_with_our_number_is_not_ours() -> None:
    matching = Matching()
    sent(matching, "D1", 7)
    assert matching.failed(1, RawFailure(7, -1, -61, "other-program", "x")) == []
    assert matching.failed(1, RawFailure(7, 9001, -61, "other-program", "x")) == [
        OrderFailed(1, "other-program", 9001, -61, "x")
    ]


def test_numbers_of_an_earlier_generation_mean_nothing() -> None:
    matching = Matching()
    sent(matching, "D1", 7, generation=1)
    assert matching.answered(2, RawAnswer(7, 3456, "", "")) == []
    assert matching.failed(2, RawFailure(7, -1, -61, "", "x")) == []
    assert matching.failed(2, RawFailure(0, 3456, -61, "D1", "x")) == [OrderFailed(2, "D1", 3456, -61, "x")]


def test_a_request_that_raised_does_not_keep_strangers_waiting() -> None:
    matching = Matching()
    matching.asked("D1")
    matching.lost()
    assert matching.answered(1, RawAnswer(9, 1, "", "")) == []
    assert matching.foreign == 1
