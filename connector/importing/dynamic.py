"""Choices that another operation lists: `x-ms-dynamic-values` and `x-ms-dynamic-list` in terms of names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from connector.importing.fields import ANY_TYPE, DYNAMIC_CHOICES, place_of
from connector.importing.names import label_of, unique
from connector.importing.outputs import WHOLE
from connector.importing.swagger import Json, as_object, as_text

_ANY = [*ANY_TYPE, "null"]


@dataclass(frozen=True)
class Names:
    """What an operation's inputs and outputs are called.

    Attributes:
        inputs: Names of inputs by the keys that a flow uses.
        outputs: Names of outputs by place in the body, such as `data/items`.
        columns: For each output that is a list of rows: names of columns by place in the row.
    """

    inputs: dict[str, str]
    outputs: dict[str, str]
    columns: dict[str, dict[str, str]]


Listing = tuple[str, str, str]
"""Where an operation's response has rows, and where a row has a value and its title."""


def listings_of(document: Json) -> dict[str, list[Listing]]:
    """What the choices of all fields are read from, by operation id in lower case."""
    found: dict[str, dict[Listing, None]] = {}
    left: list[Any] = [document]
    while left:
        value = left.pop()
        if isinstance(value, dict) and not DYNAMIC_CHOICES.isdisjoint(value):
            for _, operation_id, listing in _written(value):
                found.setdefault(operation_id.casefold(), {})[listing] = None
        left += value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {operation_id: list(listings) for operation_id, listings in found.items()}


def _written(schema: Json) -> Iterator[tuple[Json, str, Listing]]:
    """What a field says of its choices, in both vocabularies, the older one first."""
    for keyword, words in (
        ("x-ms-dynamic-values", ("value-collection", "value-path", "value-title")),
        ("x-ms-dynamic-list", ("itemsPath", "itemValuePath", "itemTitlePath")),
    ):
        written = as_object(schema.get(keyword))
        collection, value, title = (_place(written.get(word)) for word in words)
        if operation_id := as_text(written.get("operationId")):
            yield written, operation_id, (collection, value, title or value)


def add_rows(outputs: Json, places: dict[str, str], listings: Iterable[Listing]) -> dict[str, dict[str, str]]:
    """Add the rows that choices are read from and the response does not declare; the columns of every list of rows.

    Args:
        outputs: The outputs of the operation that lists them.
        places: Their names by place in the body.
        listings: What other operations read from it.
    """
    properties, known, added = outputs["properties"], columns_of(outputs), set[str]()
    # What needs rows of its own comes first, for then all choices from that list are read from them.
    missing_first = sorted(listings, key=lambda each: each[1] in known.get(places.get(each[0]) or "", {}))
    for collection, value, title in missing_first:
        name = places.get(collection)
        if name is None or name not in added:
            rows = properties.get(name or WHOLE)
            if value in known.get(name or "", {}) or not _may_be_rows(rows, collection, places):
                continue
            name = unique(collection.replace("/", ".") or "rows", properties)
            made: Json = {"title": unique(label_of(name), [each["title"] for each in properties.values()])}
            made |= {**_at(name, collection), "x-ms-visibility": "internal", "items": {"properties": {}}}
            properties[name], places[collection], known[name] = made, name, {}
            added.add(name)
        cells = properties[name]["items"]["properties"]
        for place in (value, title):
            column = known[name].setdefault(place, place.replace("/", ".") or "value")
            cells[column] = {"title": label_of(column), **_at(column, place), "type": _ANY}
    return known


def _may_be_rows(declared: Json | None, collection: str, places: dict[str, str]) -> bool:
    """Whether rows can be at a place, as far as the response declares what is there."""
    if not collection:
        return not places or "" in places
    return collection not in places or "items" in (declared or {}) or "object" in (declared or {}).get("type", ())


def columns_of(outputs: Json) -> dict[str, dict[str, str]]:
    """The columns of each list of rows, by their place in a row."""
    found: dict[str, dict[str, str]] = {}
    for name, made in outputs["properties"].items():
        if isinstance(made.get("items"), dict):
            columns = as_object(made["items"].get("properties"))
            found[name] = {_column_place(column, each): column for column, each in columns.items()}
    return found


def _column_place(name: str, made: Json) -> str:
    """Where a column is in a row, as paths of choices write it."""
    pointer = made.get("x-pointer")
    return pointer.lstrip("/") if isinstance(pointer, str) else name.replace(".", "/")


def _at(name: str, place: str) -> Json:
    return place_of(name, tuple(place.split("/")) if place else ())


def dynamic_values(schema: Json, own: dict[str, str], names_of: Callable[[str], Names | None]) -> Json | None:
    """The choices of a field as the format has them; None where it has none that can be listed.

    Args:
        schema: The field in the package.
        own: The names of the inputs of its operation, by the keys that a flow uses.
        names_of: The names of the operation with an operation id.
    """
    for written, operation_id, (collection, value, title) in _written(schema):
        listing = names_of(operation_id)
        if listing is None:
            continue
        rows = listing.outputs.get(collection) or (WHOLE if not collection and WHOLE in listing.columns else None)
        columns = listing.columns.get(rows or "")
        parameters = _parameters(as_object(written.get("parameters")), own, listing)
        if rows is None or columns is None or value not in columns or parameters is None:
            continue
        return {
            "operationId": operation_id,
            "value-collection": rows,
            "value-path": columns[value],
            "value-title": columns.get(title, columns[value]),
            **({"parameters": parameters} if parameters else {}),
        }
    return None


def _parameters(written: Json, own: dict[str, str], listing: Names) -> Json | None:
    """The inputs of the listing operation; None where one of them cannot be filled in."""
    made: Json = {}
    for key, value in written.items():
        name = listing.inputs.get(key) or listing.inputs.get(f"body/{key}")
        if name is None:
            continue  # a constant of the listing operation, or a parameter that it no longer has
        found = _source(value, own)
        if found is None:
            return None
        made[name] = found[0]
    return made


def _source(value: Any, own: dict[str, str]) -> tuple[Any] | None:
    """What fills in a parameter: an input of the same form, or a constant."""
    if not isinstance(value, dict):
        return (value,)
    if "value" in value:
        return (value["value"],)
    reference = as_text(value.get("parameterReference") or value.get("parameter"))
    name = own.get(reference) or own.get(f"body/{reference}")
    return ({"parameter": name},) if name is not None else None


def _place(value: Any) -> str:
    """A place as these keywords write it, with or without a slash at its start."""
    return as_text(value).strip("/")
