"""Mistakes with names of 128 characters, of which a sentence shows the first: cases of `recorded`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.lint.sample_folder import ACTION, CONNECTOR, FILES
from tests.connector.lint.mistakes import ERROR, LISTING, changing, dynamic, example, inputs, outputs, placed

LONG = "".join(f"_{number:03}" for number in range(32))
ALIKE = {"kind": "alike", "field": "rows", "by": LONG, "values": ["a"]}
BULK = {
    **dict.fromkeys(("create", "add", "run", "get", "results"), "list_things"),
    **{"id": "results", "input": "cursor", "rows": "cursor", "status": "results", "outcome": "name"},
    **{"same": {}, "own": {}, "matches": {}, "created": ["A"], "ended": ["B"], "succeeded": ["C"], "failed": ["D"]},
}

LONG_NAMES: dict[str, Mapping[str, Any]] = {
    "a long keyword": {ACTION: {LONG: 1}, CONNECTOR: {"throttle": {LONG: 1}}},
    "a long keyword in a list": {ACTION: {"errors": [{**ERROR, LONG: 1}]}},
    "long values": {ACTION: {"visibility": LONG, "since": LONG}},
    "long names in rules": {
        ACTION: {
            "inputs": {
                "properties": {"rows": {**placed("Hat"), "items": {"properties": {"a": placed("Cap")}}}},
                "x-rules": [ALIKE, {"kind": "together", "fields": ["rows", LONG]}],
                "dependentRequired": {"rows": [LONG]},
            }
        }
    },
    "long names of fields of the connection": {
        CONNECTOR: {
            "connection": {"required": [LONG], "environment": {LONG: ["A"]}},
            "headers": {"X-A": f"{{connection.{LONG}}}"},
        },
        ACTION: {"request": {"headers": {"X-B": f"{{connection.{LONG}}}"}}},
    },
    "a long name of an icon": {CONNECTOR: {"icon": f"{LONG}.svg"}},
    "a long name of a file, and a long summary": {
        f"definitions/things/a{LONG}.json": {**FILES[LISTING], "key": "more", "operationId": "M", "summary": LONG},
        ACTION: {"summary": LONG},
    },
    "long names in errors and examples": {
        ACTION: {
            "errors": [{**ERROR, "field": LONG}, {**ERROR, "status": 409, "sentence": f"No {{{LONG}}}."}],
            "examples": [example({LONG: 1}, outputs={"name": "n"})],
        }
    },
    "a long format, and long required names": {
        ACTION: {
            "inputs": {"properties": {"a": {**placed("Hat"), "format": LONG}}, "required": ["thing_id", LONG]},
            "outputs": {
                "properties": {LONG: {**placed("Cap"), "type": "object", "properties": {}, "required": [LONG]}}
            },
        }
    },
    "a long name of a list, and of a field without texts": inputs(
        **{LONG: {"type": "array"}}, other={**placed("Hat"), "x-aliases": [LONG]}
    ),
    "a long title, repeated": outputs(**{LONG: {"title": LONG, "description": LONG.replace("_", " ")}}),
    "a long operation ID": dynamic(operationId=f"A{LONG}"),
    "a long list": dynamic(value_collection=LONG),
    "a long value": dynamic(value_path=LONG),
    "a long parameter": dynamic(parameters={LONG: 1}),
    "a long source of a parameter": dynamic(parameters={"cursor": {"parameter": LONG}}),
    "a long action of a bulk job": {LISTING: {"bulk": {**BULK, "run": f"a{LONG}"}}},
    "a long cursor": {
        LISTING: {"inputs": {"properties": {LONG: placed("Hat")}, "required": [LONG]}, "pagination": {"input": LONG}}
    },
    "long names in the path": {ACTION: {"request": {"path": f"/{{{LONG}}}"}}},
    "a long path input": inputs(**{LONG: {**placed("Hat"), "x-in": "path"}}),
    "long texts": {ACTION: {"description": f"Returns {LONG}", "errors": [{**ERROR, "sentence": f"TODO {LONG}"}]}},
    "a long reference": outputs(name={"$ref": f"#/$defs/{LONG}"}),
    "long names of inputs in one place": changing(
        "json", **{LONG: placed("Hat", **{"x-pointer": "/a"}), f"b{LONG}": placed("Cap", **{"x-pointer": "/a"})}
    ),
}
