"""What OpenAPI says in words that Swagger does not have becomes what Swagger says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connector.errors import DefinitionError
from connector.importing import openapi
from connector.importing.openapi import _plain, package_of, responses_of

Json = dict[str, Any]


@pytest.mark.parametrize(
    ("schema", "plain"),
    [
        ({"type": ["null", "integer"]}, {"type": "integer"}),
        ({"type": ["null"]}, {"type": "string"}),
        ({"type": "string", "examples": ["a", "b"]}, {"type": "string", "examples": ["a", "b"], "example": "a"}),
        ({"example": "c", "examples": ["a"]}, {"example": "c", "examples": ["a"]}),
        ({"examples": []}, {"examples": []}),
        ({"const": 3}, {"const": 3, "enum": [3]}),
        ({"const": 3, "enum": [3, 4]}, {"const": 3, "enum": [3, 4]}),
        (
            {"oneOf": [{"type": "string", "maxLength": 3}], "title": "A"},
            {"type": "string", "maxLength": 3, "title": "A"},
        ),
        ({"anyOf": [{"type": "null"}, {"type": "integer"}, {"type": "string"}]}, {"type": "integer"}),
        ({"oneOf": [{"type": "string", "title": "B"}], "title": "A"}, {"type": "string", "title": "A"}),
        ({"anyOf": [{"type": "null"}]}, {"anyOf": [{"type": "null"}]}),
        ({"items": {"oneOf": [{"type": "boolean"}, {"type": "string"}]}}, {"items": {"type": "boolean"}}),
    ],
)
def test_a_schema_is_the_first_kind_of_value_that_it_allows(schema: Json, plain: Json) -> None:
    assert _plain(schema) == plain


def written(folder: Path, text: str, name: str = "api.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


PATHS = "\npaths:\n  /a:\n    get:\n      operationId: GetA\n"


@pytest.mark.parametrize("name", ["api.yaml", "api.YML"])
@pytest.mark.parametrize("version", ["openapi: 3.0.3", "openapi: '3.1'", "swagger: '2.0'", "swagger: '2'"])
def test_a_description_in_yaml_is_read(version: str, name: str, tmp_path: Path) -> None:
    package = package_of(written(tmp_path, version + PATHS, name))
    assert list(package.source.operations) == ["get_a"]


def test_dates_aliases_and_names_of_yaml_are_what_json_has(tmp_path: Path) -> None:
    more = (
        "      parameters: [{name: at, in: query, schema: &at {type: string, example: 2027-01-31, enum: [a, =]}}]\n"
        "      responses: {200: {description: OK, content: {application/json: {schema: {properties: {1: *at}}}}}}\n"
    )
    package = package_of(written(tmp_path, f"openapi: 3.0.3{PATHS}{more}"))
    document = package.converted("get_a").document
    assert document["inputs"]["properties"]["at"]["enum"] == ["a", "="]
    assert list(document["outputs"]["properties"]) == ["1"]


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("a.yaml", "a: 1\nb: [", "not YAML: expected the node content, but found '<stream end>' (line 2)"),
        ("a.yaml", "a: !!python/object:os.system {}", "not YAML: could not determine a constructor for the tag "),
        ("a.yaml", "a: \x00", "it is not YAML that JSON could express"),
        ("a.yaml", "a: !!set {b}", "it is not YAML that JSON could express"),
        ("a.yaml", "- a", "the file must hold an object"),
        ("a.json", "[]", "the file must hold a JSON object"),
        ("a.json", "a: 1", "not JSON: Expecting value (line 1, column 1)"),
        (
            "a.json",
            '{"openapi": "4.0", "paths": {"/a": {}}}',
            "it is not a description of an API: OpenAPI 3 or Swagger 2",
        ),
        ("a.json", '{"openapi": "3.0", "paths": {}}', "it is not a description of an API: OpenAPI 3 or Swagger 2"),
        ("a.json", '{"paths": {"/a": {}}}', "it is not a description of an API: OpenAPI 3 or Swagger 2"),
    ],
)
def test_what_is_no_description_is_refused_with_why(name: str, text: str, reason: str, tmp_path: Path) -> None:
    path = written(tmp_path, text, name)
    with pytest.raises(DefinitionError) as refused:
        package_of(path)
    assert refused.value.message.startswith(f"“{path}” cannot be used: {reason}")


def test_a_file_that_is_not_there_is_refused_with_why(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="cannot be used: No such file or directory"):
        package_of(tmp_path / "none.json")


@pytest.mark.parametrize(("size", "is_read"), [(30, True), (29, False)])
def test_a_file_of_more_than_20_megabytes_is_refused(
    size: int, is_read: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openapi, "_LARGEST", size)
    path = written(tmp_path, "{" + " " * 28 + "}", "a.json")
    reason = "it is not a description" if is_read else "the file is larger than 0 MB"
    with pytest.raises(DefinitionError, match=reason):
        package_of(path)


@pytest.mark.parametrize(("most", "is_read"), [(9, True), (8, False)])
def test_aliases_that_multiply_are_refused(
    most: int, is_read: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openapi, "_MOST_VALUES", most)
    path = written(tmp_path, "a: &a [1, 2, 3]\nb: *a")
    reason = "it is not a description" if is_read else "aliases make it too large"
    with pytest.raises(DefinitionError, match=reason):
        package_of(path)


@pytest.mark.parametrize(
    ("scheme", "signs_in"),
    [
        (
            {"type": "http", "scheme": "Basic"},
            {"basic": {"username": "{connection.username}", "password": "{connection.password}"}},
        ),
        (
            {"type": "http", "scheme": "bearer"},
            {"headers": {"Authorization": "Bearer {connection.token}"}, "strip": ["Bearer "]},
        ),
        ({"type": "openIdConnect"}, {"headers": {"Authorization": "Bearer {connection.token}"}, "strip": ["Bearer "]}),
        (
            {"type": "oauth2", "flows": {}},
            {"headers": {"Authorization": "Bearer {connection.token}"}, "strip": ["Bearer "]},
        ),
        ({"type": "apiKey", "in": "query", "name": "k"}, {"query": {"k": "{connection.own}"}}),
        ({"type": "mutualTLS"}, {}),
    ],
)
def test_a_way_to_sign_in_is_that_of_the_connection(scheme: Json, signs_in: Json, tmp_path: Path) -> None:
    document = {"openapi": "3.0.3", "paths": {"/a": {"get": {}}}, "components": {"securitySchemes": {"own": scheme}}}
    package = package_of(written(tmp_path, json.dumps(document), "a.json"))
    assert package.bundle.document.get("authorization", {}) == signs_in


@pytest.mark.parametrize(
    ("responses", "expected"),
    [
        ({"200": {"description": "OK"}}, (200, None, {})),
        ({"204": {}, "202": {"schema": {"example": {"a": 1}}}}, (202, {"a": 1}, {})),
        ({"default": {"examples": {"text/plain": "t", "application/json": [1]}}}, (200, [1], {})),
        ({"201": {"examples": {"text/plain": "t"}, "schema": {}}}, (201, None, {})),
        ({"404": {"description": " None. "}, "4XX": {}, "500": {}, "429": {}}, (200, None, {404: "None.", 429: ""})),
        ({"2000": {}, "1200": {}, "1404": {}, "4040": {}}, (200, None, {})),
    ],
)
def test_the_responses_of_an_operation_are_a_success_and_its_errors(
    responses: Json, expected: tuple[int, Any, dict[int, str]], tmp_path: Path
) -> None:
    document = {"swagger": "2.0", "paths": {"/a": {"get": {"operationId": "GetA", "responses": responses}}}}
    assert responses_of(package_of(written(tmp_path, json.dumps(document), "a.json")), "get_a") == expected
