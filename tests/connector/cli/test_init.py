"""`init`: a folder that checks, runs, has a sandbox and exports, before its author has written a word."""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import requests
from jsonschema import Draft202012Validator

from connector.catalogue.loader import load
from connector.connections.sample import sample_connection
from connector.connector import Connector
from connector.definition.files import MANIFEST
from connector.definition.json_schema import format_schema
from connector.errors import ExitStatus
from connector.export import EXPORT_FORMATS, export, write_files
from connector.lint import check_folder
from connector.scaffold import ScaffoldError, create_connector
from tests.connector.cli.conftest import Cli, Ran, child_environment

CATALOGUE_SCHEMA = Path(__file__).resolve().parents[3] / "docs/format/catalogue.schema.json"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new folder, for reading."""
    folder = tmp_path_factory.mktemp("made") / "my-connector"
    create_connector(folder)
    return folder


def test_its_own_tests_cover_check_examples_sandbox_and_every_export(made: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", "-W", "error", "tests"],
        cwd=made,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    passed = re.findall(r"::(test_\w+)(?:\[(.+)\])? PASSED", ran.stdout)
    assert ("test_the_check_finds_no_problem", "") in passed
    assert {name for test, name in passed if test == "test_an_export_is_written"} == EXPORT_FORMATS.keys()
    assert ("test_an_example_does_what_it_shows", "create_item: A name that exists") in passed
    assert ("test_an_action_runs_in_the_sandbox", "list_items: The first page") in passed


def test_every_export_draws_an_icon_where_the_host_demands_one(made: Path) -> None:
    bundle = load(made)
    assert bundle.manifest.icon is None
    assert export(bundle, "power-platform")["icon.png"].startswith(b"\x89PNG")
    assert b"<svg" in export(bundle, "n8n")["icons/my.svg"]
    assert b"<svg" in export(bundle, "node-red")["nodes/icons/items.svg"]
    catalogue = json.loads(export(bundle, "catalogue")["catalogue.json"])
    names = {catalogue["connector"]["icon"], *(group["icon"] for group in catalogue["groups"])}
    assert names <= catalogue["icons"].keys()
    Draft202012Validator(json.loads(CATALOGUE_SCHEMA.read_text(encoding="utf-8"))).validate(catalogue)


@pytest.mark.parametrize("file", ["connector.json", "items/list_items.json", "items/create_item.json"])
def test_an_editor_finds_the_schema_of_each_file_without_a_network(made: Path, file: str) -> None:
    path = made / "definitions" / file
    document = json.loads(path.read_text())
    schema = json.loads((path.parent / document["$schema"]).read_text())
    assert schema == format_schema("connector" if file == "connector.json" else "action")
    Draft202012Validator(schema).validate(document)


@pytest.mark.parametrize(
    ("name", "key", "title"),
    [
        ("my-connector", "my", "My"),
        ("To-Do list", "to_do_list", "To do list"),
        ("connector", "connector", "Connector"),
        ("acme_crm", "acme_crm", "Acme crm"),
    ],
)
def test_the_name_of_the_folder_makes_the_key_and_the_title(tmp_path: Path, name: str, key: str, title: str) -> None:
    create_connector(tmp_path / name)
    definition = Connector.load(tmp_path / name).definition
    assert (definition.key, definition.title) == (key, title)
    assert definition.connection.environment == {"api_key": [f"{key.upper()}_API_KEY"]}


def test_title_and_base_url_can_be_chosen(tmp_path: Path) -> None:
    create_connector(tmp_path / "todo", title="To-do", base_url="http://localhost:8000/v1/")
    definition = Connector.load(tmp_path / "todo").definition
    assert (definition.title, definition.base_url) == ("To-do", "http://localhost:8000/v1")


@pytest.mark.parametrize(
    ("name", "base_url", "sentence"),
    [
        ("123", "https://api.example.com", "makes no key"),
        ("todo", "http://api.example.com", "is not a valid base URL"),
        ("todo", "api.example.com", "is not a valid base URL"),
    ],
)
def test_what_cannot_be_loaded_is_refused_and_nothing_is_written(
    tmp_path: Path, name: str, base_url: str, sentence: str
) -> None:
    with pytest.raises(ScaffoldError, match=sentence) as caught:
        create_connector(tmp_path / name, base_url=base_url)
    assert caught.value.exit_status is ExitStatus.USAGE
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_exists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "todo").mkdir()
    (tmp_path / "todo/README.md").write_text("mine")
    with pytest.raises(ScaffoldError, match="already has README"):
        create_connector(tmp_path / "todo")
    assert [path.name for path in (tmp_path / "todo").rglob("*")] == ["README.md"]
    assert (tmp_path / "todo/README.md").read_text() == "mine"


def test_the_command_says_what_to_do_next_and_it_works(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "my-connector"
    ran = cli("init", folder)
    assert ran.status == 0, ran.err
    assert str(folder / MANIFEST) in ran.out.splitlines()
    running, checking = (line.strip() for line in ran.err.splitlines() if line.startswith("  "))
    assert running == f"courier-connector --connector {folder} run list_items --example --sandbox"
    assert cli(*running.split()[1:]).status == 0
    assert cli(*checking.split()[1:]) == Ran(0, "", "No problems found.\n")


def test_for_who_starts_the_runtime_by_its_own_name_nothing_names_another_connector(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["/somewhere/connector/__main__.py"])
    helps = [
        cli(),
        cli("--help"),
        *(cli(name, "--help") for name in ("init", "new", "check", "run", "serve", "export")),
    ]
    ran = cli("init", tmp_path / "my-connector")
    monkeypatch.chdir(tmp_path / "my-connector")
    inside = [cli("list"), cli("check"), cli("run", "list_items", "--sandbox"), cli("--version"), cli("new", "x_y")]
    assert [each.status for each in inside] == [0] * 5
    said = "".join(each.out + each.err for each in [*helps, ran, *inside]).lower()
    assert "python -m connector" in said
    assert "".join(["cou", "rier"]) not in said


def test_it_is_served_with_its_sandbox(made: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "connector", "serve", "--port", "0"]
    environment = child_environment(CONNECTOR_TOKEN="a-token-for-this-test", CONNECTOR_STATE_DIR=str(tmp_path))  # noqa: S106
    with (
        subprocess.Popen(command, cwd=made, env=environment, stdout=subprocess.PIPE, text=True) as server,
        requests.Session() as session,
    ):
        assert server.stdout is not None
        home = server.stdout.readline().partition("/?")[0]
        session.headers["Authorization"] = "Bearer a-token-for-this-test"
        try:
            ran = session.post(f"{home}/actions/get_item/run", json={"item_id": "i-1"}, timeout=60)
            assert (ran.status_code, ran.json()) == (200, {"id": "i-1", "name": "Chair"})
            assert session.get(f"{home}/catalogue", timeout=60).json()["sandbox"] == {
                "messages": False,
                "requests": True,
            }
            assert session.get(f"{home}/sandbox/requests", timeout=60).json()["requests"][0]["path"] == "/items/i-1"
            assert session.get(f"{home}/favicon.ico", timeout=60).text.startswith("<svg")
        finally:
            server.terminate()


def test_a_file_of_rows_runs_in_its_sandbox(made: Path, cli: Cli, tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("name\nTable\nSofa\n")
    ran = cli("--connector", made, "batch", "run", "create_item", rows, "--sandbox", "--out", tmp_path / "results")
    assert ran.status == 0, ran.err
    assert "2 of 2 rows done" in ran.err


def test_its_power_platform_package_imports_back_and_runs_alike(made: Path, tmp_path: Path) -> None:
    write_files(export(load(made), "power-platform"), tmp_path / "package", "power-platform")
    with Connector.load(made) as own, Connector.load(tmp_path / "package") as imported, own.sandbox() as connection:
        back = sample_connection(imported.definition, "a-key", base_url=connection.base_url, ephemeral=True)
        assert {action.operation_id for action in imported.actions} == {action.operation_id for action in own.actions}
        for action in own.actions:
            example = next(example for example in action.definition.examples if example.outputs is not None)
            found = imported.find(action.operation_id)
            assert list(found.definition.inputs.properties) == list(action.definition.inputs.properties)
            ran = imported.run(found, example.inputs, back)
            assert ran.fields == own.run(action, example.inputs, connection).fields


def test_a_connector_without_a_connection_passes_too(tmp_path: Path) -> None:
    create_connector(tmp_path / "open")
    manifest = tmp_path / "open" / MANIFEST
    document = json.loads(manifest.read_text())
    del document["connection"], document["authorization"]
    manifest.write_text(json.dumps(document))
    exporters = {name: functools.partial(export, format_name=name) for name in EXPORT_FORMATS}
    assert check_folder(tmp_path / "open", exporters) == []
    with Connector.load(tmp_path / "open") as connector, connector.sandbox() as connection:
        assert connector.run("get_item", {"item_id": "i-1"}, connection)["name"] == "Chair"
        assert connector.preview("get_item", {"item_id": "i-1"}).url == "https://api.example.com/items/i-1"
