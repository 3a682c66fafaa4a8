"""Makes the tables of facts that the tests judge the definitions by.

`python tests/facts/make.py <the service's OpenAPI file> <the table of documented actions>` writes `api.json` and
`table.json` beside this file. Both hold names, places, types and choices, and no sentence of their sources.
What the service does beyond its own description is kept by hand in `beyond.json`; the shapes it names are added here.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent

NOT_DOCUMENTED = [
    "POST /auth/issue-token",
    "GET /automations",
    "GET /automations/runs",
    "GET /automations/runs/{}/steps",
    "DELETE /brands/{}",
    "PUT /brands/{}",
    "POST /inbound/courier",
    "GET /journeys",
    "POST /journeys/cancel",
    "POST /journeys/{}/invoke",
    "PUT /lists/{}/subscriptions",
    "PUT /lists/{}/subscriptions/{}",
    "POST /messages/{}/cancel",
    "POST /messages/{}/resend",
    "POST /notifications",
    "DELETE /notifications/{}",
    "GET /notifications/{}",
    "PUT /notifications/{}",
    "GET /notifications/{}/content",
    "PUT /notifications/{}/content",
    "PUT /notifications/{}/elements/{}",
    "PUT /notifications/{}/locales/{}",
    "GET /notifications/{}/metrics",
    "POST /notifications/{}/publish",
    "GET /notifications/{}/versions",
    "DELETE /notifications/{}/{}/checks",
    "GET /notifications/{}/{}/checks",
    "PUT /notifications/{}/{}/checks",
    "PUT /profiles/{}",
    "DELETE /profiles/{}/lists",
    "GET /profiles/{}/lists",
    "POST /profiles/{}/lists",
    "GET /providers",
    "POST /providers",
    "GET /providers/catalog",
    "DELETE /providers/{}",
    "GET /providers/{}",
    "PATCH /providers/{}",
    "PUT /providers/{}",
    "GET /routing-strategies",
    "POST /routing-strategies",
    "DELETE /routing-strategies/{}",
    "GET /routing-strategies/{}",
    "PUT /routing-strategies/{}",
    "GET /routing-strategies/{}/notifications",
    "GET /tenants",
    "DELETE /tenants/{}",
    "GET /tenants/{}",
    "PUT /tenants/{}",
    "DELETE /tenants/{}/default_preferences/items/{}",
    "PUT /tenants/{}/default_preferences/items/{}",
    "GET /tenants/{}/templates",
    "DELETE /tenants/{}/templates/{}",
    "GET /tenants/{}/templates/{}",
    "PUT /tenants/{}/templates/{}",
    "POST /tenants/{}/templates/{}/publish",
    "GET /tenants/{}/templates/{}/versions/{}",
    "GET /tenants/{}/users",
    "GET /translations/{}/{}",
    "PUT /translations/{}/{}",
    "GET /users/{}/preferences",
    "POST /users/{}/preferences",
    "PUT /users/{}/preferences",
    "DELETE /users/{}/preferences/{}",
    "GET /users/{}/preferences/{}",
    "PUT /users/{}/preferences/{}",
    "DELETE /users/{}/tenants",
    "GET /users/{}/tenants",
    "PUT /users/{}/tenants",
    "DELETE /users/{}/tenants/{}",
    "PUT /users/{}/tenants/{}",
    "GET /users/{}/tokens",
    "PUT /users/{}/tokens",
    "DELETE /users/{}/tokens/{}",
    "GET /users/{}/tokens/{}",
    "PATCH /users/{}/tokens/{}",
    "PUT /users/{}/tokens/{}",
]
"""Operations the connector offers although the table has no action for them."""

_SMALLEST_SHAPE = 3
_SCALARS = {"string", "integer", "number", "boolean"}

Leaf = dict[str, Any]
"""`{"type": [names], "enum": [choices] or None}`."""


def anonymous(path: str) -> str:
    """The path with its placeholders' names taken out."""
    return re.sub(r"{[^}]*}", "{}", path)


class Reader:
    """Flattens the schemas of an OpenAPI document into tables of pointers.

    Args:
        document: The OpenAPI document.
    """

    def __init__(self, document: dict[str, Any]) -> None:
        self._schemas: dict[str, Any] = document["components"]["schemas"]
        self._parameters: dict[str, Any] = document["components"].get("parameters", {})
        self._flat: dict[str, dict[str, Leaf]] = {}
        self._open: list[str] = []
        self.shapes: dict[str, Any] = {}

    def parameter(self, parameter: dict[str, Any]) -> dict[str, Any]:
        """The parameter, with its reference followed."""
        if "$ref" in parameter:
            return dict(self._parameters[parameter["$ref"].rsplit("/", 1)[-1]])
        return parameter

    def shape(self, name: str) -> None:
        """Add the table of a named schema to `shapes`, and of those it uses."""
        if name in self.shapes:
            return
        self.shapes[name] = {}
        self.shapes[name] = shown(self._table(name))

    def flatten(self, schema: dict[str, Any]) -> dict[str, Leaf]:
        """Every place below a schema: lists as `[]`, keyed objects as `*`, named shapes as `@Name`."""
        if "$ref" in schema:
            return self._named(schema["$ref"].rsplit("/", 1)[-1])
        table: dict[str, Leaf] = {}
        for part in ("allOf", "oneOf", "anyOf"):
            for variant in schema.get(part, []):
                merge(table, self.flatten(variant))
        if "allOf" in schema and table.get("", _leaf("")) == _leaf("object"):
            del table[""]
        for name, inner in schema.get("properties", {}).items():
            merge(table, prefixed("/" + name.replace("~", "~0").replace("/", "~1"), self.flatten(inner)))
        kind = schema.get("type")
        if kind == "array":
            items = {"$ref": schema["x-item-schema"]} if "x-item-schema" in schema else schema.get("items", {})
            merge(table, prefixed("/[]", self.flatten(items)))
        merge(table, self._rest(schema, table))
        return table

    def _rest(self, schema: dict[str, Any], table: dict[str, Leaf]) -> dict[str, Leaf]:
        """What the schema says besides its properties: a scalar, a keyed object, or anything."""
        kind = schema.get("type")
        extra = schema.get("additionalProperties")
        if kind in _SCALARS:
            return {"": {"type": [kind], "enum": schema.get("enum")}}
        if isinstance(extra, dict) and extra:
            inner = self.flatten(extra)
            return {"": _leaf("object")} if inner == {"": _leaf("any")} else prefixed("/*", inner)
        if kind == "object" and (extra is True or extra == {} or not table):
            return {"": _leaf("object")}
        return {} if table or kind in {"array", "object"} else {"": _leaf("any")}

    def _named(self, name: str) -> dict[str, Leaf]:
        if name in self._open:
            self.shape(name)
            return {"": _leaf("@" + name)}
        table = self._table(name)
        if name in self.shapes or len(table) > _SMALLEST_SHAPE:
            self.shape(name)
            return {"": _leaf("@" + name)}
        return table

    def _table(self, name: str) -> dict[str, Leaf]:
        if name not in self._flat:
            self._open.append(name)
            self._flat[name] = self.flatten(self._schemas[name])
            self._open.pop()
        return self._flat[name]


def _leaf(kind: str) -> Leaf:
    return {"type": [kind], "enum": None}


def prefixed(prefix: str, table: dict[str, Leaf]) -> dict[str, Leaf]:
    """The table, one step further down."""
    return {prefix + place: leaf for place, leaf in table.items()}


def merge(table: dict[str, Leaf], other: dict[str, Leaf]) -> None:
    """Add the places of a variant; what both have may be either."""
    for place, leaf in other.items():
        known = table.get(place)
        if known is None:
            table[place] = {"type": list(leaf["type"]), "enum": leaf["enum"]}
            continue
        both = known["enum"] is not None and leaf["enum"] is not None
        known["enum"] = list(dict.fromkeys([*known["enum"], *leaf["enum"]])) if both else None
        known["type"] = list(dict.fromkeys([*known["type"], *leaf["type"]]))


def shown(table: dict[str, Leaf]) -> dict[str, Any]:
    """The table as it is written: `string`, `string|integer`, or a list of a type and its choices."""
    written: dict[str, Any] = {}
    for place, leaf in sorted(table.items()):
        kind = "|".join(leaf["type"])
        written[place] = [kind, *(choice for choice in leaf["enum"] if choice is not None)] if leaf["enum"] else kind
    return written


def operation(reader: Reader, path_item: dict[str, Any], described: dict[str, Any]) -> dict[str, Any]:
    """The facts of one operation."""
    facts: dict[str, Any] = {"query": {}, "headers": [], "request": {}, "response": {}}
    parameters = [*path_item.get("parameters", []), *described.get("parameters", [])]
    parameters += [{"$ref": ref} for ref in described.get("x-idempotency-headers", [])]
    for parameter in map(reader.parameter, parameters):
        if parameter["in"] == "query":
            table = reader.flatten(parameter["schema"])
            leaf = next(iter(table.values()))
            facts["query"][parameter["name"]] = "|".join(leaf["type"]) + (" list" if "/[]" in table else "")
        elif parameter["in"] == "header":
            facts["headers"].append(parameter["name"])
    for content in described.get("requestBody", {}).get("content", {}).values():
        facts["request"] = shown(reader.flatten(content["schema"]))
    replies: dict[str, Leaf] = {}
    for status, reply in described["responses"].items():
        if status.startswith("2"):
            for content in reply.get("content", {}).values():
                merge(replies, reader.flatten(content["schema"]))
    facts["response"] = shown(replies)
    if facts["request"] == {"": "object"}:
        facts["request"] = {}
    return {part: entries for part, entries in facts.items() if entries}


def api(document: dict[str, Any], wanted: list[str], beyond: dict[str, Any]) -> dict[str, Any]:
    """The facts of every wanted operation."""
    reader = Reader(document)
    operations = {}
    for path, item in document["paths"].items():
        for method, described in item.items():
            name = f"{method.upper()} {anonymous(path)}"
            if name in wanted:
                operations[name] = operation(reader, item, described)
    for name in re.findall(r"@(\w+)", json.dumps(beyond)):
        reader.shape(name)
    used: dict[str, Any] = {}
    waiting = [json.dumps(operations) + json.dumps(beyond)]
    while waiting:
        for name in re.findall(r"@(\w+)", waiting.pop()):
            if name in reader.shapes and name not in used:
                used[name] = reader.shapes[name]
                waiting.append(json.dumps(used[name]))
    return {"operations": {name: operations[name] for name in wanted}, "shapes": dict(sorted(used.items()))}


def table(documented: list[dict[str, Any]]) -> dict[str, Any]:
    """The documented actions, compactly, by operation id."""
    return {
        action["operationId"]: {
            "summary": action["summary"],
            "method": action["method"],
            "path": action["path"],
            "response": action["response"],
            "parameters": [
                [entry[word] for word in ("key", "in", "path", "type", "title", "required")]
                for entry in action["parameters"]
            ],
            "returns": [[entry[word] for word in ("path", "type", "title")] for entry in action["returns"]],
        }
        for action in documented
    }


def written(value: Any, indent: str = "") -> str:
    """JSON with one line per fact: objects and lists of lists are opened, lists of plain values stay on a line."""
    inner = indent + "  "
    if isinstance(value, dict) and value:
        lines = [f"{inner}{json.dumps(key)}: {written(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(item, list) for item in value):
        lines = [inner + json.dumps(item, ensure_ascii=False) for item in value]
        return "[\n" + ",\n".join(lines) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def main() -> None:
    """Read the sources, write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("openapi", type=Path)
    parser.add_argument("actions", type=Path)
    paths = parser.parse_args()
    documented = json.loads(paths.actions.read_text(encoding="utf-8"))
    wanted = [f"{entry['method']} {anonymous(entry['path'])}" for entry in documented] + NOT_DOCUMENTED
    beyond = json.loads((HERE / "beyond.json").read_text(encoding="utf-8"))
    facts = api(json.loads(paths.openapi.read_text(encoding="utf-8")), sorted(wanted), beyond)
    (HERE / "api.json").write_text(written(facts) + "\n", encoding="utf-8")
    (HERE / "table.json").write_text(written(table(documented)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
