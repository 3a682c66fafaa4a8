"""Parameters and schemas that occur several times, moved to `parameters` and `definitions`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from connector.export.power_platform.naming import singular, type_name

Json = dict[str, Any]

_WORTH = 300
"""Characters from which a repeated schema becomes a definition; a reference has about fifty."""


def share_parameters(operations: list[Json]) -> Json:
    """Replace each parameter that several operations have by a reference, and return the shared ones by name."""
    seen = Counter(_text(parameter) for operation in operations for parameter in operation["parameters"])
    names = _Names()
    shared: Json = {}
    for operation in operations:
        for place, parameter in enumerate(operation["parameters"]):
            if parameter["in"] == "body" or seen[_text(parameter)] == 1:
                continue
            name = names.of(type_name(parameter["name"]), _text(parameter))
            shared[name] = parameter
            operation["parameters"][place] = {"$ref": f"#/parameters/{name}"}
    return dict(sorted(shared.items()))


def share_schemas(operations: list[Json]) -> Json:
    """Replace each object schema that occurs several times by a reference, and return the shared ones by name."""
    seen = Counter(
        _text(part)
        for operation in operations
        for holder, _ in _schemas(operation)
        for part in _objects(holder["schema"])
    )
    sharing = _Sharing({text for text, times in seen.items() if times > 1 and len(text) >= _WORTH})
    for operation in operations:
        for holder, side in _schemas(operation):
            holder["schema"] = sharing.put(holder["schema"], operation["operationId"] + side)
    return dict(sorted(sharing.shared.items()))


class _Sharing:
    """Replaces repeated schemas, which are given as text, by references; `shared` has them by name."""

    def __init__(self, repeated: set[str]) -> None:
        self._repeated = repeated
        self._names = _Names()
        self.shared: Json = {}

    def put(self, schema: Json, name: str) -> Json:
        """The schema, or a reference to it."""
        text = _text(schema)
        if text not in self._repeated:
            return self._inside(schema, name)
        own = self._names.of(type_name(name), text)
        if own not in self.shared:
            self.shared[own] = self._inside(schema, name)
        return {"$ref": f"#/definitions/{own}"}

    def _inside(self, schema: Json, name: str) -> Json:
        made = dict(schema)
        if "properties" in made:
            made["properties"] = {key: self.put(part, key) for key, part in made["properties"].items()}
        for keyword in ("items", "additionalProperties"):
            if isinstance(made.get(keyword), dict):
                made[keyword] = self.put(made[keyword], singular(name))
        return made


class _Names:
    """One name per content; further contents of the same name get a number."""

    def __init__(self) -> None:
        self._texts: dict[str, str] = {}

    def of(self, name: str, text: str) -> str:
        number = 1
        own = name
        while self._texts.setdefault(own, text) != text:
            number += 1
            own = f"{name}{number}"
        return own


def _schemas(operation: Json) -> Iterator[tuple[Json, str]]:
    for parameter in operation["parameters"]:
        if "schema" in parameter:
            yield parameter, "Body"
    for response in operation["responses"].values():
        if "schema" in response:
            yield response, "Response"


def _objects(schema: Json) -> Iterator[Json]:
    if "properties" in schema:
        yield schema
    for part in schema.get("properties", {}).values():
        yield from _objects(part)
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from _objects(schema[keyword])


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)
