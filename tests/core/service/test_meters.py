"""Tick-to-order latency as it is shown."""

from __future__ import annotations

import pytest

from core.service import meters
from core.service.meters import LatencyMeter


def test_it_counts_from_the_batch_that_led_to_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [10.0]
    monkeypatch.setattr(meters.time, "perf_counter", lambda: now[0])
    meter = LatencyMeter()
    assert meter.p99_ms() is None
    meter.batch()
    meter.decided("a")
    now[0] = 20.0
    meter.batch()
    meter.sent("a", 10.25)
    meter.sent("unknown", 99.0)
    assert meter.p99_ms() == pytest.approx(250)


def test_the_p99_is_of_the_newest_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meters.time, "perf_counter", lambda: 0.0)
    meter = LatencyMeter(size=100)
    for number in range(200):
        meter.batch()
        meter.decided(str(number))
        meter.sent(str(number), number / 1000)
    assert meter.p99_ms() == pytest.approx(199)
