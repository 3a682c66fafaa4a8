"""The inputs and outputs of an action as rows of a table, and the details that do not fit in a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from connector.export.descriptions import CONSTRAINTS, constraint_sentence, first_sentence
from connector.export.docs.markdown import code, text
from connector.export.schema_walk import Schema, resolve, types_of
from connector.validation.text_values import as_text

MOST_WORDS = 30
"""Words that a description may have in a table; the rest of it moves to the details."""
_LONGEST_EXAMPLE = 120
_LONGEST_LINE = 100
_NUMBER_FORMATS = frozenset({"int32", "int64", "float", "double"})


@dataclass(frozen=True)
class FieldRow:
    """A field of an action.

    Attributes:
        key: Its place in the inputs, `recipients[].email`.
        path: Its documented place in the outputs, `results.id`.
        field: Its schema, with every `$ref` followed.
        required: Whether it is required, in its row if it is a field of rows.
        repeats: The field whose rows this list repeats, if it is nested in itself.
    """

    key: str
    path: str
    field: Schema
    required: bool
    repeats: FieldRow | None = None

    @property
    def list_key(self) -> str:
        """The key of the list whose rows have the field; empty for a field of the action itself."""
        return self.key.rpartition("[].")[0]


def field_rows(schema: Schema) -> Iterator[FieldRow]:
    """Every field of a schema in display order, the fields of rows after their list."""

    def below(fields: Schema, key: str, path: str, seen: dict[str, FieldRow]) -> Iterator[FieldRow]:
        for name, declared in fields.get("properties", {}).items():
            yield from one(declared, key + name, path + name, name in fields.get("required", []), seen)
        if isinstance(fields.get("additionalProperties"), dict):
            yield from one(fields["additionalProperties"], f"{key}*", f"{path}*", False, seen)

    def one(declared: Schema, key: str, path: str, required: bool, seen: dict[str, FieldRow]) -> Iterator[FieldRow]:
        field = resolve(declared, schema)
        inside, key_of_rows, references = field, key, [declared.get("$ref")]
        while "items" in inside:
            references.append(inside["items"].get("$ref"))
            inside, key_of_rows = resolve(inside["items"], schema), f"{key_of_rows}[]"
        known = [reference for reference in references if reference]
        repeated = next((seen[reference] for reference in known if reference in seen), None)
        row = FieldRow(key, path, field, required, repeated)
        yield row
        if repeated is None:
            yield from below(inside, f"{key_of_rows}.", f"{path}.", seen | dict.fromkeys(known, row))

    yield from below(schema, "", "", {})


def by_list(rows: Iterable[FieldRow]) -> dict[str, list[FieldRow]]:
    """The rows by the list that they belong to: the fields of the action itself first, then each list in order."""
    found: dict[str, list[FieldRow]] = {"": []}
    for row in rows:
        found.setdefault(row.list_key, []).append(row)
    return found


def type_name(field: Schema, root: Schema) -> str:
    """The type as text: `string`, `array of object`, `string or integer`, `file`; null is left out."""
    if field.get("x-file"):
        return "file"
    names = [
        f"array of {type_name(resolve(field['items'], root), root)}" if kind == "array" and "items" in field else kind
        for kind in types_of(field)
        if kind != "null"
    ]
    return " or ".join(names) or "any"


def summary(field: Schema) -> str:
    """The description as a cell: all of it, or its first sentence, whichever is short enough."""
    return text(_in_cell(field)) or ("See the details below." if _plain(field) else "")


def details(row: FieldRow, *, choices: str = "", by_path: bool = False) -> list[str]:
    """What there is to say about a field beyond its row, as Markdown: one statement per entry.

    Args:
        row: The field.
        choices: Where its choices come from, as Markdown; empty if the user types the value.
        by_path: Whether the table names its fields by their paths, not by their keys.
    """
    field = row.field
    rest = _plain(field).removeprefix(_in_cell(field)).strip()
    found = [text(rest)] if rest else []
    if row.repeats:
        same = row.repeats.path if by_path else row.repeats.key
        found.append(f"Same fields as {code(same)}, nested to any depth.")
    found += _values(field)
    found += [f"Choices: {choices}."] if choices else []
    found += _constraints(field)
    if field.get("x-keep-empty"):
        found.append("An empty value is sent as it is.")
    if field.get("writeOnly"):
        found.append("Secret: never shown or logged.")
    if field.get("deprecated"):
        found.append("Deprecated.")
    return found


def detail_list(rows: Sequence[tuple[str, str, Sequence[str]]]) -> str:
    """The details of several fields as a list: per field its key, its label, and its details as Markdown."""
    lines = []
    for key, label, statements in rows:
        together = " ".join(statements)
        if len(together) <= _LONGEST_LINE:
            lines.append(f"- {code(key)} ({text(label)}): {together}")
        else:
            lines += [f"- {code(key)} ({text(label)}):", *(f"  - {statement}" for statement in statements)]
    return "\n".join(lines)


def _in_cell(field: Schema) -> str:
    whole = _plain(field)
    return next((part for part in (whole, first_sentence(whole)) if len(part.split()) <= MOST_WORDS), "")


def _plain(field: Schema) -> str:
    return " ".join(field.get("description", "").split())


def _values(field: Schema) -> Iterator[str]:
    if "enum" in field:
        yield f"Allowed values: {', '.join(_value(value) for value in field['enum'] if value is not None)}."
    if "const" in field:
        yield f"Always {_value(field['const'])}."
    if field.get("default") is not None:
        yield f"Default: {_value(field['default'])}."
    for example in field.get("examples", [])[:1] if not field.get("writeOnly") else ():
        shown = _value(example)
        if len(shown) <= _LONGEST_EXAMPLE:
            yield f"Example: {shown}."


def _constraints(field: Schema) -> Iterator[str]:
    yield from (constraint_sentence(keyword, field[keyword]) for keyword in CONSTRAINTS if keyword in field)
    if field.get("uniqueItems"):
        yield "No duplicates."
    if "pattern" in field:
        yield f"Pattern: {code(field['pattern'])}."
    if field.get("format", "int64") not in _NUMBER_FORMATS:
        yield f"Format: {code(field['format'])}."


def _value(value: Any) -> str:
    return code(as_text(value))
