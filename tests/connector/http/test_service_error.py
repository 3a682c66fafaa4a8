from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from connector.errors import (
    AuthorizationError,
    ConnectorError,
    ExitStatus,
    RefusedError,
    ThrottledError,
    UnavailableError,
)
from connector.http.response import HttpResponse
from connector.http.service_error import is_service_error, service_error
from connector.secrets import MASK
from connector.testing import response
from tests.connector.parcels import Json, body, connector_definition, definition, field, rows

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def refused(
    reply: HttpResponse, inputs: Json | None = None, values: Json | None = None, secrets: Any = (), **words: Any
) -> ConnectorError:
    made = definition(inputs or {}, **words)
    return service_error(connector_definition(), made, values or {}, reply, NOW, secrets)


@pytest.mark.parametrize(
    ("status", "kind", "exit_status", "retryable"),
    [
        (301, RefusedError, ExitStatus.REFUSED, False),
        (400, RefusedError, ExitStatus.REFUSED, False),
        (401, AuthorizationError, ExitStatus.CONNECTION, False),
        (403, AuthorizationError, ExitStatus.CONNECTION, False),
        (404, RefusedError, ExitStatus.REFUSED, False),
        (408, UnavailableError, ExitStatus.LATER, True),
        (422, RefusedError, ExitStatus.REFUSED, False),
        (425, UnavailableError, ExitStatus.LATER, True),
        (429, ThrottledError, ExitStatus.WAIT, True),
        (499, RefusedError, ExitStatus.REFUSED, False),
        (500, UnavailableError, ExitStatus.LATER, True),
        (503, UnavailableError, ExitStatus.LATER, True),
        (599, UnavailableError, ExitStatus.LATER, True),
    ],
)
def test_a_status_says_who_must_act(
    status: int, kind: type[ConnectorError], exit_status: ExitStatus, retryable: bool
) -> None:
    error = refused(response(status))
    assert type(error) is kind
    assert (error.exit_status, error.retryable, error.status) == (exit_status, retryable, status)


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (101, "The service responded with 101 Switching Protocols, which does not complete a request."),
        (199, "The service responded with 199, which does not complete a request."),
        (200, "The service rejected the request, although its status is a success."),
        (299, "The service rejected the request, although its status is a success."),
        (300, "The service responded with a redirect (300 Multiple Choices), which is not followed."),
        (399, "The service responded with a redirect (399), which is not followed."),
        (400, "The service rejected the request (400 Bad Request)."),
        (500, "The service failed (500 Internal Server Error)."),
        (302, "The service responded with a redirect (302 Found), which is not followed."),
        (404, "The service rejected the request (404 Not Found)."),
        (499, "The service rejected the request (499)."),
        (502, "The service failed (502 Bad Gateway)."),
    ],
)
def test_an_unknown_refusal_is_told_by_its_status(status: int, message: str) -> None:
    assert refused(response(status, text="<html>")).message == message


@pytest.mark.parametrize(
    ("status", "name"),
    [(413, "Content Too Large"), (414, "URI Too Long"), (416, "Range Not Satisfiable"), (422, "Unprocessable Content")],
)
def test_a_status_has_the_name_of_rfc_9110_on_every_python(status: int, name: str) -> None:
    assert refused(response(status)).message == f"The service rejected the request ({status} {name})."


def test_the_services_words_are_quoted_as_its_own() -> None:
    error = refused(response(400, {"message": "Bad\n  thing"}))
    assert error.message == "The service rejected the request (400 Bad Request). Parcels says: Bad thing."
    assert refused(response(400, {"message": "Bad thing!"})).message.endswith("says: Bad thing!")


@pytest.mark.parametrize("reply", [{"message": 7}, {"message": None}, {}, [], "text", {"error": "x"}])
def test_an_answer_without_words_adds_none(reply: Any) -> None:
    assert refused(response(400, reply)).message == "The service rejected the request (400 Bad Request)."


def test_what_would_steer_a_terminal_is_taken_out_and_long_words_are_cut() -> None:
    error = refused(response(400, {"message": "\x1b[2J\x07evil" + "x" * 1000}))
    assert "\x1b" not in error.message
    assert "[2Jevilxx" in error.message
    assert error.message.endswith("…")
    assert len(error.message) < 600


def test_500_characters_of_the_services_words_are_shown() -> None:
    whole, cut = (refused(response(400, {"message": "x" * count})).message for count in (500, 501))
    assert whole.endswith(" says: " + "x" * 500 + ".")
    assert cut.endswith(" says: " + "x" * 500 + "…")


@pytest.mark.parametrize("ends", [".", "!", "?", "…", ""])
def test_the_services_words_end_as_a_sentence(ends: str) -> None:
    assert refused(response(400, {"message": f"Bad{ends}"})).message.endswith(f"says: Bad{ends or '.'}")


def test_an_error_has_all_that_is_known_of_it() -> None:
    known = [
        {"status": status, "code": "odd", "sentence": "Odd.", "hint": "Mend it.", "field": "room"}
        for status in (400, 429)
    ]
    for status in (400, 429):
        reply = response(status, {"message": "name: no"}, x_request_id="r1", retry_after="3")
        shown = refused(reply, INPUTS | PLACES, errors=known).to_dict()
        common = {"code": "odd", "message": "Odd. Parcels says: name: no.", "hint": "Mend it.", "status": status,
                  "request_id": "r1"}  # fmt: skip
        more = {"field": "room", "retryable": False} if status == 400 else {"wait": 3.0, "retryable": True}
        assert shown == common | more


@pytest.mark.parametrize("said", ["the key hunter2 is bad", "the key hun\x00ter2 is bad", "hunter2"])
def test_a_secret_that_the_service_echoes_is_masked(said: str) -> None:
    error = refused(response(403, {"message": said}), secrets=["hunter2"])
    assert "hunter2" not in str(error.to_dict())
    assert MASK in error.message


KNOWN: list[Json] = [
    {
        "status": 404,
        "code": "room_not_found",
        "sentence": "There is no room {room}.",
        "field": "room",
        "pattern": "room",
    },
    {
        "status": 404,
        "code": "list_not_found",
        "sentence": "There is no list {list_id}.",
        "hint": "Look.",
        "field": "list_id",
    },
    {"status": 401, "code": "too_old", "sentence": "The key is too old.", "pattern": "EXPIRED"},
]
INPUTS: Json = {"list_id": field(x_in="path"), "room": body(), "pin": body(writeOnly=True)}


@pytest.mark.parametrize(
    ("status", "said", "code", "named"),
    [
        (404, "No such ROOM", "room_not_found", "room"),
        (404, "No such thing", "list_not_found", "list_id"),
        (404, None, "list_not_found", "list_id"),
        (401, "key expired", "too_old", None),
        (401, "key wrong", "unauthorized", None),
        (400, "No such room", "refused", None),
    ],
)
def test_a_known_refusal_is_the_first_of_its_status_whose_pattern_is_said(
    status: int, said: str | None, code: str, named: str | None
) -> None:
    error = refused(response(status, {"message": said}), INPUTS, {"list_id": "a", "room": "b"}, errors=KNOWN)
    assert (error.error_code, error.field) == (code, named)


def test_a_known_refusal_is_told_in_our_words_with_what_was_given() -> None:
    error = refused(response(404), INPUTS, {"list_id": "news.hourly"}, errors=KNOWN)
    assert error.message == "There is no list “news.hourly”."
    assert error.hint == "Look."


@pytest.mark.parametrize(
    ("sentence", "values", "message"),
    [
        ("PIN {pin} is wrong.", {"pin": "hunter2"}, "PIN the value given is wrong."),
        ("Key {shared} is wrong.", {"shared": "hunter2"}, "Key the value given is wrong."),
        ("What is {nothing}?", {}, "What is the value given?"),
        ("{n} and {tags}", {"n": 7, "tags": ["x"]}, "the number 7 and a list"),
        ("“{room}”", {"room": "{pin}", "pin": "hunter2"}, "““{pin}””"),
    ],
)
def test_placeholders_show_what_was_given_and_never_a_secret(sentence: str, values: Json, message: str) -> None:
    inputs = {
        **INPUTS,
        "n": body("integer"),
        "tags": body("array"),
        "shared": {"$ref": "#/$defs/key", "x-in": "body"},
    }
    errors = [{"status": 409, "code": "conflict", "sentence": sentence}]
    error = refused(response(409), inputs, values, errors=errors, defs={"key": field(writeOnly=True)})
    assert error.message == message


PLACES: Json = {
    "people": rows({"name": field()}, x_in="body", x_pointer="/users"),
    "primary": body(x_pointer="/settings/colors/primary"),
    "dry_run": field(x_in="query", x_name="dry-run"),
    "name": body(),
}


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("users[0].recipient: Required", "people"),
        ("users: Required", "people"),
        ("settings.colors.primary: no colour", "primary"),
        ("settings.colors.primary.hex[0]: no colour", "primary"),
        ("dry-run: wrong", "dry_run"),
        ("elsewhere: x; name: Required", "name"),
        ("elsewhere: x", None),
        ("name is wrong", None),
        ("settings: wrong", None),
        ("see https://x.example: name", None),
        ("settings.colors: wrong; settings.colors.primary.a.b: wrong", "primary"),
        ("  name: wrong", "name"),
        ("name:wrong", None),
        ("0name: wrong", None),
        ("name[0][1].x: wrong", "name"),
        ("other[0].name: wrong", None),
    ],
)
def test_a_complaint_that_begins_with_a_place_names_the_input_there(said: str, named: str | None) -> None:
    assert refused(response(400, {"message": said}), PLACES).field == named


@pytest.mark.parametrize(
    ("headers", "found"),
    [
        ({"x_request_id": "r1", "x_trace": "t1"}, "r1"),
        ({"x_trace": "t1"}, "t1"),
        ({"x_trace": "t\x1b[1" + "x" * 300}, "t[1" + "x" * 197),
        ({}, None),
    ],
)
def test_the_services_own_id_is_found_in_the_first_header_that_has_one(headers: Any, found: str | None) -> None:
    assert refused(response(500, **headers)).request_id == found


@pytest.mark.parametrize(
    ("header", "wait"), [("7", 7.0), ("Sat, 31 Jan 2026 09:30:42 GMT", 42.0), ("soon", None), ("", None)]
)
def test_a_429_says_how_long_to_wait(header: str, wait: float | None) -> None:
    error = refused(response(429, retry_after=header))
    assert isinstance(error, ThrottledError)
    assert error.wait == wait
    assert error.to_dict()["wait"] == wait


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ({"type": "invalid_request_error", "message": "no"}, True),
        ({"type": "invalid_request_error"}, False),
        ({"type": "parcel", "message": "no"}, False),
        ({"type": 7, "message": "no"}, False),
        ([], False),
        (None, False),
    ],
)
def test_a_body_that_says_it_is_a_refusal_is_one_whatever_the_status(reply: Any, expected: bool) -> None:
    assert is_service_error(connector_definition(), response(200, reply)) is expected


def test_a_kind_of_any_length_is_not_searched() -> None:
    body = {"message": "No.", "type": "x" * 195 + "_error"}
    assert not is_service_error(connector_definition(), response(200, body))
    assert is_service_error(connector_definition(), response(200, body | {"type": "x" * 194 + "_error"}))
