"""A canary in every place where a definition can send a secret: it arrives, and nothing shows it."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest

from connector import Connection, Connector, ConnectorError
from connector.call.curl import curl_command
from connector.call.events import Event
from connector.catalogue.loader import load
from tests.connector.parcels import Json, action, field, manifest, write_folder
from tests.connector.station import Conversation, Station
from tests.secrets.canary import CANARY, shown, traces

USER = "zoe"
PAIR = base64.b64encode(f"{USER}:{CANARY}".encode()).decode()
PLACES: dict[str, Json] = {
    "header": {"authorization": {"headers": {"X-Key": "{connection.key}"}}},
    "query": {"authorization": {"query": {"key": "{connection.key}"}}},
    "basic": {"authorization": {"basic": {"username": "{connection.user}", "password": "{connection.key}"}}},
    "path": {"request": {"path": "/bot{connection.key}/send"}},
    "header-template": {"request": {"headers": {"X-Sign": "v1 {connection.key} {note}"}}},
    "query-template": {"request": {"query": {"sig": "v1 {connection.key} {note}"}}},
    "connector-header": {"headers": {"X-Sign": "{connection.key}"}},
    "connector-query": {"query": {"sig": "{connection.key}"}},
    "base-url-path": {"baseUrl": "{connection.url}/{connection.key}"},
    "kind": {
        "kinds": [
            {"key": "a", "title": "A", "fields": ["key"], "required": ["key"],
             "authorization": {"query": {"k": "{connection.key}"}}}
        ]
    },
}  # fmt: skip


@pytest.fixture
def station() -> Iterator[Station]:
    with Station() as running:
        yield running


def folder(place: Path, shape: Json) -> Path:
    fields = {"key": field(title="Key", writeOnly=True), "user": field(title="User"), "url": field(title="URL")}
    connection = {"properties": fields, "required": ["key"], "kinds": shape.get("kinds", []), "test": "send_parcel"}
    words: Json = {word: shape[word] for word in ("authorization", "headers", "query", "baseUrl") if word in shape}
    base: Json = {"authorization": {}, "connection": connection}
    connector = manifest(**{**base, **words})
    send = action(inputs={"note": field(title="Note", x_in="body")}, outputs={"id": field(["string", "null"])})
    send["request"] |= shape.get("request", {})
    return write_folder(place / "parcels", [send], connector=connector)


def echo(status: int, **headers: str) -> Callable[[Conversation], None]:
    """A response that repeats everything that it was sent, raw and decoded."""

    def reply(talk: Conversation) -> None:
        heard = {**talk.headers, "url": talk.path, "decoded": unquote(talk.path)}
        body = json.dumps({"message": f"Not with {heard}", "type": "invalid", "id": "1"}).encode()
        location = {"Location": f"https://there.example{talk.path}"} if status == 302 else {}
        talk.say(status, body, Content_Type="application/json", **location, **headers)

    return reply


def hang_up(talk: Conversation) -> None:
    talk.close_connection = True
    talk.wfile.close()


def arrived(station: Station) -> str:
    seen = station.seen[-1]
    return " ".join([unquote(seen.target), *seen.headers.values()])


@pytest.mark.parametrize("reply", [echo(200), echo(302), echo(400), echo(503, Retry_After="0"), hang_up])
@pytest.mark.parametrize("place", PLACES)
def test_a_secret_arrives_and_is_shown_nowhere(
    place: str, reply: Any, tmp_path: Path, station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("", "urllib3", "urllib3.connectionpool", "requests", "connector"):
        caplog.set_level(logging.DEBUG, logger=name)
    station.replies = [reply] * 4
    texts_shown: list[Any] = []

    def listen(event: Event) -> None:
        body = getattr(event, "body", None)
        texts_shown.extend([repr(event), event.to_dict(), body() if callable(body) else body])

    base_url = None if PLACES[place].get("baseUrl") else station.url
    connection = Connection(key=CANARY, user=USER, url=station.url, base_url=base_url)
    bundle = load(folder(tmp_path, PLACES[place]))
    with Connector(bundle) as connector:
        preview = connector.preview("send_parcel", {"note": "n"}, connection)
        texts_shown += [repr(preview), preview.model_dump(), curl_command(bundle.manifest, preview)]
        try:
            connector.run("send_parcel", {"note": "n"}, connection, on_event=listen, timeout=20)
        except ConnectorError as error:
            texts_shown += [error.to_dict(), *shown(error)]
    expected = PAIR if place == "basic" else CANARY
    assert expected in arrived(station)
    texts = [repr(each) for each in texts_shown] + [caplog.text, *(repr(vars(record)) for record in caplog.records)]
    assert traces(*texts) == []
    parts = {PAIR[start : start + 10] for start in range(5, len(PAIR) - 10)}
    assert not [part for part in parts if any(part in text or quote(part, safe="") in text for text in texts)]


@pytest.mark.parametrize("place", PLACES)
def test_the_curl_command_names_a_variable_in_the_place_of_the_secret(place: str, tmp_path: Path) -> None:
    bundle = load(folder(tmp_path, PLACES[place]))
    with Connector(bundle) as connector:
        connection = Connection(key=CANARY, user=USER, url="https://here.example")
        command = curl_command(bundle.manifest, connector.preview("send_parcel", {"note": "n"}, connection))
    assert "${KEY:?}" in command
    assert traces(command) == []
