"""`new`: an action that loads and runs at once, and waits for its words."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from connector import Connector
from connector.catalogue.loader import load
from connector.lint.check import check
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
def test_a_new_action_loads_runs_and_proves_its_examples(
    cli: Cli, own_folder: Path, shop: Shop, method: str, path: str, inputs: list[str]
) -> None:
    told = cli("new", "touch_cart", "--group", "things", "--method", method, "--path", path, "--dir", own_folder)
    assert told.status == 0, told.err
    assert told.out.splitlines() == [
        str(own_folder / "definitions/things/touch_cart.json"),
        str(own_folder / "actions/things.py"),
    ]
    assert "Replace each “TODO”, then run: courier-connector check" in told.err
    bundle = load(own_folder)
    action = Connector(bundle).find("touch_cart")
    assert list(action.definition.inputs.properties) == inputs
    assert [run_example(bundle, action, example) for example in action.definition.examples] == [[], []]
    given = [f"{name}=x" for name in inputs]
    ran = cli("--connector", own_folder, "run", "touch_cart", *given, "--base-url", shop.url)
    assert (ran.status, json.loads(ran.out)) == (0, {"id": "t1"})
    assert shop.requests[0].method == method.upper()


def test_the_check_asks_for_nothing_but_what_only_the_author_knows(cli: Cli, own_folder: Path) -> None:
    cli("new", "get_cart", "--group", "things", "--path", "/carts/{cart_id}", "--dir", own_folder)
    found = [finding for finding in check(own_folder) if "get_cart" in finding.file + finding.message]
    assert [finding for finding in found if "TODO" not in finding.message + finding.fix] == []


@pytest.mark.parametrize("group", ["things", "old"])
def test_the_handler_is_added_to_whatever_the_module_imports(cli: Cli, own_folder: Path, group: str) -> None:
    assert cli("new", "get_cart", "--group", group, "--dir", own_folder).status == 0
    assert cli("new", "get_crate", "--group", group, "--dir", own_folder).status == 0
    code = (own_folder / f"actions/{group}.py").read_text()
    ast.parse(code)
    assert code.count("import") == 1
    assert code.endswith("\n\nget_cart = send\n\nget_crate = send\n")


@pytest.mark.parametrize(
    ("before", "imports"),
    [
        (None, 1),
        ('"""Words."""\n', 1),
        ('"""Words."""\n\nfrom __future__ import annotations\n\nimport json\n\nX = json\n', 3),
        ("from connector.call import (\n    InputView,\n)\n\n\ndef f(given: InputView) -> None:\n    pass\n", 2),
    ],
)
def test_the_handlers_import_stands_with_the_others(
    cli: Cli, own_folder: Path, before: str | None, imports: int
) -> None:
    module = own_folder / "actions/old.py"
    (own_folder / "definitions/old/delete_thing.json").unlink()
    module.unlink()
    if before is not None:
        module.write_text(before)
    assert cli("new", "get_cart", "--group", "old", "--dir", own_folder).status == 0
    tree = ast.parse(module.read_text())
    found = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert len(found) == imports
    assert callable(load(own_folder).handler("get_cart"))


def test_the_current_directory_is_the_folder_when_none_is_named(
    cli: Cli, own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(own_folder)
    assert cli("new", "get_cart", "--group", "things").status == 0
    assert (own_folder / "definitions/things/get_cart.json").is_file()


def refused(told: Ran, status: int, says: str) -> None:
    assert (told.status, told.out) == (status, "")
    assert says in told.err


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["GetCart", "--group", "things"], 2, "KEY is made of small letters"),
        (["class", "--group", "things"], 2, "KEY is made of small letters"),
        (["../x", "--group", "things"], 2, "KEY is made of small letters"),
        (["get_cart"], 2, "Say with --group where it belongs. The groups are: things, old."),
        (["get_cart", "--group", "thigns"], 2, "There is no group “thigns” in connector.json. Did you mean “things”?"),
        (["get_cart", "--group", "things", "--path", "carts"], 2, "it begins with /"),
        (["get_cart", "--group", "things", "--path", "/carts/{cart-id}"], 2, "names in braces"),
        (["get_cart", "--group", "things", "--path", "/carts/{cart_id"], 2, "names in braces"),
        (["get_cart", "--group", "things", "--path", "/carts?x=1"], 2, "has no query"),
        (["get_cart", "--group", "things", "--path", "/{a}/{a}"], 2, "each once"),
        (["get_thing", "--group", "things"], 9, "There is an action “get_thing” already; nothing was changed."),
        (["thing_get", "--group", "things"], 9, "“get_thing” has the operation id ThingGet already"),
        (
            ["got_thing", "--group", "things", "--summary", "get a THING"],
            9,
            "“get_thing” is called “Get a thing” already",
        ),
        (["unused", "--group", "old"], 9, "has the name “unused” already; nothing was changed."),
    ],
)
def test_what_would_not_load_is_refused_and_nothing_is_written(
    cli: Cli, own_folder: Path, arguments: list[str], status: int, says: str
) -> None:
    before = files(own_folder)
    refused(cli("new", *arguments, "--dir", own_folder), status, says)
    assert files(own_folder) == before


def test_a_folder_that_is_no_connector_is_refused(cli: Cli, tmp_path: Path) -> None:
    refused(
        cli("new", "get_cart", "--group", "x", "--dir", tmp_path), 2, "is no connector folder; name one with --dir."
    )


def test_a_module_that_is_no_python_is_left_alone(cli: Cli, own_folder: Path) -> None:
    (own_folder / "actions/things.py").write_text("def (:\n")
    before = files(own_folder)
    refused(cli("new", "get_cart", "--group", "things", "--dir", own_folder), 9, "things.py is no Python (line 1)")
    assert files(own_folder) == before
