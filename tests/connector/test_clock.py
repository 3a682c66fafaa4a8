from __future__ import annotations

import math
import threading

import pytest

from connector.clock import SystemClock, iso_from_epoch_milliseconds


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_795_334_400_123, "2026-11-22T08:00:00.123Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (1e300, None),
        pytest.param(10**400, None, id="no calendar"),
        (math.inf, None),
        (math.nan, None),
    ],
)
def test_epoch_milliseconds_become_iso_text_or_nothing(milliseconds: float, text: str | None) -> None:
    assert iso_from_epoch_milliseconds(milliseconds) == text


def test_the_machines_clock_does_not_wait_once_it_is_cancelled() -> None:
    clock = SystemClock()
    cancelled = threading.Event()
    cancelled.set()
    before = clock.monotonic()
    clock.sleep(60, cancelled)
    clock.sleep(-1)
    assert clock.monotonic() - before < 30
    assert clock.wall().tzinfo is not None


def test_the_machines_clock_sleeps_in_short_naps(monkeypatch: pytest.MonkeyPatch) -> None:
    # A signal that comes just before a long sleep would be noticed only when it ends.
    naps: list[float] = []
    now = [0.0]

    def nap(seconds: float) -> None:
        naps.append(seconds)
        now[0] += seconds

    monkeypatch.setattr("connector.clock.time.sleep", nap)
    monkeypatch.setattr("connector.clock.time.monotonic", lambda: now[0])
    SystemClock().sleep(2.5)
    assert naps == [1.0, 1.0, 0.5]
