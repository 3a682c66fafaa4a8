"""The OpenAPI document is valid, complete, and says what the definitions say, word by word."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

import connector.errors
from connector.errors import (
    AuthorizationError,
    ConnectorError,
    DefinitionError,
    InputError,
    NotSentError,
    OutcomeUnknownError,
    OutputError,
    Problem,
    RefusedError,
    ThrottledError,
    UnavailableError,
    UnknownActionError,
)
from connector.export import ExportError, export
from connector.export.openapi.components import SIDES, Side
from connector.export.openapi.error_responses import STATUS_OF, status_of
from connector.export.openapi.security import security
from tests.connector.export.whole import Json, bundle, definitions, document, exported, nodes, parcels
from tests.connector.parcels import SEND, action, body, connector_definition, manifest

by_action = pytest.mark.parametrize("key", sorted(definitions()))


def api() -> Json:
    return document("openapi", "openapi.json")


def operation(key: str) -> Json:
    return api()["paths"][f"/actions/{key}/run"]["post"]  # type: ignore[no-any-return]


def component(reference: str) -> Json:
    found: Any = api()
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return found  # type: ignore[no-any-return]


@cache
def validate(name: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": api()["components"]})


def test_the_document_is_valid() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(api()).iter_errors()] == []


def test_the_validator_would_see_a_fault() -> None:
    broken = json.loads(json.dumps(api()))
    del broken["paths"]["/actions/get_list/run"]["post"]["requestBody"]["content"]
    assert not OpenAPIV31SpecValidator(broken).is_valid()


def test_every_action_is_one_operation_under_its_own_path() -> None:
    found = [(path, method) for path, item in api()["paths"].items() for method in item]
    assert found == [(f"/actions/{key}/run", "post") for key in bundle().actions]


@by_action
def test_an_operation_has_the_texts_of_its_action(key: str) -> None:
    definition, shown = definitions()[key], operation(key)
    assert shown["operationId"] == definition.operation_id
    assert shown["summary"] == definition.summary
    assert shown["description"].startswith(definition.description)
    assert shown["tags"] == [definition.group]
    assert shown["requestBody"]["required"] is bool(definition.inputs.required)


def test_tags_are_the_groups() -> None:
    groups = bundle().manifest.groups
    assert [(tag["name"], tag["x-displayName"]) for tag in api()["tags"]] == [
        (key, group.title) for key, group in groups.items()
    ]


def schema_of(key: str, side: Side) -> str:
    content = operation(key)["requestBody"] if side == "inputs" else operation(key)["responses"]["200"]
    return content["content"]["application/json"]["schema"]["$ref"]  # type: ignore[no-any-return]


@by_action
def test_the_schemas_are_those_of_the_definition_word_by_word(key: str) -> None:
    for side in SIDES:
        own = dict(bundle().actions[key].document[side])
        names = own.pop("$defs", {})
        own.pop("$schema", None)
        by_component: dict[str, str] = {}

        def home(schema: Json, found: dict[str, str] = by_component) -> Json:
            """The schema with its references led back to `$defs`."""
            back = dict(schema)
            if "$ref" in back:
                name = back["$ref"].removeprefix("#/components/schemas/").rpartition(".")[2]
                found[name] = back["$ref"]
                back["$ref"] = f"#/$defs/{name}"
            for word in ("properties", "$defs"):
                if word in back:
                    back[word] = {name: home(inner) for name, inner in back[word].items()}
            if "items" in back:
                back["items"] = home(back["items"])
            return back

        assert home(component(schema_of(key, side))) == own
        shown: set[str] = set()
        while set(by_component) - shown:
            name = min(set(by_component) - shown)
            shown.add(name)
            assert home(component(by_component[name])) == names[name]
        assert shown == set(names)


def test_every_reference_leads_somewhere() -> None:
    for schema in api()["components"]["schemas"].values():
        for node in nodes(schema):
            if "$ref" in node:
                assert isinstance(component(node["$ref"]), dict)


@by_action
def test_examples_are_there_and_fit(key: str) -> None:
    succeeded = [example for example in definitions()[key].examples if example.outputs is not None]
    for side in SIDES:
        content = operation(key)["requestBody"] if side == "inputs" else operation(key)["responses"]["200"]
        examples = content["content"]["application/json"]["examples"].values()
        assert [example["summary"] for example in examples] == [example.title for example in succeeded]
        for example in examples:
            assert validate(schema_of(key, side).rpartition("/")[2]).is_valid(example["value"])


def test_an_example_is_told_under_the_inputs_own_names() -> None:
    found = operation("get_audit_event")["requestBody"]["content"]["application/json"]["examples"]
    assert {name for example in found.values() for name in example["value"]} == {"audit-event-id"}


PROBLEM = Problem("name", "required", "Name is missing.", "Fill it in.")
FAILURES: list[ConnectorError] = [
    ConnectorError("Something.", hint="Do.", status=400, request_id="r-1", field="name"),
    InputError("Wrong.", [PROBLEM, PROBLEM]),
    UnknownActionError("None."),
    DefinitionError("Wrong.", [PROBLEM]),
    OutputError("Wrong.", [PROBLEM]),
    ThrottledError("Wait.", wait=2.5, status=429),
    ThrottledError("Wait."),
    RefusedError("No.", code="not_found", status=404, field="list_id"),
    AuthorizationError("Who?", status=401),
]


@pytest.mark.parametrize("error", FAILURES, ids=lambda error: type(error).__name__)
def test_the_error_shape_is_what_an_error_gives(error: ConnectorError) -> None:
    assert validate("Error").is_valid(error.to_dict())
    assert set(error.to_dict()) <= set(component("#/components/schemas/Error")["properties"])


def test_the_error_shape_has_nothing_that_no_error_gives() -> None:
    given = {word for error in FAILURES for word in error.to_dict()}
    assert set(component("#/components/schemas/Error")["properties"]) == given


def test_every_kind_of_failure_has_a_status_that_every_operation_tells() -> None:
    kinds = {
        kind
        for kind in vars(connector.errors).values()
        if isinstance(kind, type) and issubclass(kind, ConnectorError) and not kind.__name__.startswith("_")
    }
    assert kinds == set(STATUS_OF)
    for key in definitions():
        responses = operation(key)["responses"]
        assert {str(int(status)) for status in STATUS_OF.values()} - {"400", "404"} <= set(responses)
        assert "4XX" in responses


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InputError("Wrong."), 422),
        (UnknownActionError("None."), 404),
        (RefusedError("No.", status=418), 418),
        (AuthorizationError("Who?", status=400), 400),
        (AuthorizationError("Who?", status=499), 499),
        (AuthorizationError("Who?", status=500), 401),
        (RefusedError("No.", status=302), 400),
        (ThrottledError("Wait.", status=429), 429),
        (UnavailableError("Later.", status=408), 503),
        (NotSentError("Later."), 503),
        (OutcomeUnknownError("Who knows.", status=409), 504),
        (OutputError("Odd."), 502),
        (ConnectorError("Something."), 500),
    ],
)
def test_a_failed_run_has_the_4xx_of_the_service_or_else_the_status_of_its_kind(
    error: ConnectorError, status: int
) -> None:
    assert status_of(error) == status


@by_action
def test_every_known_error_is_told_with_its_status(key: str) -> None:
    for error in (*definitions()[key].errors, *bundle().manifest.errors):
        shown = operation(key)["responses"][str(error.status)]
        shown = component(shown["$ref"]) if "$ref" in shown else shown
        assert f"`{error.code}`: {error.sentence}" in shown["description"]
        assert shown["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Error"}


def test_the_connection_is_a_bearer_token() -> None:
    scheme = api()["components"]["securitySchemes"]["connection"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert api()["security"] == [{"connection": []}]


def test_a_key_in_another_header_is_told_as_such(tmp_path: Path) -> None:
    connector = manifest(authorization={"headers": {"X-Key": "{connection.api_key}"}})
    found = json.loads(export(parcels(tmp_path, SEND, connector=connector), "openapi")["openapi.json"])
    scheme = found["components"]["securitySchemes"]["connection"]
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "X-Key")
    assert OpenAPIV31SpecValidator(found).is_valid()


def test_the_names_of_schemas_do_not_depend_on_what_is_exported() -> None:
    whole = api()["components"]["schemas"]
    for group in bundle().manifest.groups:
        part = json.loads(exported("openapi", (group,))["openapi.json"])["components"]["schemas"]
        assert {name: whole[name] for name in part} == part


def test_definitions_that_differ_only_in_what_they_lead_to_are_kept_apart(tmp_path: Path) -> None:
    def with_defs(key: str, kind: str) -> Json:
        row = {"type": "object", "properties": {"size": {"$ref": "#/$defs/size"}}}
        defs = {"box": row, "size": {"type": kind}, "same": {"type": "string"}}
        fields = {"box": {"$ref": "#/$defs/box", "x-in": "body"}, "same": {"$ref": "#/$defs/same", "x-in": "body"}}
        return action(key, fields, defs=defs)

    both = parcels(tmp_path, with_defs("send_box", "string"), with_defs("send_crate", "integer"))
    schemas = json.loads(export(both, "openapi")["openapi.json"])["components"]["schemas"]
    assert schemas["SendBoxOpInputs.box"]["properties"]["size"]["$ref"].endswith("/SendBoxOpInputs.size")
    assert schemas["SendCrateOpInputs.size"] == {"type": "integer"}
    assert "same" in schemas
    assert "box" not in schemas


def test_an_example_that_looks_like_a_reference_stays_an_example(tmp_path: Path) -> None:
    value = {"$ref": "#/$defs/size"}
    one = action(inputs={"box": body("object", "Box", examples=[value])})
    schemas = json.loads(export(parcels(tmp_path, one), "openapi")["openapi.json"])["components"]["schemas"]
    assert schemas["SendParcelOpInputs"]["properties"]["box"]["examples"] == [value]


def test_two_schemas_of_one_name_are_refused_by_name(tmp_path: Path) -> None:
    one = action(inputs={"box": {"$ref": "#/$defs/Error", "x-in": "body"}}, defs={"Error": {"type": "string"}})
    with pytest.raises(ExportError, match="“Error”"):
        export(parcels(tmp_path, one), "openapi")


_BASIC = {"username": "{connection.user}", "password": "{connection.api_key}"}


@pytest.mark.parametrize(
    ("authorization", "names"),
    [
        ({}, []),
        ({"basic": _BASIC}, ["connection"]),
        ({"headers": {"X-Key": "{connection.api_key}"}}, ["connection"]),
        ({"basic": _BASIC, "headers": {"X-Key": "{connection.api_key}"}}, ["connection_basic", "connection_x_key"]),
        (
            {"headers": {"X-Key": "a"}, "query": {"the key": "{connection.api_key}"}},
            ["connection_x_key", "connection_the_key"],
        ),
        ({"basic": _BASIC, "query": {"k": "{connection.api_key}"}}, ["connection_basic", "connection_k"]),
    ],
)
def test_each_place_of_a_secret_is_a_scheme_and_only_several_are_told_apart(
    authorization: dict[str, Any], names: list[str]
) -> None:
    fields = {name: {"type": "string", "title": name, "writeOnly": True} for name in ("user", "api_key")}
    connection = {"properties": fields, "required": ["api_key"], "test": "list_parcels"}
    schemes, requirements = security(connector_definition(connection=connection, authorization=authorization))
    assert list(schemes) == names
    assert requirements == ([{name: [] for name in names}] if names else [])
    assert [scheme["type"] for scheme in schemes.values()] == [
        "http" if name.endswith("basic") or (names == ["connection"] and "basic" in authorization) else "apiKey"
        for name in names
    ]
