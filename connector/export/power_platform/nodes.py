"""The places of a body on the wire, and which of them a form shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from connector.definition.field import FieldSchema

Side = Literal["input", "output"]


@dataclass
class Node:
    """One place on the wire.

    Attributes:
        key: The name there; empty for the entries of a list and for the whole body.
        types: The JSON types without null, in the order in which they were met.
        nullable: Whether the service may send null.
        box: What the definition says of the place; None for an object that only holds others.
        title: Its label; empty until it is named.
        properties: What stands inside an object.
        items: The entries of a list.
        values: The values of an object whose keys are the user's own.
        required: Whether it must be filled in.
        hidden: Whether a form would have nothing to show for it.
    """

    key: str
    types: list[str] = field(default_factory=list)
    nullable: bool = False
    box: FieldSchema | None = None
    title: str = ""
    properties: dict[str, Node] = field(default_factory=dict)
    items: Node | None = None
    values: Node | None = None
    required: bool = False
    hidden: bool = False

    @property
    def opaque(self) -> bool:
        """Whether it is an object, or may be one, of which no part has a name."""
        return "object" in self.types and not self.properties

    def inside(self) -> Iterator[Node]:
        """The places directly inside that a form draws."""
        yield from self.properties.values()
        if self.items is not None:
            yield from self.items.properties.values()


def merge(old: Node, new: Node) -> None:
    """Let one place be what either of two fields says of it."""
    old.types += [kind for kind in new.types if kind not in old.types]
    old.nullable = old.nullable or new.nullable
    if new.title and not old.title:
        old.title, old.box = new.title, new.box
    for key, inner in new.properties.items():
        if key in old.properties:
            merge(old.properties[key], inner)
        else:
            old.properties[key] = inner
    if old.items is not None and new.items is not None:
        merge(old.items, new.items)
    old.items = old.items or new.items
    old.values = old.values or new.values


def hide(node: Node, side: Side, *, aside: bool = False) -> None:
    """Hide what a form could only show as a box for raw JSON.

    Shown are the free-form objects of a request: they are what makes an action useful (the data of a message). Hidden
    are

    - objects whose keys are the user's own, such as settings per channel: `convertarraytoobject` would draw them as
      rows, but it is a preview, it cannot set a plain value per key nor reach into rows of rows, and what it does
      when the list was left empty is said nowhere;
    - free-form objects in the rows of an advanced list, of which there would be a box per row;
    - in an answer, every object without named parts: an expression reaches it all the same.
    """
    for inner in node.properties.values():
        free = inner.opaque or (side == "output" and len(inner.types) > 1 and not inner.properties)
        inner.hidden = free and (side == "output" or inner.values is not None or aside)
        if inner.hidden:
            continue
        hide(inner, side, aside=aside)
        if inner.items is not None:
            advanced = inner.box is not None and inner.box.x_ms_visibility == "advanced"
            hide(inner.items, side, aside=aside or advanced)
