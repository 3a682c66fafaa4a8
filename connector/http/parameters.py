"""The inputs of an action that are sent outside its body, looked up once."""

from __future__ import annotations

from connector.definition.field import FieldSchema, ObjectSchema

Parameter = tuple[str, str, FieldSchema]
"""The name of an input, its name on the wire, and its field."""


class Parameters:
    """The inputs in the path, the query and the headers, in the order of the form."""

    def __init__(self, schema: ObjectSchema) -> None:
        fields = [(name, schema.resolve(field)) for name, field in schema.properties.items()]
        sent: dict[str | None, list[Parameter]] = {}
        for name, field in fields:
            sent.setdefault(field.x_in, []).append((name, field.x_name or name, field))
        self.path, self.query, self.header = (sent.get(place, []) for place in ("path", "query", "header"))
