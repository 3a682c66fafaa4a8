"""Dynamic values in terms of the wire: a designer calls the other operation itself and reads the response body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector.catalogue.action import Action
from connector.definition.action import ActionDefinition
from connector.definition.field import DynamicValues, FieldSchema
from connector.export.errors import cannot_export


class DynamicChoices:
    """Where the choices of a field come from; only actions of the package can list choices."""

    def __init__(self, actions: Iterable[Action]) -> None:
        self._actions = {action.operation_id: action for action in actions}

    def of(self, action: Action, name: str, values: DynamicValues) -> dict[str, Any]:
        """The keywords for a field's schema: two, because the classic and the new designers read different ones.

        None if the listing action is not in the package.
        """
        if values.operation_id not in self._actions:
            return {}
        listing = self._actions[values.operation_id].definition
        outputs = listing.outputs
        rows = outputs.properties.get(values.value_collection)
        row = outputs.resolve(outputs.resolve(rows).items or FieldSchema()) if rows else FieldSchema()
        columns = {column: outputs.resolve(field) for column, field in row.properties.items()}
        if rows is None or values.value_path not in columns or values.value_title not in columns:
            raise cannot_export(action, f"the choices of “{name}” are not among the outputs of {values.operation_id}")
        rows_path = _path(values.value_collection, {values.value_collection: outputs.resolve(rows)})
        value, title = _path(values.value_path, columns), _path(values.value_title, columns)
        source = {"operationId": values.operation_id}
        classic, recent = _parameters(action.definition, listing, values)
        made = {
            "x-ms-dynamic-values": {
                **source,
                **classic,
                "value-collection": rows_path,
                "value-path": value,
                "value-title": title,
            },
            "x-ms-dynamic-list": {
                **source,
                **recent,
                "itemsPath": rows_path,
                "itemValuePath": value,
                "itemTitlePath": title,
            },
        }
        if any(action.definition.input(each).x_in == "body" for each in values.depends_on):
            del made["x-ms-dynamic-values"]  # it can only name parameters, not what is inside of the body
        return made


def _parameters(
    action: ActionDefinition, listing: ActionDefinition, values: DynamicValues
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The parameters of the listing operation as each of the two keywords writes them; nothing without any."""
    classic: dict[str, Any] = {}
    recent: dict[str, Any] = {}
    for name, value in values.parameters.items():
        wire_name = listing.input(name).x_name or name
        source = value.get("parameter") if isinstance(value, dict) else None
        taken_from = _reference(action, source) if source else None
        classic[wire_name] = {"parameter": taken_from} if taken_from else value
        recent[wire_name] = {"parameterReference": taken_from} if taken_from else {"value": value}
    return ({"parameters": classic}, {"parameters": recent}) if classic else ({}, {})


def _reference(action: ActionDefinition, name: str) -> str:
    """An input as another one's choices refer to it."""
    field = action.input(name)
    return f"body{field.pointers(name)[0]}" if field.x_in == "body" else field.x_name or name


def _path(name: str, fields: Mapping[str, FieldSchema]) -> str:
    """The place of a field as these keywords write it: without the leading slash."""
    return fields[name].pointers(name)[0].removeprefix("/")
