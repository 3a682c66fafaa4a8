"""The inputs of an action with only those keywords of JSON Schema that every agent host accepts.

Hosts pass a tool's schema on to a model provider, and each provider accepts another subset of JSON Schema; one keyword
too many loses the tool, or all tools. So a schema here has only types, titles, descriptions, enums, rows and required
fields. Everything else (bounds, formats, defaults, an example, where choices come from) is in the field's description.
The connector itself validates the inputs against the whole schema.

Rows nested in rows of the same kind are written out twice; deeper rows are free-form, and the description says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from connector.catalogue.action import Action
from connector.export.descriptions import CONSTRAINTS, constraint_sentence
from connector.export.errors import cannot_export
from connector.export.schema_walk import Schema, resolve, types_of
from connector.validation.text_values import as_text

_LEVELS = 2
"""Levels of nested rows that are written out."""
_LONGEST_EXAMPLE = 120
_FILE = 'A file: {"$content-type": "image/png", "$content": "<base64>", "$filename": "cat.png"}.'
"""What a file is; not every host accepts `$` in the names of properties."""
_NUMBER_FORMATS = frozenset({"int32", "int64", "float", "double"})


class PortableSchema:
    """The portable form of the inputs of an action.

    Args:
        action: The action.
        tools: Names of the tools by operation id, for fields whose choices another tool lists.
        only_important: Leave out the fields that are neither required nor important, and the titles.
        names: Only these fields of the action, with everything inside.

    Attributes:
        left_out: The fields that are neither required nor important, where these are left out.
    """

    def __init__(
        self,
        action: Action,
        tools: Mapping[str, str],
        *,
        only_important: bool = False,
        names: Collection[str] | None = None,
    ) -> None:
        self._action = action
        self._root: Schema = action.document["inputs"]
        self._tools = tools
        self._only_important = only_important
        self._names = names
        self.left_out: list[str] = []

    def schema(self) -> Schema:
        """The whole schema.

        Raises:
            ExportError: A field has no type, or is a map of more than plain values, which not every host accepts.
        """
        return self._object(self._root, "", ())

    def _object(self, schema: Schema, key: str, inside: tuple[str, ...]) -> Schema:
        made: Schema = {"type": "object"}
        # OpenAI requires `properties` at the root, even if there are none.
        if schema.get("properties") or not key:
            kept = {name: f"{key}.{name}" if key else name for name in self._kept(schema, key)}
            made["properties"] = {
                name: self._field(schema["properties"][name], path, inside) for name, path in kept.items()
            }
        if required := [name for name in schema.get("required", ()) if name in made.get("properties", {})]:
            made["required"] = required
        return made

    def _kept(self, schema: Schema, key: str) -> list[str]:
        """The names of the fields that are in the schema."""
        fields = schema.get("properties", {})
        if self._names is not None and not key:
            return [name for name in fields if name in self._names]
        if not self._only_important:
            return list(fields)
        needed = {name for name, field in fields.items() if self._is_important(field)} | {*schema.get("required", ())}
        self.left_out += [f"{key}.{name}" if key else name for name in fields if name not in needed]
        return [name for name in fields if name in needed]

    def _is_important(self, field: Schema) -> bool:
        visibility = resolve(field, self._root).get("x-ms-visibility", "important")
        return bool(visibility == "important")

    def _field(self, declared: Schema, key: str, inside: tuple[str, ...]) -> Schema:
        field = resolve(declared, self._root)
        reference = declared.get("$ref")
        if reference is not None and inside.count(reference) >= _LEVELS:
            return self._labelled(self._cut(field, key), field, key, "Nested rows, like the rows around it.")
        inside = (*inside, reference) if reference is not None else inside
        return self._labelled([self._branch(kind, field, key, inside) for kind in types_of(field)], field, key)

    def _branch(self, kind: str, field: Schema, key: str, inside: tuple[str, ...]) -> Schema:
        """The field as this type."""
        if kind == "object":
            return {"type": "object"} if field.get("x-file") else self._object(field, key, inside)
        if kind == "array":
            if "items" not in field:
                raise cannot_export(self._action, f"items of “{key}” have no type, which not every host accepts")
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
                    raise cannot_export(self._action, f"“{key}” is nested without end, which not every host accepts")
                branches.append({"type": "array", "items": _joined([{"type": inner} for inner in kinds])})
            else:
                branches.append({"type": kind})
        return branches

    def _labelled(self, branches: list[Schema], field: Schema, key: str, more: str = "") -> Schema:
        """The branches as one schema, with title and description."""
        labels: Schema = {"title": field["title"]} if "title" in field and not self._only_important else {}
        if description := " ".join(self._description(field, key, more)):
            labels["description"] = description
        if len(branches) == 1:
            return {"type": branches[0]["type"], **labels, **branches[0]}
        # Gemini on Vertex accepts nothing beside anyOf.
        return {"anyOf": [{"type": branch["type"], **labels, **branch} for branch in branches]}

    def _description(self, field: Schema, key: str, more: str) -> list[str]:
        sentences = [field["description"]] if "description" in field else []
        sentences += [more] if more else []
        sentences += [_FILE] if field.get("x-file") else []
        sentences += _limits(field)
        if isinstance(field.get("additionalProperties"), dict):
            sentences.append(f"Each value is of type {self._plain(field['additionalProperties'], key)}.")
        sentences += self._source(field)
        if field.get("writeOnly"):
            sentences.append("Secret.")
        if field.get("deprecated"):
            sentences.append("Deprecated.")
        if field.get("examples") and not field.get("writeOnly"):
            example = as_text(field["examples"][0])
            sentences += [f"Example: {example}"] if len(example) <= _LONGEST_EXAMPLE else []
        return sentences

    def _source(self, field: Schema) -> list[str]:
        source: dict[str, Any] | None = field.get("x-ms-dynamic-values")
        if source is None or source["operationId"] not in self._tools:
            return []
        tool = self._tools[source["operationId"]]
        return [f"For the allowed values, call {tool}: “{source['value-path']}” in “{source['value-collection']}”."]

    def _plain(self, value: Schema, key: str) -> str:
        kinds = types_of(resolve(value, self._root))
        if not kinds or {"array", "object"} & set(kinds):
            raise cannot_export(self._action, f"values of “{key}” are not plain, which not every host accepts")
        return " or ".join(kinds)


def _limits(field: Schema) -> Iterator[str]:
    """Sentences for what the portable keywords cannot express."""
    choices = _choices(field)
    if not all(isinstance(value, str | None) for value in choices):
        yield f"Allowed values: {', '.join(map(as_text, choices))}."
    if field.get("default") is not None:
        yield f"Default: {as_text(field['default'])}."
    yield from (constraint_sentence(keyword, field[keyword]) for keyword in CONSTRAINTS if keyword in field)
    if field.get("uniqueItems"):
        yield "No duplicates."
    if "pattern" in field:
        yield f"Pattern: {field['pattern']}"
    if field.get("format", "int64") not in _NUMBER_FORMATS:
        yield f"Format: {field['format']}."


def _choices(field: Schema) -> list[Any]:
    return [field["const"]] if field.get("const") is not None else field.get("enum", [])


def _joined(branches: list[Schema]) -> Schema:
    return branches[0] if len(branches) == 1 else {"anyOf": branches}
