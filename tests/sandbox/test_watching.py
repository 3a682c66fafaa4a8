"""What a sandbox shows to people who watch it: the messages as they arrive, and the requests."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
import requests

from sandbox import Sandbox, start

Call = Callable[..., requests.Response]
CONTENT = {"title": "Sale", "body": "Ends today, {{name}}."}


def test_an_email_is_shown_as_it_arrives(call: Call, server: Sandbox, clock: SimpleNamespace) -> None:
    call("POST", "/send", {"message": {"to": {"email": "a@b.example"}, "content": CONTENT, "data": {"name": "Ada"}}})
    clock.now += 5
    shown = server.messages()[0]
    assert shown.pop("html").startswith("<!doctype html>")
    assert shown.pop("id").startswith("1-")
    assert shown == {
        "time": "2026-09-21T14:13:20.000Z",
        "status": "DELIVERED",
        "recipient": "a@b.example",
        "reason": None,
        "channel": "email",
        "to": "a@b.example",
        "title": "Sale",
        "text": "Ends today, Ada.",
    }


@pytest.mark.parametrize(
    ("to", "channel", "address"),
    [
        ({"phone_number": "+15550100"}, "sms", "+15550100"),
        ({"slack": {"access_token": "x", "channel": "C1"}}, "direct_message", "C1"),
        ({"webhook": {"url": "https://hook.example"}}, "webhook", "https://hook.example"),
    ],
)
def test_each_channel_has_its_own_address(
    call: Call, server: Sandbox, clock: SimpleNamespace, to: dict[str, object], channel: str, address: str
) -> None:
    call("POST", "/send", {"message": {"to": to, "content": CONTENT}})
    clock.now += 5
    assert (server.messages()[0]["channel"], server.messages()[0]["to"]) == (channel, address)


def test_a_message_that_does_not_arrive_says_why(call: Call, server: Sandbox, clock: SimpleNamespace) -> None:
    call("POST", "/send", {"message": {"to": {"user_id": "nobody"}, "content": CONTENT}})
    clock.now += 5
    shown = server.messages()[0]
    assert (shown["channel"], shown["status"], shown["reason"]) == (None, "UNROUTABLE", "NO_CHANNELS")


def test_requests_are_logged_with_both_bodies(call: Call, server: Sandbox) -> None:
    call("GET", "/lists/nothing")
    call("PUT", "/lists/news", {"name": "News"})
    newest, older = server.requests()[:2]
    assert (newest["method"], newest["path"], newest["status"]) == ("PUT", "/lists/news", 204)
    assert (newest["request"], newest["response"]) == ({"name": "News"}, None)
    assert older["status"] == 404
    assert older["response"]["type"] == "invalid_request_error"
    assert newest["seconds"] >= 0


def test_the_log_has_the_last_200_requests_and_forgets_them_at_a_reset(call: Call, server: Sandbox) -> None:
    for number in range(201):
        call("GET", f"/brands/{number}")
    assert [entry["path"] for entry in server.requests()] == [f"/brands/{number}" for number in range(200, 0, -1)]
    server.reset()
    assert server.requests() == []


@pytest.mark.parametrize("body", [b"{", b"[" * 100_000, b'"' + b"a" * 70_000 + b'"'])
def test_a_body_that_is_no_json_or_large_is_logged_in_short(call: Call, server: Sandbox, body: bytes) -> None:
    call("POST", "/send", data=body)
    assert len(server.requests()[0]["request"]) < 20


def test_the_log_holds_no_secret(call: Call, server: Sandbox) -> None:
    hook = {"url": "https://h.example", "headers": {"X-A": "s3cret"}, "authentication": {"password": "s3cret"}}
    slack = {"access_token": "s3cret", "incoming_webhook": {"url": "s3cret"}}
    call("POST", "/profiles/p", {"profile": {"webhook": hook, "slack": slack, "pagerduty": {"routing_key": "s3cret"}}})
    call("GET", "/profiles/p")
    logged = str(server.requests())
    assert "s3cret" not in logged
    assert "sandbox-token" not in logged
    assert "https://h.example" in logged


BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_a_browser_sees_what_was_sent_and_how_to_call(call: Call, server: Sandbox, clock: SimpleNamespace) -> None:
    content = {"title": "<b>Sale</b>", "body": "x"}
    call("POST", "/send", {"message": {"to": {"email": "a@b.example"}, "content": content}})
    clock.now += 5
    seen = requests.get(server.url, headers=BROWSER, timeout=10)
    assert (seen.status_code, seen.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert seen.headers["Content-Security-Policy"].startswith("default-src 'none';")
    assert "<td>&lt;b&gt;Sale&lt;/b&gt;</td>" in seen.text
    assert "<td>POST</td><td>/send</td><td>202</td>" in seen.text
    assert f"curl {server.url}/lists" in seen.text
    assert "<td>/audit-events/{audit_event_id}</td>" in seen.text
    assert len(server.requests()) == 1, "looking is no request of a client"
    head = requests.head(server.url, headers=BROWSER, timeout=10)
    assert (head.status_code, head.text) == (200, "")


def test_a_fresh_sandbox_has_a_page_too(server: Sandbox) -> None:
    assert "None yet." in requests.get(server.url, headers=BROWSER, timeout=10).text


def test_a_program_gets_the_services_answer_at_the_same_address(server: Sandbox) -> None:
    assert requests.get(server.url, timeout=10).status_code == 401


def test_each_request_is_reported_as_it_is_answered() -> None:
    entries: list[dict[str, object]] = []
    with start(on_request=entries.append) as server:
        requests.get(f"{server.url}/lists", headers={"Authorization": "Bearer x"}, timeout=10)
        assert entries == server.requests()
        assert [entry["path"] for entry in entries] == ["/lists"]
