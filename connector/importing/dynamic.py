"""Choices that another operation lists: `x-ms-dynamic-values` and `x-ms-dynamic-list` in terms of names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from connector.importing.outputs import WHOLE
from connector.importing.swagger import Json, as_object, as_text


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


def dynamic_values(schema: Json, own: dict[str, str], names_of: Callable[[str], Names | None]) -> Json | None:
    """The choices of a field as the format has them; None where it has none that can be listed.

    Args:
        schema: The field in the package.
        own: The names of the inputs of its operation, by the keys that a flow uses.
        names_of: The names of the operation with an operation id.
    """
    recent, classic = as_object(schema.get("x-ms-dynamic-list")), as_object(schema.get("x-ms-dynamic-values"))
    for written, words in (
        (classic, ("value-collection", "value-path", "value-title")),
        (recent, ("itemsPath", "itemValuePath", "itemTitlePath")),
    ):
        operation_id = as_text(written.get("operationId"))
        listing = names_of(operation_id) if operation_id else None
        if listing is None:
            continue
        collection, value, title = (_place(written.get(word)) for word in words)
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
