"""What a flow is told when a call of a Courier action fails half-way, and that nothing is ever sent twice."""

from __future__ import annotations

import random

import pytest

from connector import Connection, Connector, OutcomeUnknownError, ThrottledError
from connector.errors import ConnectionLostError
from connector.http.response import HttpResponse
from connector.testing import FakeClock, ScriptedTransport, response
from tests.courier import BUNDLE

CONNECTION = Connection(api_key="the-key")
JOB = {"message_event": "welcome-email"}
MESSAGE = {"user_id": "ada", "title": "Hi", "body": "There"}


def courier(*replies: HttpResponse | Exception) -> tuple[Connector, ScriptedTransport]:
    transport = ScriptedTransport(replies)
    rng = random.Random(1)  # noqa: S311 - jitter of a fake clock
    return Connector(BUNDLE, transport=transport, clock=FakeClock(), rng=rng), transport


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_post_without_a_key_is_not_repeated_after_a_fault_and_its_outcome_is_unknown(status: int) -> None:
    connector, transport = courier(response(status, {"message": "Oh no"}, x_request_id="r-1"))
    with pytest.raises(OutcomeUnknownError) as caught:
        connector.run("create_bulk_job", JOB, CONNECTION)
    assert len(transport.requests) == 1
    assert (caught.value.status, caught.value.request_id, caught.value.retryable) == (status, "r-1", False)
    assert "The service may have carried it out" in caught.value.message
    assert caught.value.hint


def test_a_message_is_tried_again_under_the_same_key() -> None:
    broken = ConnectionLostError("The connection broke before an answer came.")
    connector, transport = courier(broken, response(502), response(202, {"requestId": "1-2"}))
    result = connector.run("send_message", MESSAGE, CONNECTION)
    keys = {request.headers["Idempotency-Key"] for request in transport.requests}
    assert keys == {result.meta.idempotency_key}
    assert [attempt.status for attempt in result.meta.attempts] == [None, 502, 202]


def test_a_limit_of_the_service_says_its_code_and_how_long_to_wait() -> None:
    said = response(429, {"message": "Slow down"}, retry_after="7", x_request_id="r-9")
    connector, _ = courier(*[said] * 4)
    with pytest.raises(ThrottledError) as caught:
        connector.run("get_list", {"list_id": "news.weekly"}, CONNECTION)
    shown = caught.value.to_dict()
    assert (shown["code"], shown["wait"], shown["request_id"]) == ("rate_limited", 7.0, "r-9")
