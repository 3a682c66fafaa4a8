"""Dynamic values in terms of the wire: a designer calls the other operation itself and reads the bare answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from connector.catalogue.action import Action
from connector.definition.field import DynamicValues, FieldSchema
from connector.export.vocabulary import cannot


class Choices:
    """Where the choices of a field come from.

    Args:
        actions: The actions of the package; only those can be asked.
    """

    def __init__(self, actions: Iterable[Action]) -> None:
        self._actions = {action.operation_id: action for action in actions}

    def of(self, action: Action, name: str, values: DynamicValues) -> dict[str, Any]:
        """The words that a field's schema gets. Two, because designers of different age read different ones.

        Returns:
            Nothing when the listing action is not in the package.

        Raises:
            ExportError: The listing action has no such rows, or wants inputs.
        """
        if values.operation_id not in self._actions:
            return {}
        if values.parameters:
            raise cannot(action, f"the choices of “{name}” depend on other inputs, which this export cannot say yet")
        outputs = self._actions[values.operation_id].definition.outputs
        rows = outputs.properties.get(values.value_collection)
        row = outputs.resolve(outputs.resolve(rows).items or FieldSchema()) if rows else FieldSchema()
        columns = {column: outputs.resolve(box) for column, box in row.properties.items()}
        if rows is None or values.value_path not in columns or values.value_title not in columns:
            raise cannot(action, f"the choices of “{name}” are not in the answer of {values.operation_id}")
        way = _way(values.value_collection, {values.value_collection: outputs.resolve(rows)})
        value, title = _way(values.value_path, columns), _way(values.value_title, columns)
        asked = {"operationId": values.operation_id}
        return {
            "x-ms-dynamic-values": {**asked, "value-collection": way, "value-path": value, "value-title": title},
            "x-ms-dynamic-list": {**asked, "itemsPath": way, "itemValuePath": value, "itemTitlePath": title},
        }


def _way(name: str, fields: Mapping[str, FieldSchema]) -> str:
    """Where a field stands, as these vocabularies write a path: without the slash at the beginning."""
    return fields[name].pointers(name)[0].removeprefix("/")
