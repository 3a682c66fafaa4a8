"""The checker asks for what can be left out, where it was written, and for nothing that is needed."""

import json
from pathlib import Path
from typing import Any

from connector.lint import check_folder
from connector.lint.sample_folder import ACTION, CONNECTOR, FILES, write

COMMON = "definitions/common.json"
LISTING = "definitions/things/list_things.json"


def found(folder: Path) -> list[tuple[str, str, str]]:
    return [(each.rule, each.file, each.pointer) for each in check_folder(folder)]


def sharing(fieldset: dict[str, Any], **inputs: Any) -> dict[str, Any]:
    """A change that puts the sample's path input into a fieldset."""
    document = {**FILES[ACTION], "inputs": {"properties": {"...thing": {}, **inputs}}}
    return {COMMON: {"fieldsets": {"thing": {"thing_id": fieldset}}}, ACTION: json.dumps(document)}


FIELD = {"title": "Thing ID", "description": "Which one to read, by its number.", "examples": ["t-1"]}


def test_a_fieldset_keeps_every_rule(tmp_path: Path) -> None:
    assert found(write(tmp_path, sharing(FIELD))) == []


def test_a_default_in_a_fieldset_is_found_in_the_shared_file(tmp_path: Path) -> None:
    folder = write(tmp_path, sharing({**FIELD, "x-in": "path", "deprecated": False}))
    assert found(folder) == [
        ("D801", COMMON, "/fieldsets/thing/thing_id/deprecated"),
        ("D801", COMMON, "/fieldsets/thing/thing_id/x-in"),
    ]


def test_what_is_a_default_in_one_action_and_needed_in_another_stays(tmp_path: Path) -> None:
    change = sharing({**FIELD, "maxLength": 1024})
    change[LISTING] = {"inputs": {"properties": {"...thing": {"x-in": "header"}}}}
    assert found(write(tmp_path, change)) == []


def test_a_word_that_repeats_the_fieldset_is_found_and_one_that_differs_is_not(tmp_path: Path) -> None:
    change = sharing({**FIELD, "x-ms-visibility": "advanced"}, thing_id={"title": "Thing ID"})
    assert found(write(tmp_path, change)) == [("D801", ACTION, "/inputs/properties/thing_id/title")]
    change = sharing({**FIELD, "x-ms-visibility": "advanced"}, thing_id={"x-ms-visibility": "important"})
    assert found(write(tmp_path / "other", change)) == []


def test_every_other_rule_points_into_the_shared_file_as_well(tmp_path: Path) -> None:
    folder = write(tmp_path, sharing({**FIELD, "enum": ["t-1", "t-2", 3]}))
    assert found(folder) == [("D204", COMMON, "/fieldsets/thing/thing_id/enum/2")]


def test_the_connectors_own_file_and_examples_leave_out_their_defaults(tmp_path: Path) -> None:
    calls = [{"request": {"method": "GET"}, "response": {"status": 200, "body": {"name": "Lamp"}}}]
    one = {"title": "One", "inputs": {"thing_id": "t-1"}, "interactions": calls, "outputs": {"name": "Lamp"}}
    gone = {
        "title": "Gone",
        "inputs": {"thing_id": "t-2"},
        "interactions": [{"response": {"status": 404, "body": {"message": "Not found"}}}],
        "error": {"code": "thing_not_found", "field": "thing_id"},
    }
    change = {CONNECTOR: {"throttle": {"scope": "connection"}}, ACTION: {"examples": [one, gone]}}
    assert found(write(tmp_path, change)) == [
        ("D801", CONNECTOR, "/throttle/scope"),
        ("D801", ACTION, "/examples/0/interactions/0/request/method"),
        ("D801", ACTION, "/examples/0/interactions/0/response/status"),
    ]
