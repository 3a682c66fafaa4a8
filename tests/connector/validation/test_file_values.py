"""Files among the inputs, wherever they are: read, reported under their labels, or put aside."""

from __future__ import annotations

from typing import Any

import pytest

from connector.definition.field import ObjectSchema
from connector.definition.file_value import File
from connector.errors import Problem
from connector.validation.file_values import has_files, read_files, with_files, without_files
from tests.connector.parcels import Json, field, rows, schema

FILE = field("object", "Photo", x_file=True)
FORM: Json = {
    "name": field(title="Name"),
    "photo": FILE,
    "secret": field("object", x_file=True, writeOnly=True),
    "many": field("array", "Many", items={"$ref": "#/$defs/file"}),
    "people": rows({"photo": FILE, "plain": field()}, title="People"),
    "box": field("object", "Box", properties={"photo": field("object", x_file=True)}),
}
DEFS: Json = {"$defs": {"file": FILE}}
SCHEMA = ObjectSchema.model_validate(schema(FORM) | DEFS)
RIGHT = {"$content": "aGk="}
HINT = 'As JSON, a file is {"$content-type": "image/png", "$content": "<base64>"}.'


@pytest.mark.parametrize(
    ("fields", "more", "found"),
    [
        ({"name": field()}, {}, False),
        ({"list": field("array", items=field()), "box": field("object", properties={"a": field()})}, {}, False),
        ({"photo": FILE}, {}, True),
        ({"many": field("array", items=FILE)}, {}, True),
        ({"people": rows({"a": field("object", properties={"photo": FILE})})}, {}, True),
        ({"it": {"$ref": "#/$defs/file"}}, DEFS, True),
        ({"it": field()}, {"$defs": {"row": field("object", properties={"photo": FILE})}}, True),
    ],
)
def test_a_form_has_files_wherever_they_are(fields: Json, more: Json, found: bool) -> None:
    assert has_files(ObjectSchema.model_validate(schema(fields) | more)) is found


@pytest.mark.parametrize(
    ("values", "place", "message", "hint"),
    [
        ({"photo": "aGk="}, "photo", "Photo must be a file, not the text “aGk=”.", HINT),
        ({"secret": "s-e-c"}, "secret", "secret must be a file, not text.", HINT),
        ({"photo": {}}, "photo", "Photo is not a file.", HINT),
        ({"photo": {"$content": "%"}}, "photo", "Photo: $content is not valid base64.", HINT),
        ({"photo": File("/no/such/file")}, "photo", "Photo: there is no file “/no/such/file”.", ""),
        ({"many": [RIGHT, 7]}, "many[1]", "Many, item 2 must be a file, not the number 7.", HINT),
        (
            {"people": [{}, {"photo": 7}]},
            "people[1].photo",
            "People, row 2, Photo must be a file, not the number 7.",
            HINT,
        ),
        ({"box": {"photo": 7}}, "box.photo", "Box, photo must be a file, not the number 7.", HINT),
    ],
)
def test_what_is_no_file_is_a_problem_under_its_label(values: Json, place: str, message: str, hint: str) -> None:
    inputs, problems = read_files(SCHEMA, values)
    assert problems == [Problem(place, "file", message, hint)]
    assert inputs == values | ({"many": [inputs["many"][0], 7]} if "many" in values else {})


def test_a_right_file_becomes_one_and_everything_else_stays() -> None:
    given = File(b"ho")
    values = {
        "name": "Ada",
        "unknown": {"$content": "aGk="},
        "photo": RIGHT,
        "many": [RIGHT, given],
        "people": [{"photo": RIGHT, "plain": "x", "unknown": RIGHT}, "odd"],
        "box": {"photo": given},
    }
    inputs, problems = read_files(SCHEMA, values)
    assert problems == []
    found = [inputs["photo"], *inputs["many"], inputs["people"][0]["photo"], inputs["box"]["photo"]]
    assert [file.read() for file in found] == [b"hi", b"hi", b"ho", b"hi", b"ho"]
    assert inputs["many"][1] is given
    assert (inputs["name"], inputs["unknown"], inputs["people"][1]) == ("Ada", RIGHT, "odd")
    assert inputs["people"][0] == {"photo": inputs["people"][0]["photo"], "plain": "x", "unknown": RIGHT}
    assert values["photo"] is RIGHT


def test_files_are_put_aside_right_or_wrong() -> None:
    values: dict[str, Any] = {"photo": 7, "many": [RIGHT, "x"], "people": [{"photo": None, "plain": "a"}], "name": "b"}
    empty = {"photo": {}, "many": [{}, {}], "people": [{"photo": {}, "plain": "a"}], "name": "b"}
    assert without_files(SCHEMA, values) == empty
    assert with_files(SCHEMA, values, str)["photo"] == "7"
    assert with_files(SCHEMA, values, str)["many"] == [str(RIGHT), "x"]
