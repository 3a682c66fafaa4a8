"""An object whose fields only the service knows: what is asked, with which inputs, and what of the response is used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector import Connector
from connector.errors import InputError
from connector.examples import FakeClock
from connector.importing.dynamic_schema import schema_of
from connector.importing.package import Package
from tests.connector.importing.described_service import DescribedService
from tests.connector.importing.facts_package import write_package
from tests.connector.importing.test_reading import swagger

Json = dict[str, Any]
COLUMNS: Json = {"type": "object", "properties": {"One": {"type": "integer"}}}


def asked(folder: Path, declared: Json, inputs: Json, reply: Any) -> tuple[Json, list[tuple[str, str]]]:
    """The schema that the service describes, and the query that asked for it."""
    row = {"name": "body", "in": "body", "schema": {"type": "object", "x-ms-dynamic-schema": declared}}
    table, note = ({"name": name, "in": "query", "type": "string"} for name in ("table", "note"))
    key = {"name": "body", "in": "body", "schema": {"type": "object", "properties": {"key": {"type": "string"}}}}
    ok = {"200": {"description": "OK", "schema": {}}}
    paths = {
        "/rows": {"post": {"operationId": "AddRow", "parameters": [table, row], "responses": ok}},
        "/schema": {"get": {"operationId": "GetSchema", "parameters": [table, note], "responses": ok}},
        "/keys": {"post": {"operationId": "GetKeys", "parameters": [key], "responses": ok}},
    }
    document = swagger(paths)
    package = Package(write_package(folder, document))
    service = DescribedService(document, {"GetSchema": [reply], "GetKeys": [reply]})
    connector = Connector(package.bundle, transport=service, clock=FakeClock())
    found = schema_of(package, connector, "add_row", "body", inputs, None)
    sent = service.sent[-1]
    return found, [(name, value) for name, value in sent.query] or list((sent.json or {}).items())


@pytest.mark.parametrize(
    ("parameters", "query"),
    [
        ({"table": {"parameter": "table"}}, [("table", "t")]),
        ({"table": {"parameterReference": "table"}}, [("table", "t")]),
        ({"table": {"value": "fixed"}}, [("table", "fixed")]),
        ({"table": "fixed", "gone": {"parameter": "none"}, "note": "n"}, [("table", "fixed"), ("note", "n")]),
        ({}, []),
    ],
)
def test_the_service_is_asked_with_what_is_filled_in_or_fixed(
    parameters: Json, query: list[tuple[str, str]], tmp_path: Path
) -> None:
    declared = {"operationId": "GetSchema", "value-path": "a/b", "parameters": parameters}
    assert asked(tmp_path, declared, {"table": "t"}, {"a": {"b": COLUMNS}}) == (COLUMNS, query)


def test_what_is_asked_may_be_in_the_body(tmp_path: Path) -> None:
    declared = {"operationId": "GetKeys", "parameters": {"key": {"parameter": "table"}}}
    assert asked(tmp_path, declared, {"table": "t"}, COLUMNS) == (COLUMNS, [("key", "t")])


@pytest.mark.parametrize(
    ("place", "reply", "schema"),
    [
        ({"value-path": "/a/"}, {"a": COLUMNS}, COLUMNS),
        ({"itemValuePath": "a"}, {"a": COLUMNS}, COLUMNS),
        ({}, COLUMNS, COLUMNS),
        ({"value-path": "a"}, {"a": "text"}, {}),
        ({"value-path": "a"}, {"b": COLUMNS}, {}),
    ],
)
def test_the_schema_is_where_the_package_says(place: Json, reply: Json, schema: Json, tmp_path: Path) -> None:
    assert asked(tmp_path, {"operationId": "GetSchema", **place}, {}, reply)[0] == schema


@pytest.mark.parametrize("inputs", [{}, {"table": ""}, {"table": None}])
def test_what_the_schema_depends_on_has_to_be_filled_in(inputs: Json, tmp_path: Path) -> None:
    declared = {"operationId": "GetSchema", "parameters": {"table": {"parameter": "table"}}}
    with pytest.raises(InputError, match="The schema depends on “table”") as refused:
        asked(tmp_path, declared, inputs, COLUMNS)
    assert [(each.field, each.message) for each in refused.value.problems] == [("table", "table is required.")]


def test_an_operation_that_is_not_there_describes_nothing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="The field “body” of “add_row” has no dynamic schema"):
        asked(tmp_path, {"operationId": "None"}, {}, COLUMNS)
