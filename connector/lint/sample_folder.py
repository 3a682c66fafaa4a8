"""The smallest connector folder that satisfies every rule; the rules' examples are changes to it."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ACTION = "definitions/things/get_thing.json"
CONNECTOR = "definitions/connector.json"
HANDLERS = "actions/things.py"

_THING = {
    "operationId": "ThingGet",
    "summary": "Get a thing",
    "description": "Returns the name of a thing.",
    "since": "1.0.0",
    "request": {"method": "GET", "path": "/things/{thing_id}"},
    "inputs": {
        "properties": {
            "thing_id": {
                "title": "Thing ID",
                "description": "The number that was assigned when it was created.",
                "examples": ["t-1"],
            }
        }
    },
    "outputs": {
        "properties": {"name": {"title": "Name", "description": "What people call it; null if it has no name."}},
    },
    "errors": [
        {
            "status": 404,
            "code": "thing_not_found",
            "sentence": "The thing {thing_id} does not exist.",
            "field": "thing_id",
        }
    ],
    "examples": [
        {
            "title": "Get a thing by its number",
            "inputs": {"thing_id": "t-1"},
            "interactions": [{"response": {"body": {"name": "Lamp"}}}],
            "outputs": {"name": "Lamp"},
        },
        {
            "title": "A thing that does not exist",
            "inputs": {"thing_id": "t-2"},
            "interactions": [{"response": {"status": 404, "body": {"message": "Not found"}}}],
            "error": {"code": "thing_not_found", "field": "thing_id"},
        },
    ],
}

_LISTING = {
    "operationId": "ThingsGet",
    "summary": "List things",
    "description": "Returns all of them, page by page.",
    "since": "1.0.0",
    "request": {"method": "GET", "path": "/things"},
    "inputs": {
        "properties": {
            "cursor": {
                "title": "Cursor",
                "description": "The position of the next page. Leave it empty for the first page.",
                "examples": ["c2"],
            }
        }
    },
    "outputs": {
        "properties": {
            "results": {
                "title": "Results",
                "description": "One row for each match.",
                "items": {
                    "properties": {
                        "id": {"title": "ID", "description": "It never changes."},
                        "name": {"title": "Name", "description": "What people call it."},
                    }
                },
            }
        }
    },
    "pagination": {"rows": "results"},
    "examples": [
        {
            "title": "List the only page",
            "inputs": {},
            "interactions": [
                {"response": {"body": {"results": [{"id": "t-1", "name": "Lamp"}], "paging": {"more": False}}}}
            ],
            "outputs": {"results": [{"id": "t-1", "name": "Lamp"}]},
        },
        {
            "title": "An invalid cursor",
            "inputs": {"cursor": "c9"},
            "interactions": [
                {
                    "request": {"query": [["cursor", "c9"]]},
                    "response": {"status": 400, "body": {"message": "Invalid cursor format"}},
                }
            ],
            "error": {"code": "refused"},
        },
    ],
}

_CONNECTOR = {
    "key": "sample",
    "title": "Sample",
    "description": "A connector for things.",
    "version": "1.0.0",
    "website": "https://example.com",
    "icon": "icons/connector.svg",
    "brandColor": "#336699",
    "baseUrl": "https://api.example.com",
    "connection": {
        "properties": {
            "api_key": {
                "type": "string",
                "title": "API key",
                "description": "Create one under Settings.",
                "writeOnly": True,
            }
        },
        "required": ["api_key"],
        "environment": {"api_key": ["SAMPLE_KEY"]},
        "test": "list_things",
    },
    "authorization": {"template": "Bearer {api_key}"},
    "throttle": {"calls": 100, "renewalPeriod": 60},
    "idempotency": {"header": "Idempotency-Key", "hours": 24},
    "groups": {"things": {"title": "Things", "description": "Everything that has a name.", "icon": "icons/things.svg"}},
}

ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>\n'

FILES: Mapping[str, Any] = {
    CONNECTOR: _CONNECTOR,
    ACTION: _THING,
    "definitions/things/list_things.json": _LISTING,
    HANDLERS: (
        '"""Handlers of the things."""\n\nfrom connector.call import page, send\n\n'
        "get_thing = send\nlist_things = page\n"
    ),
    "actions/__init__.py": "",
    "icons/connector.svg": ICON,
    "icons/things.svg": ICON,
}


def write(folder: Path, changes: Mapping[str, Any]) -> Path:
    """Write the sample folder with changes by file: a JSON merge patch (RFC 7396), text, bytes, or None to omit it.

    Returns:
        The folder.
    """
    for name in [*FILES, *(name for name in changes if name not in FILES)]:
        content = FILES.get(name, {})
        if name in changes:
            change = changes[name]
            content = merged(content, change) if isinstance(change, dict) else change
        if content is None:
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return folder


def merged(document: Any, patch: Any) -> Any:
    """The document after a JSON merge patch: objects are merged, null removes, anything else replaces."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(document) if isinstance(document, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result
