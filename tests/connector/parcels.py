"""A connector folder small enough to read: a parcel service that exists nowhere. Built by tests, in tests."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector.call.result import Result
from connector.catalogue.loader import Bundle, load
from connector.connections.auth import Auth
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.definition.action import ActionDefinition
from connector.definition.expand import expand
from connector.definition.service import ConnectorDefinition
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.http.transport import SendOptions
from connector.testing import FakeClock, ScriptedTransport

API_KEY = "k-5ec7e7-0123456789"
BASE = "https://api.parcels.example"
URI = "https://json-schema.org/draft/2020-12/schema"

Json = dict[str, Any]


def field(kind: str | list[str] = "string", title: str | None = None, **words: Any) -> Json:
    """A field of a schema; `x_in` is spelt `x-in`, `writeOnly` as it stands."""
    spelt = {name.replace("_", "-") if name.startswith("x_") else name: word for name, word in words.items()}
    return {"type": kind, **({"title": title} if title else {}), **spelt}


def body(kind: str | list[str] = "string", title: str | None = None, **words: Any) -> Json:
    """A field that travels in the body."""
    return field(kind, title, x_in="body", **words)


def rows(properties: Json, required: Sequence[str] = (), **words: Any) -> Json:
    """A list of rows that accepts no other names."""
    row = {"type": "object", "additionalProperties": False, "required": list(required), "properties": properties}
    return field("array", items=row, **words)


def schema(properties: Json, required: Sequence[str] = (), **words: Any) -> Json:
    return {
        "$schema": URI,
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
        **words,
    }


def action(  # what an action needs, with answers for whoever does not care
    key: str = "send_parcel",
    inputs: Json | None = None,
    outputs: Json | None = None,
    *,
    method: str = "POST",
    path: str = "/parcels",
    required: Sequence[str] = (),
    request_body: Json | None = None,
    defs: Json | None = None,
    **words: Any,
) -> Json:
    """The document of an action."""
    request = {"method": method, "path": path} | ({"body": request_body} if request_body is not None else {})
    more = {"$defs": defs} if defs else {}
    return {
        "key": key,
        "operationId": "".join(part.capitalize() for part in key.split("_")) + "Op",
        "summary": key.replace("_", " ").capitalize(),
        "description": "Does it.",
        "group": "parcels",
        "since": "0.1.0",
        "effects": {"readOnly": method == "GET", "destructive": False, "idempotent": method != "POST"},
        "request": request,
        "inputs": schema(inputs or {}, required, **more),
        "outputs": schema(outputs or {}, list(outputs or {}), **more),
        **words,
    }


def whole(document: Json) -> Json:
    """The document with everything that a file leaves out."""
    return expand(document, Path(f"definitions/parcels/{document['key']}.json")).document


def definition(inputs: Json | None = None, outputs: Json | None = None, **words: Any) -> ActionDefinition:
    return ActionDefinition.model_validate(action(inputs=inputs, outputs=outputs, **words))


def manifest(**words: Any) -> Json:
    """The document of the connector."""
    return {
        "key": "parcels",
        "title": "Parcels",
        "description": "Sends parcels.",
        "version": "1.2.3",
        "website": "https://parcels.example",
        "icon": "icons/connector.svg",
        "brandColor": "#123456",
        "baseUrl": BASE,
        "connection": {
            "properties": {"api_key": {"type": "string", "title": "API key", "writeOnly": True}},
            "required": ["api_key"],
            "environment": {"api_key": ["PARCELS_API_KEY", "PARCELS_KEY"]},
            "test": "list_parcels",
        },
        "authorization": {"headers": {"Authorization": "Bearer {connection.api_key}"}, "strip": ["Bearer "]},
        "throttle": {"calls": 100, "renewalPeriod": 60},
        "requestId": ["x-request-id", "x-trace"],
        "idempotency": {"header": "Idempotency-Key", "hours": 24},
        "errors": [
            {"status": 401, "code": "unauthorized", "sentence": "The key was not accepted.", "hint": "Copy it again."}
        ],
        "groups": {"parcels": {"title": "Parcels", "description": "Parcels.", "icon": "icons/parcels.svg"}},
        **words,
    }


def connector_definition(**words: Any) -> ConnectorDefinition:
    return ConnectorDefinition.model_validate(manifest(**words))


AUTH = Auth.of(connector_definition(), Connection(api_key=API_KEY))
"""The authentication of the service's one account."""


TEXT = field(["string", "null"])

SEND = action(
    inputs={
        "recipient": body(title="Recipient", maxLength=20),
        "weight": body("number", "Weight"),
        "pin": body(title="PIN", writeOnly=True, maxLength=8),
        "idempotency_key": field(title="Idempotency key", x_in="header", x_name="Idempotency-Key"),
    },
    outputs={"id": TEXT},
    required=["recipient"],
    idempotency={"input": "idempotency_key"},
)
POST_ONCE = action("post_once", {"recipient": body(title="Recipient")}, {"id": TEXT})
GET = action(
    "get_parcel",
    {"parcel_id": field(title="Parcel ID", x_in="path")},
    {"id": TEXT, "note": TEXT},
    method="GET",
    path="/parcels/{parcel_id}",
    required=["parcel_id"],
    errors=[
        {
            "status": 404,
            "code": "parcel_not_found",
            "sentence": "There is no parcel {parcel_id}.",
            "hint": "Look at the list.",
            "field": "parcel_id",
        }
    ],
)
GET["inputs"]["properties"]["parcel_id"]["x-ms-dynamic-values"] = {
    "operationId": "ListParcelsOp",
    "value-collection": "parcels",
    "value-path": "id",
    "value-title": "note",
}
LIST = action(
    "list_parcels",
    {"cursor": field(title="Cursor", x_in="query"), "state": field(title="State", x_in="query")},
    {
        "parcels": field(["array", "null"], items={"type": "object", "properties": {"id": TEXT, "note": TEXT}}),
        "more": field(["boolean", "null"], x_pointer="/paging/more"),
    },
    method="GET",
    pagination={"rows": "parcels"},
)
ACTIONS = (SEND, POST_ONCE, GET, LIST)
HANDLERS = """
from connector.call import page, send

send_parcel = post_once = get_parcel = send
list_parcels = page
"""


def write_folder(
    place: Path,
    actions: Sequence[Json] = ACTIONS,
    handlers: str | None = None,
    connector: Json | None = None,
) -> Path:
    """A connector folder at `place`. Without `handlers` every action gets the standard `send`."""
    if handlers is None:
        handlers = HANDLERS if actions is ACTIONS else _standard(actions)
    (place / "definitions/parcels").mkdir(parents=True)
    (place / "actions").mkdir()
    (place / "definitions/connector.json").write_text(json.dumps(connector or manifest()), encoding="utf-8")
    for document in actions:
        path = place / f"definitions/parcels/{document['key']}.json"
        path.write_text(json.dumps(document), encoding="utf-8")
    (place / "actions/parcels.py").write_text(handlers, encoding="utf-8")
    return place


def _standard(actions: Sequence[Json]) -> str:
    lines = [f"{document['key']} = {'page' if 'pagination' in document else 'send'}\n" for document in actions]
    return "from connector.call import page, send\n\n" + "".join(lines)


@dataclass
class Bench:
    """A connector with everything around it that a test wants to look at."""

    connector: Connector
    transport: ScriptedTransport
    clock: FakeClock
    connection: Connection
    bundle: Bundle

    def run(self, key: str, inputs: Mapping[str, Any] | None = None, **options: Any) -> Result:
        return self.connector.run(key, inputs, self.connection, **options)

    @property
    def requests(self) -> list[HttpRequest]:
        return self.transport.requests


MakeBench = Callable[..., Bench]


def make_bench(
    place: Path,
    replies: Sequence[HttpResponse | Exception] = (),
    *,
    actions: Sequence[Json] = ACTIONS,
    handlers: str | None = None,
    connector: Json | None = None,
    **options: Any,
) -> Bench:
    clock = options.pop("clock", None) or FakeClock()
    transport = options.pop("transport", None) or ScriptedTransport(replies)
    options.setdefault("rng", random.Random(7))  # noqa: S311 - jitter of a fake clock
    options.setdefault("new_key", lambda: "made-key")
    bundle = load(write_folder(place, actions, handlers, connector))
    loaded = Connector(bundle, transport=transport, clock=clock, **options)
    return Bench(loaded, transport, clock, Connection(api_key=API_KEY, name="home"), bundle)


class Echo:
    """A transport that answers with what it was asked, from any number of threads."""

    def __init__(self) -> None:
        self.closed = False

    def send(self, request: HttpRequest, auth: Auth, send_options: SendOptions) -> HttpResponse:
        del send_options
        reply = {"id": request.url.rpartition("/")[2], "note": auth.sign(request)[1]["Authorization"]}
        return HttpResponse(200, {}, json.dumps(reply).encode())

    def close(self) -> None:
        self.closed = True
