"""`import`, and the other commands with the folder of a package."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connector.catalogue import loader
from connector.cli.serve_tools import Options, _selection
from tests.connector.cli.conftest import Cli
from tests.connector.importing.facts_package import write_package
from tests.connector.importing.test_reading import OPERATION, swagger

PACKAGES = Path(__file__).parents[1] / "importing" / "packages"
METADATA = {
    "website": "https://acme.example",
    "Privacy Policy": "https://acme.example/privacy",
    "Categories": "Data; Productivity",
}
PUBLISHED = {
    "info": {"title": "Things", "version": "1.0", "contact": {"name": "Help desk", "email": "help@acme.example"}},
    "x-ms-connector-metadata": [{"propertyName": name, "propertyValue": value} for name, value in METADATA.items()],
}
"""What says in a description who publishes it."""


def test_the_report_lists_what_cannot_run(cli: Cli) -> None:
    ran = cli("import", PACKAGES / "triggers_and_scripts")
    assert ran.status == 9
    assert ran.out.startswith("Alerts: 3 of 4 operations can run.\n  on_alert: It is a webhook trigger")
    assert "  summarize cannot run: script.csx" in ran.out


def test_the_report_as_json(cli: Cli) -> None:
    report = json.loads(cli("import", PACKAGES / "wrapped_key", "--json").out)
    assert report["running"] == len(report["operations"]) == 2
    assert report["operations"][0] == {
        "key": "list_items", "operation_id": "ListItems", "runs": True, "gaps": [], "notes": [],
    }  # fmt: skip


def test_a_folder_is_written_that_loads(cli: Cli, tmp_path: Path) -> None:
    ran = cli("import", PACKAGES / "wrapped_key", "--out", tmp_path / "stock")
    assert (ran.status, "4 files written" in ran.err) == (0, True)
    assert cli("--connector", tmp_path / "stock", "list").out.splitlines()[1:] == [
        "  add_item    Add an item",
        "  list_items  List items",
    ]
    again = cli("import", PACKAGES / "wrapped_key", "--out", tmp_path / "stock")
    assert again.status == 9
    assert "is not empty. Nothing was written." in again.err
    assert cli("import", PACKAGES / "wrapped_key", "--out", tmp_path / "stock", "--force").status == 0


def test_a_folder_that_is_no_package_is_refused(cli: Cli, tmp_path: Path) -> None:
    ran = cli("import", tmp_path)
    assert ran.status == 9
    assert "apiDefinition.swagger.json: the file is missing." in " ".join(ran.err.split())


def test_a_package_is_a_connector_for_every_command(cli: Cli) -> None:
    package = PACKAGES / "triggers_and_scripts"
    assert "on_new_alert  When there are new alerts" in cli("--connector", package, "list").out
    assert "Delete a hook" in cli("--connector", package, "show", "delete_hook").out
    ran = cli("--connector", package, "run", "on_new_alert", "--sandbox")
    assert json.loads(ran.out) == {"alerts": [{"id": "text"}]}
    shown = json.loads(cli("--connector", package, "run", "DeleteHook", "id=7", "--dry-run").out)
    assert shown["url"] == "https://api.example.com/hooks/7"


def test_a_run_of_what_cannot_run_says_why(cli: Cli) -> None:
    ran = cli("--connector", PACKAGES / "triggers_and_scripts", "run", "summarize", "--sandbox")
    assert ran.status == 9
    assert "Summarize alerts cannot run here. script.csx" in " ".join(ran.err.split())


def test_a_check_of_a_package_lists_its_gaps_by_place(cli: Cli) -> None:
    ran = cli("check", PACKAGES / "triggers_and_scripts")
    assert ran.status == 9
    assert "apiDefinition.swagger.json#/paths/~1summary/get import: script.csx" in ran.out
    assert cli("check", PACKAGES / "wrapped_key").status == 0


def test_policies_are_shown_before_and_after(cli: Cli) -> None:
    ran = cli("--connector", PACKAGES / "four_policies", "run", "CancelOrder", "id=7", "--policies")
    shown = json.loads(ran.out)
    assert (shown["before"]["method"], shown["before"]["url"]) == (
        "POST", "https://api.example.com/v3/virtual/cancel/shop/7",
    )  # fmt: skip
    assert (shown["after"]["method"], shown["after"]["url"]) == ("DELETE", "https://api.example.com/v3/orders/7")


def test_a_connector_folder_has_no_policies(cli: Cli, shop_folder: Path) -> None:
    ran = cli("--connector", shop_folder, "run", "list_things", "--policies")
    assert ran.status == 2
    assert "only a Power Platform package has policies" in " ".join(ran.err.split())


def test_exports_leave_out_what_cannot_run(cli: Cli, tmp_path: Path) -> None:
    ran = cli("--connector", PACKAGES / "triggers_and_scripts", "export", "openapi", "--out", tmp_path / "api")
    assert ran.status == 0, ran.err
    paths = json.loads((tmp_path / "api" / "openapi.json").read_text())["paths"]
    assert sorted(paths) == ["/actions/delete_hook/run", "/actions/on_alert/run", "/actions/on_new_alert/run"]


def test_exports_of_a_package_leave_out_what_the_format_cannot_express(cli: Cli, tmp_path: Path) -> None:
    template = {"x-ms-apimTemplateParameter.urlTemplate": "https://@queryParameters('host')"}
    policy = {"templateId": "dynamichosturl", "parameters": {**template, "x-ms-apimTemplate-operationName": ["Other"]}}
    host = {"name": "host", "in": "query", "required": True, "type": "string"}
    paths = {
        "/things": {"get": OPERATION},
        "/others": {"get": {**OPERATION, "operationId": "Other", "parameters": [host]}},
    }
    properties = {"publisher": "Acme", "policyTemplateInstances": [policy]}
    package = write_package(tmp_path / "package", swagger(paths, **PUBLISHED), properties)
    ran = cli("--connector", package, "export", "power-platform", "--out", tmp_path / "made")
    assert ran.status == 0, ran.err
    assert "The action “other” cannot be exported: " in ran.err
    made = json.loads((tmp_path / "made" / "apiDefinition.swagger.json").read_text())
    assert [operation["get"]["operationId"] for operation in made["paths"].values()] == ["GetThing"]
    assert made["info"]["contact"] == {"name": "Acme", "email": "help@acme.example", "url": "https://acme.example"}
    named = {each["propertyName"]: each["propertyValue"] for each in made["x-ms-connector-metadata"]}
    assert (named["Privacy policy"], named["Categories"]) == ("https://acme.example/privacy", "Data;Productivity")


def test_an_export_of_a_package_asks_only_for_what_it_does_not_say(cli: Cli, tmp_path: Path) -> None:
    rows = [{"propertyName": "privacy policy", "propertyValue": "https://acme.example/privacy"}]
    contact = {"name": "Acme", "email": "help@acme.example", "url": "https://acme.example"}
    for published, missing in (
        ({"info": {"title": "Things", "contact": contact}}, "privacyPolicy, categories"),
        ({"x-ms-connector-metadata": rows}, "publisher, categories"),
    ):
        package = write_package(tmp_path / "package", swagger(**published))
        ran = cli("--connector", package, "export", "power-platform", "--out", tmp_path / "made")
        assert ran.status == 9
        assert f"This format needs under “publication” in connector.json: {missing}." in " ".join(ran.err.split())
    package = write_package(tmp_path / "package", swagger(info={"title": "Things", "contact": contact}))
    assert cli("--connector", package, "export", "n8n", "--out", tmp_path / "n8n").status == 0


def test_agents_are_offered_what_hosts_take_of_a_package(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    long = {**OPERATION, "operationId": "Explain", "description": "Explains. " * 200}
    package = write_package(tmp_path, swagger({"/things": {"get": OPERATION}, "/others": {"get": long}}))
    options = Options(True, None, "all", (), "all", False, "auto", False, 0, "127.0.0.1", ())
    selection = _selection(loader.read(package), options)
    assert [action.key for action in selection.actions] == ["get_thing"]
    assert "The action “explain” cannot be exported: common hosts reject the tool" in " ".join(
        capsys.readouterr().err.split()
    )


def test_a_package_of_which_nothing_runs_says_so_when_it_is_exported(cli: Cli, tmp_path: Path) -> None:
    package = write_package(tmp_path / "package", swagger())
    (package / "script.csx").write_text("")
    ran = cli("--connector", package, "export", "openapi")
    assert ran.status == 9
    assert "Nothing of “Things” can run here; `import` says why." in ran.err
