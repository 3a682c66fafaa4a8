"""Findings name the file and the place where the mistake was written, once each."""

from __future__ import annotations

from typing import Any

import pytest

from connector.lint.sample_folder import ACTION, CONNECTOR
from tests.connector.lint.conftest import Check

COMMON = "definitions/common.json"
REFERRING = {ACTION: {"outputs": {"properties": {"name": {"$ref": "#/$defs/label", "title": "Name"}}}}}


def test_a_mistake_in_a_shared_definition_is_reported_in_its_file(check: Check) -> None:
    label = {"description": "A label without a period", "minLength": -1}
    found = check({**REFERRING, COMMON: {"$defs": {"label": label, "unused": {"minLength": -1}}}})
    assert [(finding.rule, finding.file, finding.pointer) for finding in found] == [
        ("D305", COMMON, "/$defs/label/description"),
        ("D201", COMMON, "/$defs/label/minLength"),
    ]


def test_a_definition_of_the_action_itself_wins_and_is_reported_there(check: Check) -> None:
    label = {"description": "A label without a period"}
    changes = {ACTION: {"outputs": {**REFERRING[ACTION]["outputs"], "$defs": {"label": label}}}}
    found = check({**changes, COMMON: {"$defs": {"label": {"description": "Fine."}}}})
    assert {(finding.file, finding.pointer) for finding in found} == {(ACTION, "/outputs/$defs/label/description")}


def test_a_shared_mistake_is_reported_once_for_all_that_use_it(check: Check) -> None:
    listing = {"outputs": {"properties": {"label": {"$ref": "#/$defs/label", "title": "Label"}}, "required": []}}
    label = {"type": ["string", "null"], "description": "A label without a period"}
    found = check({**REFERRING, "definitions/things/list_things.json": listing, COMMON: {"$defs": {"label": label}}})
    assert [finding.file for finding in found if finding.rule == "D305"] == [COMMON]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ({"type": "string", "enum": ["t-1", 7]}, ["enum/1"]),
        ({"type": "integer", "enum": [1, 2], "examples": [1]}, []),
        ({"type": "integer", "enum": ["1", 2], "examples": [2]}, ["enum/0"]),
        ({"type": "string", "maxLength": 3, "enum": ["t-1", "long"]}, ["enum/1"]),
        ({"type": "string", "enum": ["t-1"], "default": "t-2"}, ["default"]),
        ({"type": "string", "examples": ["t-1", 7, None]}, ["examples/1", "examples/2"]),
        ({"type": "string", "format": "email", "examples": ["t-1"]}, ["examples/0"]),
        ({"type": "string", "pattern": "^x", "examples": ["t-1"]}, ["examples/0"]),
    ],
)
def test_a_value_that_its_own_field_rejects_is_reported_at_the_value(
    check: Check, field: dict[str, Any], wrong: list[str]
) -> None:
    found = check({ACTION: {"inputs": {"properties": {"thing_id": field}}}})
    place = "/inputs/properties/thing_id/"
    assert [finding.pointer for finding in found if finding.rule == "D204"] == [place + end for end in wrong]


@pytest.mark.parametrize(
    ("field", "paging", "message"),
    [
        (
            {"type": "array", "items": {"type": "object"}},
            {},
            "A cursor is sent in an input that is a text or a number.",
        ),
        ({"type": "object"}, {}, "A cursor is sent in an input that is a text or a number."),
        ({"type": "boolean"}, {}, "A cursor is sent in an input that is a text or a number."),
        ({"type": ["integer", "null"]}, {}, None),
        ({}, {"offset": True}, "An offset is sent in an input of type “integer”."),
        ({"type": "number"}, {"offset": True}, "An offset is sent in an input of type “integer”."),
        ({"type": "integer"}, {"offset": True}, None),
    ],
)
def test_what_a_cursor_or_an_offset_is_sent_in_can_hold_one(
    check: Check, field: dict[str, Any], paging: dict[str, Any], message: str | None
) -> None:
    changes = {"inputs": {"properties": {"cursor": field}}, "pagination": {"rows": "results", **paging}}
    found = check({"definitions/things/list_things.json": changes})
    assert [finding.message for finding in found if finding.rule == "D403"] == ([message] if message else [])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"idempotency": {"input": "key"}}, ("D404", "/idempotency/input", "There is no input “key”.")),
        (
            {"pagination": {"rows": "rows", "input": "thing_id"}},
            ("D403", "/pagination/rows", "There is no output “rows” that is a list."),
        ),
        (
            {"pagination": {"rows": "name", "input": "cursor"}},
            ("D403", "/pagination/input", "There is no input “cursor” for the cursor."),
        ),
        (
            {"request": {"path": "/things/{no}"}},
            ("D251", "/request/path", "No path input fills in the placeholder {no}."),
        ),
    ],
)
def test_a_name_that_leads_nowhere_is_a_finding_and_its_examples_are_not_run(
    check: Check, changes: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    found = check({ACTION: changes})
    assert expected in {(finding.rule, finding.pointer, finding.message) for finding in found}
    assert "D506" not in {finding.rule for finding in found}


@pytest.mark.parametrize(
    ("file", "changes", "pointer"),
    [
        (ACTION, {"description": "TODO: what it does."}, "/description"),
        (
            ACTION,
            {"inputs": {"properties": {"thing_id": {"examples": ["TODO"]}}}},
            "/inputs/properties/thing_id/examples/0",
        ),
        (CONNECTOR, {"groups": {"things": {"description": "A TODO."}}}, "/groups/things/description"),
        (COMMON, {"$defs": {"label": {"title": "TODO", "type": ["string", "null"]}}}, "/$defs/label/title"),
    ],
)
def test_a_todo_in_any_text_is_a_finding(check: Check, file: str, changes: dict[str, Any], pointer: str) -> None:
    found = check(
        {
            **REFERRING,
            COMMON: {"$defs": {"label": {"type": ["string", "null"], "description": "A label."}}},
            file: changes,
        }
    )
    assert (file, pointer) in {(finding.file, finding.pointer) for finding in found if finding.rule == "D306"}


def test_the_word_to_do_in_other_spellings_is_a_text_like_any_other(check: Check) -> None:
    assert check({ACTION: {"description": "Returns the name of a todo in TODOIST."}}) == []


@pytest.mark.parametrize(
    ("throttle", "pointer", "message"),
    [
        ({"calls": 10**9}, "/throttle/calls", "“calls” must be at most 100,000."),
        ({"calls": 0}, "/throttle/calls", "“calls” must be at least 1."),
        ({"renewalPeriod": 1e300}, "/throttle/renewalPeriod", "“renewalPeriod” must be at most 2,678,400."),
        ({"renewalPeriod": 0}, "/throttle/renewalPeriod", "“renewalPeriod” must be more than 0."),
    ],
)
def test_a_throttle_out_of_bounds_is_a_finding(
    check: Check, throttle: dict[str, Any], pointer: str, message: str
) -> None:
    found = check({CONNECTOR: {"throttle": throttle}})
    assert [(finding.rule, finding.pointer, finding.message) for finding in found] == [("D013", pointer, message)]


@pytest.mark.parametrize(
    ("file", "changes", "pointer"),
    [
        (
            ACTION,
            {"inputs": {"properties": {"thing_id": {"pattern": "^(a+)+$"}}}},
            "/inputs/properties/thing_id/pattern",
        ),
        (ACTION, {"outputs": {"properties": {"name": {"pattern": "(?=a)"}}}}, "/outputs/properties/name/pattern"),
        (
            ACTION,
            {"errors": [{"status": 410, "code": "gone", "sentence": "Gone.", "pattern": "(x+x+)+y"}]},
            "/errors/0/pattern",
        ),
        (
            CONNECTOR,
            {"errors": [{"status": 410, "code": "gone", "sentence": "Gone.", "pattern": "("}]},
            "/errors/0/pattern",
        ),
        (CONNECTOR, {"errorBody": {"kinds": "(_error)+*"}}, "/errorBody/kinds"),
    ],
)
def test_an_unsafe_pattern_is_a_finding_at_the_pattern(
    check: Check, file: str, changes: dict[str, Any], pointer: str
) -> None:
    found = check({file: changes})
    assert [(finding.rule, finding.file, finding.pointer) for finding in found] == [("D015", file, pointer)]


def test_a_longest_text_makes_a_pattern_safe(check: Check) -> None:
    pattern = {"pattern": "^[A-Z]+[a-z]+$"}
    found = check({ACTION: {"outputs": {"properties": {"name": pattern}}}})
    assert [finding.rule for finding in found] == ["D015"]
    assert check({ACTION: {"outputs": {"properties": {"name": {**pattern, "maxLength": 100}}}}}) == []


@pytest.mark.parametrize(
    ("encoding", "field", "said"),
    [
        ("text", {}, []),
        ("text", {"type": "array", "items": {"type": "string"}}, ["/inputs/properties/note"]),
        ("text", {"type": "object"}, ["/inputs/properties/note"]),
        ("binary", {"x-file": True}, []),
        ("binary", {"type": "object"}, ["/inputs/properties/note"]),
    ],
)
def test_a_body_that_is_a_text_or_a_file_is_no_list_and_no_object(
    check: Check, encoding: str, field: dict[str, Any], said: list[str]
) -> None:
    note = {"title": "Note", "description": "What it says.", "x-in": "body", "x-pointer": "", **field}
    request = {"method": "POST", "encoding": encoding}
    change = {"request": request, "effects": {"destructive": False}, "inputs": {"properties": {"note": note}}}
    found = check({ACTION: change})
    assert [finding.pointer for finding in found if finding.rule == "D261"] == said


def test_kinds_of_connection_have_different_keys(check: Check) -> None:
    kind = {"key": "key", "title": "API key", "fields": ["api_key"], "required": ["api_key"]}
    found = check({CONNECTOR: {"connection": {"kinds": [kind, {**kind, "title": "Key"}]}}})
    places = ["/connection/kinds/0/key", "/connection/kinds/1/key"]
    assert [finding.pointer for finding in found if finding.rule == "D709"] == places
    assert not [each for each in check({CONNECTOR: {"connection": {"kinds": [kind]}}}) if each.rule == "D709"]


@pytest.mark.parametrize(
    ("title", "description", "repeats"),
    [
        ("Reading", "The reads.", True),
        ("Reading", "The readings.", False),
        ("Linked places", "Link a place.", True),
        ("Red", "Ring.", False),
        ("Class", "Clas.", False),
        ("Thing's color", "The color.", True),
        ("Color", "Their identifier and “color”.", False),
        ("ID", "The identifier.", True),
    ],
)
def test_a_description_repeats_its_title_in_any_form_of_its_words(
    check: Check, title: str, description: str, repeats: bool
) -> None:
    name = {"title": title, "description": description}
    found = check({ACTION: {"outputs": {"properties": {"name": name}}}})
    assert [finding.rule for finding in found if finding.pointer.endswith("/description")] == ["D304"] * repeats


def test_titles_are_unique_in_an_object_not_beyond_it(check: Check) -> None:
    inner = {"type": ["string", "null"], "title": "Name", "description": "What its maker calls it."}
    row: dict[str, Any] = {"type": "object", "additionalProperties": False, "properties": {"name": inner}}
    maker = {"type": "array", "title": "Makers", "description": "Everyone who made it.", "items": row}
    outputs = {"properties": {"makers": maker}}
    found = check({ACTION: {"outputs": outputs}})
    assert [finding for finding in found if finding.rule == "D302"] == []
    row["properties"] |= {"other": {**inner, "title": " name"}}
    place = "/outputs/properties/makers/items/properties/other"
    found = check({ACTION: {"outputs": outputs}})
    assert [finding.pointer for finding in found if finding.rule == "D302"] == [place]


@pytest.mark.parametrize("encoding", ["form", "multipart"])
def test_a_file_of_a_form_may_be_a_shared_definition_but_not_inside_an_object(check: Check, encoding: str) -> None:
    photo = {"title": "Photo", "description": "What it looks like.", "x-in": "body", "examples": None}
    inside = {"type": "object", "additionalProperties": False, "properties": {"file": {"$ref": "#/$defs/file"}}}
    fields = {"photo": {**photo, "$ref": "#/$defs/file"}, "more": {**photo, "type": "array", "items": inside}}
    change = {
        "request": {"method": "POST", "encoding": encoding},
        "effects": {"destructive": False},
        "inputs": {"properties": fields, "$defs": {"file": {"type": "object", "x-file": True}}},
    }
    found = check({ACTION: change})
    place = "/inputs/properties/more/items/properties/file"
    assert [finding.pointer for finding in found if finding.rule == "D262"] == [place]
