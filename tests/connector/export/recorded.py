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
from tests.vectors.files import FOLDERS, Json

FOLDER = Path(__file__).with_name("recorded")
BAKERY = Path(__file__).with_name("bakery")
_CARRIED = ("/core/", "/lib/", "/resources/editor.js", "/definitions.json", ".png")
_EXPORTERS = Path(__file__).parents[3] / "connector/export"
_PUBLICATION = {
    "publisher": {"name": "Depot", "email": "it@depot-service.org", "url": "https://depot-service.org"},
    "privacyPolicy": "https://depot.example/privacy",
    "categories": ["Data"],
}
_WITHOUT_ICONS: Json = {"icon": None, "publication": _PUBLICATION}
CONNECTORS: dict[str, tuple[Path, Json, tuple[str, ...]]] = {
    "bakery": (BAKERY, {}, ()),
    "archive": (FOLDERS["archive"], {}, ()),
    "depot": (FOLDERS["depot"], {**_WITHOUT_ICONS, "groups": {"items": {"icon": None}}}, ()),
    "sample": (FOLDERS["sample"], {**_WITHOUT_ICONS, "groups": {"things": {"icon": None}}}, ()),
    "bakery with user names": (
        BAKERY,
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
        BAKERY,
        {
            "headers": None,
            "authorization": {"headers": None, "strip": None, "query": {"key": "{connection.api_key}", "v": "2"}},
            "connection": {"test": None, "properties": {"language": {"title": "Language"}, "shop": {"title": None}}},
            "publication": {"brandColor": None, "categories": ["Other"]},
        },
        ("price_list",),
    ),
}
"""Each connector: a folder, what is different in its `connector.json`, and the groups that are exported, if not all."""
CASES = [
    *(("bakery", name) for name in (*EXPORT_FORMATS, "code samples", "tools for all actions", "inputs of tools")),
    *(("depot", name) for name in ("catalogue", "openapi", "n8n", "node-red", "docs")),
    *(("archive", name) for name in ("power-platform", "n8n", "mcp")),
    *(("sample", name) for name in ("power-platform", "mcp")),
    *(("bakery with user names", name) for name in ("power-platform", "openapi", "n8n", "node-red", "docs")),
    *(("bakery with a key in the URL", name) for name in ("power-platform", "openapi", "n8n", "node-red", "docs")),
]


@cache
def bundle(name: str) -> Bundle:
    """The connector of that name."""
    folder, patch, _ = CONNECTORS[name]
    loaded = load(folder)
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
    for file, content in export(bundle(name), kind, groups=CONNECTORS[name][2]).items():
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
    for action in select(connector).actions:
        for example in action.definition.examples:
            for way, (target, options) in ways.items():
                if way == "installed" or action.key == "list_orders":
                    for sample in code_samples(connector, action, example.inputs, target, **options):
                        yield f"{action.key}, {example.title}, {way}, {sample.title}", sample.code or sample.reason


def _tools(connector: Bundle) -> Iterator[tuple[str, str]]:
    yield "tools", json.dumps(meta_tools(select(connector)), ensure_ascii=False, indent=2)


def _inputs(connector: Bundle) -> Iterator[tuple[str, str]]:
    selection = select(connector)
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
