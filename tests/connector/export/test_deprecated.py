"""A deprecated action and a deprecated field are marked in every format."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.export import EXPORT_FORMATS, export
from tests.connector.export.test_power_platform_files import PUBLICATION
from tests.connector.export.whole import parcels
from tests.connector.parcels import LIST, action, body, manifest

OLD = action("send_old", {"size": body("string", "Size", deprecated=True)}, {}, deprecated=True)
NEW = action("send_new", {"size": body("string", "Size")}, {}) | {"request": {"method": "POST", "path": "/parcels/new"}}


def exported(place: Path, format_name: str) -> dict[str, bytes]:
    return export(parcels(place, OLD, NEW, LIST, connector=manifest(publication=PUBLICATION)), format_name)


def catalogue(files: dict[str, bytes]) -> tuple[bool, bool]:
    actions = json.loads(files["catalogue.json"])["actions"]
    one = next(each for each in actions if each["key"] == "send_old")
    return one["deprecated"], one["inputs"]["properties"]["size"]["deprecated"]


def openapi(files: dict[str, bytes]) -> tuple[bool, bool]:
    document = json.loads(files["openapi.json"])
    field = document["components"]["schemas"]["SendOldOpInputs"]["properties"]["size"]
    return document["paths"]["/actions/send_old/run"]["post"]["deprecated"], field["deprecated"]


def power_platform(files: dict[str, bytes]) -> tuple[bool, bool]:
    operation = json.loads(files["apiDefinition.swagger.json"])["paths"]["/parcels"]["post"]
    return operation["deprecated"], operation["parameters"][0]["schema"]["properties"]["size"]["description"] == (
        "Deprecated."
    )


def mcp(files: dict[str, bytes]) -> tuple[bool, bool]:
    tool = next(each for each in json.loads(files["tools.json"])["tools"] if each["name"].endswith("send_old"))
    return tool["description"] == "Deprecated. Does it.", tool["inputSchema"]["properties"]["size"]["description"] == (
        "Deprecated."
    )


def docs(files: dict[str, bytes]) -> tuple[bool, bool]:
    section = files["parcels.md"].decode().split("\n## Send old")[1].split("\n## ")[0]
    return "| **Deprecated** |" in section, "- `size` (Size): Deprecated." in section


def n8n(files: dict[str, bytes]) -> tuple[bool, bool]:
    text = files["nodes/Parcels/resources/parcels.ts"].decode()
    return "description: 'Deprecated. Does it.'" in text, "description: 'Deprecated'" in text


def node_red(files: dict[str, bytes]) -> tuple[bool, bool]:
    help_text = files["nodes/parcels.html"].decode().split("<h3>Send old</h3>")[1].split("<h3>")[0]
    return "<p>Deprecated. Does it.</p>" in help_text, "<dd>Size. Deprecated.\n</dd>" in help_text


MARKS: dict[str, Callable[[dict[str, bytes]], tuple[bool, bool]]] = {
    "catalogue": catalogue,
    "power-platform": power_platform,
    "openapi": openapi,
    "n8n": n8n,
    "node-red": node_red,
    "docs": docs,
    "mcp": mcp,
}
"""By format: whether its files mark the old action, and whether they mark its field."""


@pytest.mark.parametrize("format_name", EXPORT_FORMATS)
def test_a_deprecated_action_and_its_deprecated_field_are_marked(tmp_path: Path, format_name: str) -> None:
    assert MARKS[format_name](exported(tmp_path, format_name)) == (True, True)


@pytest.mark.parametrize("format_name", EXPORT_FORMATS)
def test_nothing_else_is_marked(tmp_path: Path, format_name: str) -> None:
    new = manifest(publication=PUBLICATION)
    text = b"".join(export(parcels(tmp_path, NEW, LIST, connector=new), format_name).values()).decode(errors="replace")
    for harmless in ('"deprecated": false', "inputs.deprecated", "field.deprecated", "'deprecated', 'description'"):
        text = text.replace(harmless, "")
    assert "deprecated" not in text.lower()
