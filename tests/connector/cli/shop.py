"""A connector of a few actions, and the service behind it: small enough to be read beside the tests."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

SCHEMA = "https://json-schema.org/draft/2020-12/schema"

MANIFEST: dict[str, Any] = {
    "key": "shop",
    "title": "Shop",
    "description": "Things and their parts.",
    "version": "1.2.3",
    "website": "https://shop.example",
    "icon": "icons/shop.svg",
    "brandColor": "#112233",
    "baseUrl": "https://api.shop.example",
    "connection": {
        "properties": {"api_key": {"type": "string", "title": "API key", "writeOnly": True}},
        "required": ["api_key"],
        "environment": {"api_key": ["SHOP_TOKEN", "SHOP_KEY"]},
        "test": "list_things",
    },
    "authorization": {"headers": {"Authorization": "Bearer {connection.api_key}"}, "strip": ["Bearer "]},
    "throttle": {"calls": 100, "renewalPeriod": 60, "scope": "connection"},
    "retry": {"attempts": 2, "base": 0.001, "cap": 0.001},
    "requestId": ["x-request-id"],
    "errors": [{"status": 401, "code": "unauthorized", "sentence": "The API key was not accepted."}],
    "groups": {
        "things": {"title": "Things", "description": "What the shop has.", "icon": "icons/things.svg"},
        "old": {"title": "Old stock", "description": "What it had.", "icon": "icons/old.svg"},
    },
}


def _schema(properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "$schema": SCHEMA,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


def _action(key: str, operation_id: str, summary: str, method: str, path: str, **more: Any) -> dict[str, Any]:
    return {
        "key": key,
        "operationId": operation_id,
        "summary": summary,
        "description": f"What “{summary}” does, ran in a sentence.",
        "group": "things",
        "since": "1.0.0",
        "effects": {"readOnly": method == "GET", "destructive": method == "DELETE", "idempotent": method != "POST"},
        "request": {"method": method, "path": path},
        **more,
    }


_ID = {"type": "string", "title": "Thing ID", "description": "Which thing.", "examples": ["t1"], "x-in": "path"}
_TEXT = {"type": ["string", "null"], "description": "A text that the shop keeps."}
_THING_OUT = _schema({"id": _TEXT | {"title": "ID"}, "name": _TEXT | {"title": "Name"}}, ["id", "name"])
_GET_EXAMPLE = {
    "title": "The first thing",
    "inputs": {"thing_id": "t1"},
    "interactions": [
        {
            "request": {"method": "GET", "path": "/things/t1"},
            "response": {"status": 200, "body": {"id": "t1", "name": "Lamp"}},
        }
    ],
    "outputs": {"id": "t1", "name": "Lamp"},
}


def _body(kind: Any, title: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "title": title, "description": f"The {title.lower()} in words.", "x-in": "body", **more}


_PART = {
    "type": "object",
    "additionalProperties": False,
    "required": ["label"],
    "properties": {
        "label": {"type": "string", "title": "Label", "description": "What the part is called."},
        "amount": {"type": "integer", "title": "Amount", "description": "How many of them."},
    },
}

ACTIONS: list[dict[str, Any]] = [
    _action(
        "get_thing",
        "ThingGet",
        "Get a thing",
        "GET",
        "/things/{thing_id}",
        inputs=_schema({"thing_id": _ID}, ["thing_id"]),
        outputs=_THING_OUT,
        errors=[
            {
                "status": 404,
                "code": "thing_not_found",
                "sentence": "There is no thing {thing_id}.",
                "hint": "Look at the list of things.",
                "field": "thing_id",
            }
        ],
        examples=[_GET_EXAMPLE],
    ),
    _action(
        "list_things",
        "ThingsGet",
        "List all things",
        "GET",
        "/things",
        inputs=_schema(
            {
                "colour": {
                    "type": "string",
                    "title": "Colour",
                    "description": "Only things of it.",
                    "enum": ["red", "green", "rose"],
                    "x-in": "query",
                },
                "cursor": {
                    "type": "string",
                    "title": "Cursor",
                    "description": "Where to go on.",
                    "x-in": "query",
                    "x-ms-visibility": "advanced",
                },
            },
            [],
        ),
        outputs=_schema(
            {
                "paging.cursor": _TEXT | {"title": "Cursor"},
                "things": {
                    "type": ["array", "null"],
                    "title": "Things",
                    "description": "The things of this page.",
                    "items": {
                        "type": "object",
                        "properties": {"id": _TEXT | {"title": "ID"}, "name": _TEXT | {"title": "Name"}},
                    },
                },
            },
            ["paging.cursor", "things"],
        ),
        pagination={"rows": "things"},
    ),
    _action(
        "make_thing",
        "ThingPost",
        "Make a thing",
        "POST",
        "/things",
        inputs=_schema(
            {
                "name": _body("string", "Name", maxLength=40),
                "price": _body("number", "Price"),
                "count": _body("integer", "Count"),
                "active": _body("boolean", "Active"),
                "tags": _body("array", "Tags", items={"type": "string"}),
                "sizes": _body("array", "Sizes", items={"type": "integer"}),
                "note": _body("string", "Note", **{"x-pointer": "/details/note"}),
                "parts": _body("array", "Parts", items=_PART),
                "data": _body("object", "Data"),
                "pin": _body("string", "PIN", writeOnly=True, **{"x-ms-visibility": "advanced"}),
            },
            ["name"],
        ),
        outputs=_THING_OUT,
    ),
    _action(
        "delete_thing",
        "ThingDelete",
        "Delete a thing",
        "DELETE",
        "/things/{thing_id}",
        group="old",
        inputs=_schema({"thing_id": _ID}, ["thing_id"]),
        outputs=_schema({}, []),
    ),
]

HANDLERS = {
    "things": (
        '"""Things."""\n\nfrom connector.call import page, send\n\n'
        "get_thing = send\nlist_things = page\nmake_thing = send\n"
    ),
    "old": (
        '"""Old stock."""\n\nfrom connector.call import (\n    page,\n    send,\n)\n\n'
        "delete_thing = send\nunused = page\n"
    ),
}


def write_folder(folder: Path) -> Path:
    """The connector folder, written."""
    (folder / "actions").mkdir(parents=True)
    (folder / "definitions").mkdir()
    (folder / "definitions/connector.json").write_text(json.dumps(MANIFEST, indent=2))
    for action in ACTIONS:
        group = folder / "definitions" / action["group"]
        group.mkdir(exist_ok=True)
        (group / f"{action['key']}.json").write_text(json.dumps(action, indent=2))
    for name, code in HANDLERS.items():
        (folder / "actions" / f"{name}.py").write_text(code)
    return folder


@contextmanager
def change_action(folder: Path, key: str) -> Iterator[dict[str, Any]]:
    """The document of an action, which is written again when the block ends."""
    (path,) = folder.glob(f"definitions/*/{key}.json")
    document = json.loads(path.read_text())
    yield document
    path.write_text(json.dumps(document))


@dataclass(frozen=True)
class Seen:
    """A request as it arrived."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Shop:
    """The service: responds as it is set to respond, in turn and the last one repeatedly, and records its requests."""

    url: str = ""
    requests: list[Seen] = field(default_factory=list)
    responses: list[tuple[int, Any, dict[str, str]]] = field(default_factory=list)

    def responds(self, status: int, body: Any, **headers: str) -> None:
        """Add a response; `_` in the name of a header means `-`."""
        self.responses.append((status, body, {name.replace("_", "-"): value for name, value in headers.items()}))

    def next_response(self) -> tuple[int, Any, dict[str, str]]:
        if not self.responses:
            return 200, {"id": "t1", "name": "Lamp"}, {}
        return self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]


class _Handler(BaseHTTPRequestHandler):
    shop: Shop

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._respond
        raise AttributeError(name)

    def _respond(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.shop.requests.append(Seen(self.command, self.path, headers, self.rfile.read(length)))
        status, body, more = self.shop.next_response()
        content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the base class
        """Say nothing."""


@contextmanager
def open_shop() -> Iterator[Shop]:
    """A shop that runs on loopback as long as the block lasts."""
    shop = Shop()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"shop": shop}))
    server.daemon_threads = True
    shop.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield shop
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
