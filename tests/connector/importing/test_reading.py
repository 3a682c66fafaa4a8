"""Files of a package are read as tolerantly as published packages require, and never wait or leave the folder."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from connector import Connector
from connector.errors import DefinitionError
from connector.importing import reading
from connector.importing.package import Package
from connector.importing.reading import parse
from connector.importing.report import report_on
from connector.importing.swagger import Swagger
from tests.connector.importing.facts_package import write_package

Json = dict[str, Any]

OPERATION: Json = {"operationId": "GetThing", "summary": "Get a thing", "responses": {"200": {"description": "OK"}}}


def swagger(paths: Json | None = None, **more: Any) -> Json:
    """A description of one operation, or of these paths."""
    return {
        "swagger": "2.0",
        "info": {"title": "Things", "version": "1.0"},
        "host": "api.example.com",
        "paths": paths or {"/things": {"get": OPERATION}},
        **more,
    }


@pytest.mark.parametrize(
    ("content", "value"),
    [
        pytest.param(b'\xef\xbb\xbf{"a": 1}', 1, id="byte order mark"),
        pytest.param('{"a": "é"}'.encode("cp1252"), "é", id="cp1252"),
        pytest.param('{"a": "é"}'.encode("utf-16"), "é", id="utf-16"),
        pytest.param(b'{"a": [1, 2,], }', [1, 2], id="trailing commas"),
        pytest.param(b'// note\n{"a": /* one */ 1}', 1, id="comments"),
        pytest.param(b'{"a": "http://x/*y*/,]", /* note */}', "http://x/*y*/,]", id="texts that look like comments"),
        pytest.param(b'{"a": "b\tc\nd"}', "b\tc\nd", id="control characters in a text"),
        pytest.param(b'{"a": \x001}', 1, id="control characters elsewhere"),
        pytest.param(b'{"a": "\\",", "b": 1,}', '",', id="escaped quotes"),
        pytest.param(b'{"a": NaN}', None, id="numbers that are none"),
        pytest.param(b'{"a":\n<<<<<<< HEAD\n1\n=======\n2\n>>>>>>> main\n}', 1, id="a merge conflict"),
        pytest.param(b'{"a":\n<<<<<<< x\n1\n||||||| y\n3\n=======\n2\n>>>>>>>\n}', 1, id="a conflict with its base"),
        pytest.param(b'{"a": "b\n=======\nc",}', "b\n=======\nc", id="a line of equals signs"),
    ],
)
def test_what_the_cloud_accepts_is_read(content: bytes, value: Any) -> None:
    assert parse(content)["a"] == value


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"a": ', "not JSON"),
        (b"[]", "must hold a JSON object"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": 1' + b'"' * 3, "not JSON"),
    ],
)
def test_what_is_not_json_is_said(content: bytes, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse(content)


@pytest.mark.parametrize("piece", [b"/*", b'"', b'"\\', b",", b"//", b", \n", b"\n<<<<<<< "])
def test_a_hostile_file_takes_no_time(piece: bytes) -> None:
    started = time.process_time()
    with pytest.raises(ValueError, match="not JSON"):
        parse(b"{" + piece * 300_000)
    assert time.process_time() - started < 10


def test_the_line_of_an_error_is_that_of_the_file() -> None:
    with pytest.raises(ValueError, match=r"line 3, column 7"):
        parse(b'{ // a comment\n /* b */ "a": [1,],\n "b": }')


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "apiProperties.json").write_text("{}")
    with pytest.raises(DefinitionError) as caught:
        Connector.load(tmp_path)
    assert [problem.message for problem in caught.value.problems] == [
        "apiDefinition.swagger.json: the file is missing."
    ]


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ({"openapi": "3.0.1", "paths": {}}, "at /openapi: it is OpenAPI 3.0.1; packages have Swagger 2.0."),
        ({"swagger": "2.0"}, "at /paths: it has no “paths”, so it is not a description of an API."),
        ({"swagger": "2.0", "paths": {"/a": []}}, "at /paths: there are no operations under “paths”."),
    ],
)
def test_another_document_is_told_apart(tmp_path: Path, document: Json, sentence: str) -> None:
    (tmp_path / "apiDefinition.swagger.json").write_text(json.dumps(document))
    with pytest.raises(DefinitionError) as caught:
        Connector.load(tmp_path)
    assert [problem.message for problem in caught.value.problems] == [f"apiDefinition.swagger.json {sentence}"]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PermissionError(13, "Permission denied"), "apiProperties.json: Permission denied."),
        (OSError(), "apiProperties.json: the file cannot be read."),
    ],
)
def test_a_file_that_the_machine_does_not_hand_out_is_named_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, sentence: str
) -> None:
    def refused(*_: object) -> bytes:
        raise error

    monkeypatch.setattr(reading, "content_inside", refused)
    with pytest.raises(DefinitionError) as caught:
        reading.read_file(tmp_path, "apiProperties.json")
    assert [problem.message for problem in caught.value.problems] == [sentence]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_named_pipe_is_not_waited_for(tmp_path: Path) -> None:
    write_package(tmp_path, swagger())
    (tmp_path / "apiProperties.json").unlink()
    os.mkfifo(tmp_path / "apiProperties.json")
    assert report_on(Package(tmp_path)).lines()[1].startswith("  apiProperties.json: it is not a regular file. ")


def test_a_package_loads_without_properties_that_cannot_be_read(tmp_path: Path) -> None:
    write_package(tmp_path, swagger())
    (tmp_path / "apiProperties.json").write_text('{\n"properties": }')
    place = "apiProperties.json: not JSON: Expecting value (line 2, column 15)."
    lines = report_on(Package(tmp_path)).lines()
    assert lines[:2] == [
        "Things: 1 of 1 operation can run.",
        f"  {place} The connection is a guess, and no policies are applied.",
    ]


def test_a_merge_conflict_in_a_file_is_noted(tmp_path: Path) -> None:
    write_package(tmp_path, swagger())
    (tmp_path / "apiProperties.json").write_text('{\n<<<<<<< HEAD\n"properties": {}\n=======\n>>>>>>> main\n}')
    noted = "  apiProperties.json has conflicts of a merge in it. Of each, the first side is used."
    assert noted in report_on(Package(tmp_path)).lines()


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside.json"
    outside.write_text(json.dumps(swagger()))
    folder = tmp_path / "package"
    folder.mkdir()
    (folder / "apiDefinition.swagger.json").symlink_to(outside)
    with pytest.raises(DefinitionError) as caught:
        Connector.load(folder)
    assert "leads out of the connector folder" in caught.value.problems[0].message


def test_references_to_themselves_end() -> None:
    document = swagger(definitions={"A": {"$ref": "#/definitions/B"}, "B": {"$ref": "#/definitions/A"}})
    notes: list[str] = []
    assert Swagger(document).schema({"$ref": "#/definitions/A"}, notes) == {}
    assert notes == ["The reference “#/definitions/A” leads to itself."]


@pytest.mark.parametrize(
    ("reference", "reason"),
    [
        ("#/definitions/None", "leads to nothing"),
        ("https://example.com/schema.json", "leads out of the file"),
        ("file:///etc/passwd", "leads out of the file"),
    ],
)
def test_a_reference_that_leads_nowhere_is_a_note(reference: str, reason: str) -> None:
    notes: list[str] = []
    assert Swagger(swagger()).schema({"$ref": reference}, notes) == {}
    assert notes == [f"The reference “{reference}” {reason}."]


def posting(schema: Json, **definitions: Json) -> Json:
    """A description of an operation with this body, which is also its response."""
    operation = {
        "operationId": "PostThing",
        "parameters": [{"name": "body", "in": "body", "required": True, "schema": schema}],
        "responses": {"200": {"description": "OK", "schema": schema}},
    }
    return swagger({"/things": {"post": operation}}, definitions=definitions)


def converted(tmp_path: Path, document: Json) -> Json:
    """The only operation of a package, as an action."""
    return Package(write_package(tmp_path, document)).converted("post_thing").document


def test_a_schema_that_contains_itself_stays_whole_where_it_does(tmp_path: Path) -> None:
    node = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "parent": {"$ref": "#/definitions/Node"},
            "children": {"type": "array", "items": {"$ref": "#/definitions/Node"}},
        },
    }
    fields = converted(tmp_path, posting({"$ref": "#/definitions/Node"}, Node=node))["inputs"]["properties"]
    assert list(fields) == ["name", "parent", "children"]
    assert fields["parent"]["type"] == "object"
    assert fields["children"]["items"] == {"type": "object"}


def test_schemas_that_multiply_are_cut_off(tmp_path: Path) -> None:
    levels = {
        f"L{level}": {
            "type": "object",
            "required": [f"p{index}" for index in range(10)],
            "properties": {f"p{index}": {"$ref": f"#/definitions/L{level + 1}"} for index in range(10)},
        }
        for level in range(11)
    }
    levels["L11"] = {"type": "string"}
    started = time.process_time()
    made = converted(tmp_path, posting({"$ref": "#/definitions/L0"}, **levels))
    assert len(made["inputs"]["properties"]) < 4_000
    assert time.process_time() - started < 10


def test_parts_of_all_of_that_multiply_are_added_once(tmp_path: Path) -> None:
    levels: Json = {
        f"L{level}": {"allOf": [{"$ref": f"#/definitions/L{level + 1}"}] * 20, "properties": {f"p{level}": {}}}
        for level in range(25)
    }
    levels["L25"] = {"allOf": [{"$ref": "#/definitions/L0"}], "properties": {"last": {"type": "string"}}}
    started = time.process_time()
    made = converted(tmp_path, posting({"$ref": "#/definitions/L0"}, **levels))
    assert {"p0", "p24", "last"} <= set(made["inputs"]["properties"])
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "broken",
    [
        {"parameters": "x"},
        {"parameters": [1, None, {"name": 1, "in": "query"}, {"name": "a"}]},
        {"parameters": [{"name": "a", "in": "nowhere"}]},
        {"parameters": [{"name": "a", "in": "query", "type": ["string"], "enum": "x", "default": {}}]},
        {"parameters": [{"name": "body", "in": "body", "schema": {"properties": [], "required": 1}}]},
        {"parameters": [{"name": "body", "in": "body", "schema": {"properties": {"a": 1}, "required": [{}]}}]},
        {"responses": []},
        {"responses": {"200": {"schema": {"type": "object", "properties": {"a": None}}}}},
        {"summary": 1, "description": [], "tags": {}, "x-ms-pageable": 1, "consumes": "x", "produces": [1]},
        {"responses": {"200": {"schema": {"type": "array", "items": []}}}, "x-ms-pageable": {"nextLinkName": "n"}},
    ],
    ids=str,
)
def test_a_broken_operation_keeps_no_other_from_loading(tmp_path: Path, broken: Json) -> None:
    document = swagger({"/broken": {"post": {"operationId": "Broken", **broken}}, "/things": {"get": OPERATION}})
    package = Package(write_package(tmp_path, document))
    assert package.converted("broken").document["operationId"] == "Broken"
    assert package.converted("get_thing").document["summary"] == "Get a thing"


def test_what_forms_hide_is_sent_wherever_its_object_is(tmp_path: Path) -> None:
    hidden = {"type": "string", "default": "text", "x-ms-visibility": "internal"}
    part = {"type": "object", "required": ["kind"], "properties": {"kind": hidden, "value": {"type": "string"}}}
    schema = {
        "type": "object",
        "required": ["version", "mode"],
        "properties": {
            "version": {"type": "integer", "default": "2", "x-ms-visibility": "internal"},
            "mode": {"type": "string", "default": "fast", "enum": ["fast", "slow"]},
            "body": part,
            "parts": {"type": "array", "items": part},
        },
    }
    connector = Connector.load(write_package(tmp_path, posting(schema)))
    given = {"value": "a", "parts": [{"value": "b"}]}
    assert connector.preview("PostThing", given).body == {
        "version": 2,
        "mode": "fast",
        "body": {"value": "a", "kind": "text"},
        "parts": [{"value": "b", "kind": "text"}],
    }
    assert connector.preview("PostThing", {"mode": "slow"}).body == {"version": 2, "mode": "slow"}


MANY = 40_000

HOSTILE: dict[str, Json] = {
    "one operation id for all": {f"/{n}": {"get": {"operationId": "A"}} for n in range(9_000)},
    "one tag in many spellings": {f"/{n}": {"get": {"tags": ["é" * (n % 20 + 1)]}} for n in range(9_000)},
    "many parameters": {"/a": {"get": {"parameters": [{"name": f"!{n}", "in": "query"} for n in range(MANY)]}}},
    "many placeholders": {"/" + "{a}/" * MANY: {"get": {}}},
    "a long query": {"/a?" + "b=c&" * MANY: {"get": {}}},
    "many fields of one name": {
        "/a": {
            "post": {
                "parameters": [
                    {
                        "name": "body",
                        "in": "body",
                        "schema": {"properties": {"!" * n: {} for n in range(1, 1_500)}},
                    }
                ],
                "responses": {"200": {"schema": {"properties": {f"{n}": {} for n in range(MANY)}}}},
            }
        }
    },
}


@pytest.mark.parametrize("paths", HOSTILE.values(), ids=HOSTILE)
def test_a_package_of_hostile_size_takes_no_time(tmp_path: Path, paths: Json) -> None:
    started = time.process_time()
    package = Package(write_package(tmp_path, swagger(paths)))
    for key in list(package.source.operations)[:3]:
        package.read(key)
    assert time.process_time() - started < 20


def test_more_operations_than_any_package_has_are_refused(tmp_path: Path) -> None:
    paths = {f"/{n}": {"$ref": "#/paths/~1a"} for n in range(20_000)}
    with pytest.raises(DefinitionError) as caught:
        Connector.load(write_package(tmp_path, swagger({"/a": {"get": OPERATION}, **paths})))
    assert "there are more than 10,000 operations" in caught.value.problems[0].message
