"""A request or response body as a tree: the fields of a definition, each at its place on the wire.

The cloud sends a body as the package describes it and shows a response unchanged; no handler runs there. So the tree
follows the wire, and fields that have no place in it are listed as left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from connector import json_pointer
from connector.catalogue.action import Action
from connector.definition.field import FieldSchema, ObjectSchema
from connector.export.errors import cannot_export
from connector.export.power_platform.body_nodes import BodyNode, Side, hide, merge
from connector.export.power_platform.naming import singular

_SOURCES = {"text": "the whole body as text", "status": "the HTTP status", "success": "derived from the HTTP status"}

LEVELS = 2
"""Levels of rows nested in rows of the same kind. Swagger allows recursion, but a designer stops at a schema that
refers to itself; users enter deeper rows as JSON."""


@dataclass(frozen=True)
class LeftOut:
    """A field that is not in the package, and the reason."""

    name: str
    title: str
    reason: str
    side: Side = "input"


class BodyTree:
    """The body that the inputs of an action make up, or that its outputs are read from."""

    def __init__(self, action: Action, side: Side) -> None:
        self._action = action
        self._side = side
        self._schema: ObjectSchema = action.definition.inputs if side == "input" else action.definition.outputs
        self.root = BodyNode("", ["object"])
        self.left_out: list[LeftOut] = []
        fields = {name: self._schema.resolve(field) for name, field in self._schema.properties.items()}
        if side == "input":
            fields = {name: field for name, field in fields.items() if field.x_in == "body"}
            self._fill(self.root, fields, self._schema.required, "", self._refs(self._schema.properties))
            for name, field in fields.items():
                if not field.x_spread and field.pointers(name)[0] == "":
                    self.root = replace(self._node("body", field, name, ()), required=name in self._schema.required)
        else:
            self._fill(self.root, self._served(fields), (), "", self._refs(self._schema.properties))
            for name, field in fields.items():
                if field.x_from == "binary":
                    self.root = self._node("", field, name, ())
        hide(self.root, side)

    def _served(self, fields: dict[str, FieldSchema]) -> dict[str, FieldSchema]:
        """The outputs that are read from the response body."""
        kept = {}
        for name, field in fields.items():
            if field.x_from == "binary":
                continue
            if field.x_from == "body":
                kept[name] = field
            else:
                self._leave_out(name, field, f"it is {_SOURCES[field.x_from]}; use an expression to read it")
        return kept

    def _refs(self, fields: dict[str, FieldSchema]) -> dict[str, str]:
        return {name: field.ref for name, field in fields.items() if field.ref}

    def _fill(
        self,
        parent: BodyNode,
        fields: dict[str, FieldSchema],
        required: Sequence[str],
        within: str,
        refs: dict[str, str],
        met: tuple[str, ...] = (),
    ) -> None:
        """Add the fields of the body or of a row at their places."""
        for name, field in fields.items():
            way = f"{within}{name}"
            first, *others = field.pointers(name)
            if self._side == "output" and field.x_time and _number_beside(name, first, fields):
                self._leave_out(way, field, "it repeats a number of the response as ISO 8601 text")
                continue
            if field.x_spread:
                self._leave_out(way, field, "its keys are mixed with other fields, which a form cannot show")
                continue
            ref = refs.get(name)
            node = self._node(json_pointer.parse(first)[-1] if first else "", field, way, met + ((ref,) if ref else ()))
            if reason := self._put(parent, first, node, name in required):
                self._leave_out(way, field, reason)
            for other in others:
                # The service uses either place; the cloud cannot choose, so both are offered.
                self._put(
                    parent,
                    other,
                    self._node(json_pointer.parse(other)[-1] if other else "", field, way, met, ""),
                    False,
                )

    def _put(self, parent: BodyNode, place: str, node: BodyNode, required: bool) -> str:
        """Add a node at a place below its parent; the reason if it cannot be there, else empty."""
        tokens = json_pointer.parse(place)
        if not tokens:
            if self._side == "output":
                if parent is self.root and not parent.properties and "object" not in node.types:
                    parent.types = node.types
                merge(parent, node)
            return ""
        way = [parent]
        for token in tokens[:-1]:
            child = way[-1].properties.setdefault(token, BodyNode(token, ["object"], nullable=self._side == "output"))
            if "object" not in child.types:
                if self._side == "input":
                    return f"it would be inside “{child.title}”"
                child.types.append("object")
            way.append(child)
        old = way[-1].properties.get(tokens[-1])
        if old is None:
            way[-1].properties[tokens[-1]] = node
        elif self._side == "output" or (node.opaque and old.types == ["object"] and old.schema is None):
            merge(old, node)
        else:
            return f"the place `{place}` is used by another field"
        for step in way[1:] if required else ():
            step.required = True
        node.required = required
        return ""

    def _node(self, key: str, field: FieldSchema, way: str, met: tuple[str, ...], title: str | None = None) -> BodyNode:
        """The node of one field with everything inside."""
        types = [kind for kind in field.types if kind != "null"]
        node = BodyNode(key, types, "null" in field.types, field, (field.title or "") if title is None else title)
        if field.x_file:
            return _file(node, self._action)
        if _too_deep(met):
            node.items = BodyNode("", ["object"]) if "array" in types else None
            return node
        if field.x_time:
            node.types = ["integer"]
        if field.x_map_key and field.items is not None:
            node.types = ["object"]
            node.values = self._values(field, way, met)
        elif field.items is not None:
            node.items = self._item(field.items, way, node.title, met)
        elif field.properties:
            self._fill(node, self._resolved(field), field.required, f"{way}.", self._refs(field.properties), met)
        elif not types:
            raise cannot_export(self._action, f"{self._side} “{way}” has no type")
        return node

    def _resolved(self, field: FieldSchema) -> dict[str, FieldSchema]:
        return {name: self._schema.resolve(inner) for name, inner in field.properties.items()}

    def _values(self, field: FieldSchema, way: str, met: tuple[str, ...]) -> BodyNode:
        """The value under each key of a keyed list."""
        row = self._schema.resolve(field.items or FieldSchema())
        inner = self._resolved(row)
        if field.x_map_value:
            return self._node("", inner[field.x_map_value], f"{way}[].{field.x_map_value}", met)
        values = BodyNode("", ["object"], self._side == "output")
        inner.pop(field.x_map_key or "")
        required = [name for name in row.required if name != field.x_map_key]
        self._fill(values, inner, required, f"{way}[].", self._refs(row.properties), met)
        return values

    def _item(self, field: FieldSchema, way: str, title: str, met: tuple[str, ...]) -> BodyNode:
        """The items of a list."""
        item = self._schema.resolve(field)
        met += (field.ref,) if field.ref else ()
        node = BodyNode("", [kind for kind in item.types if kind != "null"], "null" in item.types, item)
        if item.x_file:
            return _file(node, self._action)
        if _too_deep(met):
            node.types = ["object"]
        elif item.properties:
            self._row(node, item, way, title, met)
        elif item.x_pointer is not None:
            kinds, node.types, node.schema = node.types, [], None
            for place in item.pointers("") if self._side == "output" else item.pointers("")[:1]:
                node.types += [kind for kind in (["object"] if place else kinds) if kind not in node.types]
                if place:
                    inner = BodyNode(json_pointer.parse(place)[-1], kinds, node.nullable, item, singular(title))
                    self._put(node, place, inner, self._side == "input")
        elif item.items is not None:
            node.items = self._item(item.items, f"{way}[]", title, met)
        elif not node.types:
            raise cannot_export(self._action, f"{self._side} “{way}[]” has no type")
        return node

    def _row(self, node: BodyNode, item: FieldSchema, way: str, title: str, met: tuple[str, ...]) -> None:
        if self._side == "input" and len(node.types) > 1:
            if not item.x_text_for:
                node.types.remove("object")
                self.left_out.append(LeftOut(f"{way}[]", title, "items are strings here, not objects"))
                return
            node.types = ["object"]
        self._fill(node, self._resolved(item), item.required, f"{way}[].", self._refs(item.properties), met)

    def _leave_out(self, name: str, field: FieldSchema, reason: str) -> None:
        left_out = LeftOut(name, field.title or "", reason, self._side)
        if left_out not in self.left_out:
            self.left_out.append(left_out)


def _file(node: BodyNode, action: Action) -> BodyNode:
    """The node of a file: a text in base64 in JSON, else bytes."""
    field = node.schema or FieldSchema()
    in_json = field.x_from == "body" and (node.nullable or action.definition.request.encoding == "json")
    node.types, node.schema = ["string"], field.model_copy(update={"format": "byte" if in_json else "binary"})
    return node


def _too_deep(met: tuple[str, ...]) -> bool:
    return any(met.count(ref) > LEVELS for ref in met)


def _number_beside(name: str, place: str, fields: dict[str, FieldSchema]) -> bool:
    """Whether another field has the number."""
    return any(
        other != name and not field.x_time and field.x_from == "body" and field.pointers(other)[0] == place
        for other, field in fields.items()
    )
