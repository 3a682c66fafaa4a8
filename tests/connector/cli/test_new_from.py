"""`new --from`: operations of a description of an API become actions that load and run at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connector.catalogue.loader import load
from connector.connector import Connector
from connector.examples import run_example
from connector.importing import openapi
from connector.importing.openapi import swagger_of
from connector.lint import check_folder
from connector.scaffold import create_connector
from tests.connector.cli.conftest import Cli

TODO = {
    "type": "object",
    "required": ["title"],
    "properties": {
        "title": {"type": "string", "description": "What has to be done.", "minLength": 3},
        "due": {"type": ["string", "null"], "format": "date"},
        "owner": {"type": "object", "properties": {"email": {"type": "string", "format": "email"}}},
        "steps": {"type": "array", "items": {"type": "object", "properties": {"text": {"type": "string"}}}},
    },
}
READ = {"allOf": [{"$ref": "#/components/schemas/Todo"}, {"properties": {"id": {"type": "string", "readOnly": True}}}]}
CREATED = {"id": "t-1", "title": "Buy milk", "due": "2027-01-31"}


def reply(schema: Any, **more: Any) -> dict[str, Any]:
    return {"description": "It worked.", "content": {"application/json": {"schema": schema, **more}}}


OPENAPI: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "To-do", "version": "1"},
    "servers": [{"url": "https://{region}.todo.example/v1", "variables": {"region": {"default": "eu"}}}],
    "paths": {
        "/todos": {
            "get": {
                "operationId": "ListTodos",
                "summary": "List to-dos",
                "tags": ["To-dos"],
                "parameters": [{"$ref": "#/components/parameters/Done"}],
                "responses": {
                    "200": reply({"type": "object", "properties": {"todos": {"type": "array", "items": READ}}})
                },
            },
            "post": {
                "operationId": "CreateTodo",
                "summary": "Create a to-do",
                "tags": ["To-dos"],
                "requestBody": {"required": True, **reply({"$ref": "#/components/schemas/Todo"})},
                "responses": {"201": reply(READ, example=CREATED), "422": {"description": "The title is too short"}},
            },
        },
        "/todos/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "delete": {
                "operationId": "DeleteTodo",
                "tags": ["To-dos"],
                "responses": {"204": {"description": "Deleted"}, "404": {"description": "There is no such to-do."}},
            },
        },
    },
    "components": {
        "schemas": {"Todo": TODO},
        "parameters": {"Done": {"name": "done", "in": "query", "schema": {"type": "boolean"}}},
    },
}
STYLES: list[tuple[str, str, dict[str, Any]]] = [
    ("a", "query", {}),
    ("b", "query", {"explode": False}),
    ("c", "query", {"style": "pipeDelimited"}),
    ("d", "header", {}),
]
YAML = """
openapi: 3.0.3
info: {title: Notes, version: 1.0.0}
paths:
  /notes:
    get:
      operationId: ListNotes
      responses:
        200:
          content: {application/json: {schema: {properties: {since: {type: string}}}, example: {since: 2027-01-31}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    create_connector(tmp_path / "todo")
    return tmp_path / "todo"


@pytest.fixture
def description(tmp_path: Path) -> Path:
    path = tmp_path / "api.json"
    path.write_text(json.dumps(OPENAPI))
    return path


def action(folder: Path, key: str, group: str = "to_dos") -> Any:
    return json.loads((folder / f"definitions/{group}/{key}.json").read_text())


def test_every_operation_becomes_an_action_that_does_what_its_examples_show(
    cli: Cli, folder: Path, description: Path
) -> None:
    ran = cli("new", "--from", description, "--all", "--dir", folder)
    assert ran.status == 0, ran.err
    bundle = load(folder)
    for key in ("list_todos", "create_todo", "delete_todo"):
        found = Connector(bundle).find(key)
        assert [run_example(bundle, found, example) for example in found.definition.examples] == [[], []]
        assert cli("--connector", folder, "run", key, "--example", "--sandbox").status == 0


def test_the_check_asks_only_for_texts(cli: Cli, folder: Path, description: Path) -> None:
    cli("new", "--from", description, "--all", "--dir", folder)
    assert {finding.rule for finding in check_folder(folder)} <= {"D304", "D306"}


def test_inputs_and_outputs_are_flat_and_say_what_the_description_says(
    cli: Cli, folder: Path, description: Path
) -> None:
    cli("new", "--from", description, "--operation", "CreateTodo", "--dir", folder)
    made = action(folder, "create_todo")
    assert made["summary"] == "Create a to-do"
    assert list(made["inputs"]["properties"]) == ["title", "due", "email", "steps"]
    assert made["inputs"]["properties"]["email"]["x-pointer"] == "/owner/email"
    assert made["inputs"]["required"] == ["title"]
    assert list(made["outputs"]["properties"]) == ["title", "due", "owner.email", "steps", "id"]
    assert made["errors"] == [{"status": 422, "code": "invalid_request", "sentence": "The title is too short."}]
    typical, rejected = made["examples"]
    assert typical["interactions"][0]["response"] == {"status": 201, "body": CREATED}
    assert typical["interactions"][0]["request"]["body"] == typical["inputs"]
    assert rejected["interactions"][0]["response"]["status"] == 422


def test_a_response_without_content_has_no_body_in_the_examples(cli: Cli, folder: Path, description: Path) -> None:
    cli("new", "--from", description, "--operation", "DeleteTodo", "--dir", folder)
    success, _ = action(folder, "delete_todo")["examples"]
    assert success["interactions"][0]["response"] == {"status": 204}


def test_the_group_of_a_tag_is_added_to_the_connector(cli: Cli, folder: Path, description: Path) -> None:
    cli("new", "--from", description, "--operation", "GET /todos", "--dir", folder)
    groups = json.loads((folder / "definitions/connector.json").read_text())["groups"]
    assert groups == {"items": {}, "to_dos": {"title": "To-dos"}}


def test_key_and_group_can_be_chosen(cli: Cli, folder: Path, description: Path) -> None:
    ran = cli(
        "new", "drop", "--from", description, "--operation", "delete /todos/{id}", "--group", "items", "--dir", folder
    )
    assert ran.out.splitlines() == [str(folder / "definitions/items/drop.json")]
    assert action(folder, "drop", "items")["summary"] == "Drop"


def test_what_the_connector_has_already_is_left_out_of_all(cli: Cli, folder: Path, description: Path) -> None:
    cli("new", "--from", description, "--operation", "ListTodos", "--dir", folder)
    before = (folder / "definitions/to_dos/list_todos.json").read_text()
    ran = cli("new", "--from", description, "--all", "--dir", folder)
    assert (ran.status, len(ran.out.splitlines())) == (0, 2)
    assert "ListTodos is left out: the connector has it already." in ran.err
    assert (folder / "definitions/to_dos/list_todos.json").read_text() == before


def test_yaml_is_read_with_dates_as_texts(cli: Cli, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(YAML)
    ran = cli("new", "--from", tmp_path / "api.yaml", "--operation", "ListNotes", "--dir", folder)
    assert ran.status == 0, ran.err
    assert action(folder, "list_notes", "items")["examples"][0]["outputs"] == {"since": "2027-01-31"}


def test_swagger_2_is_read(cli: Cli, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "old.json").write_text(json.dumps(swagger_of(OPENAPI)))
    assert cli("new", "--from", tmp_path / "old.json", "--all", "--dir", folder).status == 0
    assert action(folder, "create_todo")["inputs"]["required"] == ["title"]


@pytest.mark.parametrize(
    ("content", "arguments", "status", "sentence"),
    [
        (OPENAPI, ["--operation", "ListTodo"], 2, "has no operation “ListTodo”. Did you mean “listtodos”?"),
        (OPENAPI, [], 2, "choose operations with --operation, or all of them with --all"),
        (OPENAPI, ["--all", "--operation", "x"], 2, "choose operations with --operation, or all"),
        (OPENAPI, ["a_key", "--all"], 2, "Leave out KEY"),
        (OPENAPI, ["--all", "--path", "/x"], 2, "Use either --from, or --path and --summary"),
        ({"openapi": "3.1.0", "info": {}}, ["--all"], 9, "is not a description of an API"),
        ({"swagger": "1.2", "paths": {"/": {}}}, ["--all"], 9, "is not a description of an API"),
        ("{", ["--all"], 9, "not JSON"),
        (None, ["--all"], 2, "does not exist"),
    ],
)
def test_what_cannot_be_used_is_a_sentence_and_nothing_is_written(
    cli: Cli, folder: Path, tmp_path: Path, content: Any, arguments: list[str], status: int, sentence: str
) -> None:
    if content is not None:
        (tmp_path / "x.json").write_text(content if isinstance(content, str) else json.dumps(content))
    before = sorted(folder.rglob("*"))
    ran = cli("new", *arguments, "--from", tmp_path / "x.json", "--dir", folder)
    assert (ran.status, ran.out) == (status, "")
    assert sentence in ran.err
    assert sorted(folder.rglob("*")) == before


def test_the_parts_of_openapi_3_become_those_of_swagger_2() -> None:
    found = swagger_of(OPENAPI)
    assert (found["host"], found["basePath"], found["schemes"]) == ("eu.todo.example", "/v1", ["https"])
    form: dict[str, Any] = {
        "requestBody": {
            "content": {
                "multipart/form-data": {
                    "schema": {"properties": {"file": {"type": "string", "format": "binary"}}, "required": ["file"]}
                }
            }
        },
        "parameters": [
            {"name": name, "in": place, "schema": {"type": "array"}, **style} for name, place, style in STYLES
        ],
        "responses": {"200": {"content": {"image/png": {}}}},
    }
    made = swagger_of({"openapi": "3.0.0", "paths": {"/x": {"put": form}}})["paths"]["/x"]["put"]
    assert [each["collectionFormat"] for each in made["parameters"][:4]] == ["multi", "csv", "pipes", "csv"]
    assert made["parameters"][4] | {"in": "formData", "type": "file", "required": True} == made["parameters"][4]
    assert (made["consumes"], made["produces"]) == (["multipart/form-data"], ["image/png"])
    assert made["responses"]["200"]["schema"] == {"type": "file"}


@pytest.mark.parametrize(
    ("scheme", "authorization"),
    [
        (None, None),
        (
            {"type": "http", "scheme": "bearer"},
            {"headers": {"Authorization": "Bearer {connection.token}"}, "strip": ["Bearer "]},
        ),
        (
            {"type": "http", "scheme": "basic"},
            {"basic": {"username": "{connection.username}", "password": "{connection.password}"}},
        ),
        (
            {"type": "apiKey", "in": "query", "name": "key"},
            {"query": {"key": "{connection.key}"}},
        ),
    ],
)
def test_a_connector_is_made_of_a_description(
    cli: Cli, tmp_path: Path, scheme: dict[str, str] | None, authorization: Any
) -> None:
    document = dict(OPENAPI)
    if scheme is not None:
        document["components"] = {**OPENAPI["components"], "securitySchemes": {"key": scheme}}
        document["security"] = [{"key": []}]
    (tmp_path / "api.json").write_text(json.dumps(document))
    folder = tmp_path / "my-todos"
    ran = cli("init", folder, "--from", tmp_path / "api.json", "--all")
    assert ran.status == 0, ran.err
    made = json.loads((folder / "definitions/connector.json").read_text())
    assert (made["key"], made["title"], made["baseUrl"]) == ("my_todos", "To-do", "https://eu.todo.example/v1")
    assert made.get("authorization") == authorization
    assert made.get("connection", {}).get("test") == (None if scheme is None else "list_todos")
    assert made["groups"] == {"to_dos": {"title": "To-dos"}}
    assert {finding.rule for finding in check_folder(folder)} <= {"D303", "D304", "D306"}
    assert cli("--connector", folder, "run", "create_todo", "title=Rest", "--sandbox").status == 0


def test_nothing_is_made_of_a_description_without_the_operation(cli: Cli, description: Path, tmp_path: Path) -> None:
    ran = cli("init", tmp_path / "todos", "--from", description, "--operation", "none")
    assert (ran.status, (tmp_path / "todos").exists()) == (2, False)
    assert cli("init", tmp_path / "todos", "--all").status == 2
    assert cli("init", tmp_path / "todos", "--from", description, "--all", "--base-url", "https://a.b").status == 2
    assert not (tmp_path / "todos").exists()


LAUGHS = "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))
DEEP = '{"openapi": "3.0.0", "paths": {"/x": ' + '{"a":' * 100_000 + "1" + "}" * 100_000 + "}}"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("bomb.yaml", f"openapi: 3.0.0\na0: &a0 [x]\n{LAUGHS}\npaths: {{}}\n", "aliases make it too large"),
        ("loop.yaml", "openapi: 3.0.0\npaths: &a {x: *a}\n", "not YAML that JSON could express"),
        ("kind.yaml", "openapi: !!python/object/apply:os.getcwd []\n", "not YAML"),
        ("wrong.yaml", "openapi: 3\npaths: [3\n", "(line 3)"),
        ("list.yaml", "- 3\n", "the file must hold an object"),
        ("deep.json", DEEP, "nested too deeply"),
    ],
)
def test_a_hostile_description_is_a_sentence_and_nothing_hangs(
    cli: Cli, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: str, sentence: str
) -> None:
    monkeypatch.setattr(openapi, "_MOST_VALUES", 10_000)
    (tmp_path / name).write_text(content)
    ran = cli("new", "--from", tmp_path / name, "--all", "--dir", folder)
    assert ran.status == 9
    assert sentence in ran.err


FILE = {"type": "string", "format": "binary"}
_SEVERAL = {"type": "object", "required": ["files"], "properties": {"files": {"type": "array", "items": FILE}}}


@pytest.mark.parametrize(
    ("media", "schema"),
    [
        ("multipart/form-data", {"type": "object", "required": ["file"], "properties": {"file": FILE}}),
        ("multipart/form-data", _SEVERAL),
        ("image/png", FILE),
        ("application/json", {"type": "object", "required": ["file"], "properties": {"file": {"format": "byte"}}}),
    ],
)
def test_an_operation_that_takes_files_becomes_an_action(
    cli: Cli, folder: Path, tmp_path: Path, media: str, schema: dict[str, Any]
) -> None:
    upload = {"operationId": "Upload", "tags": ["To-dos"], "responses": {"204": {"description": "It worked."}}}
    upload["requestBody"] = {"required": True, "content": {media: {"schema": schema}}}
    (tmp_path / "api.json").write_text(json.dumps({**OPENAPI, "paths": {"/files": {"put": upload}}}))
    ran = cli("new", "--from", tmp_path / "api.json", "--all", "--dir", folder)
    assert ran.status == 0, ran.err
    bundle = load(folder)
    found = Connector(bundle).find("upload")
    assert [run_example(bundle, found, example) for example in found.definition.examples] == [[], []]
