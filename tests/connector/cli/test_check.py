"""`check`: the findings on stdout, how many on stderr, and the exit status expected whether there are any."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connector.cli.commands import check as checking
from connector.lint.check import Finding
from tests.connector.cli.conftest import Cli

FINDING = Finding("definitions/things/x.json", "/summary", "X1", "The summary is \x1b[31mmissing.", "Add it.")


def findings(monkeypatch: pytest.MonkeyPatch, *found: Finding) -> None:
    monkeypatch.setattr(checking, "check_folder", lambda _folder: list(found))


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
