"""How much of a package is read: what no package of the platform has is left out, and never costs much."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector.errors import DefinitionError
from connector.importing import source
from connector.importing.package import Package
from connector.importing.policy import policies_of
from connector.importing.source import Source
from connector.importing.swagger import Swagger
from tests.connector.importing.facts_package import write_package
from tests.connector.importing.test_reading import OPERATION, swagger

Json = dict[str, Any]


def inputs_of(folder: Path, path: str = "/things", **operation: Any) -> Json:
    """The inputs of an operation."""
    package = Package(write_package(folder, swagger({path: {"post": {**OPERATION, **operation}}})))
    properties: Json = package.converted("get_thing").document["inputs"]["properties"]
    return properties


def test_a_path_has_at_most_100_placeholders(tmp_path: Path) -> None:
    path = "".join(f"/{{p{number}}}" for number in range(101))
    assert len(inputs_of(tmp_path, path)) == 100


def test_an_operation_has_at_most_500_parameters(tmp_path: Path) -> None:
    parameters = [{"name": f"p{number}", "in": "query", "type": "string"} for number in range(501)]
    assert len(inputs_of(tmp_path, parameters=parameters)) == 500


@pytest.mark.parametrize(("count", "notes"), [(2000, []), (2001, ["Only its first 2,000 fields are read."])])
def test_a_body_has_at_most_2000_fields(count: int, notes: list[str], tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {f"p{number}": {"type": "string"} for number in range(count)}}
    operation = {**OPERATION, "parameters": [{"name": "body", "in": "body", "schema": schema}]}
    package = Package(write_package(tmp_path, swagger({"/things": {"post": operation}})))
    made = package.converted("get_thing")
    assert (len(made.document["inputs"]["properties"]), made.findings.notes) == (2000, notes)


def test_objects_are_taken_apart_12_deep(tmp_path: Path) -> None:
    schema: Json = {"type": "string"}
    for number in range(14):
        schema = {"type": "object", "properties": {f"p{number}": schema}}
    (found,) = inputs_of(tmp_path, parameters=[{"name": "body", "in": "body", "schema": schema}]).values()
    assert found["x-pointer"] == "".join(f"/p{number}" for number in range(13, 1, -1))
    assert found["type"] == "object"


def test_lists_of_lists_are_taken_apart_12_deep(tmp_path: Path) -> None:
    schema: Json = {"type": "string"}
    for _ in range(14):
        schema = {"type": "array", "items": schema}
    (found,) = inputs_of(tmp_path, parameters=[{"name": "body", "in": "body", "schema": schema}]).values()
    depth = 0
    while "items" in found:
        found, depth = found["items"], depth + 1
    assert depth == 7


@pytest.mark.parametrize(("steps", "is_followed"), [(31, True), (32, False)])
def test_a_reference_is_followed_31_times(steps: int, is_followed: bool) -> None:
    definitions: Json = {f"d{number}": {"$ref": f"#/definitions/d{number + 1}"} for number in range(steps - 1)}
    reader = Swagger({"definitions": {**definitions, f"d{steps - 1}": {"type": "string"}}})
    assert bool(reader.resolve({"$ref": "#/definitions/d0"})) is is_followed


def test_a_package_has_at_most_1000_policies() -> None:
    assert len(policies_of({"policyTemplateInstances": [{"templateId": "setheader"}] * 1001})) == 1000


def test_a_package_has_at_most_20_kinds_of_connection_and_200_fields_of_each(tmp_path: Path) -> None:
    fields = {f"f{number}": {"type": "string"} for number in range(201)}
    kinds = [{"name": f"k{number}", "parameters": fields if number == 0 else {}} for number in range(21)]
    found = Source(write_package(tmp_path, swagger(), {"connectionParameterSets": {"values": kinds}}))
    assert (len(found.access.kinds), len(found.access.properties)) == (20, 200)


@pytest.mark.parametrize(("most", "is_read"), [(2, True), (1, False)])
def test_a_package_has_at_most_so_many_operations(
    most: int, is_read: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "_MOST_OPERATIONS", most)
    folder = write_package(tmp_path, swagger({"/things": {"get": OPERATION, "put": OPERATION}}))
    if is_read:
        assert len(Source(folder).operations) == 2
    else:
        with pytest.raises(DefinitionError) as refused:
            Source(folder)
        assert refused.value.problems[0].message.endswith("there are more than 1 operations.")
