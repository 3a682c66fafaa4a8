"""A package as a whole: at a glance, with what of it cannot run, and refused with the place of what cannot be said."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.errors import DefinitionError
from connector.importing.package import Package, outline, read
from connector.importing.report import report_on
from tests.connector.importing.facts_package import write_package
from tests.connector.importing.test_reading import OPERATION, swagger


def test_the_operations_that_cannot_run_are_counted_and_named(tmp_path: Path) -> None:
    agent = {**OPERATION, "operationId": "Agent", "x-ms-agentic-protocol": "mcp"}
    gaps = Package(write_package(tmp_path, swagger({"/things": {"get": OPERATION, "post": agent}}))).bundle.gaps
    assert (len(gaps), list(gaps)) == (1, ["agent"])
    assert gaps["agent"] == "It is an endpoint for agents: connect a client for “mcp” to its URL."
    assert "get_thing" not in gaps


def test_a_package_at_a_glance_has_each_action_whole_when_it_is_asked_for(tmp_path: Path) -> None:
    found = outline(write_package(tmp_path, swagger({"/things": {"get": {**OPERATION, "tags": ["Of Things"]}}})))
    assert found is not None
    assert found.groups == {"of_things": "Of Things"}
    assert found.actions["get_thing"]["group"] == "of_things"
    assert found.whole("get_thing")["request"]["path"] == "/things"
    with pytest.raises(KeyError):
        found.whole("none")


def test_a_package_that_cannot_be_read_has_nothing_to_show(tmp_path: Path) -> None:
    assert outline(tmp_path) is None


def test_a_package_that_the_format_has_no_words_for_is_refused_with_the_place(tmp_path: Path) -> None:
    package = Package(write_package(tmp_path / "odd", swagger(host="{a.example.com")))
    with pytest.raises(DefinitionError, match="The package “odd” cannot be loaded") as refused:
        _ = package.bundle
    (problem,) = refused.value.problems
    assert problem.message.startswith("apiDefinition.swagger.json: /baseUrl String should match pattern")
    assert problem.message.endswith(".")


def test_reading_a_package_whole_converts_every_operation(tmp_path: Path) -> None:
    folder = write_package(tmp_path, swagger({"/things?x={y": {"get": OPERATION}}))
    assert read(folder, whole=True).actions.keys() == {"get_thing"}
    (found,) = report_on(Package(folder)).operations
    assert found.gaps[0].startswith("apiDefinition.swagger.json at /paths/~1things?x={y/get: /request/query/x String")
