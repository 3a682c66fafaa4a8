"""Running an action over HTTP: flat inputs in, flat outputs out."""

from __future__ import annotations

import json

import pytest

from tests.connector.web.serving import Site

MESSAGE = {"user_id": "ada", "title": "Hi", "body": "There"}


def events(content: bytes) -> list[tuple[str, dict[str, object]]]:
    blocks = [block for block in content.decode().split("\n\n") if block.startswith("event:")]
    pairs = [block.split("\n") for block in blocks]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in pairs]


def test_inputs_are_flat_and_outputs_are(site: Site) -> None:
    reply = site.post("/actions/send_message/run", MESSAGE)
    assert (reply.status, list(reply.body)) == (200, ["requestId"])
    assert reply.headers["content-type"] == "application/json"


@pytest.mark.parametrize("name", ["send_message", "MessageSendPost", "Send%20a%20message"])
def test_an_action_is_found_by_each_of_its_names(site: Site, name: str) -> None:
    assert site.post(f"/actions/{name}/run", MESSAGE).status == 200


def test_meta_tells_what_happened(site: Site) -> None:
    reply = site.post("/actions/list_messages/run?meta=1&max_items=7", {})
    assert len(reply.body["fields"]["results"]) == 7
    assert reply.body["meta"]["pages"] == 2
    assert reply.headers["content-type"] == "application/vnd.connector.result+json"


def test_a_run_can_be_watched(site: Site) -> None:
    reply = site.post("/actions/send_message/run", MESSAGE, Accept="text/event-stream")
    assert reply.headers["content-type"] == "text/event-stream"
    name, data = events(reply.content)[-1]
    assert name == data["type"] == "result"
    assert set(data) == {"type", "fields", "meta"}


def test_a_watched_run_that_fails_ends_with_the_error(site: Site) -> None:
    reply = site.post("/actions/send_message/run", {"usr_id": "ada"}, Accept="text/event-stream")
    name, data = events(reply.content)[-1]
    assert name == "error"
    assert data["error"] == site.post("/actions/send_message/run", {"usr_id": "ada"}).body
