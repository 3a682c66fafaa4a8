"""`new`: an action that loads and runs at once, with TODOs for its texts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from connector import Connector
from connector.catalogue.loader import load
from connector.lint import check_folder
from connector.testing import run_example
from tests.connector.cli.conftest import Cli, Ran
from tests.connector.cli.shop import Shop


def files(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.suffix in {".py", ".json"}
    }


@pytest.mark.parametrize(
    ("method", "path", "inputs"),
    [
        ("GET", "/carts/{cart_id}", ["cart_id"]),
        ("POST", "/carts", []),
        ("DELETE", "/carts/{cart_id}/items/{item_id}", ["cart_id", "item_id"]),
        ("put", "/carts/{cart_id}", ["cart_id"]),
    ],
)
def test_a_new_action_loads_runs_and_passes_its_examples(
    cli: Cli, own_folder: Path, shop: Shop, method: str, path: str, inputs: list[str]
) -> None:
    ran = cli("new", "touch_cart", "--group", "things", "--method", method, "--path", path, "--dir", own_folder)
    assert ran.status == 0, ran.err
    assert ran.out.splitlines() == [str(own_folder / "definitions/things/touch_cart.json")]
    assert "Replace each TODO, then run:\n  courier-connector check" in ran.err
    bundle = load(own_folder)
    action = Connector(bundle).find("touch_cart")
    assert list(action.definition.inputs.properties) == inputs
    assert [run_example(bundle, action, example) for example in action.definition.examples] == [[], []]
    items = [f"{name}=x" for name in inputs]
    executed = cli("--connector", own_folder, "run", "touch_cart", *items, "--base-url", shop.url)
    assert (executed.status, json.loads(executed.out)) == (0, {"id": "t1"})
    assert shop.requests[0].method == method.upper()


def test_the_check_asks_for_nothing_but_what_only_the_author_knows(cli: Cli, own_folder: Path) -> None:
    cli("new", "get_cart", "--group", "things", "--path", "/carts/{cart_id}", "--dir", own_folder)
    found = [finding for finding in check_folder(own_folder) if "get_cart" in finding.file + finding.message]
    assert [finding for finding in found if "TODO" not in finding.message + finding.fix] == []


def test_the_current_directory_is_the_folder_when_none_is_named(
    cli: Cli, own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(own_folder)
    assert cli("new", "get_cart", "--group", "things").status == 0
    assert (own_folder / "definitions/things/get_cart.json").is_file()


def refused(ran: Ran, status: int, expected: str) -> None:
    assert (ran.status, ran.out) == (status, "")
    assert expected in ran.err


@pytest.mark.parametrize(
    ("arguments", "status", "expected"),
    [
        (["GetCart", "--group", "things"], 2, "is not a valid key. Use lowercase letters"),
        (["class", "--group", "things"], 2, "is not a valid key. Use lowercase letters"),
        (["../x", "--group", "things"], 2, "is not a valid key. Use lowercase letters"),
        (["get_cart"], 2, "Choose a group with --group: things, old."),
        (["get_cart", "--group", "thigns"], 2, "--group: unknown group “thigns”. Did you mean “things”?"),
        (["get_cart", "--group", "things", "--path", "carts"], 2, "Start with /"),
        (["get_cart", "--group", "things", "--path", "/carts/{cart-id}"], 2, "name each parameter once"),
        (["get_cart", "--group", "things", "--path", "/carts/{cart_id"], 2, "name each parameter once"),
        (["get_cart", "--group", "things", "--path", "/carts?x=1"], 2, "leave out the query"),
        (["get_cart", "--group", "things", "--path", "/{a}/{a}"], 2, "each parameter once"),
        (["get_thing", "--group", "things"], 9, "The action “get_thing” already exists. Nothing was changed."),
        (["thing_get", "--group", "things"], 9, "“get_thing” already has the operation ID ThingGet"),
        (
            ["got_thing", "--group", "things", "--summary", "get a THING"],
            9,
            "“get_thing” already has the summary “Get a thing”",
        ),
    ],
)
def test_an_action_that_would_not_load_is_refused_and_nothing_is_written(
    cli: Cli, own_folder: Path, arguments: list[str], status: int, expected: str
) -> None:
    before = files(own_folder)
    refused(cli("new", *arguments, "--dir", own_folder), status, expected)
    assert files(own_folder) == before


def test_a_folder_without_a_connector_is_refused(cli: Cli, tmp_path: Path) -> None:
    refused(
        cli("new", "get_cart", "--group", "x", "--dir", tmp_path),
        2,
        "is not a connector folder. Choose one with --dir.",
    )
