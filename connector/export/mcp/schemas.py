"""The schemas of an action in the few words of JSON Schema that every agent host takes.

Hosts pass a tool's schema on to a model's maker, and each takes another part of JSON Schema; one word that is refused
takes the whole tool away, or all tools. So a schema here has types, labels, texts, choices, rows and what is required.
All else that a definition says of a field (bounds, formats, defaults, an example, where choices come from) is said in
the field's description. The connector itself judges the inputs by the whole schema.

A row that holds rows of its own kind is written out twice; deeper rows are free-form, and the description says so.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from connector.catalogue.action import Action
from connector.export.vocabulary import Schema, cannot, resolve, types_of
from connector.export.words import BOUNDS, bound

_LEVELS = 2
"""How often a row is written out inside itself."""
_LONGEST_EXAMPLE = 120
_TOLD_BY_THE_TYPE = frozenset({"int32", "int64", "float", "double"})


class Portable:
    """Makes the portable form of one schema.

    Args:
        action: Whose schema it is.
        side: Which of the two.
        tools: Names of the tools by operation id, for the fields whose choices another tool lists.
    """

    def __init__(self, action: Action, side: Literal["inputs", "outputs"], tools: Mapping[str, str]) -> None:
        self._action = action
        self._root: Schema = action.document[side]
        self._is_input = side == "inputs"
        self._tools = tools

    def schema(self) -> Schema:
        """The whole of it.

        Raises:
            ExportError: A field can hold anything, or a map of more than plain values: no words that all hosts take
                say that.
        """
        return self._object(self._root, "", ())

    def _object(self, schema: Schema, key: str, inside: tuple[str, ...]) -> Schema:
        made: Schema = {"type": "object"}
        # A model's maker wants the properties of the whole, even where there are none.
        if schema.get("properties") or not key:
            made["properties"] = {
                name: self._field(field, f"{key}.{name}" if key else name, inside)
                for name, field in schema.get("properties", {}).items()
            }
        if schema.get("required"):
            made["required"] = schema["required"]
        return made

    def _field(self, declared: Schema, key: str, inside: tuple[str, ...]) -> Schema:
        field = resolve(declared, self._root)
        reference = declared.get("$ref")
        if reference is not None and inside.count(reference) >= _LEVELS:
            return self._worded(self._cut(field, key), field, key, "Nested further, in the form of the rows around it.")
        inside = (*inside, reference) if reference is not None else inside
        return self._worded([self._branch(kind, field, key, inside) for kind in types_of(field)], field, key)

    def _branch(self, kind: str, field: Schema, key: str, inside: tuple[str, ...]) -> Schema:
        """The field where it is of this type."""
        if kind == "object":
            return self._object(field, key, inside)
        if kind == "array":
            if "items" not in field:
                raise cannot(self._action, f"the list “{key}” can hold anything, which not every host takes")
            return {"type": "array", "items": self._field(field["items"], f"{key}[]", inside)}
        if kind == "string":
            choices = [value for value in _choices(field) if isinstance(value, str)]
            return {"type": "string", **({"enum": choices} if choices else {})}
        return {"type": kind}

    def _cut(self, field: Schema, key: str) -> list[Schema]:
        """The field with free-form rows."""
        branches: list[Schema] = []
        for kind in types_of(field):
            if kind == "array":
                item = resolve(field["items"], self._root)
                kinds = types_of(item)
                if "array" in kinds:
                    raise cannot(self._action, f"the list “{key}” holds lists without end, which not every host takes")
                branches.append({"type": "array", "items": _joined([{"type": inner} for inner in kinds])})
            else:
                branches.append({"type": kind})
        return branches

    def _worded(self, branches: list[Schema], field: Schema, key: str, more: str = "") -> Schema:
        """The branches as one schema, with its label and its text."""
        words: Schema = {"title": field["title"]} if "title" in field else {}
        if told := " ".join(self._description(field, key, more)):
            words["description"] = told
        if len(branches) == 1:
            return {"type": branches[0]["type"], **words, **branches[0]}
        if self._is_input:
            # Where there is anyOf, Gemini on Vertex takes nothing beside it.
            return {"anyOf": [{"type": branch["type"], **words, **branch} for branch in branches]}
        return {**words, **_joined(branches)}

    def _description(self, field: Schema, key: str, more: str) -> list[str]:
        told = [field["description"]] if "description" in field else []
        told += [more] if more else []
        told += _limits(field)
        if isinstance(field.get("additionalProperties"), dict):
            told.append(f"Each value is of the type {self._plain(field['additionalProperties'], key)}.")
        told += self._source(field)
        if field.get("writeOnly"):
            told.append("Secret.")
        if field.get("deprecated"):
            told.append("Deprecated.")
        if self._is_input and field.get("examples") and not field.get("writeOnly"):
            example = _shown(field["examples"][0])
            told += [f"For example: {example}"] if len(example) <= _LONGEST_EXAMPLE else []
        return told

    def _source(self, field: Schema) -> list[str]:
        source: dict[str, Any] | None = field.get("x-ms-dynamic-values")
        if source is None or source["operationId"] not in self._tools:
            return []
        tool = self._tools[source["operationId"]]
        return [f"The tool {tool} lists the choices: “{source['value-path']}” in “{source['value-collection']}”."]

    def _plain(self, value: Schema, key: str) -> str:
        kinds = types_of(resolve(value, self._root))
        if not kinds or {"array", "object"} & set(kinds):
            raise cannot(self._action, f"the map “{key}” holds more than plain values, which not every host takes")
        return " or ".join(kinds)


def _limits(field: Schema) -> Iterator[str]:
    """What the portable words do not say of a value, in a text."""
    choices = _choices(field)
    if not all(isinstance(value, str | None) for value in choices):
        yield f"One of {', '.join(map(_shown, choices))}."
    if field.get("default") is not None:
        yield f"Default: {_shown(field['default'])}."
    yield from (bound(word, field[word]) for word in BOUNDS if word in field)
    if field.get("uniqueItems"):
        yield "No entry twice."
    if "pattern" in field:
        yield f"In the form {field['pattern']}."
    if field.get("format", "int64") not in _TOLD_BY_THE_TYPE:
        yield f"Format: {field['format']}."


def _choices(field: Schema) -> list[Any]:
    return [field["const"]] if field.get("const") is not None else field.get("enum", [])


def _joined(branches: list[Schema]) -> Schema:
    return branches[0] if len(branches) == 1 else {"anyOf": branches}


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
