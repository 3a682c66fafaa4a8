"""Objects whose fields only the service knows: the operation that describes them is called, and its schema returned."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Unpack

from connector import json_pointer
from connector.call.options import RunOptions
from connector.connections.connection import Connection
from connector.connector import Connector
from connector.errors import InputError, Problem
from connector.importing.operation import dynamic_schema_of, schemas_by_input
from connector.importing.package import Package
from connector.importing.swagger import Json, as_object, as_text


def schema_of(
    package: Package,
    connector: Connector,
    key: str,
    field: str,
    inputs: Mapping[str, Any],
    connection: Connection | None,
    **options: Unpack[RunOptions],
) -> Json:
    """The JSON Schema of an object, as the service describes it for what is filled in already.

    Args:
        package: The package that the connector was made from.
        connector: The connector.
        key: The key of the action.
        field: The input that takes the object.
        inputs: What is filled in already; the schema may depend on it, as that of a row does on a table.
        connection: The account.
        **options: As for `Connector.run`.

    Raises:
        InputError: The input has no such schema, or it depends on an input that is not filled in.
    """
    made = package.converted(key)
    declared = dynamic_schema_of(schemas_by_input(made).get(field, {}))
    listing = package.source.key_of(as_text((declared or {}).get("operationId")))
    if declared is None or listing is None:
        problem = Problem(field, "schema", f"“{field[:80]}” has no schema that the service describes.")
        raise InputError(f"The field “{field[:80]}” of “{key}” has no dynamic schema.", [problem])
    names = package.converted(listing).names.inputs
    given: Json = {}
    for word, value in as_object(declared.get("parameters")).items():
        name = names.get(word) or names.get(f"body/{word}")
        if name is not None:
            given[name] = _value(value, made.names.inputs, inputs)
    found = connector.run(listing, given, connection, **options).raw
    path = as_text(declared.get("value-path") or declared.get("itemValuePath")).strip("/")
    schema = json_pointer.get(found, f"/{path}") if path else found
    return schema if isinstance(schema, dict) else {}


def _value(written: Any, own: Mapping[str, str], inputs: Mapping[str, Any]) -> Any:
    """What fills in a parameter of the describing operation: an input of the same form, or a constant."""
    if not isinstance(written, dict):
        return written
    if "value" in written:
        return written["value"]
    word = as_text(written.get("parameterReference") or written.get("parameter"))
    name = own.get(word, own.get(f"body/{word}", word))
    if inputs.get(name) in (None, ""):
        problem = Problem(name, "required", f"{name} is required.")
        raise InputError(f"The schema depends on “{name[:80]}”.", [problem])
    return inputs[name]
