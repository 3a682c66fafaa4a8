"""The names that an import gives: those that the makers of a package see, from the shape of the package alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from connector import json_pointer
from connector.importing.names import connection_field, input_names, key_of, unique_labels
from connector.importing.package import Package
from tests.connector.importing.facts_package import TABLE, facts_package

Json = dict[str, Any]


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    """The package in the shape of the customer's."""
    return Package(facts_package(tmp_path_factory.mktemp("package")))


def documents(package: Package) -> dict[str, Json]:
    """The definitions by operation id."""
    made = [package.converted(key).document for key in package.source.operations]
    return {document["operationId"]: document for document in made}


def inputs(document: Json) -> Iterator[tuple[str, str, str, bool]]:
    """Key, place, path and required flag of every input, rows included."""
    request, schema = document["request"], document["inputs"]
    for name, field in schema["properties"].items():
        place = field.get("x-in", "query" if request["method"] in {"GET", "DELETE"} else "body")
        wire = field.get("x-name", name)
        if place != "body":
            yield wire, place, wire, place == "path" or name in schema.get("required", [])
        else:
            yield from _rows(name, field, "", name in schema.get("required", []))


def _rows(name: str, field: Json, before: str, required: bool) -> Iterator[tuple[str, str, str, bool]]:
    steps = json_pointer.parse(field.get("x-pointer", "/" + name.replace(".", "/")))
    path = f"{before}.{'.'.join(steps)}".strip(".")
    columns = field.get("items", {}).get("properties")
    if columns is None:
        yield (*steps, name)[-1 if not steps else len(steps) - 1], "body", path, required
        return
    for column, inner in columns.items():
        yield from _rows(column, inner, f"{path}[]", column in field["items"].get("required", []))


def outputs(name: str, field: Json) -> Iterator[str]:
    """The dotted path of an output, and of those in its rows."""
    yield name
    for column, inner in field.get("items", {}).get("properties", {}).items():
        yield from (f"{name}.{path}" for path in outputs(column, inner))


def test_every_input_has_the_documented_key_and_required_flag(package: Package) -> None:
    made = documents(package)
    wanted = [
        (operation_id, key, place, path, required)
        for operation_id, facts in TABLE.items()
        for key, place, path, _, _, required in facts["parameters"]
    ]
    found = [(operation_id, *each) for operation_id, document in made.items() for each in inputs(document)]
    assert len(wanted) == 155
    assert sorted(found) == sorted(wanted)


def test_every_output_has_the_documented_path(package: Package) -> None:
    made = documents(package)
    wanted = {(operation_id, path) for operation_id, facts in TABLE.items() for path, *_ in facts["returns"]}
    found = {
        (operation_id, path)
        for operation_id, document in made.items()
        for name, field in document["outputs"]["properties"].items()
        for path in outputs(name, field)
        if name != "response"
    }
    assert len(wanted) == 197
    assert found == wanted


def test_keys_of_a_flow_name_the_same_inputs(package: Package) -> None:
    document = documents(package)["BrandPost"]
    assert document["inputs"]["properties"]["facebook_url"]["x-pointer"] == "/settings/email/footer/social/facebook/url"
    assert document["inputs"]["properties"]["primary"]["title"] == "Primary"


def test_a_field_has_the_shortest_name_that_is_its_own() -> None:
    paths = [("a", "url"), ("b", "url"), ("name",), ("x", "c", "id"), ("y", "c", "id"), ("id",)]
    assert input_names(paths, ["id"]) == ["a_url", "b_url", "name", "x_c_id", "y_c_id", "body_id"]
    assert input_names([()], []) == ["body"]
    assert input_names([("filter[x]",), ("filter(x)",)], []) == ["filter_x", "body_filter_x"]


def test_keys_are_made_of_any_operation_id() -> None:
    assert key_of("GetInvoiceV2") == "get_invoice_v2"
    assert key_of("get-HTTPStatus (old)") == "get_http_status_old"
    assert key_of("列表") == "action"
    assert key_of("2fa", {"action_2fa"}) == "action_2fa_2"


def test_a_connection_field_never_has_the_name_of_something_else() -> None:
    assert connection_field("base_url") == "base_url_value"
    assert connection_field("token:TenantId") == "TenantId"
    assert connection_field("x-api.key") == "x_api_key"


def test_labels_that_come_twice_say_what_is_around_them() -> None:
    assert unique_labels(["URL", "URL", "Name"], [("facebook",), ("twitter",), ()]) == [
        "Facebook URL",
        "Twitter URL",
        "Name",
    ]
    assert unique_labels(["ID", "ID"], [(), ()]) == ["ID", "ID 2"]
