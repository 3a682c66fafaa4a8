"""Choosing fields of a result: of the result itself, or of the rows in one of its lists."""

from __future__ import annotations

from typing import Any

import pytest

from connector.call.projection import Projection, ProjectionError
from connector.definition.field import ObjectSchema
from connector.errors import ExitStatus

_TEXT = {"type": "string", "title": "Text"}


def rows(*names: str) -> dict[str, Any]:
    return {"type": ["array", "null"], "items": {"type": "object", "properties": dict.fromkeys(names, _TEXT)}}


OUTPUTS = ObjectSchema.model_validate(
    {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"cursor": _TEXT, "items": rows("id", "name"), "owners": rows("email")},
        "required": [],
        "additionalProperties": False,
    }
)
RESULT = {"cursor": "c2", "items": [{"id": "1", "name": "Lamp"}, {"id": "2"}], "owners": None}


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["cursor"], {"cursor": "c2"}),
        (["owners", "cursor"], {"owners": None, "cursor": "c2"}),
        (["name", "id"], [{"name": "Lamp", "id": "1"}, {"name": None, "id": "2"}]),
        (["items.id", "items[].name"], [{"id": "1", "name": "Lamp"}, {"id": "2", "name": None}]),
        ([" id ", "id", ""], [{"id": "1"}, {"id": "2"}]),
        (["email"], []),
    ],
)
def test_the_fields_are_those_of_the_result_or_of_its_rows(names: list[str], expected: Any) -> None:
    assert Projection.of(OUTPUTS, names).apply(RESULT) == expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [("a text", []), (7, []), ({"id": "1"}, []), (["a text", 7, None], [{"id": None}] * 3)],
)
def test_what_is_sent_in_the_place_of_rows_has_no_fields(sent: Any, expected: Any) -> None:
    assert Projection.of(OUTPUTS, ["id"]).apply(RESULT | {"items": sent}) == expected


@pytest.mark.parametrize(
    ("names", "message", "hint"),
    [
        ([], "Name at least one field.", "Fields: cursor, items, owners, id, name, email."),
        (["nmae"], "Unknown field “nmae”.", "Did you mean “name”?"),
        (["xyzzy"], "Unknown field “xyzzy”.", "Fields: cursor, items, owners, id, name, email."),
        (["cursor", "id"], "Use fields of the result, or fields in the rows of one list, not both.", "Fields: cursor"),
        (["id", "email"], "Use fields of the result, or fields in the rows of one list, not both.", "Fields: cursor"),
    ],
)
def test_fields_that_cannot_be_chosen_are_explained(names: list[str], message: str, hint: str) -> None:
    with pytest.raises(ProjectionError) as caught:
        Projection.of(OUTPUTS, names)
    assert caught.value.message == message
    assert caught.value.hint.startswith(hint)
    assert caught.value.exit_status is ExitStatus.USAGE


def test_a_long_list_of_fields_is_cut_and_counted() -> None:
    wide = OUTPUTS.model_copy(
        update={"properties": {f"field_{number}": OUTPUTS.properties["cursor"] for number in range(20)}}
    )
    with pytest.raises(ProjectionError) as caught:
        Projection.of(wide, ["xyzzy"])
    assert caught.value.hint.endswith("field_11 and 8 more.")
