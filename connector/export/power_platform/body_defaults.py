"""Body defaults as fields: the runtime fills them in by itself, the user of the package has to."""

from __future__ import annotations

from connector import json_pointer
from connector.catalogue.action import Action
from connector.definition.action import BodyDefault
from connector.definition.field import FieldSchema
from connector.export.power_platform.body_nodes import BodyNode


def add_body_defaults(action: Action, root: BodyNode) -> None:
    """Add the plain values of an action's body defaults to its body, unless the body has them already.

    Objects that the defaults copy are not repeated; `readme.md` lists them.
    """
    for default in action.definition.request.body_defaults:
        target = _at(root, default.at)
        if target is None:
            continue
        for name, value in default.set_values.items():
            if name not in target.properties and isinstance(value, str):
                target.properties[name] = BodyNode(name, ["string"], schema=_fixed(value, default, target))
        for name, place in default.copy_values.items():
            source = _at(root, place)
            field = _copied(source) if source is not None else None
            if name not in target.properties and source is not None and field is not None:
                target.properties[name] = BodyNode(name, list(source.types), schema=field)


def _fixed(value: str, default: BodyDefault, target: BodyNode) -> FieldSchema:
    other = default.if_present
    title = target.properties[other].title if other in target.properties else other
    condition = f" Required with {title}." if other else ""
    return FieldSchema(enum=[value], description=f"Always “{value}”.{condition}")


def _copied(source: BodyNode) -> FieldSchema | None:
    """The field of a plain value at its second place; None for objects."""
    if source.schema is None or source.opaque or source.properties:
        return None
    description = f"Repeat the value of {source.title} here. {source.schema.description or ''}".strip()
    return source.schema.model_copy(update={"description": description, "x_ms_visibility": "advanced"})


def _at(root: BodyNode, place: str) -> BodyNode | None:
    node: BodyNode | None = root
    for token in json_pointer.parse(place):
        node = node.properties.get(token) if node is not None else None
    return node
