from __future__ import annotations

import contextlib
import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from connector.call.events import Event, WaitStarted
from connector.clock import complete
from connector.errors import (
    ConnectionLostError,
    NotSentError,
    OutcomeUnknownError,
    ThrottledError,
    UnavailableError,
)
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.testing import FakeClock, response
from connector.throttle.bucket import RateLimit
from connector.throttle.memory_store import MemoryStore
from tests.connector.runs import KEYED as REQUEST
from tests.connector.runs import make_run

OK = response(200, {})
NOT_SENT = NotSentError("Not reached.")
BROKEN = ConnectionLostError("Broken.")
DELETE = HttpRequest("DELETE", "https://api.parcels.example/parcels/1", {})
BUCKET = RateLimit("home", 100, 60.0)


class Try:
    """A run over a script, and what came of it."""

    def __init__(self, replies: Sequence[HttpResponse | Exception], *, repeatable: bool = True, **options: Any) -> None:
        self.clock: FakeClock = options.pop("clock", None) or FakeClock()
        self.store = MemoryStore(self.clock)
        self.replies = list(replies)
        self.sent: list[tuple[float, HttpRequest]] = []
        self.events: list[Event] = []
        settings: dict[str, Any] = {
            "send_once": self.send_once,
            "rate_limits": [BUCKET],
            "on_event": self.events.append,
        }
        self.run = make_run(store=self.store, clock=self.clock, repeatable=repeatable, **{**settings, **options})
        self.trace = self.run.trace

    def send_once(self, request: HttpRequest) -> HttpResponse:
        self.sent.append((self.clock.monotonic(), request))
        reply = self.replies.pop(0)
        if isinstance(reply, Exception):
            raise reply
        return reply

    def __call__(self, request: HttpRequest = REQUEST) -> HttpResponse:
        return complete(self.run.send(request), self.clock)

    @property
    def tries(self) -> int:
        return len(self.sent)

    @property
    def tokens_used(self) -> int:
        bucket, now = self.store.peek(BUCKET)
        return sum(at > now - BUCKET.period for at in bucket.times)


@pytest.mark.parametrize("failure", [NOT_SENT, BROKEN, *map(response, [408, 425, 429, 500, 502, 503, 504])], ids=str)
def test_a_repeatable_call_is_tried_again(failure: HttpResponse | Exception) -> None:
    attempt = Try([failure, OK])
    assert attempt() is OK
    assert attempt.tries == 2
    assert attempt.tokens_used == (1 if failure is NOT_SENT else 2)


@pytest.mark.parametrize("status", [200, 204, 301, 400, 401, 403, 404, 409, 422, 501])
def test_an_answer_that_trying_again_cannot_change_is_final(status: int) -> None:
    attempt = Try([response(status)])
    assert attempt().status == status
    assert attempt.trace.attempts[0].status == status


def test_attempts_that_went_well_take_the_memory_of_one() -> None:
    attempts = [Try([response(200)]), Try([response(500), response(200)])]
    for attempt in attempts:
        attempt()
    first, second = (attempt.trace.attempts[-1] for attempt in attempts)
    assert first is second
    assert (attempts[1].trace.attempts[0].status, attempts[1].trace.attempts[0].wait > 0) == (500, True)


def test_what_never_left_this_machine_is_sent_again_whatever_it_is() -> None:
    attempt = Try([NOT_SENT, NOT_SENT, OK], repeatable=False)
    assert attempt() is OK


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_an_answered_call_that_cannot_be_repeated_is_not_sent_again(status: int) -> None:
    attempt = Try([response(status)], repeatable=False)
    assert attempt().status == status
    assert attempt.tries == 1


def test_a_broken_call_that_cannot_be_repeated_has_an_unknown_outcome_and_is_never_sent_again() -> None:
    attempt = Try([BROKEN], repeatable=False)
    with pytest.raises(OutcomeUnknownError) as caught:
        attempt()
    assert attempt.tries == 1
    assert caught.value.retryable is False
    assert caught.value.error_code == "outcome_unknown"
    assert caught.value.message == (
        "Broken. The service may have carried it out, so it was not sent again."
    )  # fmt: skip


@pytest.mark.parametrize("code", ["certificate", "base_url", "header"])
def test_what_the_same_call_would_meet_again_is_not_tried_again(code: str) -> None:
    attempt = Try([NotSentError("No.", code=code)])
    with pytest.raises(NotSentError):
        attempt()
    assert attempt.tries == 1


def test_the_number_of_attempts_is_bounded_and_the_last_failure_counts() -> None:
    attempt = Try([NOT_SENT, response(500), BROKEN, response(503, {"message": "last"})])
    assert attempt().body == {"message": "last"}
    assert [(one.status, one.reason) for one in attempt.trace.attempts] == [
        (None, "Not reached."),
        (500, ""),
        (None, "Broken."),
        (503, ""),
    ]
    again = Try([BROKEN] * 4)
    with pytest.raises(ConnectionLostError):
        again()
    assert again.tries == 4


def test_waits_between_attempts_stay_in_their_bounds_and_are_noted() -> None:
    attempt = Try([response(500)] * 4)
    attempt()
    waits = [one.wait for one in attempt.trace.attempts]
    assert all(0 < wait <= bound for wait, bound in zip(waits, [0.5, 1.0, 2.0], strict=False))
    assert waits[3] == 0
    assert [round(slept, 3) for slept in attempt.clock.slept] == waits[:3]
    assert [event for event in attempt.events if isinstance(event, WaitStarted)] == [
        WaitStarted(round(slept, 6), "backoff", "The service responded with 500; trying again.")
        for slept in attempt.clock.slept
    ]


@pytest.mark.parametrize("header", ["17", "Sat, 31 Jan 2026 09:30:17 GMT"])
def test_a_retry_after_is_kept(header: str) -> None:
    attempt = Try([response(503, retry_after=header), OK])
    attempt()
    first, second = (at for at, _ in attempt.sent)
    assert 17 <= second - first <= 18


def test_every_attempt_sends_the_very_same_request() -> None:
    attempt = Try([response(500), BROKEN, OK])
    attempt()
    assert [request for _, request in attempt.sent] == [REQUEST] * 3


def test_the_total_deadline_bounds_all_attempts() -> None:
    attempt = Try([response(503, retry_after="200"), response(503, retry_after="200"), OK])
    assert attempt().status == 503
    assert attempt.tries == 2
    assert attempt.clock.monotonic() < 1_300


def test_a_retry_that_would_pass_the_deadline_is_not_waited_for() -> None:
    attempt = Try([response(503, retry_after="60"), OK], deadline=1_010.0)
    assert attempt().status == 503
    assert attempt.clock.slept == []


@pytest.mark.parametrize(("deadline", "tries"), [(1_000.5, 1), (1_000.75, 2)])
def test_a_retry_at_the_deadline_is_not_made(deadline: float, tries: int) -> None:
    class Longest(random.Random):
        def uniform(self, a: float, b: float) -> float:
            return max(a, b)

    attempt = Try([response(500), OK], deadline=deadline)
    attempt.run = replace(attempt.run, rng=Longest())
    attempt()
    assert (attempt.tries, attempt.clock.slept) == (tries, [0.5] * (tries - 1))


@pytest.mark.parametrize(("moment", "is_over"), [(1_010.0, False), (1_010.5, True)])
def test_reading_ends_when_the_deadline_has_passed(moment: float, is_over: bool) -> None:
    attempt = Try([], deadline=1_010.0, repeatable=False)
    attempt.clock.sleep(moment - 1_000)
    with pytest.raises(OutcomeUnknownError, match="too large to be read") if is_over else contextlib.nullcontext():
        attempt.run.in_time()


def test_every_attempt_takes_a_token_of_its_own_and_waits_for_it() -> None:
    tight = RateLimit("tight", 1, 10.0)
    attempt = Try([response(500), OK], rate_limits=[tight])
    attempt()
    first, second = (at for at, _ in attempt.sent)
    assert second - first >= 10
    assert attempt.trace.throttled == pytest.approx(10.05 - attempt.clock.slept[0], abs=1e-3)


def test_the_wait_for_tokens_is_bounded_over_all_attempts() -> None:
    tight = RateLimit("tight", 1, 10.0)
    attempt = Try([response(500)] * 3, rate_limits=[tight], max_wait=15)
    with pytest.raises(UnavailableError, match="possible in 9"):
        attempt()
    assert attempt.tries == 2


@pytest.mark.parametrize(
    ("first", "most", "taken", "replies", "tries"),
    [
        (5, 120, 1, [OK], 0),
        (15, 120, 1, [OK], 1),
        (15, 5, 1, [OK], 0),
        (None, 120, 1, [OK], 1),
        (5, 120, 0, [response(500), OK], 2),
        (5, 5, 0, [response(500), OK], 1),
    ],
)
def test_the_wait_before_anything_was_sent_has_a_bound_of_its_own(
    first: float | None, most: float, taken: int, replies: list[HttpResponse], tries: int
) -> None:
    tight = RateLimit("tight", 1, 10.0)
    attempt = Try(replies, rate_limits=[tight], max_wait=most, max_first_wait=first)
    for _ in range(taken):
        attempt.store.reserve([tight], 0)
    with contextlib.nullcontext() if tries == len(replies) else pytest.raises((ThrottledError, UnavailableError)):
        attempt()
    assert attempt.tries == tries


def test_the_deadline_bounds_the_wait_for_a_token_as_well() -> None:
    tight = RateLimit("tight", 1, 60.0)
    attempt = Try([OK], rate_limits=[tight], deadline=1_030.0)
    attempt.store.reserve([tight], 0)
    with pytest.raises(ThrottledError):
        attempt()
    assert attempt.clock.slept == []


@pytest.mark.parametrize(("header", "pause"), [("25", 25.0), ("", 1.0), ("0", 1.0)])
def test_a_429_pauses_everybody_on_the_connection(header: str, pause: float) -> None:
    attempt = Try([response(429, retry_after=header)], repeatable=False)
    assert attempt().status == 429
    assert attempt.store.reserve([BUCKET], 1e9).wait == pause


def test_another_failure_pauses_nobody() -> None:
    attempt = Try([response(503, retry_after="25")], repeatable=False)
    attempt()
    assert attempt.store.reserve([BUCKET], 0).wait == 0


def test_a_run_that_is_stopped_while_it_waits_makes_no_further_attempt() -> None:
    class Stopping(FakeClock):
        def sleep(self, *_: object) -> None:
            raise KeyboardInterrupt

    attempt = Try([response(500), OK], clock=Stopping())
    with pytest.raises(KeyboardInterrupt):
        attempt()
    assert attempt.tries == 1
    assert attempt.tokens_used == 1


@pytest.mark.parametrize("failure", [BROKEN, response(500), response(503)], ids=str)
@pytest.mark.parametrize("status", [404, 410])
def test_a_delete_that_its_own_first_attempt_carried_out_succeeds_with_a_warning(
    failure: HttpResponse | Exception, status: int
) -> None:
    attempt = Try([failure, response(status, {"message": "Not found"})], method="DELETE")
    assert attempt(DELETE).status == 204
    assert [one.status for one in attempt.trace.attempts][-1] == status
    assert attempt.run.call.warnings[0].endswith("The next attempt found nothing left to delete.")


@pytest.mark.parametrize("first", [NOT_SENT, response(429)], ids=str)
def test_a_delete_that_finds_nothing_though_no_attempt_acted_is_a_refusal(first: HttpResponse | Exception) -> None:
    assert Try([first, response(404)], method="DELETE")(DELETE).status == 404
    assert Try([response(404)], method="DELETE")(DELETE).status == 404


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_after_an_attempt_that_may_have_acted_no_error_says_that_nothing_was_sent(method: str) -> None:
    request = HttpRequest(method, "https://api.parcels.example/parcels", {}, {})
    for last in (NOT_SENT, ThrottledError("No room.")):
        attempt = Try([BROKEN, last, last, last], method=method)
        with pytest.raises(UnavailableError, match="may have been carried out") as caught:
            attempt(request)
        assert type(caught.value) is UnavailableError
        assert caught.value.retryable


def test_a_read_that_was_not_answered_may_say_that_nothing_was_sent() -> None:
    with pytest.raises(NotSentError):
        Try([BROKEN, NOT_SENT, NOT_SENT, NOT_SENT], method="GET")(HttpRequest("GET", "https://x.example", {}))
