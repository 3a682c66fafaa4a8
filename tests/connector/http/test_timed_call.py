"""What is noted of a call: how much of its time is left, and whether its request has left."""

from __future__ import annotations

import contextlib
import math
import threading
import time

import pytest

from connector.http.timed_call import TimedCall, connecting, current_call, time_left, within


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, to be changed by a test."""
    moment = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: moment[0])
    return moment


def test_a_wait_lasts_as_long_as_the_call_has_and_no_longer_than_asked(now: list[float]) -> None:
    assert (time_left(3), time_left(None)) == (3, threading.TIMEOUT_MAX)
    with within(10):
        assert (time_left(3), time_left(11), time_left(None)) == (3, 10, 10)
        now[0] = 109.5
        assert (time_left(3), time_left(None)) == (0.5, 0.5)
    assert (time_left(3), time_left(None)) == (3, threading.TIMEOUT_MAX)


@pytest.mark.parametrize("moment", [110.0, 111.0])
def test_no_wait_begins_when_the_time_of_the_call_is_over(now: list[float], moment: float) -> None:
    with within(10):
        now[0] = moment
        for most in (3, None):
            with pytest.raises(TimeoutError):
                time_left(most)


@pytest.mark.parametrize("most", [0, -1])
def test_no_wait_of_no_time_begins(most: float) -> None:
    with pytest.raises(TimeoutError):
        time_left(most)


def test_a_request_leaves_once_and_whoever_wants_to_know_hears_of_it_once() -> None:
    heard: list[str] = []
    call = TimedCall(math.inf, lambda: heard.append("departing"), lambda: heard.append("sent"))
    assert (call.observed, call.departed, call.connecting) == (False, False, False)
    call.has_left()
    assert (call.departed, heard) == (False, [])
    for _ in range(2):
        call.depart()
        assert call.departed
        call.has_left()
        assert heard == ["departing", "sent"]


def test_a_request_that_is_kept_has_not_left() -> None:
    def keep() -> None:
        raise KeyError

    call = TimedCall(math.inf, keep, keep)
    with pytest.raises(KeyError):
        call.depart()
    call.has_left()
    assert not call.departed


def test_what_a_proxy_or_tls_is_told_is_not_the_request() -> None:
    with connecting():
        assert current_call() is None
    with within(10) as call:
        with contextlib.suppress(KeyError), connecting():
            call.depart()
            call.has_left()
            assert not call.departed
            raise KeyError
        call.depart()
        assert call.departed
        assert current_call() is call
    assert current_call() is None


def test_a_call_belongs_to_its_thread() -> None:
    seen: list[TimedCall | None] = []
    with within(10):
        thread = threading.Thread(target=lambda: seen.append(current_call()))
        thread.start()
        thread.join()
    assert seen == [None]
