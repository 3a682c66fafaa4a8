"""Broken folders, each a change of the sample folder, that `recorded` records the findings of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.lint.rules import RULES
from connector.lint.sample_folder import ACTION, CONNECTOR, HANDLERS

COMMON = "definitions/common.json"
LISTING = "definitions/things/list_things.json"
OTHER = {"title": "Other", "description": "Another value, for testing."}
DYNAMIC = {"operationId": "ThingsGet", "value-collection": "results", "value-path": "id", "value-title": "name"}
ERROR = {"status": 410, "code": "thing_gone", "sentence": "It is gone."}
HEAD = '"""Handlers."""\n\nfrom connector.call import check, page, send, walk\n\n'


def inputs(**fields: Any) -> dict[str, Any]:
    """A change of the sample's inputs."""
    return {ACTION: {"inputs": {"properties": fields}}}


def outputs(**fields: Any) -> dict[str, Any]:
    """A change of the sample's outputs."""
    return {ACTION: {"outputs": {"properties": fields}}}


def dynamic(**keywords: Any) -> dict[str, Any]:
    """A change that gives the sample's input dynamic values."""
    return inputs(
        thing_id={"x-ms-dynamic-values": DYNAMIC | {key.replace("_", "-"): value for key, value in keywords.items()}}
    )


def idempotent(name: str = "key", **field: Any) -> dict[str, Any]:
    """A change that gives the sample an idempotency key."""
    key = {"title": "Key", "description": "Your own text.", "x-in": "header", "x-name": "Idempotency-Key"} | field
    return {ACTION: {"inputs": {"properties": {"key": key}}, "idempotency": {"input": name}}}


def changing(encoding: str = "json", **fields: Any) -> dict[str, Any]:
    """A change that makes the sample a POST with these inputs."""
    request = {"method": "POST", "encoding": encoding}
    return {ACTION: {"request": request, "effects": {"destructive": False}, "inputs": {"properties": fields}}}


def placed(title: str, **keywords: Any) -> dict[str, Any]:
    """An input, somewhere in the request."""
    return {"title": title, "description": f"Whatever there is to say of {title.lower()}lings.", **keywords}


def example(inputs: dict[str, Any], **ending: Any) -> dict[str, Any]:
    """An example of the sample that sends a body."""
    return {"title": "A", "inputs": inputs, "interactions": [{"response": {"body": {"name": "n"}}}], **ending}


MISTAKES: dict[str, Mapping[str, Any]] = {f"{rule.code} anti-example": rule.bad for rule in RULES} | {
    "a misspelled keyword of a field": inputs(thing_id={"exmaples": ["x"]}),
    "a keyword unlike any": inputs(thing_id={"qqqqqqqq": 1}),
    "a wrong type in a list": {ACTION: {"outcomes": ["x", 1.5]}},
    "a missing keyword in a list": {ACTION: {"errors": [{"status": 404}]}},
    "a key in capitals": {
        CONNECTOR: {"groups": {"Things": {"title": "T", "description": "D.", "icon": "icons/things.svg"}}}
    },
    "a status that is no error": {ACTION: {"errors": [{**ERROR, "status": 200}]}},
    "a version": {CONNECTOR: {"version": "1.0"}},
    "URLs that are not valid": {
        CONNECTOR: {
            "baseUrl": "https://[x",
            "publication": {
                "publisher": {"name": "P", "email": "p@example.org", "url": "https://a b"},
                "privacyPolicy": "https://",
            },
        }
    },
    "a base URL": {CONNECTOR: {"baseUrl": "http://example.com"}},
    "a color": {CONNECTOR: {"brandColor": "red"}},
    "a path": {ACTION: {"request": {"path": "things"}}},
    "an operation ID": {ACTION: {"operationId": "get"}},
    "an empty summary": {ACTION: {"summary": ""}},
    "too many categories": {CONNECTOR: {"publication": {"categories": ["a", "b", "c"]}}},
    "a list for an object": {ACTION: {"request": []}},
    "a file that holds a list": {ACTION: "[]"},
    "deep nesting": {ACTION: '{"a":' * 70 + "1" + "}" * 70},
    "lone surrogates": {ACTION: '{"\\ud800": 1, "a": "\\udfff"}'},
    "another group": {ACTION: {"group": "others"}},
    "a shared key": {ACTION: {"key": "list_things"}},
    "a read-only DELETE": {ACTION: {"request": {"method": "DELETE"}, "effects": {"readOnly": True}}},
    "a destructive GET": {ACTION: {"effects": {"destructive": True}}},
    "a throttle as high as the connector's": {ACTION: {"throttle": {"calls": 100, "renewalPeriod": 60}}},
    "a null in the enum of an output": outputs(name={"type": ["string", "null"], "enum": ["a", 1]}),
    "a list of outputs without null": outputs(name={"type": "array", "items": {"type": "string"}}),
    "a required field of a row": outputs(
        name={"items": {"properties": {"a": {"title": "A", "description": "One."}}, "required": ["b"]}}
    ),
    "an optional path input": {ACTION: {"inputs": {"required": []}}},
    "a path input without a placeholder": inputs(other={**OTHER, "x-in": "path"}),
    "a brace": {ACTION: {"request": {"path": "/things/{thing_id}/{"}}},
    "x-in in a row": inputs(
        rows={"title": "Rows", "description": "All of it.", "items": {"properties": {"a": {**OTHER, "x-in": "query"}}}}
    ),
    "several pointers": inputs(other={**OTHER, "x-in": "body", "x-pointer": ["/a", "/b"]}),
    "a name in the body": inputs(other={**OTHER, "x-in": "body", "x-name": "o"}),
    "the body of a GET": inputs(other={**OTHER, "x-in": "body"}),
    "two headers of one name": inputs(
        a={**OTHER, "title": "A", "x-in": "header", "x-name": "X-A"},
        b={**OTHER, "title": "B", "x-in": "header", "x-name": "x-a"},
    ),
    "two lists of one name in the query": inputs(
        a={"title": "A", "description": "Some numbers.", "x-name": "n", "items": {}},
        b={"title": "B", "description": "More numbers.", "x-name": "n", "items": {}},
    ),
    "an alias of two inputs": inputs(thing_id={"x-aliases": ["o"]}, other={**OTHER, "x-aliases": ["o"]}),
    "an important input after a normal one": inputs(
        other=OTHER, more={**OTHER, "title": "M", "x-ms-visibility": "important"}
    ),
    "blank texts": inputs(thing_id={"title": " ", "description": " "}),
    "two outputs of one title": outputs(more={"title": "name ", "description": "Something else."}),
    "rows of one title": outputs(
        name={
            "items": {
                "properties": {"a": {"title": "A", "description": "One."}, "b": {"title": "A", "description": "Two."}}
            }
        }
    ),
    "a description that repeats the summary": {ACTION: {"description": "Get the thing."}},
    "a description that repeats what is around": outputs(
        name={"items": {"properties": {"first_part": {"title": "Part", "description": "The first part of the names."}}}}
    ),
    "descriptions that repeat inflected titles": inputs(
        a={"title": "Group", "description": "The grouped groups."},
        b={"title": "Sorting", "description": "Sorted and sorting."},
        c={"title": "Process", "description": "The processes."},
    ),
    "a quotation": outputs(name={"description": "“Name”."}),
    "texts without a period": {
        ACTION: {
            "errors": [
                {**ERROR, "sentence": "Gone", "hint": "Look (“elsewhere”)."},
                {**ERROR, "status": 409, "hint": "No"},
            ]
        }
    },
    "a text that ends in a question or a quotation": {ACTION: {"description": "Returns what you call “it.”"}},
    "a broken reference in a list": outputs(name={"items": {"$ref": "#/$defs/none"}}),
    "a circle of references": {
        ACTION: {
            "outputs": {
                "properties": {"name": {"$ref": "#/$defs/a", "title": "Name"}},
                "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}},
            }
        }
    },
    "no such operation": dynamic(operationId="ThingsList"),
    "no such list": dynamic(value_collection="rows"),
    "no such value": dynamic(value_path="key"),
    "no such parameter": dynamic(parameters={"page": 1}),
    "parameter from no input": dynamic(parameters={"cursor": {"parameter": "shelf"}}),
    "values of an action that needs inputs": {
        LISTING: {
            "inputs": {
                "properties": {
                    "cursor": {"x-ms-dynamic-values": DYNAMIC | {"operationId": "ThingGet", "value-collection": "name"}}
                }
            }
        }
    },
    "values that need a parameter": {
        **dynamic(),
        LISTING: {"inputs": {"required": ["cursor"]}},
    },
    "a required cursor": {LISTING: {"inputs": {"required": ["cursor"]}}},
    "rows that are no list": {ACTION: {"pagination": {"rows": "name", "input": "thing_id"}}},
    "an idempotency key that is not there": idempotent("none"),
    "an idempotency key in the query": idempotent(**{"x-in": "query"}),
    "an idempotency key in another header": idempotent(**{"x-name": "X-Key"}),
    "a required idempotency key": {
        ACTION: {**idempotent()[ACTION], "inputs": {**idempotent()[ACTION]["inputs"], "required": ["thing_id", "key"]}}
    },
    "an idempotency key in lower case": idempotent(**{"x-name": "idempotency-key"}),
    "an error of a field that is not there": {ACTION: {"errors": [{**ERROR, "field": "thing"}]}},
    "an error with a placeholder in its hint": {ACTION: {"errors": [{**ERROR, "hint": "See {thing_id}."}]}},
    "two errors of one status": {ACTION: {"errors": [ERROR, {**ERROR, "code": "thing_lost", "pattern": "lost"}]}},
    "no examples": {ACTION: {"examples": []}},
    "an example with both ends": {
        ACTION: {
            "examples": [{"title": "A", "inputs": {"thing_id": "t"}, "outputs": {"name": "x"}, "error": {"code": "x"}}]
        }
    },
    "examples of one title": {
        ACTION: {
            "examples": [
                {"title": "A", "inputs": {"thing_id": "t"}, "error": {"code": "input", "field": "thing_id"}},
                {"title": "a", "inputs": {"thing_di": "t"}, "error": {"code": "input"}},
            ]
        }
    },
    "no handlers": {HANDLERS: None},
    "handlers that cannot be imported": {HANDLERS: "raise SystemExit(0)\n"},
    "a handler that is no function": {HANDLERS: HEAD + "get_thing = 7\nlist_things = page\n"},
    "names that are no actions": {
        HANDLERS: HEAD
        + "get_thing = send\nlist_things = page\nlimit: int = 3\n\n\ndef other(call): ...\nasync def more(call): ...\n"
    },
    "a module of helpers": {
        "actions/_shared.py": "def helper(): ...\n",
        HANDLERS: HEAD + "get_thing = send\nlist_things = page\n_limit = 3\n\n\ndef _more(): ...\n",
    },
    "two inputs in the body under one name": {
        ACTION: {
            "request": {"method": "POST"},
            "effects": {"destructive": False},
            "inputs": {
                "properties": {
                    "a": {"title": "A", "description": "Some text.", "x-name": "n"},
                    "b": {"title": "B", "description": "More text.", "x-name": "n"},
                }
            },
        }
    },
    "a page where there are none": {HANDLERS: HEAD + "get_thing = check()(page)\nlist_things = check()(page)\n"},
    "a walk by a handler of its own": {
        HANDLERS: HEAD
        + "get_thing = send\n\n\nasync def list_things(call):\n"
        + "    return {'results': [each async for each in walk(call)]}\n"
    },
    "a connection of unknown fields": {
        CONNECTOR: {"connection": {"required": ["key"], "environment": {"token": ["T"]}}}
    },
    "a connection tested by an action that is not there": {CONNECTOR: {"connection": {"test": "none"}}},
    "a connection tested by an action that changes data": {
        LISTING: {"request": {"method": "POST"}, "effects": {"destructive": False}}
    },
    "a sandbox that is a file": {CONNECTOR: {"sandbox": "sandbox"}, "sandbox": "x"},
    "an icon that is a folder": {CONNECTOR: {"icon": "icons"}},
    "a shared definition that is wrong": {"definitions/common.json": {"$defs": {"a": {"typ": "string"}}}},
    "mistakes inside rules": {
        ACTION: {
            "inputs": {
                "x-rules": [
                    {
                        "kind": "choice",
                        "key": "way",
                        "title": "Way",
                        "options": [{"key": "a", "titel": "A"}, {"key": "B", "title": "", "fields": [1]}],
                    },
                    {"kind": "together", "fields": ["a"], "if": {"filed": ["a"]}},
                ]
            }
        }
    },
    "mistakes in what else an object may have": inputs(
        other={**OTHER, "type": "object", "additionalProperties": {"typ": "string"}},
        more={**OTHER, "additionalProperties": 7},
        rows={"items": {"additionalProperties": [], "x-ms-dynamic-values": {"operationID": "a"}}},
    ),
    "mistakes in pairs, numbers and nulls": {
        ACTION: {
            "examples": [
                {"title": "", "inputs": [], "interactions": [{"request": {"query": [["a", "b", "c"], 7, ["a", 1]]}}]}
            ],
            "outcomes": 7,
            "deprecated": 1,
            "errors": [{**ERROR, "status": 404.5}, {**ERROR, "status": 400.0}, {**ERROR, "status": True}],
        },
        CONNECTOR: {
            "throttle": {"calls": 1.5, "renewalPeriod": "60"},
            "retry": {"attempts": 0},
            "key": "",
            "baseUrl": "",
        },
    },
    "templates that are none": {
        ACTION: {"request": {"headers": {"X-A": "{a"}, "query": {"b": "{}"}, "baseUrl": "{connection.a}"}},
        CONNECTOR: {"authorization": {"headers": {"X-Key": "{key}"}}, "headers": {"X-B": "a}"}},
    },
}
