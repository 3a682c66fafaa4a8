"""The rows of a reference page's tables: every input and output, the fields of rows after their list."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from connector.catalogue.action import Action
from connector.export.docs.markdown import code, text
from connector.export.vocabulary import Schema, resolve, types_of
from connector.export.words import BOUNDS, bound


@dataclass(frozen=True)
class Entry:
    """A field of a table.

    Attributes:
        key: Its way in the inputs, `recipients[].email`.
        path: Its way in the outputs as it is documented, `results.id`.
        field: Its schema, references followed.
        required: Whether it must be given, in its row where it is in one.
        repeats: The entry whose rows these are once more, where they are not told again.
    """

    key: str
    path: str
    field: Schema
    required: bool
    repeats: Entry | None = None


def entries(schema: Schema) -> Iterator[Entry]:
    """Every field of a schema in the order of the screen; a row inside itself is not entered twice."""

    def below(fields: Schema, key: str, path: str, seen: dict[str, Entry]) -> Iterator[Entry]:
        for name, declared in fields.get("properties", {}).items():
            yield from one(declared, key + name, path + name, name in fields.get("required", []), seen)
        if isinstance(fields.get("additionalProperties"), dict):
            yield from one(fields["additionalProperties"], f"{key}*", f"{path}*", False, seen)

    def one(declared: Schema, key: str, path: str, required: bool, seen: dict[str, Entry]) -> Iterator[Entry]:
        field = resolve(declared, schema)
        inside, below_key, references = field, key, [declared.get("$ref")]
        while "items" in inside:
            references.append(inside["items"].get("$ref"))
            inside, below_key = resolve(inside["items"], schema), f"{below_key}[]"
        known = [reference for reference in references if reference]
        told = next((seen[reference] for reference in known if reference in seen), None)
        entry = Entry(key, path, field, required, told)
        yield entry
        if told is None:
            yield from below(inside, f"{below_key}.", f"{path}.", seen | dict.fromkeys(known, entry))

    yield from below(schema, "", "", {})


def type_name(field: Schema, root: Schema) -> str:
    """`string`, `array of object`, `string or integer`; null is not told."""
    kinds = [
        f"array of {type_name(resolve(field['items'], root), root)}" if kind == "array" and "items" in field else kind
        for kind in types_of(field)
        if kind != "null"
    ]
    return " or ".join(kinds) or "any"


def description(entry: Entry, *, names: Sequence[str] = (), choices: str = "", by_path: bool = False) -> str:
    """What a field is and what it must be like, as a cell.

    Args:
        entry: The field.
        names: Other names that are accepted for it.
        choices: Where its choices come from, in Markdown.
        by_path: The table names its fields by their paths, not by their keys.
    """
    field = entry.field
    told = [text(field["description"])] if "description" in field else []
    told += _limits(field)
    told += [choices] if choices else []
    if entry.repeats:
        same = entry.repeats.path if by_path else entry.repeats.key
        told.append(f"With the same fields as {code(same)}, to any depth.")
    if field.get("x-keep-empty"):
        told.append("Empty is a value here.")
    if field.get("writeOnly"):
        told.append("Secret: masked wherever it is shown.")
    if field.get("deprecated"):
        told.append("Deprecated.")
    if names:
        told.append(f"Also accepted: {', '.join(map(code, names))}.")
    return " ".join(told)


def _limits(field: Schema) -> Iterator[str]:
    """What a value must be like, and what it is when it is left empty."""
    if "enum" in field:
        yield f"One of {', '.join(_value(value) for value in field['enum'] if value is not None)}."
    if "const" in field:
        yield f"Always {_value(field['const'])}."
    if field.get("default") is not None:
        yield f"Default: {_value(field['default'])}."
    yield from (bound(word, field[word]) for word in BOUNDS if word in field)
    if field.get("uniqueItems"):
        yield "No entry twice."
    if "pattern" in field:
        yield f"In the form {code(field['pattern'])}."
    if "format" in field:
        yield f"Format: {code(field['format'])}."


def other_names(action: Action, key: str) -> list[str]:
    """Other names of an input. The keys of a flow only where there are such flows: for documented actions."""
    own = action.definition.inputs.properties.get(key)
    if own is None:
        return []
    aliases = action.definition.inputs.resolve(own).x_aliases
    return [
        name
        for name, meant in action.accepted_names.items()
        if meant == key and name != key and (action.definition.documented or name in aliases)
    ]


def _value(value: Any) -> str:
    return code(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
