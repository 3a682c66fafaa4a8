"""What a run reports through `on_event`: everything, in order, once, and no secret."""

from __future__ import annotations

import contextlib
import json
import logging
from typing import Any

import pytest

from connector.call.events import Event, RunStarted, notify
from connector.connections.connection import Connection
from connector.errors import (
    ConnectionLostError,
    ConnectorError,
    InputError,
    NotSentError,
    OutcomeUnknownError,
)
from connector.secrets import MASK
from connector.testing import response
from tests.connector.parcels import API_KEY, BASE, Bench, MakeBench, action, body, field, manifest, rows

OK = response(200, {"id": "p1"})
PAGES = [
    response(200, {"parcels": [{"id": "1"}, {"id": "2"}], "paging": {"more": True, "cursor": "c2"}}),
    response(200, {"parcels": [{"id": "3"}], "paging": {"more": False}}),
]


def events_of(made: Bench, key: str, inputs: dict[str, Any], **options: Any) -> list[Event]:
    """The events of a run, whether it succeeds or not."""
    events: list[Event] = []
    with contextlib.suppress(ConnectorError):
        made.run(key, inputs, on_event=events.append, **options)
    return events


def types(events: list[Event]) -> str:
    return " ".join(event.type for event in events)


def test_a_run_reports_its_start_its_attempt_its_response_and_its_result(bench: MakeBench) -> None:
    made = bench([response(200, {"id": "p1"}, x_request_id="r-1")])
    started, attempt, received, result = events_of(made, "get_parcel", {"parcel_id": "a"})
    assert started.to_dict() == {
        "type": "started",
        "connector": "parcels",
        "action": "get_parcel",
        "connection": "home",
    }
    assert attempt.to_dict() == {"type": "attempt", "number": 1, "method": "GET", "url": f"{BASE}/parcels/a"}
    assert received.to_dict() == {
        "type": "response",
        "number": 1,
        "status": 200,
        "seconds": 0.0,
        "size": 12,
        "request_id": "r-1",
    }
    shown = result.to_dict()
    assert shown["fields"] == {"id": "p1", "note": None}
    assert (shown["type"], shown["meta"]["status"], shown["meta"]["request_id"]) == ("result", 200, "r-1")


def test_the_same_happening_is_an_equal_event(bench: MakeBench) -> None:
    one, other = (events_of(bench([OK]), "send_parcel", {"recipient": "Ada"}) for _ in range(2))
    assert one == other
    assert one != events_of(bench([OK]), "send_parcel", {"recipient": "Ada"}, idempotency_key="another")


def test_details_show_headers_and_bodies(bench: MakeBench) -> None:
    made = bench([response(200, {"id": "p1"}, x_request_id="r-1")])
    _, attempt, received, _ = events_of(made, "send_parcel", {"recipient": "Ada", "pin": "123"})
    shown = attempt.to_dict(details=True)
    assert shown["headers"]["Authorization"] == f"Bearer {MASK}"
    assert shown["headers"]["Idempotency-Key"] == "made-key"
    assert shown["body"] == {"recipient": "Ada", "pin": MASK}
    assert received.to_dict(details=True)["headers"] == {"x-request-id": "r-1"}
    assert received.to_dict(details=True)["body"] == {"id": "p1"}


def test_every_event_is_json(bench: MakeBench) -> None:
    made = bench([NotSentError("No."), response(503, retry_after="3"), *PAGES])
    events = events_of(made, "list_parcels", {}, all_pages=True)
    for event in events:
        assert json.loads(json.dumps(event.to_dict(details=True)))["type"] == event.type


def test_waits_attempts_and_failures_come_in_the_order_in_which_they_happen(bench: MakeBench) -> None:
    made = bench([NotSentError("No route."), response(503, retry_after="3"), OK])
    events = events_of(made, "get_parcel", {"parcel_id": "a"})
    assert types(events) == "started attempt failure wait attempt response wait attempt response result"
    assert [event.to_dict()["number"] for event in events if event.type == "attempt"] == [1, 2, 3]
    failure, backoff, retry_after = (events[at].to_dict() for at in (2, 3, 6))
    assert failure["error"]["message"] == "No route."
    assert (backoff["reason"], backoff["message"]) == ("backoff", "No route; trying again.")
    assert (retry_after["reason"], 3 <= retry_after["seconds"] <= 4) == ("retry_after", True)
    assert retry_after["message"] == "The service responded with 503; trying again."


def test_a_failure_and_a_response_say_how_long_the_attempt_took(
    bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = bench([NotSentError("No route."), OK])
    took = iter([1.23456789, 2.3456789])
    send = made.transport.send

    def slow(*args: Any) -> Any:
        made.clock.advance(next(took))
        return send(*args)

    monkeypatch.setattr(made.transport, "send", slow)
    events = events_of(made, "get_parcel", {"parcel_id": "a"})
    shown = [event.to_dict() for event in events if event.type in {"failure", "response"}]
    assert [each["seconds"] for each in shown] == [1.234568, 2.345679]


def test_a_wait_for_the_call_limit_comes_before_its_attempt(bench: MakeBench) -> None:
    made = bench([OK, OK], connector=manifest(throttle={"calls": 1, "renewalPeriod": 10}))
    made.run("get_parcel", {"parcel_id": "a"})
    events = events_of(made, "get_parcel", {"parcel_id": "a"})
    assert types(events) == "started wait attempt response result"
    assert events[1].to_dict() == {
        "type": "wait",
        "seconds": pytest.approx(10.05),
        "reason": "throttle",
        "message": "Waiting for the call limit.",
    }


def test_pages_are_counted_with_their_rows(bench: MakeBench) -> None:
    events = events_of(bench(PAGES), "list_parcels", {}, all_pages=True)
    assert types(events) == "started attempt response page attempt response page result"
    assert [event.to_dict() for event in events if event.type == "page"] == [
        {"type": "page", "number": 1, "rows": 2},
        {"type": "page", "number": 2, "rows": 3},
    ]


def test_a_page_without_its_list_has_no_rows(bench: MakeBench) -> None:
    pages = [PAGES[0], response(200, {"parcels": None, "paging": {"more": False}})]
    events = events_of(bench(pages), "list_parcels", {}, all_pages=True)
    assert [(event.to_dict()["number"], event.to_dict()["rows"]) for event in events if event.type == "page"] == [
        (1, 2),
        (2, 2),
    ]


@pytest.mark.parametrize("taken", [2, 9])
def test_rows_one_by_one_report_the_same_and_end_once_wherever_the_reader_stops(bench: MakeBench, taken: int) -> None:
    events: list[Event] = []
    reading = bench(PAGES).connector.iterate("list_parcels", {}, bench().connection, on_event=events.append)
    assert events == []
    for _ in zip(range(taken), reading, strict=False):
        pass
    reading.close()  # type: ignore[attr-defined]
    page = "attempt response page"
    assert types(events) == f"started {page} result" if taken == 2 else f"started {page} {page} result"
    assert events[-1].to_dict()["fields"] is None


@pytest.mark.parametrize(
    ("inputs", "replies", "expected", "code"),
    [
        ({"recipient": 7}, [], "started error", "input"),
        ({"recipient": "Ada"}, [response(400)], "started attempt response error", "refused"),
        ({"recipient": "Ada"}, [ConnectionLostError("Lost.")], "started attempt failure error", "outcome_unknown"),
    ],
)
def test_an_error_is_the_last_event(
    bench: MakeBench, inputs: dict[str, Any], replies: list[Any], expected: str, code: str
) -> None:
    events: list[Event] = []
    with pytest.raises(ConnectorError) as caught:
        bench(replies).run("post_once", inputs, on_event=events.append)
    assert types(events) == expected
    assert events[-1].to_dict()["error"] == caught.value.to_dict()
    assert caught.value.error_code == code


def test_the_error_of_a_run_has_its_idempotency_key(bench: MakeBench) -> None:
    events = events_of(bench([response(400)]), "send_parcel", {"recipient": "Ada"})
    assert events[-1].to_dict()["error"]["idempotency_key"] == "made-key"


@pytest.mark.parametrize(("end", "code"), [(KeyboardInterrupt, "stopped"), (ZeroDivisionError, "handler")])
def test_a_run_that_is_interrupted_or_whose_handler_fails_ends_with_an_error_that_repeats_nothing(
    bench: MakeBench, end: type[BaseException], code: str
) -> None:
    events: list[Event] = []
    handlers = f"def post_once(call):\n    raise {end.__name__}(call.inputs['recipient'])\n"
    made = bench(actions=[action("post_once", {"recipient": body()}, {})], handlers=handlers)
    with pytest.raises(end):
        made.run("post_once", {"recipient": "Ada"}, on_event=events.append)
    assert types(events) == "started error"
    assert events[-1].to_dict()["error"]["code"] == code
    assert "Ada" not in str(events[-1])


@pytest.mark.parametrize("fails_at", ["started", "wait", "attempt", "failure", "response", "page", "result"])
def test_a_callback_that_fails_changes_nothing_that_is_sent_and_is_logged(
    bench: MakeBench, fails_at: str, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(event: Event) -> None:
        if event.type == fails_at:
            raise ValueError("mine")

    made = bench([NotSentError("No."), *PAGES])
    with caplog.at_level(logging.ERROR):
        result = made.run("list_parcels", {}, all_pages=True, on_event=fail)
    assert [row["id"] for row in result.rows("parcels")] == ["1", "2", "3"]
    assert len(made.requests) == 3
    assert {record.getMessage() for record in caplog.records} == {
        f"on_event failed for an event of type “{fails_at}”; the run goes on."
    }


def test_a_callback_that_fails_at_the_error_does_not_hide_it(bench: MakeBench) -> None:
    def fail(_event: Event) -> None:
        raise ValueError("mine")

    with pytest.raises(InputError):
        bench().run("post_once", {"recipient": 7}, on_event=fail)


def test_the_log_of_a_callback_that_fails_has_nothing_of_what_the_run_met(caplog: pytest.LogCaptureFixture) -> None:
    def fail(_event: Event) -> None:
        raise ValueError("mine")

    try:
        raise RuntimeError("the secret that the run met")
    except RuntimeError:
        notify(fail, RunStarted("parcels", "get_parcel", "home"))
    assert "ValueError: mine" in caplog.text
    assert "the secret" not in caplog.text


TEXT = 's3cr\u00e9t/val "ue"'
KEEP = action(
    "keep_secret",
    {
        "place": field(title="Place", x_in="path", writeOnly=True),
        "query": field(title="Query", x_in="query", writeOnly=True),
        "header": field(title="Header", x_in="header", x_name="X-Header", writeOnly=True),
        "text": body(title="Text", writeOnly=True),
        "number": body("integer", "Number", writeOnly=True),
        "short": body(title="Short", writeOnly=True),
        "free": body("object", "Free", writeOnly=True),
        "rows": rows({"deep": field(title="Deep", writeOnly=True), "open": field(title="Open")}, x_in="body"),
        "note": body(title="Note"),
    },
    {"id": field(["string", "null"])},
    path="/keep/{place}",
)
VALUES = {
    "place": "place/5ecret",
    "query": "query 5ecret",
    "header": "header-5ecret",
    "text": TEXT,
    "number": 987654,
    "short": "77",
    "free": {"5ecret-name": ["5ecret", 5]},
    "rows": [{"deep": "deep-5ecret", "open": "seen"}],
    "note": "open text",
}


def test_no_event_shows_a_secret_wherever_it_travels_and_however_it_is_echoed(bench: MakeBench) -> None:
    echo = {"echo": VALUES, API_KEY: f"Bearer {API_KEY}", "list": [TEXT, 987654, "77"]}
    rejection = response(
        503, {**echo, "message": f"Not {TEXT}"}, x_request_id=f"r-{API_KEY}", set_cookie="session=1", x_echo=TEXT
    )
    page = response(400, text=f"<p>{API_KEY} {TEXT}</p>")
    made = bench(
        [NotSentError("No."), rejection, page], actions=[KEEP | {"effects": {**KEEP["effects"], "idempotent": True}}]
    )
    events = events_of(made, "keep_secret", VALUES)
    assert len(made.requests) >= 2
    shown = "\n".join(f"{event!r} {json.dumps(event.to_dict(details=True), ensure_ascii=False)}" for event in events)
    assert "open text" in shown
    assert "seen" in shown
    for text in ["5ecret", "s3cr", "987654", '"77"', "session=1", API_KEY]:
        assert text not in shown


def test_polls_of_a_long_running_operation_report_their_waits_and_show_no_secret(bench: MakeBench) -> None:
    inputs = {"code": body(title="Code", writeOnly=True)}
    exporting = action("get_export", inputs, {"id": field(["string", "null"])}, method="POST", longRunning=True)
    status = response(202, location=f"{BASE}/status?code=c-1234&key={API_KEY}")
    events = events_of(bench([status, OK], actions=[exporting]), "get_export", {"code": "c-1234"})
    assert types(events) == "started attempt response wait attempt response result"
    wait, attempt = events[3].to_dict(), events[4].to_dict(details=True)
    assert (wait["reason"], wait["seconds"]) == ("poll", 1.0)
    assert (attempt["method"], attempt["url"]) == ("GET", f"{BASE}/status?code={MASK}&key={MASK}")
    assert attempt["headers"] == {"Accept": "application/json", "Authorization": f"Bearer {MASK}"}


def test_a_next_link_shows_no_base_url_that_is_a_secret(bench: MakeBench) -> None:
    hook = "https://hooks.example/s3cr3t/"
    request = {"method": "GET", "path": "/runs", "baseUrl": "{connection.hook}"}
    listing = action("list_runs", {}, {"runs": rows({"id": field(["string", "null"])})}, method="GET") | {
        "request": request
    }
    listing["pagination"] = {"rows": "runs", "nextUrl": "/next", "follow": True}
    connection = {"hook": {"type": "string", "title": "Hook", "writeOnly": True}}
    own = manifest(connection={"properties": {**manifest()["connection"]["properties"], **connection}})
    pages = [response(200, {"runs": [{"id": "1"}], "next": f"{hook[:-1]}?page=2"}), response(200, {"runs": []})]
    made = bench(pages, actions=[listing], connector=own)
    made.connection = Connection(api_key=API_KEY, hook=hook)
    events = events_of(made, "list_runs", {}, all_pages=True)
    shown = [event.to_dict()["url"] for event in events if event.type == "attempt"]
    assert shown == [f"{MASK}/runs", f"{MASK}?page=2"]


def test_an_unknown_outcome_is_an_error_event_of_its_own(bench: MakeBench) -> None:
    events: list[Event] = []
    with pytest.raises(OutcomeUnknownError):
        bench([response(500)]).run("post_once", {"recipient": "Ada"}, on_event=events.append)
    assert events[-1].to_dict()["error"]["retryable"] is False


def test_choices_and_connection_tests_report_too(bench: MakeBench) -> None:
    events: list[Event] = []
    made = bench([PAGES[1], response(401)])
    made.connector.choices("get_parcel", "parcel_id", made.connection, on_event=events.append)
    assert types(events) == "started attempt response page result"
    with pytest.raises(ConnectorError):
        made.connector.test(made.connection, on_event=events.append)
    assert types(events[5:]) == "started attempt response error"
