"""The smallest connector folder that keeps every rule; the rules' examples are changes to it."""

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
    "description": "Reads what one thing is called. Nothing changes.",
    "since": "1.0.0",
    "request": {"method": "GET", "path": "/things/{thing_id}"},
    "inputs": {
        "properties": {
            "thing_id": {
                "title": "Thing ID",
                "description": "Which one to read, as it was numbered when it was made.",
                "examples": ["t-1"],
            }
        }
    },
    "outputs": {
        "properties": {"name": {"title": "Name", "description": "What people call it; empty when nobody does."}},
    },
    "errors": [
        {
            "status": 404,
            "code": "thing_not_found",
            "sentence": "There is no thing {thing_id}.",
            "field": "thing_id",
        }
    ],
    "examples": [
        {
            "title": "Read the first one",
            "inputs": {"thing_id": "t-1"},
            "interactions": [{"response": {"body": {"name": "Lamp"}}}],
            "outputs": {"name": "Lamp"},
        },
        {
            "title": "One that is not there",
            "inputs": {"thing_id": "t-2"},
            "interactions": [{"response": {"status": 404, "body": {"message": "Not found"}}}],
            "error": {"code": "thing_not_found", "field": "thing_id"},
        },
    ],
}

_LISTING = {
    "operationId": "ThingsGet",
    "summary": "List things",
    "description": "Reads all of them, page by page.",
    "since": "1.0.0",
    "request": {"method": "GET", "path": "/things"},
    "inputs": {
        "properties": {
            "cursor": {
                "title": "Cursor",
                "description": "Where to go on reading; left empty, reading begins at the start.",
                "examples": ["c2"],
            }
        }
    },
    "outputs": {
        "properties": {
            "results": {
                "title": "Results",
                "description": "A row for each thing found.",
                "items": {
                    "properties": {
                        "id": {"title": "ID", "description": "Its lasting number."},
                        "name": {"title": "Name", "description": "What people call it."},
                    }
                },
            }
        }
    },
    "pagination": {"rows": "results"},
    "examples": [
        {
            "title": "Read the only page",
            "inputs": {},
            "interactions": [
                {"response": {"body": {"results": [{"id": "t-1", "name": "Lamp"}], "paging": {"more": False}}}}
            ],
            "outputs": {"results": [{"id": "t-1", "name": "Lamp"}]},
        },
        {
            "title": "A cursor that is no good",
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
    "description": "Things, and nothing else.",
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
                "description": "A secret, to be found under Settings.",
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
    "groups": {"things": {"title": "Things", "description": "All there is.", "icon": "icons/things.svg"}},
}

_ICON = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>\n'

FILES: Mapping[str, Any] = {
    CONNECTOR: _CONNECTOR,
    ACTION: _THING,
    "definitions/things/list_things.json": _LISTING,
    HANDLERS: (
        '"""Handlers of the things."""\n\nfrom connector.call import page, send\n\n'
        "get_thing = send\nlist_things = page\n"
    ),
    "actions/__init__.py": "",
    "icons/connector.svg": _ICON,
    "icons/things.svg": _ICON,
}


def write(folder: Path, changes: Mapping[str, Any]) -> Path:
    """Write the sample folder with changes by file: a JSON merge patch (RFC 7396), a text, or None to leave it out.

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
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
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
