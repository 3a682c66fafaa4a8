"""A form of the Power Platform has each label once, both alone and behind that of the object or the list around it."""

from __future__ import annotations

from typing import Any

import pytest

from connector.export.power_platform.body_nodes import BodyNode
from connector.export.power_platform.labels import label_nodes

Fields = dict[str, Any]
"""Titles by key; a pair has the title of an object or, in brackets, of a list, and the fields in it."""


def tree(fields: Fields) -> dict[str, BodyNode]:
    return {key: node(key, *(each if isinstance(each, tuple) else (each, None))) for key, each in fields.items()}


def node(key: str, title: str, inside: Fields | list[Fields] | None) -> BodyNode:
    if isinstance(inside, list):
        return BodyNode(key, ["array"], title=title, items=BodyNode("", ["object"], properties=tree(inside[0])))
    return BodyNode(key, ["object" if inside else "string"], title=title, properties=tree(inside or {}))


def titles(nodes: dict[str, BodyNode]) -> Fields:
    made: Fields = {}
    for key, each in nodes.items():
        rows = [titles(each.items.properties)] if each.items is not None else None
        inside = rows or titles(each.properties)
        made[key] = (each.title, inside) if inside else each.title
    return made


@pytest.mark.parametrize(
    ("fields", "labelled"),
    [
        ({"name": "Name", "other": "name"}, {"name": "Name", "other": "name 2"}),
        ({"name": "Taken"}, {"name": "Taken 2"}),
        (
            {"address": ("Address", {"name": "Name"}), "name": "Name"},
            {"address": ("Address", {"name": "Address Name"}), "name": "Name"},
        ),
        (
            {"address": ("Address", {"name": "Name"}), "x": "Address Name"},
            {"address": ("Address", {"name": "Address Name 2"}), "x": "Address Name"},
        ),
        (
            {"address": ("Address", {"inner": ("Inner", {"name": "Name"})}), "x": "Address Name"},
            {"address": ("Address", {"inner": ("Inner", {"name": "Inner Name"})}), "x": "Address Name"},
        ),
        (
            {"rows": ("Rows", [{"more": ("More", [{"name": "Name"}])}]), "x": "Rows Name", "y": "Rows More Name"},
            {"rows": ("Rows", [{"more": ("More", [{"name": "More Name"}])}]), "x": "Rows Name", "y": "Rows More Name"},
        ),
        (
            {"a": ("A", {"n": "Name"}), "b": ("A", {"n": "Name"}), "c": ("A", {"n": "Name"})},
            {"a": ("A", {"n": "Name"}), "b": ("A", {"n": "A Name"}), "c": ("A", {"n": "A Name 2"})},
        ),
        (
            {"steps": ("Steps", [{"steps": ("Steps", [{"name": "Name"}]), "name": "Name"}]), "name": "Name"},
            {
                "steps": ("Steps", [{"steps": ("Step Steps", [{"name": "Level 2 Step Name"}]), "name": "Step Name"}]),
                "name": "Name",
            },
        ),
        (
            {"site_url": "", "list_ids": ("", [{"id": ""}]), "brand": ("", {"logo": "", "more": ("", {"x": "X"})})},
            {
                "site_url": "Site URL",
                "list_ids": ("List IDs", [{"id": "List ID ID"}]),
                "brand": ("Brand", {"logo": "Brand Logo", "more": ("More", {"x": "X"})}),
            },
        ),
    ],
)
def test_a_label_is_there_once(fields: Fields, labelled: Fields) -> None:
    root = BodyNode("", ["object"], properties=tree(fields))
    label_nodes(root, ["taken"])
    assert titles(root.properties) == labelled
