"""What every export writes of small connectors, recorded in `recorded/`: a file per connector and format.

`python -m tests.connector.export.recorded` records all of them again; read the difference before you commit it, since
people import these packages, and read these texts. What a package carries unchanged, such as the JavaScript runtime, is
not recorded.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from connector.catalogue.loader import Bundle, load
from connector.definition.service import ConnectorDefinition
from connector.export import EXPORT_FORMATS, export, select
from connector.export.code_samples import Target, code_samples
from connector.export.mcp.schemas import PortableSchema
from connector.export.mcp.tools import meta_tools, tool_names
from connector.lint.sample_folder import merged
from tests.connector.parcels import Json

FOLDER = Path(__file__).with_name("recorded")
BAKERY = Path(__file__).with_name("bakery")
_CARRIED = ("/core/", "/lib/", "/resources/editor.js", "/definitions.json", ".png")
_EXPORTERS = Path(__file__).parents[3] / "connector/export"
_EVERYWHERE = ["shop", "language"]
_KINDS = [
    {
        "key": "key",
        "title": "API key",
        "description": "For programs.",
        "fields": ["api_key", *_EVERYWHERE],
        "required": ["api_key", "shop"],
        "authorization": {"query": {"api key": "{connection.api_key}"}, "headers": {"X-Static": "1"}},
    },
    {
        "key": "login",
        "title": "User name and password",
        "fields": ["user", "word", *_EVERYWHERE],
        "required": ["user", "word", "shop"],
        "authorization": {"basic": {"username": "{connection.user}", "password": "{connection.word}"}},
    },
    {
        "key": "token",
        "title": "Token",
        "fields": ["word", "user", *_EVERYWHERE],
        "required": ["word", "shop"],
        "authorization": {
            "headers": {"Authorization": "Token {connection.word}", "X-User": "{connection.user} or {connection.shop}"},
            "strip": ["Token ", "Bearer "],
        },
    },
]
CONNECTORS: dict[str, tuple[Json, tuple[str, ...]]] = {
    "bakery": ({}, ("orders", "price_list", "workshop")),
    "papers": ({}, ("papers",)),
    "keywords": ({}, ("keywords",)),
    "bakery with kinds of connection": (
        {
            "baseUrl": "https://{connection.shop}.bakery.example/v1/",
            "connection": {
                "properties": {
                    "user": {"type": "string", "title": "User name"},
                    "word": {"type": "string", "title": "Word", "writeOnly": True},
                },
                "required": None,
                "kinds": _KINDS,
            },
            "authorization": None,
        },
        ("price_list",),
    ),
    "bakery with user names": (
        {
            "baseUrl": "{connection.shop}",
            "website": "https://bakery.example",
            "idempotency": None,
            "throttle": {"calls": 1, "renewalPeriod": 90.5},
            "connection": {
                "properties": {
                    "language": None,
                    "user": {"type": "string", "title": "User", "description": "Who signs in."},
                    "api_key": {"title": "Secret word", "description": "Start it in capitals."},
                },
                "required": ["shop", "user", "api_key"],
                "environment": None,
            },
            "headers": None,
            "query": None,
            "authorization": {
                "headers": None,
                "strip": None,
                "basic": {"username": "{connection.user}", "password": "{connection.api_key}"},
            },
        },
        ("price_list",),
    ),
    "bakery with a key in the URL": (
        {
            "headers": None,
            "authorization": {"headers": None, "strip": None, "query": {"key": "{connection.api_key}", "v": "2"}},
            "connection": {"test": None, "properties": {"language": {"title": "Language"}, "shop": {"title": None}}},
            "publication": {"brandColor": None, "categories": ["Other"]},
        },
        ("price_list",),
    ),
}
"""Each connector: what is different in the bakery's `connector.json`, and the groups that are exported."""
CASES = [
    *(("bakery", name) for name in (*EXPORT_FORMATS, "code samples", "tools for all actions", "inputs of tools")),
    *(("papers", name) for name in ("power-platform", "n8n", "mcp")),
    *(("keywords", name) for name in ("power-platform", "mcp")),
    *(("bakery with kinds of connection", name) for name in ("catalogue", "openapi", "n8n", "node-red", "docs")),
    *(("bakery with user names", name) for name in ("power-platform", "openapi", "n8n", "node-red", "docs")),
    *(("bakery with a key in the URL", name) for name in ("power-platform", "openapi", "n8n", "node-red", "docs")),
]


@cache
def bundle(name: str) -> Bundle:
    """The connector of that name."""
    patch, _ = CONNECTORS[name]
    loaded = load(BAKERY)
    document = merged(loaded.document, patch)
    return dataclasses.replace(loaded, manifest=ConnectorDefinition.model_validate(document), document=document)


def path(name: str, kind: str) -> Path:
    """Where it is recorded."""
    return FOLDER / f"{name}, {kind}.txt".replace(" ", "_").replace(",", "")


def written(name: str, kind: str) -> str:
    """The files of an export one after another, each below its path."""
    own = {"code samples": _samples, "tools for all actions": _tools, "inputs of tools": _inputs}
    texts = own[kind](bundle(name)) if kind in own else _files(name, kind)
    return "".join(f"=== {title}\n{text.rstrip()}\n\n" for title, text in texts)


def _files(name: str, kind: str) -> Iterator[tuple[str, str]]:
    for file, content in export(bundle(name), kind, groups=CONNECTORS[name][1]).items():
        if not any(part in f"/{file}" for part in _CARRIED) and content not in _carried():
            yield file, content.decode()


@cache
def _carried() -> frozenset[bytes]:
    """The files that exporters copy."""
    return frozenset(path.read_bytes() for path in _EXPORTERS.rglob("package/**/*") if path.is_file())


def _samples(connector: Bundle) -> Iterator[tuple[str, str]]:
    ways: dict[str, tuple[Target | None, Json]] = {
        "installed": (None, {}),
        "sandbox": (Target("bake", "./bakery", sandbox=True), {"all_pages": True}),
        "stored": (Target("bake", "./bakery", connection="my shop", server="https://run.example"), {"max_items": 7}),
    }
    for action in select(connector, CONNECTORS["bakery"][1]).actions:
        for example in action.definition.examples:
            for way, (target, options) in ways.items():
                if way == "installed" or action.key == "list_orders":
                    for sample in code_samples(connector, action, example.inputs, target, **options):
                        yield f"{action.key}, {example.title}, {way}, {sample.title}", sample.code or sample.reason


def _tools(connector: Bundle) -> Iterator[tuple[str, str]]:
    yield "tools", json.dumps(meta_tools(select(connector, CONNECTORS["bakery"][1])), ensure_ascii=False, indent=2)


def _inputs(connector: Bundle) -> Iterator[tuple[str, str]]:
    selection = select(connector, CONNECTORS["bakery"][1])
    names = tool_names(selection)
    for action in selection.actions:
        yield action.key, json.dumps(PortableSchema(action, names).schema(), ensure_ascii=False, indent=1)


def record() -> None:
    """Write what every case writes."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir()
    for name, kind in CASES:
        path(name, kind).write_text(written(name, kind), encoding="utf-8")


if __name__ == "__main__":
    record()
