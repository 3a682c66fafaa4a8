"""An action that a format cannot express is a finding at the action, for each format and each action."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.catalogue.loader import Bundle
from connector.errors import DefinitionError
from connector.lint import check_folder
from connector.lint.sample_folder import ACTION, CONNECTOR, FILES, HANDLERS, write
from tests.connector.lint.conftest import Check

LISTING = "definitions/things/list_things.json"
PUBLICATION = {
    "publisher": {"name": "P", "url": "https://example.com", "email": "p@example.com"},
    "privacyPolicy": "https://example.com",
    "categories": ["Communication"],
}


def refusing(*keys: str) -> Any:
    """An exporter that cannot express these actions and stops at the first."""

    def export(bundle: Bundle) -> None:
        for key in keys:
            if key in bundle.actions:
                raise DefinitionError(f"“{key}” has no place.")

    return export


def test_an_action_that_n8n_cannot_express_is_a_finding_at_its_file(check: Check) -> None:
    names = {f"sort{mark}by": {"title": f"Sort {mark}", "description": "What comes first."} for mark in "-_"}
    found = check({ACTION: {"inputs": {"properties": names}}})
    assert {(finding.rule, finding.file) for finding in found} == {("D951", ACTION)}
    assert any(finding.message.startswith("n8n: ") for finding in found)


def test_every_action_and_every_format_is_reported(tmp_path: Path) -> None:
    folder = write(tmp_path, {})
    exporters = {"one": refusing("get_thing", "list_things"), "two": refusing("get_thing"), "three": refusing()}
    found = check_folder(folder, exporters)
    assert [(finding.file, finding.message) for finding in found] == [
        (ACTION, "one: “get_thing” has no place."),
        (ACTION, "two: “get_thing” has no place."),
        (LISTING, "one: “list_things” has no place."),
    ]


@pytest.mark.parametrize("test", ["list_things", None])
@pytest.mark.parametrize("name", ["list_things", "List things"])
def test_a_problem_that_names_an_action_is_reported_at_this_action_alone(
    name: str, test: str | None, tmp_path: Path
) -> None:
    def export(bundle: Bundle) -> None:
        if "list_things" in bundle.actions:
            raise DefinitionError(f"“{name}” has no place.")

    found = check_folder(write(tmp_path, {CONNECTOR: {"connection": {"test": test}}}), {"one": export})
    assert [(finding.file, finding.message) for finding in found] == [(LISTING, f"one: “{name}” has no place.")]


@pytest.mark.parametrize(("name", "count"), [("get_thing", 1), ("Get a thing", 1), ("a thing", 0)])
def test_a_problem_of_the_only_action_names_it(name: str, count: int, tmp_path: Path) -> None:
    def export(_bundle: Bundle) -> None:
        raise DefinitionError(f"“{name}” has no place.")

    handlers = "from connector.call import send\n\nget_thing = send\n"
    changes = {LISTING: None, HANDLERS: handlers, CONNECTOR: {"connection": {"test": None}}}
    found = check_folder(write(tmp_path, changes), {"one": export})
    assert [(finding.file, finding.rule) for finding in found] == [(ACTION, "D951")] * count


def test_an_exporter_that_crashes_is_a_finding(tmp_path: Path) -> None:
    def export(bundle: Bundle) -> None:
        if "get_thing" in bundle.actions:
            raise KeyError("x")

    found = check_folder(write(tmp_path, {}), {"one": export})
    assert [(finding.file, finding.message) for finding in found] == [(ACTION, "one: The export stops with KeyError.")]


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({}, 0),
        ({CONNECTOR: {"connection": {"test": None}}}, 0),
        ({CONNECTOR: {"publication": PUBLICATION, "connection": {"test": None}}}, 1),
        ({CONNECTOR: {"publication": {"categories": ["Data"]}}}, 0),
        ({CONNECTOR: {"publication": PUBLICATION}}, 1),
    ],
)
def test_a_problem_of_the_whole_connector_counts_once_it_is_to_be_published(
    tmp_path: Path, changes: dict[str, Any], count: int
) -> None:
    def export(_bundle: Bundle) -> None:
        raise DefinitionError("The connector has no picture.")

    found = check_folder(write(tmp_path, changes), {"one": export})
    assert [(finding.file, finding.message) for finding in found] == [
        (CONNECTOR, "one: The connector has no picture.")
    ] * count


@pytest.mark.parametrize(
    "changes",
    [
        {ACTION: {"since": None}},
        {ACTION: {"outputs": {"properties": {"name": {"$ref": "#/$defs/none"}}}}},
        {HANDLERS: "import nothing_of_that_name\n"},
        {CONNECTOR: {"connection": {"test": "none"}}},
        {"definitions/others/get_thing.json": FILES[ACTION]},
    ],
)
def test_nothing_is_exported_from_a_folder_that_cannot_be_loaded(tmp_path: Path, changes: dict[str, Any]) -> None:
    found = check_folder(write(tmp_path, changes), {"one": refusing("get_thing", "list_things")})
    assert found
    assert "D951" not in {finding.rule for finding in found}
