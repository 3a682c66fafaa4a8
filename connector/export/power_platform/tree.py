"""What a request or an answer is made of on the wire, as a tree: the fields of a definition, each at its place.

The cloud sends a body as the package draws it and shows an answer as it comes: no handler runs there. So the tree
follows the places on the wire, and what cannot stand there is told instead of drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from connector import json_pointer
from connector.catalogue.action import Action
from connector.definition.field import FieldSchema, ObjectSchema
from connector.export.power_platform.nodes import Node, Side, hide, merge
from connector.export.power_platform.words import singular
from connector.export.vocabulary import cannot

_SOURCES = {"text": "the whole body as text", "status": "the HTTP status", "success": "told by the HTTP status"}

LEVELS = 2
"""How often a row that holds rows of its own kind is drawn. Swagger could say it without end, but a designer stops at
a reference to itself; what is deeper is entered as raw JSON."""


@dataclass(frozen=True)
class LeftOut:
    """A field that is not drawn, and why."""

    name: str
    title: str
    why: str
    side: Side = "input"


class Tree:
    """The wire form of the inputs or the outputs of an action.

    Args:
        action: The action.
        side: `input` for the body of the request, `output` for the body of the answer.

    Attributes:
        root: The whole body.
        left_out: What is not in it.

    Raises:
        ExportError: A field has no type.
    """

    def __init__(self, action: Action, side: Side) -> None:
        self._action = action
        self._side = side
        self._schema: ObjectSchema = action.definition.inputs if side == "input" else action.definition.outputs
        self.root = Node("", ["object"])
        self.left_out: list[LeftOut] = []
        fields = {name: self._schema.resolve(box) for name, box in self._schema.properties.items()}
        if side == "input":
            fields = {name: box for name, box in fields.items() if box.x_in == "body"}
            self._fill(self.root, fields, self._schema.required, "", self._refs(self._schema.properties))
        else:
            self._fill(self.root, self._served(fields), (), "", self._refs(self._schema.properties))
        hide(self.root, side)

    def _served(self, fields: dict[str, FieldSchema]) -> dict[str, FieldSchema]:
        """The outputs that stand in the body of the answer."""
        kept = {}
        for name, box in fields.items():
            if box.x_from == "body":
                kept[name] = box
            else:
                self._leave_out(
                    name, box, f"it is {_SOURCES[box.x_from]}; an expression reads it from the action's outputs"
                )
        return kept

    def _refs(self, boxes: dict[str, FieldSchema]) -> dict[str, str]:
        return {name: box.ref for name, box in boxes.items() if box.ref}

    def _fill(
        self,
        parent: Node,
        fields: dict[str, FieldSchema],
        required: Sequence[str],
        within: str,
        refs: dict[str, str],
        met: tuple[str, ...] = (),
    ) -> None:
        """Put the fields of the body or of a row at their places in it."""
        for name, box in fields.items():
            way = f"{within}{name}"
            first, *others = box.pointers(name)
            if self._side == "output" and box.x_time and _number_beside(name, first, fields):
                self._leave_out(way, box, "it is the number beside it as ISO 8601 text")
                continue
            if box.x_spread:
                self._leave_out(way, box, "its keys would stand beside other fields, and a form has no box for them")
                continue
            ref = refs.get(name)
            node = self._node(json_pointer.parse(first)[-1] if first else "", box, way, met + ((ref,) if ref else ()))
            why = self._put(parent, first, node, name in required)
            if why:
                self._leave_out(way, box, why)
            for other in others:
                # A form that the service also has: the cloud cannot choose, so both places can be picked.
                self._put(
                    parent, other, self._node(json_pointer.parse(other)[-1] if other else "", box, way, met, ""), False
                )

    def _put(self, parent: Node, place: str, node: Node, required: bool) -> str:
        """Put a node at a place below its parent.

        Returns:
            Why it cannot stand there; empty when it does.
        """
        tokens = json_pointer.parse(place)
        if not tokens:
            if self._side == "input":
                return "it is the whole body"
            merge(parent, node)
            return ""
        way = [parent]
        for token in tokens[:-1]:
            child = way[-1].properties.setdefault(token, Node(token, ["object"], nullable=self._side == "output"))
            if "object" not in child.types:
                if self._side == "input":
                    return f"it would stand inside “{child.title}”"
                child.types.append("object")
            way.append(child)
        old = way[-1].properties.get(tokens[-1])
        if old is None:
            way[-1].properties[tokens[-1]] = node
        elif self._side == "output" or (node.opaque and old.types == ["object"] and old.box is None):
            merge(old, node)
        else:
            return f"it is another form of what stands at `{place}` already"
        for step in way[1:] if required else ():
            step.required = True
        node.required = required
        return ""

    def _node(self, key: str, box: FieldSchema, way: str, met: tuple[str, ...], title: str | None = None) -> Node:
        """The place of one field with everything inside."""
        types = [kind for kind in box.types if kind != "null"]
        node = Node(key, types, "null" in box.types, box, (box.title or "") if title is None else title)
        if _too_deep(met):
            node.items = Node("", ["object"]) if "array" in types else None
            return node
        if box.x_time:
            node.types = ["integer"]
        if box.x_map_key and box.items is not None:
            node.types = ["object"]
            node.values = self._values(box, way, met)
        elif box.items is not None:
            node.items = self._item(box.items, way, node.title, met)
        elif box.properties:
            self._fill(node, self._resolved(box), box.required, f"{way}.", self._refs(box.properties), met)
        elif not types:
            raise cannot(self._action, f"{self._side} “{way}” has no type")
        return node

    def _resolved(self, box: FieldSchema) -> dict[str, FieldSchema]:
        return {name: self._schema.resolve(inner) for name, inner in box.properties.items()}

    def _values(self, box: FieldSchema, way: str, met: tuple[str, ...]) -> Node:
        """What stands under each key of a keyed list."""
        row = self._schema.resolve(box.items or FieldSchema())
        inner = self._resolved(row)
        if box.x_map_value:
            return self._node("", inner[box.x_map_value], f"{way}[].{box.x_map_value}", met)
        values = Node("", ["object"], self._side == "output")
        inner.pop(box.x_map_key or "")
        required = [name for name in row.required if name != box.x_map_key]
        self._fill(values, inner, required, f"{way}[].", self._refs(row.properties), met)
        return values

    def _item(self, box: FieldSchema, way: str, title: str, met: tuple[str, ...]) -> Node:
        """The entries of a list."""
        item = self._schema.resolve(box)
        met += (box.ref,) if box.ref else ()
        node = Node("", [kind for kind in item.types if kind != "null"], "null" in item.types, item)
        if _too_deep(met):
            node.types = ["object"]
        elif item.properties:
            self._row(node, item, way, title, met)
        elif item.x_pointer is not None:
            kinds, node.types, node.box = node.types, [], None
            for place in item.pointers("") if self._side == "output" else item.pointers("")[:1]:
                node.types += [kind for kind in (["object"] if place else kinds) if kind not in node.types]
                if place:
                    inner = Node(json_pointer.parse(place)[-1], kinds, node.nullable, item, singular(title))
                    self._put(node, place, inner, self._side == "input")
        elif item.items is not None:
            node.items = self._item(item.items, f"{way}[]", title, met)
        elif not node.types:
            raise cannot(self._action, f"{self._side} “{way}[]” has no type")
        return node

    def _row(self, node: Node, item: FieldSchema, way: str, title: str, met: tuple[str, ...]) -> None:
        if self._side == "input" and len(node.types) > 1:
            if not item.x_text_for:
                node.types.remove("object")
                told = LeftOut(
                    f"{way}[]", title, "an entry is a text here; a form has no box for an object in its place"
                )
                self.left_out.append(told)
                return
            node.types = ["object"]
        self._fill(node, self._resolved(item), item.required, f"{way}[].", self._refs(item.properties), met)

    def _leave_out(self, name: str, box: FieldSchema, why: str) -> None:
        told = LeftOut(name, box.title or "", why, self._side)
        if told not in self.left_out:
            self.left_out.append(told)


def _too_deep(met: tuple[str, ...]) -> bool:
    return any(met.count(ref) > LEVELS for ref in met)


def _number_beside(name: str, place: str, fields: dict[str, FieldSchema]) -> bool:
    """Whether another field is the number itself."""
    return any(
        other != name and not box.x_time and box.x_from == "body" and box.pointers(other)[0] == place
        for other, box in fields.items()
    )
