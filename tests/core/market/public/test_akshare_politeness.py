"""Budget, breaker, permits and pace, with time and chance turned by hand."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.enums import Phase
from core.domain.market import Symbol
from core.errors import ContractError, SourceError
from core.market.public.breaker import Breaker, BreakerLimits, BreakerState
from core.market.public.budget import Budget
from core.market.public.pace import Pace
from core.market.public.source_names import Source, SourceFault, source_of_host
from core.market.public.sources import Granted, Outcome, Permit, SourceLimits, Sources

A, B, C = Symbol("600519.SH"), Symbol("510300.SH"), Symbol("000001.SZ")


@dataclass
class Hand:
    """A clock turned by hand."""

    at: float = 100.0

    def __call__(self) -> float:
        return self.at


def never() -> float:
    return 0.0


# budget


@settings(max_examples=200, deadline=None)
@given(
    st.integers(2, 120).flatmap(lambda n: st.tuples(st.just(n), st.integers(1, n - 1))),
    st.lists(st.tuples(st.floats(0, 20), st.floats(0, 30), st.floats(0, 5)), min_size=1, max_size=200),
)
def test_no_minute_sees_more_requests_than_the_budget(
    size: tuple[int, int], questions: list[tuple[float, float, float]]
) -> None:
    per_minute, burst = size
    budget = Budget(per_minute, burst)
    now, sent = 0.0, []
    for gap, patience, keep in questions:
        now += gap
        wait = budget.take(now, patience_s=patience, keep=keep)
        if wait is not None:
            assert wait <= patience
            sent.append(now + wait)
    sent.sort()
    for first in range(len(sent)):
        assert sum(sent[first] <= at < sent[first] + 59.999 for at in sent) <= per_minute


def test_a_budget_lets_a_burst_pass_and_then_spaces_requests() -> None:
    budget = Budget(60, 10)
    waits = [budget.take(0.0, patience_s=100.0) for _ in range(12)]
    assert waits[:10] == [0.0] * 10
    assert waits[10:] == pytest.approx([1.2, 2.4])
    assert budget.take(0.0, patience_s=1.0) is None


def test_downloads_leave_requests_to_quotes() -> None:
    budget = Budget(60, 10)
    for _ in range(7):
        assert budget.take(0.0, patience_s=0.0, keep=3.0) == 0.0
    assert budget.take(0.0, patience_s=0.0, keep=3.0) is None
    assert budget.take(0.0, patience_s=0.0) == 0.0


@pytest.mark.parametrize(("per_minute", "burst"), [(10, 10), (10, 0), (1, 1)])
def test_a_budget_that_cannot_be_kept_is_refused(per_minute: int, burst: int) -> None:
    with pytest.raises(ValueError, match="burst"):
        Budget(per_minute, burst)


# breaker


def opened(limits: BreakerLimits | None = None) -> Breaker:
    breaker = Breaker(limits or BreakerLimits(), never)
    for _ in range(3):
        assert breaker.admit(0.0)
        breaker.failed(0.0, "限流")
    return breaker


def test_three_failures_in_a_row_open_it_and_a_success_between_does_not() -> None:
    breaker = Breaker(BreakerLimits(), never)
    for _ in range(5):
        breaker.failed(0.0, "x")
        breaker.failed(0.0, "x")
        breaker.succeeded()
    assert breaker.state(0.0) is BreakerState.CLOSED
    assert opened().state(0.0) is BreakerState.OPEN
    assert not opened().admit(14.9)
    assert opened().reason == "限流"


def test_one_probe_decides_and_pauses_grow_up_to_the_longest() -> None:
    breaker = opened()
    at, pauses = 0.0, []
    for _ in range(8):
        pause = breaker.retry_in(at)
        pauses.append(pause)
        at += pause
        assert breaker.state(at) is BreakerState.HALF_OPEN
        assert breaker.admit(at)
        assert not breaker.admit(at)
        breaker.failed(at, "限流")
    assert pauses == [15.0, 30.0, 60.0, 120.0, 240.0, 480.0, 900.0, 900.0]
    at += breaker.retry_in(at)
    assert breaker.admit(at)
    breaker.succeeded()
    assert breaker.state(at) is BreakerState.CLOSED
    assert breaker.admit(at)


def test_a_probe_that_never_tells_is_over_after_a_while() -> None:
    breaker = opened()
    assert breaker.admit(15.0)
    assert not breaker.admit(74.0)
    assert breaker.admit(75.0)


def test_a_ban_opens_at_once() -> None:
    breaker = Breaker(BreakerLimits(), never)
    breaker.failed(0.0, "403", at_once=True)
    assert breaker.state(0.0) is BreakerState.OPEN


def test_late_failures_of_an_open_breaker_do_not_lengthen_the_pause() -> None:
    breaker = opened()
    breaker.failed(5.0, "late")
    assert breaker.retry_in(5.0) == 10.0


# sources


def sources(hand: Hand, per_minute: int = 60, burst: int = 10) -> Sources:
    limits = SourceLimits(per_minute, burst, jitter_s=0.5)
    return Sources(dict.fromkeys(Source, limits), now=hand, chance=lambda: 1.0)


def test_a_permit_says_how_long_to_wait_with_jitter() -> None:
    desk = sources(Hand(), burst=1)
    assert desk.answer(Permit(Source.SINA)) == Granted(0.5)
    second = desk.answer(Permit(Source.SINA))
    assert isinstance(second, Granted)
    assert second.wait_s == pytest.approx(60 / 59 + 0.5)
    assert desk.view(Source.SINA).asked == 2


def test_an_exhausted_budget_and_an_open_breaker_refuse_with_a_sentence() -> None:
    hand = Hand()
    desk = sources(hand, burst=1)
    desk.answer(Permit(Source.EASTMONEY))
    with pytest.raises(SourceError, match="本分钟的 60 次请求已用完") as spent:
        desk.answer(Permit(Source.EASTMONEY, patience_s=0.1))
    assert spent.value.fault == SourceFault.BUDGET
    for _ in range(3):
        desk.answer(Outcome(Source.EASTMONEY, SourceFault.THROTTLED, 5, "东方财富的答复是空的"))
    assert not desk.usable(Source.EASTMONEY)
    assert desk.usable(Source.SINA)
    with pytest.raises(SourceError, match="暂停访问（东方财富的答复是空的），18 秒后") as open_:
        desk.answer(Permit(Source.EASTMONEY))
    assert open_.value.fault == SourceFault.OPEN
    view = desk.view(Source.EASTMONEY)
    assert (view.breaker, view.failed, view.refused, view.asked) == (BreakerState.OPEN, 3, 2, 1)
    hand.at += 18.0
    assert desk.usable(Source.EASTMONEY)
    desk.answer(Permit(Source.EASTMONEY))
    assert not desk.usable(Source.EASTMONEY)  # the probe is on its way
    desk.answer(Outcome(Source.EASTMONEY, None, 42))
    assert desk.view(Source.EASTMONEY).latency_ms == 42
    assert desk.usable(Source.EASTMONEY)


def test_a_probe_that_the_budget_holds_back_is_given_back() -> None:
    hand = Hand()
    desk = sources(hand, per_minute=2, burst=1)
    desk.answer(Permit(Source.SINA))
    for _ in range(3):
        desk.note(Outcome(Source.SINA, SourceFault.TIMEOUT, 5))
    hand.at += 18.0
    with pytest.raises(SourceError):
        desk.answer(Permit(Source.SINA, patience_s=0.0))
    assert desk.usable(Source.SINA)


def test_a_refused_request_does_not_speak_against_the_source() -> None:
    desk = sources(Hand())
    for _ in range(10):
        desk.note(Outcome(Source.EASTMONEY, SourceFault.REFUSED, 5))
    assert desk.view(Source.EASTMONEY).breaker is BreakerState.CLOSED


def test_a_pause_says_why_in_one_sentence_and_the_cure_once() -> None:
    desk = sources(Hand())
    for _ in range(3):
        why = "东方财富的连接断了（ConnectionError）。请检查网络，程序会自动再试。"
        desk.note(Outcome(Source.EASTMONEY, SourceFault.DROPPED, 5, why))
    with pytest.raises(SourceError) as paused:
        desk.answer(Permit(Source.EASTMONEY))
    assert str(paused.value) == "东方财富暂停访问（东方财富的连接断了（ConnectionError）），18 秒后自动再试。"


def test_trouble_with_downloads_does_not_stop_quotes_of_the_same_source() -> None:
    """History and quotes come from different machines: a dividend table that is gone must not blind the stops."""
    desk = sources(Hand())
    for fault in (SourceFault.STATUS, SourceFault.STATUS, SourceFault.STATUS, SourceFault.BANNED):
        desk.note(Outcome(Source.SINA, fault, 5, "新浪的服务器出错", download=True))
    assert desk.usable(Source.SINA)
    assert isinstance(desk.answer(Permit(Source.SINA)), Granted)
    with pytest.raises(SourceError, match="暂停访问"):
        desk.answer(Permit(Source.SINA, download=True))
    desk.note(Outcome(Source.SINA, None, 7))
    with pytest.raises(SourceError, match="暂停访问"):
        desk.answer(Permit(Source.SINA, download=True))


def test_trouble_with_quotes_does_not_stop_downloads_and_their_time_is_no_latency() -> None:
    desk = sources(Hand())
    for _ in range(3):
        desk.note(Outcome(Source.EASTMONEY, SourceFault.TIMEOUT, 5))
    desk.note(Outcome(Source.EASTMONEY, None, 9_000, download=True))
    assert not desk.usable(Source.EASTMONEY)
    assert desk.view(Source.EASTMONEY).latency_ms is None
    assert isinstance(desk.answer(Permit(Source.EASTMONEY, download=True)), Granted)


def test_an_unknown_question_is_a_programming_error() -> None:
    with pytest.raises(ContractError):
        sources(Hand()).answer("?")


@pytest.mark.parametrize(
    ("host", "source"),
    [
        ("82.push2.eastmoney.com", Source.EASTMONEY),
        ("eastmoney.com", Source.EASTMONEY),
        ("hq.sinajs.cn", Source.SINA),
        ("vip.stock.finance.sina.com.cn", Source.SINA),
        ("noteastmoney.com", Source.OTHER),
        ("www.szse.cn", Source.OTHER),
    ],
)
def test_hosts_have_owners(host: str, source: Source) -> None:
    assert source_of_host(host) is source


# pace


def test_each_symbol_is_asked_at_its_own_interval() -> None:
    phases = dict.fromkeys((A, B, C), Phase.CONTINUOUS)
    pace = Pace(5.0, phases.__getitem__)
    assert pace.next_due(0.0) is None
    pace.add([A, B, C, A])
    pace.set_intervals({B: 30.0, C: 0.1})
    assert pace.due(0.0) == (A, B, C)
    pace.asked((A, B, C), 0.0)
    assert pace.next_due(0.0) == 3.0  # never below the shortest interval
    assert pace.due(2.9) == ()
    assert pace.due(3.0) == (C,)
    assert pace.due(5.0) == (A, C)
    assert pace.due(30.0) == (A, B, C)
    assert pace.shortest() == 3.0


def test_nothing_trades_means_slower_and_the_opening_means_at_once() -> None:
    phases = dict.fromkeys((A, B), Phase.LUNCH)
    pace = Pace(5.0, phases.__getitem__)
    pace.add([A, B])
    pace.set_intervals({B: 120.0})
    pace.asked((A, B), 0.0)
    assert pace.due(59.0) == ()
    assert pace.due(60.0) == (A,)
    phases[A] = Phase.CONTINUOUS
    assert pace.due(10.0) == (A,)
    phases[A] = Phase.CLOSED
    assert pace.due(599.0) == (B,)
    assert pace.current(A) == 600.0
