"""The parts of a request or response body, and which of them a form shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from connector.definition.field import FieldSchema

Side = Literal["input", "output"]


@dataclass
class BodyNode:
    """One part of a body: a value, an object or a list.

    Attributes:
        key: Its name in the object around it; empty for the items of a list and for the whole body.
        types: Its JSON types without null.
        nullable: Whether the service may send null.
        schema: Its field in the definition; None for an object that only holds others.
        title: Its label; empty until it is labelled.
        properties: The parts of an object.
        items: The items of a list.
        values: The values of an object whose keys the user chooses.
        required: Whether it is required.
        hidden: Whether forms leave it out.
    """

    key: str
    types: list[str] = field(default_factory=list)
    nullable: bool = False
    schema: FieldSchema | None = None
    title: str = ""
    properties: dict[str, BodyNode] = field(default_factory=dict)
    items: BodyNode | None = None
    values: BodyNode | None = None
    required: bool = False
    hidden: bool = False

    @property
    def opaque(self) -> bool:
        """Whether it is an object, or may be one, without named properties."""
        return "object" in self.types and not self.properties

    @property
    def free(self) -> bool:
        """Whether its field is an object whose names the user chooses, even if other fields are inside of it."""
        return self.schema is not None and "object" in self.schema.types and not self.schema.properties

    def inside(self) -> Iterator[BodyNode]:
        """The parts directly inside that a form shows."""
        yield from self.properties.values()
        if self.items is not None:
            yield from self.items.properties.values()


def merge(old: BodyNode, new: BodyNode) -> None:
    """Merge the second of two fields at the same place into the first."""
    old.types += [kind for kind in new.types if kind not in old.types]
    old.nullable = old.nullable or new.nullable
    if new.title and not old.title:
        old.title, old.schema = new.title, new.schema
    for key, inner in new.properties.items():
        if key in old.properties:
            merge(old.properties[key], inner)
        else:
            old.properties[key] = inner
    if old.items is not None and new.items is not None:
        merge(old.items, new.items)
    old.items = old.items or new.items
    old.values = old.values or new.values


def hide(node: BodyNode, side: Side, *, aside: bool = False, in_rows: bool = False) -> None:
    """Hide most of what a form could only show as a field for raw JSON.

    The free-form objects of a request are shown, because an action is hardly useful without them (the data of a
    message). Hidden are

    - objects whose keys the user chooses, such as settings per channel: `convertarraytoobject` would show them as
      rows, but it is a preview, it can neither set a plain value per key nor reach into nested rows, and its behaviour
      for an empty list is undocumented;
    - free-form objects in the rows of an advanced list, or advanced ones in any rows, which would add a field per row;
    - in a response, every object without named properties: an expression can read it.

    What is required is shown all the same: nobody could fill it in otherwise.
    """
    for inner in node.properties.values():
        free = inner.opaque or (side == "output" and len(inner.types) > 1 and not inner.properties)
        advanced = inner.schema is not None and inner.schema.x_ms_visibility == "advanced"
        rare = side == "output" or inner.values is not None or aside or (in_rows and advanced)
        inner.hidden = free and rare and not inner.required
        if inner.hidden:
            continue
        hide(inner, side, aside=aside, in_rows=in_rows)
        if inner.items is not None:
            hide(inner.items, side, aside=aside or advanced, in_rows=True)
