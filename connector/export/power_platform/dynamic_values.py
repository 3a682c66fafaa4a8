"""Dynamic values in terms of the wire: a designer calls the other operation itself and reads the response body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector.catalogue.action import Action
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
        if values.parameters:
            raise cannot_export(
                action, f"the choices of “{name}” depend on other inputs, which a static list operation cannot take"
            )
        outputs = self._actions[values.operation_id].definition.outputs
        rows = outputs.properties.get(values.value_collection)
        row = outputs.resolve(outputs.resolve(rows).items or FieldSchema()) if rows else FieldSchema()
        columns = {column: outputs.resolve(field) for column, field in row.properties.items()}
        if rows is None or values.value_path not in columns or values.value_title not in columns:
            raise cannot_export(action, f"the choices of “{name}” are not among the outputs of {values.operation_id}")
        rows_path = _path(values.value_collection, {values.value_collection: outputs.resolve(rows)})
        value, title = _path(values.value_path, columns), _path(values.value_title, columns)
        source = {"operationId": values.operation_id}
        return {
            "x-ms-dynamic-values": {**source, "value-collection": rows_path, "value-path": value, "value-title": title},
            "x-ms-dynamic-list": {**source, "itemsPath": rows_path, "itemValuePath": value, "itemTitlePath": title},
        }


def _path(name: str, fields: Mapping[str, FieldSchema]) -> str:
    """The place of a field as these keywords write it: without the leading slash."""
    return fields[name].pointers(name)[0].removeprefix("/")
