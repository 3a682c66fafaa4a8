"""What actions share stands once, and everything is known by the place where it was written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connector.catalogue.loader import load
from connector.definition.expand import Expanded, expand, expand_common
from connector.errors import DefinitionError
from tests.connector.parcels import action, write_folder

Json = dict[str, Any]
FILE = Path("definitions/things/get_thing.json")
COMMON = "definitions/common.json"
TOGETHER: Json = {"kind": "together", "fields": ["a", "b"]}
SHARED: Json = {
    "$defs": {"row": {"properties": {"...times": {}}}, "code": {"maxLength": 8}},
    "fieldsets": {
        "thing": {"name": {"title": "Name"}, "...times": {}, "size": {"title": "Size"}},
        "times": {"made": {"title": "Made", "maxLength": 30}, "sold": {"title": "Sold"}},
    },
    "rules": {"pair": [TOGETHER, {"kind": "same", "fields": ["a", "b"]}]},
    "errors": {"gone": {"status": 410, "sentence": "Gone."}, "lost": {"status": 404, "code": "gone", "sentence": "?"}},
}


def opened(outputs: Json, common: Json = SHARED, **words: Any) -> Expanded:
    written = {"request": {"method": "GET", "path": "/"}, "inputs": {}, "outputs": {"properties": outputs}, **words}
    return expand(written, FILE, common, spelled_out=True)


def fields(expanded: Expanded) -> Json:
    made: Json = expanded.document["outputs"]["properties"]
    return made


def test_the_fields_of_a_fieldset_stand_in_its_place_in_order() -> None:
    made = opened({"id": {"title": "ID"}, "...thing": {}, "note": {"title": "Note"}})
    assert {name: each["title"] for name, each in fields(made).items()} == {
        "id": "ID",
        "name": "Name",
        "made": "Made",
        "sold": "Sold",
        "size": "Size",
        "note": "Note",
    }
    assert made.document["outputs"]["required"] == list(fields(made))
    assert made.problems == []


def test_keywords_beside_a_fieldset_are_set_on_each_and_a_field_further_down_changes_one() -> None:
    made = fields(opened({"...times": {"description": "When."}, "sold": {"title": "Sold at"}}))
    assert [(each["title"], each["description"]) for each in made.values()] == [("Made", "When."), ("Sold at", "When.")]
    assert list(made) == ["made", "sold"]


def test_rows_and_shared_definitions_take_fieldsets_too() -> None:
    made = opened({"rows": {"items": {"properties": {"...times": {}}}}, "others": {"items": {"$ref": "#/$defs/row"}}})
    assert list(fields(made)["rows"]["items"]["properties"]) == ["made", "sold"]
    assert list(made.document["outputs"]["$defs"]["row"]["properties"]) == ["made", "sold"]


def test_an_error_is_shared_by_its_name() -> None:
    own = {"status": 400, "code": "own", "sentence": "Own."}
    made = opened({}, errors=["gone", own, "lost"]).document["errors"]
    assert made == [
        {"status": 410, "code": "gone", "sentence": "Gone."},
        own,
        {"status": 404, "code": "gone", "sentence": "?"},
    ]


def test_shared_rules_stand_in_the_place_of_their_name_at_any_depth() -> None:
    own = {"kind": "together", "fields": ["b", "c"]}
    rows = {"items": {"properties": {"a": {}}, "x-rules": ["pair"]}}
    made = expand({"inputs": {"properties": {"rows": rows}, "x-rules": [own, "pair", own]}}, FILE, SHARED)
    inputs = made.document["inputs"]
    assert inputs["x-rules"] == [own, *SHARED["rules"]["pair"], own]
    assert inputs["properties"]["rows"]["items"]["x-rules"] == SHARED["rules"]["pair"]
    assert [made.home(f"/inputs/x-rules/{index}/kind") for index in range(4)] == [
        (FILE.as_posix(), "/inputs/x-rules/0/kind"),
        (COMMON, "/rules/pair/0/kind"),
        (COMMON, "/rules/pair/1/kind"),
        (FILE.as_posix(), "/inputs/x-rules/2/kind"),
    ]


def test_shared_rules_that_are_not_there_are_a_problem_where_they_are_named() -> None:
    made = expand({"inputs": {"x-rules": ["pair", "none", TOGETHER]}}, FILE, SHARED)
    assert [message for _, message in made.problems] == ["There are no shared rules “none”."]
    assert made.home(made.problems[0][0]) == (FILE.as_posix(), "/inputs/x-rules/1")
    assert made.document["inputs"]["x-rules"] == [*SHARED["rules"]["pair"], TOGETHER]


@pytest.mark.parametrize(
    ("outputs", "common", "message", "written"),
    [
        (
            {"...none": {}},
            SHARED,
            "There is no fieldset “none” in definitions/common.json.",
            "/outputs/properties/...none",
        ),
        (
            {"...a": {}},
            {"fieldsets": {"a": {"...b": {}}, "b": {"...a": {}}}},
            "The fieldset “a” contains itself.",
            "/fieldsets/b/...a",
        ),
        (
            {"...a": {}},
            {"fieldsets": {"a": {"rows": {"items": {"properties": {"...a": {}}}}}}},
            "The fieldset “a” contains itself.",
            "/fieldsets/a/rows/items/properties/...a",
        ),
        (
            {"made": {}, "...times": {}},
            SHARED,
            "The field “made” of the fieldset is here already.",
            "/outputs/properties/...times",
        ),
    ],
)
def test_a_fieldset_that_cannot_be_put_in_is_a_problem_where_it_is_written(
    outputs: Json, common: Json, message: str, written: str
) -> None:
    made = opened(outputs, common)
    ((place, shown),) = made.problems
    file = COMMON if written.startswith("/fieldsets") else FILE.as_posix()
    assert (shown, made.home(place)) == (message, (file, written))


def test_a_shared_error_that_is_not_there_is_a_problem() -> None:
    assert opened({}, errors=["gone", "none"]).problems == [("/errors/1", "There is no shared error “none”.")]


def test_fieldsets_that_multiply_are_stopped() -> None:
    def doubled(level: int) -> Json:
        row: Json = {"items": {"properties": {f"...s{level + 1}": {}}}}
        return {f"a{level}": row, f"b{level}": row}

    made = opened({"...s0": {}}, {"fieldsets": {f"s{level}": doubled(level) for level in range(40)}})
    assert "The fieldsets add more than 5000 fields." in {shown for _, shown in made.problems}


@pytest.mark.parametrize(
    ("pointer", "file", "origin"),
    [
        ("/outputs/properties/own/title", FILE.as_posix(), "/outputs/properties/own/title"),
        ("/outputs/properties/name/title", COMMON, "/fieldsets/thing/name/title"),
        ("/outputs/properties/made/maxLength", COMMON, "/fieldsets/times/made/maxLength"),
        ("/outputs/properties/made/description", FILE.as_posix(), "/outputs/properties/...thing/description"),
        ("/outputs/properties/size/title", FILE.as_posix(), "/outputs/properties/size/title"),
        ("/outputs/properties/code", FILE.as_posix(), "/outputs/properties/code"),
        ("/outputs/properties/rows/items/properties/sold/title", COMMON, "/fieldsets/times/sold/title"),
        ("/outputs/$defs/code/maxLength", COMMON, "/$defs/code/maxLength"),
        ("/errors/0/sentence", COMMON, "/errors/gone/sentence"),
        ("/outputs/properties/own/type", FILE.as_posix(), "/outputs/properties/own"),
        ("/outputs/properties/name/type", COMMON, "/fieldsets/thing/name"),
        ("/outputs/required", FILE.as_posix(), "/outputs"),
        ("/effects/readOnly", FILE.as_posix(), ""),
        ("/nowhere", FILE.as_posix(), "/nowhere"),
    ],
)
def test_everything_is_known_by_the_place_where_it_was_written(pointer: str, file: str, origin: str) -> None:
    made = opened(
        {
            "own": {"title": "Own"},
            "...thing": {"description": "What of it."},
            "size": {"title": "How large"},
            "code": {"$ref": "#/$defs/code"},
            "rows": {"items": {"properties": {"...times": {}}}},
        },
        errors=["gone"],
    )
    assert made.home(pointer) == (file, origin)


def test_what_only_repeats_is_told_from_what_is_needed() -> None:
    common = {"fieldsets": {"a": {"x": {"title": "X", "type": ["string", "null"], "x-ms-visibility": "advanced"}}}}
    made = opened({"...a": {"title": "X"}, "x": {"x-ms-visibility": "important"}}, common)
    outputs = "/outputs/properties"
    assert made.repeated() == {
        (FILE.as_posix(), f"{outputs}/...a/title"): True,
        (FILE.as_posix(), f"{outputs}/x/x-ms-visibility"): False,
        (COMMON, "/fieldsets/a/x/type"): True,
    }


def test_the_shared_file_by_itself_has_its_own_fieldsets_in_place() -> None:
    made = expand_common(SHARED)
    assert list(made.document["fieldsets"]["thing"]) == ["name", "made", "sold", "size"]
    assert made.document["errors"]["gone"]["code"] == "gone"
    assert made.home("/fieldsets/thing/made/title") == (COMMON, "/fieldsets/times/made/title")


def test_a_problem_of_a_shared_field_names_the_shared_file(tmp_path: Path) -> None:
    document = action("weigh")
    document["inputs"]["properties"] = {"...weight": {}, "...none": {}}
    folder = write_folder(tmp_path / "parcels", [document])
    shared = {"fieldsets": {"weight": {"weight": {"title": "Weight", "minimum": "one"}}}}
    (folder / COMMON).write_text(json.dumps(shared))
    with pytest.raises(DefinitionError) as caught:
        load(folder)
    assert [problem.field for problem in caught.value.problems] == [
        "definitions/parcels/weigh.json#/inputs/properties/...none",
        f"{COMMON}#/fieldsets/weight/weight/minimum",
    ]
