"""Creating an action in a connector folder, as a program does it without the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from connector.call import send
from connector.catalogue.loader import load
from connector.definition.json_schema import format_schema
from connector.errors import DefinitionError, ExitStatus
from connector.scaffold import ScaffoldError, create_action
from tests.connector.cli import shop


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small connector, for a test that changes it."""
    return shop.write_folder(tmp_path / "shop")


def test_an_action_is_made_from_its_key_alone(folder: Path) -> None:
    [definition] = create_action(load(folder), "get_cart", "things")
    document = json.loads(definition.read_text())
    assert (document["summary"], document["operationId"]) == ("Get cart", "GetCart")
    assert document["request"] == {"method": "GET", "path": "/get-cart"}
    assert load(folder).handler("get_cart") is send


@pytest.mark.parametrize(
    ("key", "path"), [("GetCart", None), ("class", None), ("get_cart", "carts"), ("get_cart", "/a b")]
)
def test_a_malformed_request_is_a_usage_error_and_writes_nothing(folder: Path, key: str, path: str | None) -> None:
    before = sorted(folder.rglob("*"))
    with pytest.raises(ScaffoldError, match="is not a valid") as caught:
        create_action(load(folder), key, "things", path=path)
    assert caught.value.exit_status is ExitStatus.USAGE
    assert sorted(folder.rglob("*")) == before


def test_an_editor_finds_the_schema_of_the_definition_without_a_network(folder: Path) -> None:
    [definition] = create_action(load(folder), "get_cart", "things")
    document = json.loads(definition.read_text())
    assert json.loads((definition.parent / document["$schema"]).read_text()) == format_schema("action")
    Draft202012Validator(format_schema("action")).validate(document)


def test_schemas_that_are_elsewhere_in_the_folder_are_named_there(folder: Path) -> None:
    (folder / "docs/format").mkdir(parents=True)
    (folder / "docs/format/action.schema.json").write_text("of an older version")
    [definition] = create_action(load(folder), "get_cart", "things")
    assert json.loads(definition.read_text())["$schema"] == "../../docs/format/action.schema.json"
    assert json.loads((folder / "docs/format/action.schema.json").read_text()) == format_schema("action")
    assert not (folder / "schemas").exists()


def test_a_file_that_exists_is_left_alone(folder: Path) -> None:
    bundle = load(folder)
    file = folder / "definitions/things/get_cart.json"
    file.write_text("mine")
    with pytest.raises(DefinitionError, match=r"get_cart\.json already exists\. Nothing was changed\."):
        create_action(bundle, "get_cart", "things")
    assert file.read_text() == "mine"


@pytest.mark.parametrize("documented", [True, False])
def test_an_action_is_undocumented_only_where_the_connector_tells_the_two_apart(folder: Path, documented: bool) -> None:
    file = folder / "definitions/things/get_thing.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"documented": documented}))
    [definition] = create_action(load(folder), "get_cart", "things")
    assert json.loads(definition.read_text()).get("documented", True) is documented
