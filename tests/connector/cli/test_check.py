"""`check`: the findings on stdout, how many on stderr, and the exit status expected whether there are any."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.cli.commands import check as checking
from connector.lint import Finding
from connector.lint.rules.exports import EXPORTABLE
from connector.lint.sample_folder import write
from tests.connector.cli.conftest import Cli
from tests.connector.cli.terminal import Terminal

FINDING = Finding("definitions/things/x.json", "/summary", "X1", "The summary is \x1b[31mmissing.", "Add it.")


def findings(monkeypatch: pytest.MonkeyPatch, *found: Finding) -> None:
    monkeypatch.setattr(checking, "check_folder", lambda *_: list(found))


def test_no_problems_is_0(cli: Cli, shop_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    findings(monkeypatch)
    ran = cli("check", shop_folder)
    assert (ran.status, ran.out, ran.err) == (0, "", "No problems found.\n")


def test_every_problem_is_a_line_with_its_place_its_rule_and_its_fix(
    cli: Cli, shop_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    findings(monkeypatch, FINDING, FINDING)
    ran = cli("check", shop_folder)
    line = "definitions/things/x.json#/summary X1: The summary is [31mmissing. Add it.\n"
    assert (ran.status, ran.out, ran.err) == (9, line * 2, "2 problems found.\n")


def test_the_problems_come_as_json_too(cli: Cli, shop_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    findings(monkeypatch, FINDING)
    ran = cli("check", shop_folder, "--json")
    assert (ran.status, ran.err) == (9, "1 problem found.\n")
    assert json.loads(ran.out) == [
        {
            "file": "definitions/things/x.json",
            "pointer": "/summary",
            "rule": "X1",
            "message": "The summary is \x1b[31mmissing.",
            "fix": "Add it.",
        }
    ]


def test_a_folder_too_broken_to_load_is_checked_all_the_same(cli: Cli, own_folder: Path) -> None:
    (own_folder / "definitions/things/get_thing.json").write_text("{")
    (own_folder / "definitions/things/list_things.json").write_text("[]")
    for arguments in (["check", own_folder], ["--connector", own_folder, "check"]):
        ran = cli(*arguments)
        assert ran.status == 9
        assert "definitions/things/get_thing.json#" in ran.out
        assert "definitions/things/list_things.json#" in ran.out
        assert "Traceback" not in ran.err


def test_a_folder_without_a_connector_is_a_usage_error(cli: Cli, tmp_path: Path) -> None:
    ran = cli("check", tmp_path)
    assert (ran.status, ran.out) == (2, "")
    assert f"“{tmp_path}” is not a connector folder: definitions/connector.json is missing." in ran.err
    assert cli("check", tmp_path / "missing").status == 2


def test_the_current_directory_is_checked_when_none_is_named(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write(tmp_path, {}))
    assert cli("check").status == 0
    (tmp_path / "definitions/things/get_thing.json").write_text("{")
    ran = cli("check")
    assert (ran.status, "definitions/things/get_thing.json#" in ran.out) == (9, True)


def test_a_current_directory_without_a_connector_is_a_usage_error_that_says_so(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = cli("check")
    assert (ran.status, ran.out) == (2, "")
    text = " ".join(ran.err.split())
    assert f"“{tmp_path}” is not a connector folder: definitions/connector.json is missing." in text
    assert "Name the folder to check, or choose an installed connector with --connector." in text


def test_a_link_to_itself_is_no_connector(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    ran = cli("check", str(tmp_path / "loop"))
    assert (ran.status, ran.out) == (2, "")


def test_a_new_action_does_not_pass_before_its_todos_are_replaced(cli: Cli, tmp_path: Path) -> None:
    folder = write(tmp_path, {})
    assert cli("new", "get_cart", "--group", "things", "--dir", folder).status == 0
    ran = cli("check", folder)
    definition = folder / "definitions/things/get_cart.json"
    count = definition.read_text().count("TODO")
    assert count > 3
    assert (ran.status, ran.out.count("D306")) == (9, count), ran.out
    assert ran.out.count("\n") == count, ran.out
    definition.write_text(definition.read_text().replace("TODO", "Text"))
    assert cli("check", folder).status == 0


def test_an_action_that_a_format_cannot_express_does_not_pass(cli: Cli, tmp_path: Path) -> None:
    ran = cli("check", write(tmp_path, EXPORTABLE.bad))
    assert (ran.status, "definitions/things/get_thing.json# D951: n8n: " in ran.out) == (9, True)


def test_a_rule_is_explained(cli: Cli) -> None:
    ran = cli("check", "--explain", "d301")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == (
        "D301: Every field has a title.\n\n"
        "Why: Forms show the title instead of the name.\nFix: Give the field a title.\n"
    )


def test_an_unknown_rule_is_a_usage_error(cli: Cli) -> None:
    ran = cli("check", "--explain", "D3O1")
    assert (ran.status, ran.out) == (2, "")
    assert "--explain: unknown rule “D3O1”. Did you mean “D301”?" in ran.err


def test_on_a_terminal_it_says_what_it_checks_and_nothing_of_it_is_left(
    terminal: Callable[..., Terminal], tmp_path: Path
) -> None:
    screen = terminal("check", write(tmp_path, {}))
    assert screen.end() == 0
    steps = screen.raw.split("\r\x1b[K")
    assert steps[1] == "Reading the files"
    assert "Rule 25 of " in screen.text
    assert steps[-2].startswith("Exporting: ")
    assert steps[-1].strip().startswith("No problems found.")
    assert all(len(step) < 80 for step in steps)


def test_where_nobody_watches_there_are_no_steps(cli: Cli, tmp_path: Path) -> None:
    ran = cli("check", write(tmp_path, {}))
    assert (ran.status, ran.out, ran.err) == (0, "", "No problems found.\n")
