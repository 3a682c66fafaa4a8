"""Wrong requests: each has a status and a sentence, none a traceback, and nothing is sent."""

from __future__ import annotations

import pytest

from tests.connector.web.serving import Site

SEND = "/actions/send_message/run"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"title": "Hi",\n "body"}', "The body is not valid JSON: Expecting ':' delimiter (line 2, column 8)."),
        (b"{", "The body is not valid JSON: Expecting property name enclosed in double quotes (line 1, column 2)."),
        (b'{"a": 1, "a": 2}', "The body is not valid JSON: “a” occurs twice in one object."),
        (b'{"data": {"b": {"c": 1, "c": 1}}}', "The body is not valid JSON: “c” occurs twice in one object."),
        (b'{"a": NaN}', "The body is not valid JSON: NaN is not a JSON value."),
        (b'{"a": 1e999}', "The body is not valid JSON: the number 1e999 is too large."),
        (b'{"a": ' + b"9" * 5_000 + b"}", "The body is not valid JSON: it holds a number with too many digits."),
        (b'{"a": ' + b"[" * 100_000, "The body is nested too deeply."),
        (b"\xff\xfe{\x00}", "The body is not UTF-8 text: byte 1 is invalid."),
        (b"[]", "The body must be a JSON object with named values, such as {“title”: “Hi”}."),
        (b'"text"', "The body must be a JSON object with named values, such as {“title”: “Hi”}."),
        (b"null", "The body must be a JSON object with named values, such as {“title”: “Hi”}."),
    ],
)
@pytest.mark.parametrize("route", ["run", "check", "choices/list_id"])
def test_wrong_json_is_explained(site: Site, route: str, body: bytes, message: str) -> None:
    reply = site.post(f"/actions/send_message/{route}", body)
    assert (reply.status, reply.body) == (400, {"code": "json", "message": message, "retryable": False})


@pytest.mark.parametrize("body", [b"", b" \n", b"{}", b"\xef\xbb\xbf{}"])
def test_nothing_is_an_empty_object(site: Site, body: bytes) -> None:
    reply = site.post(SEND, body)
    assert (reply.status, reply.body["code"]) == (422, "input")


def test_half_a_character_is_a_problem_and_one_that_is_repeated_in_a_response_is_escaped(site: Site) -> None:
    reply = site.post(SEND, b'{"user_id": "ada", "title": "\\ud83d", "\\ud83d": "x"}')
    assert reply.status == 422
    assert {"encoding", "unknown"} <= {problem["rule"] for problem in reply.body["problems"]}


@pytest.mark.parametrize("depth", [400, 480, 500, 900, 960, 5_000, 50_000])
def test_deep_inputs_are_sent_or_refused(site: Site, depth: int) -> None:
    data = b'{"a":' * depth + b"1" + b"}" * depth
    reply = site.post(SEND, b'{"user_id": "ada", "title": "Hi", "body": "x", "data": %s}' % data)
    assert reply.status == 200 or reply.body["message"].endswith("nested too deeply.")


def test_every_problem_of_the_inputs_is_listed(site: Site) -> None:
    reply = site.post(SEND, {"usr_id": "ada", "title": 7, "body": "There"})
    assert reply.status == 422
    problems = {problem["rule"]: problem["message"] for problem in reply.body["problems"]}
    assert set(problems) == {"required", "type", "unknown"}
    assert "Did you mean “user_id”?" in problems["unknown"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("max_wait=x", "The query parameter “max_wait” must be a number of seconds, 0 or more."),
        ("max_wait=-1", "The query parameter “max_wait” must be a number of seconds, 0 or more."),
        ("max_wait=nan", "The query parameter “max_wait” must be a number of seconds, 0 or more."),
        ("timeout=0.9", "The query parameter “timeout” must be a number of seconds, 1 or more."),
        ("max_items=0", "The query parameter “max_items” must be a whole number, 1 or more."),
        ("max_items=9999999999", "The query parameter “max_items” must be a whole number, 1 or more."),
        ("max_items=%D9%A3", "The query parameter “max_items” must be a whole number, 1 or more."),
        ("all_pages=yes", "The query parameter “all_pages” must be 1 or 0."),
        ("meta=1&meta=1", "The query parameter “meta” occurs twice."),
        ("maxwait=1", "Unknown query parameter “maxwait”."),
    ],
)
def test_a_wrong_option_is_refused_before_anything_runs(site: Site, query: str, message: str) -> None:
    reply = site.post(f"/actions/list_messages/run?{query}", {})
    assert (reply.status, reply.body["code"], reply.body["message"]) == (400, "query", message)


def test_a_mistyped_option_is_guessed(site: Site) -> None:
    assert site.post("/actions/list_messages/run?maxwait=1", {}).body["hint"] == "Did you mean “max_wait”?"


def test_pages_of_an_action_without_pages_are_a_problem(site: Site) -> None:
    assert site.post(f"{SEND}?all_pages=1", {}).status == 422


@pytest.mark.parametrize("route", ["", "/run", "/check", "/choices/list_id"])
def test_an_unknown_action_is_guessed(site: Site, route: str) -> None:
    reply = site.send("POST" if route else "GET", f"/actions/send_mesage{route}", {} if route else None)
    assert (reply.status, reply.body["code"]) == (404, "unknown_action")
    assert reply.body["message"].startswith("There is no action “send_mesage”. Did you mean “send_message”")


@pytest.mark.parametrize("target", ["/nothing", "/actions", "/actions/", "/page/../app.py", "/docs", "//evil.example/"])
def test_an_unknown_path_is_not_found(site: Site, target: str) -> None:
    reply = site.get(target)
    assert (reply.status, reply.body["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "target", "allowed"),
    [
        ("GET", SEND, {"POST"}),
        ("DELETE", SEND, {"POST"}),
        ("OPTIONS", SEND, {"POST"}),
        ("POST", "/catalogue", {"GET", "HEAD"}),
        ("PUT", "/throttle", {"GET", "HEAD"}),
    ],
)
def test_a_wrong_method_is_told_the_right_one(site: Site, method: str, target: str, allowed: set[str]) -> None:
    reply = site.send(method, target)
    assert (reply.status, reply.body["code"]) == (405, "method")
    assert set(reply.headers["allow"].split(", ")) == allowed


@pytest.mark.parametrize("name", ["nothing", "Sandbox", "sandbox,work"])
def test_an_unknown_connection_is_refused(site: Site, name: str) -> None:
    reply = site.post(SEND, {"user_id": "ada", "title": "Hi", "body": "There"}, X_Connection=name)
    assert (reply.status, reply.body["code"]) == (400, "unknown_connection")


def test_a_key_that_the_action_cannot_use_is_refused(site: Site) -> None:
    # Who sends one relies on it: that the action runs once, however often it is sent.
    reply = site.post("/actions/create_bulk_job/run", {"title": "Hi", "body": "x"}, Idempotency_Key="k")
    assert (reply.status, reply.body["code"]) == (400, "idempotency_key")
