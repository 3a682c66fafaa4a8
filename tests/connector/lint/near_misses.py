"""Folders that are right beside a mistake, or that have a mistake after another: cases of `recorded`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.lint.sample_folder import ACTION, CONNECTOR, HANDLERS
from tests.connector.lint.mistakes import (
    COMMON,
    DYNAMIC,
    ERROR,
    HEAD,
    LISTING,
    OTHER,
    changing,
    dynamic,
    example,
    idempotent,
    inputs,
    outputs,
    placed,
)

BULK = {
    **dict.fromkeys(("create", "add", "run", "get", "results"), "list_things"),
    **{"id": "results", "input": "cursor", "rows": "cursor", "status": "results"},
    **{"same": {}, "own": {"cursor": "/id"}, "matches": {"id": "/id"}, "outcome": "name"},
    **{"created": ["NEW"], "ended": ["DONE"], "succeeded": ["SENT"], "failed": ["LOST"]},
}


NEAR_MISSES: dict[str, Mapping[str, Any]] = {
    "dynamic values of no operation beside a file that is broken": {
        **dynamic(operationId="ThingsList"),
        "definitions/things/broken.json": "{",
    },
    "no such title of a value": dynamic(value_title="label"),
    "a walk by a handler that calls other functions, too": {
        HANDLERS: HEAD
        + "async def get_thing(call):\n    return await send(call)\n\n\nasync def list_things(call):\n"
        + "    return {'results': [row async for each in walk(call) for row in list(each['results'])]}\n"
    },
    "a handler that reads one page": {
        HANDLERS: HEAD + "get_thing = send\n\n\nasync def list_things(call):\n    return dict(await send(call))\n"
    },
    "an example that does not hold after one with both ends": {
        ACTION: {
            "examples": [
                {"title": "A", "inputs": {"thing_id": "t"}},
                {"title": "B", "inputs": {"thing_id": "t"}, "error": {"code": "input"}},
            ]
        }
    },
    "a mistyped name in an example that the service rejects": {
        ACTION: {
            "examples": [
                {
                    "title": "A",
                    "inputs": {"thing_di": "t"},
                    "interactions": [{"response": {"status": 400}}],
                    "error": {"code": "refused"},
                }
            ]
        }
    },
    "an error with and without a pattern for two statuses": {
        ACTION: {
            "errors": [
                {**ERROR, "pattern": "gone"},
                {**ERROR, "code": "thing_lost"},
                {**ERROR, "status": 404, "code": "thing_missing"},
            ]
        }
    },
    "errors of inputs that are not there": {
        ACTION: {"errors": [{**ERROR, "field": "qqq"}, {**ERROR, "status": 409, "sentence": "{thing_id} of {thing}."}]}
    },
    "a form of one value": changing("form", a=placed("Hat", **{"x-in": "body", "x-pointer": ""})),
    "a multipart form of one value": changing("multipart", a=placed("Hat", **{"x-in": "body", "x-pointer": ""})),
    "a form of an object that is spread": changing(
        "form", a=placed("Hat", **{"x-in": "body", "x-pointer": "", "type": "object", "x-spread": True})
    ),
    "a text of a named input": changing("text", a=placed("Hat", **{"x-in": "body"})),
    "a text of two inputs": changing(
        "text", a=placed("Hat", **{"x-in": "body", "x-pointer": ""}), b=placed("Cap", **{"x-in": "body"})
    ),
    "a file that is a body": changing("binary", a=placed("Hat", **{"x-in": "body", "x-pointer": "", "x-file": True})),
    "a file in the query, and one in a header": changing(
        "form",
        a=placed("Hat", **{"x-in": "query", "x-file": True}),
        b=placed("Cap", **{"x-in": "header", "x-file": True}),
    ),
    "a file inside an object of a form": changing(
        "form", a=placed("Hat", **{"x-pointer": "/box/hat", "x-file": True}), b=placed("Cap", **{"x-file": True})
    ),
    "a file inside an object of JSON": changing(a=placed("Hat", **{"x-pointer": "/box/hat", "x-file": True})),
    "inputs at one place and inside it": changing(
        a=placed("Hat", **{"x-pointer": "/box"}),
        b=placed("Cap", **{"x-pointer": "/box/cap"}),
        c=placed("Wig", **{"x-pointer": "/bag/wig"}),
    ),
    "inputs at one place, one of them spread": changing(
        a=placed("Hat", **{"x-pointer": "/box"}),
        b=placed("Cap", **{"x-pointer": "/box", "type": "object", "x-spread": True}),
    ),
    "a header beside an input of the body": changing(
        a=placed("Hat", **{"x-in": "header", "x-name": "box"}), b=placed("Cap", **{"x-pointer": "/box"})
    ),
    "secrets beside “authorization”": {
        CONNECTOR: {
            "headers": {"X-Key": "k {connection.api_key}", "X-Site": "{connection.site}"},
            "query": {"key": "{connection.api_key}"},
            "connection": {"properties": {"site": {"title": "Site", "description": "Where it is."}}},
        }
    },
    "a field of the connection that only an action sends": {
        CONNECTOR: {"connection": {"properties": {"site": OTHER, "zone": {**OTHER, "title": "Zone"}}}},
        ACTION: {"request": {"headers": {"X-Site": "{connection.site}"}}},
    },
    "a field of the connection that an action may send": {
        CONNECTOR: {"connection": {"properties": {"site": OTHER}}},
        "definitions/things/broken.json": "{",
    },
    "a header of an action from no field": {ACTION: {"request": {"path": "/{connection.a}/{thing_id}"}}},
    "kinds of connections that lack fields": {
        CONNECTOR: {
            "connection": {
                "properties": {"site": OTHER},
                "kinds": [
                    {
                        "key": "one",
                        "title": "One",
                        "fields": ["site"],
                        "required": ["api_key", "none"],
                        "authorization": {"query": {"a": "{connection.api_key}", "b": "{connection.nothing}"}},
                    },
                    {
                        "key": "two",
                        "title": "Two",
                        "fields": ["site"],
                        "authorization": {"query": {"b": "{connection.site}"}},
                    },
                ],
            }
        }
    },
    "a group that nothing uses, and one that is not there": {
        CONNECTOR: {"groups": {"spare": {"title": "S", "description": "D.", "icon": "icons/none.svg"}}}
    },
    "an icon of the publication that is not there": {CONNECTOR: {"publication": {"icon": "icons/none.svg"}}},
    "a read-only PUT and its opposite": {
        ACTION: {"request": {"method": "PUT"}, "effects": {"readOnly": True, "destructive": False}},
        LISTING: {"effects": {"readOnly": False}},
    },
    "a read-only POST": {ACTION: {"request": {"method": "POST"}, "effects": {"readOnly": True, "destructive": False}}},
    "a read-only POST that is idempotent": {
        ACTION: {"request": {"method": "POST"}, "effects": {"readOnly": True, "destructive": False, "idempotent": True}}
    },
    "keywords of an input in a template": inputs(
        other={**OTHER, "x-in": "template", "x-name": "o"},
        more={**OTHER, "title": "M", "x-in": "query", "x-pointer": "/m"},
    ),
    "a body of OPTIONS": {
        ACTION: {"request": {"method": "OPTIONS"}, "inputs": {"properties": {"a": {**OTHER, "x-in": "body"}}}}
    },
    "important inputs between advanced ones": inputs(
        thing_id={"x-ms-visibility": "advanced"},
        b={**placed("Hat"), "x-ms-visibility": "important"},
        c={**placed("Cap"), "x-ms-visibility": "advanced"},
        d={**placed("Wig"), "x-ms-visibility": "important"},
    ),
    "aliases that are free": inputs(thing_id={"x-aliases": ["id", "no"]}, other={**OTHER, "x-aliases": ["o"]}),
    "an alias that is another name, and one of its own": inputs(
        thing_id={"x-aliases": ["other", "thing_id"]}, other={**OTHER, "x-aliases": ["o"]}
    ),
    "one name in the query and in a header": inputs(
        a={**OTHER, "title": "A", "x-in": "header", "x-name": "o"}, b={**OTHER, "title": "B", "x-name": "o"}
    ),
    "two parameters of one name in other cases": inputs(
        a={**OTHER, "title": "A", "x-name": "o"}, b={**OTHER, "title": "B", "x-name": "O"}
    ),
    "three inputs of one name": inputs(
        a={**OTHER, "title": "A", "x-name": "o"},
        b={**OTHER, "title": "B", "x-name": "o"},
        c={**OTHER, "title": "C", "x-name": "o"},
    ),
    "a defined list without items": inputs(
        a={"title": "A", "description": "Some numbers.", "items": {"type": "array"}}, b={**OTHER, "type": "object"}
    ),
    "an output that is a row of a list of lists": outputs(
        name={
            "items": {
                "type": ["array", "null"],
                "items": {"type": "object", "properties": {"a": {**OTHER, "type": "string"}}},
            }
        }
    ),
    "a default in a row": inputs(
        rows={"title": "Rows", "description": "All of it.", "x-in": "query", "items": {"x-array-style": "repeat"}}
    ),
    "pointers that only repeat the name": outputs(
        name={"x-pointer": "/name"},
        more={"title": "M", "description": "Anything.", "x-pointer": ["/more"]},
        last={"title": "L", "description": "Whatever.", "x-pointer": "/lost"},
    ),
    "a summary, a key and an operation ID that are taken": {
        ACTION: {"summary": "ThingsGet", "operationId": "thingsget"},
        LISTING: {"summary": "get_THING"},
    },
    "a longer pattern": inputs(thing_id={"pattern": "^(a|b)*$", "x-in": "quarry", "minLength": "1"}),
    "one of many kinds": {ACTION: {"inputs": {"x-rules": [{"kind": "choose"}, {"key": "a"}, 7]}}},
    "an error body of an unsafe pattern": {CONNECTOR: {"errorBody": {"kinds": "(a+)+", "code": 7}}},
    "keywords deep in a file": {
        ACTION: {
            "examples": [{"title": "A", "interactions": [{"response": {"boddy": {}}, "request": {"query": [["a"]]}}]}],
            "pagination": {"row": "name"},
        }
    },
    "keywords of a file unlike any": {
        CONNECTOR: {"conection": {}, "throttle": {"callls": 1}, "groups": {"a": {"tilte": "A"}}}
    },
    "unsendable texts in lists and keys": {ACTION: '{"a~b/c": ["\\udfff", {"x": NaN}, Infinity], "\\ud800": [NaN]}'},
    "handlers beside a file that is broken": {
        HANDLERS: HEAD + "get_thing = send\nlist_things = page\nmend_thing = send\n",
        "definitions/things/mend_thing.json": "{",
    },
    "a folder named like handlers": {"actions/other.py/a.txt": "x", "actions/more.py": "def help_me(call): ...\n"},
    "a default where a shared error is missing": {
        ACTION: {"errors": ["thing_gone"], "inputs": {"properties": {"thing_id": {"x-in": "path"}}}}
    },
    "a shared keyword that is a default of one of two": {
        COMMON: {"$defs": {"a": {**OTHER, "type": "string", "x-in": "query"}}},
        **inputs(other={"$ref": "#/$defs/a"}),
        LISTING: {
            "request": {"method": "POST"},
            "effects": {"destructive": False},
            "inputs": {"properties": {"other": {"$ref": "#/$defs/a"}}},
        },
    },
    "a shared keyword that is a default of both": {
        COMMON: {"$defs": {"a": {**OTHER, "type": "string", "x-in": "query"}}},
        **inputs(other={"$ref": "#/$defs/a"}),
        LISTING: {"inputs": {"properties": {"other": {"$ref": "#/$defs/a"}}}},
    },
    "defaults inside lists and objects": {
        ACTION: {
            "examples": [
                {**example({"thing_id": "t"}, outputs={"name": None}), "interactions": [{"response": {"headers": {}}}]}
            ]
        },
        CONNECTOR: {"publication": {"categories": []}},
    },
    "a null that is a value": {
        ACTION: {
            "examples": [{**example({"thing_id": "t"}), "interactions": [{"response": {"body": None}}], "outputs": {}}]
        }
    },
    "x-in of a shared definition": {
        COMMON: {"$defs": {"a": {**OTHER, "x-in": "header"}}},
        **inputs(other={"$ref": "#/$defs/a"}),
    },
    "a test of connections in a file that is broken": {LISTING: "{"},
    "a test of connections with required inputs": {LISTING: {"inputs": {"required": ["cursor"]}, "pagination": None}},
    "no test of connections": {CONNECTOR: {"connection": {"test": None}}},
    "no header for idempotency keys": {
        CONNECTOR: {"idempotency": None},
        **idempotent(**{"x-name": "X-Key", "description": "Your own text, once."}),
    },
    "an idempotency key under its own name": {
        ACTION: {
            "idempotency": {"input": "idempotency-KEY"},
            "inputs": {"properties": {"idempotency-KEY": placed("Hat", **{"x-in": "header"})}},
        }
    },
    "two idempotency keys, one of them broken": {
        ACTION: {"idempotency": {"input": "none"}},
        LISTING: {
            "idempotency": {"input": "Idempotency-Key"},
            "inputs": {"properties": {"Idempotency-Key": {**placed("Hat"), "x-in": "body"}}},
        },
    },
    "a bulk job of actions that are not there": {LISTING: {"bulk": {**BULK, "run": "none"}}},
    "a bulk job of an action in a file that is broken": {
        LISTING: {"bulk": {**BULK, "run": "none"}},
        "definitions/things/none.json": "{",
    },
    "dynamic values after a field without, and after broken ones": {
        ACTION: {
            "inputs": {
                "properties": {
                    "a": {**placed("Hat"), "x-ms-dynamic-values": DYNAMIC | {"operationId": "ThingsList"}},
                    "b": {**placed("Cap"), "x-ms-dynamic-values": DYNAMIC | {"value-path": "key"}},
                    "c": {**placed("Wig"), "x-ms-dynamic-values": DYNAMIC},
                }
            }
        }
    },
    "a title that is another's beyond the object": {
        ACTION: {
            "inputs": {"properties": {"name": placed("Name")}},
            "outputs": {"properties": {"b": {**placed("Hat"), "title": ""}, "c": {**placed("Cap"), "title": None}}},
        }
    },
    "titles that three fields share": outputs(a=placed("Name"), b=placed("name"), c=placed("Hat")),
    "descriptions that say less, and no more": outputs(
        a={"title": "Hat", "description": "The hat, the hats, hatting."},
        b={"title": "Hats and caps", "description": "“Hat”, hat."},
        c={"title": "Passes", "description": "The pass of the passes."},
        d={"title": "Boxing", "description": "Box, boxes, boxed, boxing."},
        other_parts={"title": "The rest", "description": "The parts; others."},
        partsOfIt={"title": "All", "description": "Parts of it."},
    ),
    "texts that end inside brackets": outputs(
        a={"title": "Hat", "description": "A thing to wear (on one's head.)"},
        b={"title": "Cap", "description": "A thing to wear (on one's head)"},
        c={"title": "Wig", "description": "A thing to wear… "},
    ),
    "lists of many kinds": {
        ACTION: {
            "outputs": {
                "properties": {
                    "a": {**placed("Hat"), "type": ["array", "null"], "items": {"type": "string"}},
                    "b": {**placed("Cap"), "type": "object", "properties": {"c": placed("Wig")}},
                    "d": {"$ref": "#/$defs/d"},
                },
                "$defs": {"d": {**placed("Bow"), "type": "array", "items": {"type": "object"}}},
            }
        }
    },
    "an action with a default after one of which something is missing": {
        ACTION: {"errors": ["thing_gone"]},
        LISTING: {"inputs": {"properties": {"cursor": {"x-in": "query"}}}},
    },
    "an example that does not hold after an action that cannot run": {
        ACTION: {"request": {"path": "/things/{no}"}},
        LISTING: {"examples": [{**example({}, outputs={"results": []}), "interactions": []}]},
    },
    "a handler of one page after one that is no function": {HANDLERS: HEAD + "get_thing = 7\nlist_things = send\n"},
    "a throttle, an idempotency key and fields of the second action": {
        LISTING: {
            "throttle": {"calls": 1000, "renewalPeriod": 60},
            "idempotency": {"input": "none"},
            "inputs": {
                "properties": {
                    "rows": {**placed("Hat"), "items": {"properties": {"a": placed("Cap")}}},
                    "more": {**placed("Wig"), "x-name": "cursor"},
                    "last": {**placed("Bow"), "x-in": "header", "x-pointer": "/last"},
                }
            },
        }
    },
    "a description that repeats its title after one that is blank": outputs(
        a={"title": "Hat", "description": " "}, b={"title": "Cap", "description": "The cap."}
    ),
    "a list of files in a form, and files in a row and in an object": changing(
        "multipart",
        a=placed("Hat", items={"x-file": True}, examples=None),
        b=placed("Cap", items={"properties": {"c": placed("Wig", **{"x-file": True})}}),
        d=placed("Bow", type="object", properties={"e": placed("Tie", **{"x-file": True})}),
    ),
    "a fieldset, a rule and an error that nobody uses": {
        COMMON: {
            "fieldsets": {"hats": {"...caps": {}}},
            "$defs": {"wig": {"type": "object", "properties": {"...wigs": {}}}},
            "errors": {"gone": {"status": 410, "sentence": "Gone"}},
        }
    },
}
