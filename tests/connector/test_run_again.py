"""After a failure everything needed to run again safely is in the error."""

from __future__ import annotations

import pytest

from connector.errors import (
    ConnectionLostError,
    ConnectorError,
    InputError,
    NotSentError,
    OutcomeUnknownError,
    UnavailableError,
)
from connector.http.response import HttpResponse
from connector.testing import FakeClock, response
from tests.connector.parcels import LIST, MakeBench

LOST = ConnectionLostError("The connection broke before a response came.")


@pytest.mark.parametrize(
    "replies",
    [[LOST] * 4, [NotSentError("Not reached.")] * 4, [response(503)] * 4, [response(400, {})], [response(429)] * 4],
)
def test_the_key_of_the_run_is_in_every_error(bench: MakeBench, replies: list[HttpResponse | Exception]) -> None:
    made = bench(replies)
    with pytest.raises(ConnectorError) as caught:
        made.run("send_parcel", {"recipient": "ada"}, max_wait=0)
    assert caught.value.idempotency_key == "made-key"
    assert caught.value.to_dict()["idempotency_key"] == "made-key"


def test_running_again_with_the_key_of_the_error_sends_the_same_key(bench: MakeBench) -> None:
    made = bench([LOST] * 4 + [response(200, {"id": "p"})])
    with pytest.raises(UnavailableError) as caught:
        made.run("send_parcel", {"recipient": "ada"})
    made.run("send_parcel", {"recipient": "ada"}, idempotency_key=caught.value.idempotency_key)
    assert {request.headers["Idempotency-Key"] for request in made.requests} == {"made-key"}


def test_an_error_that_may_be_run_again_says_with_which_key(bench: MakeBench) -> None:
    with pytest.raises(UnavailableError) as caught:
        bench([LOST] * 4).run("send_parcel", {"recipient": "ada"})
    assert "idempotency key made-key" in caught.value.hint
    assert caught.value.retryable


def test_inputs_that_are_wrong_have_no_key_for_nothing_was_sent(bench: MakeBench) -> None:
    with pytest.raises(InputError) as caught:
        bench([]).run("send_parcel", {})
    assert "idempotency_key" not in caught.value.to_dict()


def test_without_a_key_the_outcome_is_unknown_and_the_error_has_none(bench: MakeBench) -> None:
    with pytest.raises(OutcomeUnknownError) as caught:
        bench([LOST]).run("post_once", {})
    assert caught.value.idempotency_key is None


class Interrupting:
    """A transport in which Ctrl-C is pressed while the request is under way."""

    def send(self, *_: object) -> HttpResponse:
        raise KeyboardInterrupt

    def close(self) -> None:
        """Nothing is held."""


@pytest.mark.parametrize(("action", "shown"), [("send_parcel", "made-key"), ("post_once", "may have been carried out")])
def test_an_interrupted_call_says_that_it_may_have_been_carried_out_and_its_key(
    bench: MakeBench, action: str, shown: str
) -> None:
    with pytest.raises(KeyboardInterrupt) as caught:
        bench([], transport=Interrupting()).run(action, {"recipient": "ada"})
    assert shown in caught.value.__notes__[0]


class Stopped(FakeClock):
    """Ctrl-C is pressed during a wait."""

    def sleep(self, *_: object) -> None:
        raise KeyboardInterrupt


@pytest.mark.parametrize("reply", [NotSentError("Not reached."), response(429)], ids=["not sent", "429"])
def test_a_run_that_is_stopped_before_its_call_is_sent_again_says_nothing_of_it(
    bench: MakeBench, reply: HttpResponse | Exception
) -> None:
    with pytest.raises(KeyboardInterrupt) as caught:
        bench([reply], clock=Stopped()).run("send_parcel", {"recipient": "ada"})
    assert not hasattr(caught.value, "__notes__")


@pytest.mark.parametrize(
    ("replies", "wait"),
    [([LOST], 1), ([response(503)], 1), ([LOST, NotSentError("Not reached.")], 2), ([LOST, response(429)], 2)],
)
def test_a_run_that_is_stopped_before_it_tries_again_says_that_its_call_may_have_been_carried_out(
    bench: MakeBench, replies: list[HttpResponse | Exception], wait: int
) -> None:
    class StoppedLater(FakeClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds)
            if len(self.slept) == wait:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        bench(replies, clock=StoppedLater()).run("send_parcel", {"recipient": "ada"})
    (note,) = caught.value.__notes__
    assert note == "The call had been sent and may have been carried out. Its idempotency key was made-key."


def test_a_run_that_iterates_is_not_charged_for_the_time_its_caller_takes(bench: MakeBench) -> None:
    clock = FakeClock()
    pages = [
        response(200, {"parcels": [{"id": "1"}], "paging": {"more": True, "cursor": "2"}}),
        response(200, {"parcels": [{"id": "2"}], "paging": {"more": False}}),
    ]
    made = bench(pages, actions=[LIST], clock=clock)
    ids = []
    for row in made.connector.iterate("list_parcels", {}, made.connection, timeout=5):
        ids.append(row["id"])
        clock.advance(60)
    assert ids == ["1", "2"]
