"""What a maker sees in Power Automate is said here, too: names of values, and what fields are filled with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector import Connector
from tests.connector.importing.facts_package import write_package
from tests.connector.importing.test_reading import OPERATION, swagger

Json = dict[str, Any]
NAMES = [{"displayName": "Send", "value": 1}, {"displayName": "Do not send", "value": 2}, {"value": 3}]


def field_of(tmp_path: Path, schema: Json, *, required: bool = False) -> Any:
    """An input of the body with this schema."""
    body: Json = {"type": "object", "properties": {"it": schema}, "required": ["it"] if required else []}
    parameters = [{"name": "body", "in": "body", "required": True, "schema": body}]
    document = swagger({"/things": {"post": {**OPERATION, "parameters": parameters}}})
    return Connector.load(write_package(tmp_path, document)).find("GetThing").definition.input("it")


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "integer", "enum": [1, 2, 3], "x-ms-enum-values": NAMES},
        {"type": "integer", "enum": [1, 2, 3], "x-ms-editor-options": {"items": [
            {"title": "Send", "value": "1"}, {"title": "Do not send", "value": "2"}]}},
        {"type": "array", "items": {"type": "integer", "x-ms-enum-values": NAMES}},
    ],
)  # fmt: skip
def test_the_names_of_values_are_in_the_description(tmp_path: Path, schema: Json) -> None:
    assert field_of(tmp_path, schema).description == "1: Send; 2: Do not send."
    described = field_of(tmp_path / "other", {**schema, "description": "What to do"})
    assert described.description == "What to do. 1: Send; 2: Do not send."


def test_names_that_say_no_more_than_the_values_are_left_out(tmp_path: Path) -> None:
    names = [{"displayName": "red", "value": "red"}]
    assert field_of(tmp_path, {"type": "string", "enum": ["red"], "x-ms-enum-values": names}).description is None


def test_only_some_of_very_many_values_are_named(tmp_path: Path) -> None:
    names = [{"displayName": f"Number {value}", "value": value} for value in range(99)]
    text = field_of(tmp_path, {"type": "integer", "x-ms-enum-values": names}).description
    assert text.endswith("49: Number 49; ….")


@pytest.mark.parametrize("schema", [{"type": "string", "format": "binary"}, {"type": "array", "items": {}}])
def test_a_response_that_is_one_value_has_its_own_title(tmp_path: Path, schema: Json) -> None:
    responses = {"200": {"description": "OK", "schema": {**schema, "x-ms-summary": "Images"}}}
    document = swagger({"/things": {"get": {**OPERATION, "responses": responses}}})
    made = Connector.load(write_package(tmp_path, document)).find("GetThing").definition.outputs
    assert made.properties["response"].title == "Images"


def test_what_power_automate_fills_in_is_said_and_not_sent(tmp_path: Path) -> None:
    made = field_of(tmp_path, {"type": "integer", "default": 20, "description": "Rows per page"})
    assert (made.description, made.default) == ("Rows per page. Power Automate fills in 20.", None)
    connector = Connector.load(tmp_path)
    assert connector.preview("GetThing").body == {}
    assert connector.preview("GetThing", {"it": 5}).body == {"it": 5}


def test_a_text_that_is_filled_in_is_quoted_and_not_long(tmp_path: Path) -> None:
    assert field_of(tmp_path / "a", {"type": "string", "default": "id, name"}).description == (
        "Power Automate fills in “id, name”."
    )
    text = field_of(tmp_path / "b", {"type": "string", "default": "<p>\n" + "x" * 500}).description
    assert text == f"Power Automate fills in “<p> {'x' * 116}…”."


@pytest.mark.parametrize(
    ("schema", "required"),
    [
        ({"type": "integer", "default": 20}, True),
        ({"type": "string", "default": ""}, False),
        ({"type": "string", "default": "c", "enum": ["a", "b"]}, False),
        ({"type": "string", "default": "c", "x-ms-visibility": "internal"}, False),
    ],
    ids=["sent anyway", "empty", "not among the values", "hidden"],
)
def test_nothing_else_is_called_filled_in(tmp_path: Path, schema: Json, required: bool) -> None:
    assert field_of(tmp_path, schema, required=required).description is None
