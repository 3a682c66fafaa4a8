"""`list`: the actions of a connector, in the order of their groups, without delay."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.connector.cli.conftest import Cli, child_environment

ROOT = Path(__file__).resolve().parents[3]


def test_actions_are_listed_under_the_titles_of_their_groups(cli: Cli, shop_folder: Path) -> None:
    ran = cli("--connector", shop_folder, "list")
    assert ran.out == (
        "Things\n"
        "  get_thing     Get a thing\n"
        "  list_things   List all things\n"
        "  make_thing    Make a thing\n"
        "\n"
        "Old stock (old)\n"
        "  delete_thing  Delete a thing\n"
    )
    assert (ran.status, ran.err) == (0, "")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("make", ["make_thing"]),
        ("THINGPOST", ["make_thing"]),
        ("all things", ["list_things"]),
        ("things all", ["list_things"]),
        ("old stock", ["delete_thing"]),
    ],
)
def test_a_search_matches_all_words_in_any_order(cli: Cli, shop_folder: Path, words: str, found: list[str]) -> None:
    ran = cli("--connector", shop_folder, "list", "--json", "--search", words)
    assert [action["key"] for action in json.loads(ran.out)] == found


@pytest.mark.parametrize("name", ["old", "Old stock", "OLD"])
def test_a_group_is_named_by_its_key_or_its_title(cli: Cli, shop_folder: Path, name: str) -> None:
    ran = cli("--connector", shop_folder, "list", "--group", name)
    assert "delete_thing" in ran.out
    assert "get_thing" not in ran.out


def test_an_unknown_group_is_refused_with_the_nearest(cli: Cli, shop_folder: Path) -> None:
    ran = cli("--connector", shop_folder, "list", "--group", "thigns")
    assert (ran.status, ran.out) == (2, "")
    assert "Did you mean “things”?" in ran.err


def test_no_match_is_reported_on_stderr_and_is_an_empty_array_in_json(cli: Cli, shop_folder: Path) -> None:
    ran = cli("--connector", shop_folder, "list", "--search", "unicorn", "--group", "old")
    assert (ran.status, ran.out) == (0, "")
    assert ran.err.startswith("No actions match “unicorn” in the group “old”. To list all actions: courier-connector ")
    assert json.loads(cli("--connector", shop_folder, "list", "--search", "unicorn", "--json").out) == []


def test_an_entry_in_json_has_what_a_host_needs_to_offer_the_action(cli: Cli, shop_folder: Path) -> None:
    entries = json.loads(cli("--connector", shop_folder, "list", "--json").out)
    assert entries[0] == {
        "key": "get_thing",
        "operation_id": "ThingGet",
        "summary": "Get a thing",
        "description": "What “Get a thing” does, ran in a sentence.",
        "group": "things",
        "effects": {"readOnly": True, "destructive": False, "idempotent": True},
        "required": ["thing_id"],
    }


def test_a_broken_definition_is_explained_with_its_file_and_place(cli: Cli, own_folder: Path) -> None:
    path = own_folder / "definitions/things/get_thing.json"
    document = json.loads(path.read_text())
    del document["summary"]
    path.write_text(json.dumps(document))
    ran = cli("--connector", own_folder, "list")
    assert (ran.status, ran.out) == (9, "")
    assert "definitions/things/get_thing.json at /summary" in ran.err


def test_without_another_connector_the_installed_one_is_listed(cli: Cli) -> None:
    ran = cli("list", "--json")
    assert "get_list" in [action["key"] for action in json.loads(ran.out)]


@pytest.mark.skipif(os.name != "posix", reason="only POSIX says how much time a child has used")
def test_listing_is_fast() -> None:
    command = [sys.executable, "-m", "connector", "--connector", "courier", "list"]
    before = os.times()
    subprocess.run(command, env=child_environment(), stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    # The processor's time: that of the clock is also what other programs of a busy machine take.
    assert after.children_user + after.children_system - before.children_user - before.children_system < 1


@pytest.mark.parametrize("arguments", [["list"], ["--help"], ["completion", "--help"]])
def test_listing_and_help_load_neither_the_models_nor_an_http_library(
    program: Callable[..., subprocess.CompletedProcess[str]], shop_folder: Path, arguments: list[str]
) -> None:
    ran = program("--connector", shop_folder, *arguments, PYTHONPROFILEIMPORTTIME="1")
    loaded = {line.rpartition("|")[2].strip() for line in ran.stderr.splitlines() if line.startswith("import time:")}
    assert "click" in loaded
    assert not loaded & {"pydantic", "requests", "jsonschema", "http.server", "sqlite3"}


def test_words_search_as_the_option_does(cli: Cli) -> None:
    assert cli("list", "subscribe", "user").out == cli("list", "--search", "subscribe user").out
    assert "subscribe_user_to_list" in cli("list", "subscribe", "user").out
    assert cli("list", "xyzzy").err.startswith("No actions match “xyzzy”. ")


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("opt out", "set_user_preference"),
        ("organization add", "create_or_replace_tenant"),
        ("device register", "add_push_token"),
        ("analytics", "get_template_metrics"),
        ("jwt", "issue_token"),
    ],
)
def test_actions_are_found_by_what_people_call_them(cli: Cli, words: str, key: str) -> None:
    assert key in cli("--connector", str(ROOT), "list", "--search", words).out
