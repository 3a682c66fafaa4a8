"""What the runtime adds to a body by itself: here it is drawn, since the user must fill it in."""

from __future__ import annotations

from connector import pointer
from connector.action import Action
from connector.definition import Completion
from connector.export.power_platform.nodes import Node
from connector.field import FieldSchema


def complete(action: Action, root: Node) -> None:
    """Draw the plain values that an action's completions add, where the body has no such place yet.

    Objects that they copy are not drawn a second time; `readme.md` tells of them.
    """
    for completion in action.definition.request.completions:
        target = _at(root, completion.at)
        if target is None:
            continue
        for name, value in completion.put.items():
            if name not in target.properties and isinstance(value, str):
                target.properties[name] = Node(name, ["string"], box=_fixed(value, completion, target))
        for name, place in completion.take.items():
            source = _at(root, place)
            box = _copied(source) if source is not None else None
            if name not in target.properties and source is not None and box is not None:
                target.properties[name] = Node(name, list(source.types), box=box)


def _fixed(value: str, completion: Completion, target: Node) -> FieldSchema:
    beside = completion.beside
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
    for token in pointer.parse(place):
        node = node.properties.get(token) if node is not None else None
    return node
