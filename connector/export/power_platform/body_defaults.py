"""What the runtime adds to a body by itself: here it is drawn, since the user must fill it in."""

from __future__ import annotations

from connector import json_pointer
from connector.catalogue.action import Action
from connector.definition.action import BodyDefault
from connector.definition.field import FieldSchema
from connector.export.power_platform.nodes import Node


def complete(action: Action, root: Node) -> None:
    """Draw the plain values that an action's body_defaults add, where the body has no such place yet.

    Objects that they copy are not drawn a second time; `readme.md` tells of them.
    """
    for default in action.definition.request.body_defaults:
        target = _at(root, default.at)
        if target is None:
            continue
        for name, value in default.set_values.items():
            if name not in target.properties and isinstance(value, str):
                target.properties[name] = Node(name, ["string"], box=_fixed(value, default, target))
        for name, place in default.copy_values.items():
            source = _at(root, place)
            box = _copied(source) if source is not None else None
            if name not in target.properties and source is not None and box is not None:
                target.properties[name] = Node(name, list(source.types), box=box)


def _fixed(value: str, default: BodyDefault, target: Node) -> FieldSchema:
    beside = default.if_present
    title = target.properties[beside].title if beside in target.properties else beside
    words = f"“{value}” is what the service knows." + (f" It must be there beside {title}." if beside else "")
    return FieldSchema(enum=[value], description=words)


def _copied(source: Node) -> FieldSchema | None:
    """The field of a plain value for its second place; nothing for objects."""
    if source.box is None or source.opaque or source.properties:
        return None
    words = f"The same as {source.title}, once more for this part. {source.box.description or ''}".strip()
    return source.box.model_copy(update={"description": words, "x_ms_visibility": "advanced"})


def _at(root: Node, place: str) -> Node | None:
    node: Node | None = root
    for token in json_pointer.parse(place):
        node = node.properties.get(token) if node is not None else None
    return node
