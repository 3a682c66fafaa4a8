"""`show`: everything about one action, readable at 80 columns."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from connector.cli import layout
from connector.definition.expand import expand
from tests.connector.cli.conftest import Cli
from tests.connector.cli.shop import ACTIONS


@pytest.mark.parametrize("name", ["get_thing", "ThingGet", "thingget", "Get a thing", "get a thing"])
def test_an_action_goes_by_key_operation_id_or_summary(cli: Cli, shop_folder: Path, name: str) -> None:
    ran = cli("--connector", shop_folder, "show", name)
    assert ran.status == 0
    assert ran.out.startswith("Get a thing\nget_thing · ThingGet · GET /things/{thing_id}\n")


@pytest.mark.parametrize("name", ["get_thng", "ThingGte", "get thing", "get-thing"])
def test_a_mistyped_action_gets_the_nearest(cli: Cli, shop_folder: Path, name: str) -> None:
    ran = cli("--connector", shop_folder, "show", name)
    assert (ran.status, ran.out) == (3, "")
    assert "Did you mean" in ran.err
    assert "“get_thing”" in ran.err


def test_the_help_shows_inputs_outputs_errors_and_an_example_to_copy(cli: Cli, shop_folder: Path) -> None:
    page = cli("--connector", shop_folder, "show", "get_thing").out
    assert "Read-only." in page
    assert "\nInputs\n  thing_id  Thing ID  (text, required)\n      Which thing. Example: t1\n" in page
    assert "\nOutputs\n  id  ID  (text)\n" in page
    assert "  404 thing_not_found\n      There is no thing {thing_id}. Look at the list of things.\n" in page
    command = f"courier-connector --connector {shlex.quote(str(shop_folder))} run get_thing thing_id=t1"
    assert f"\nExample: The first thing\n{command}\n" in page


def test_the_effects_of_an_action_are_shown(cli: Cli, shop_folder: Path) -> None:
    assert "Changes data. Running it twice does it twice." in cli("--connector", shop_folder, "show", "make_thing").out
    assert (
        "May overwrite or delete data permanently. Safe to run twice."
        in cli("--connector", shop_folder, "show", "delete_thing").out
    )


def test_advanced_inputs_come_last_and_rows_follow_their_list(cli: Cli, shop_folder: Path) -> None:
    page = cli("--connector", shop_folder, "show", "make_thing").out
    inputs, _, rest = page.partition("\nAdvanced inputs\n")
    assert rest.startswith("  pin  PIN  (text)\n")
    assert "  parts  Parts  (list of rows)\n" in inputs
    assert "    parts[].label  Label  (text, required)\n" in inputs
    assert "  sizes  Sizes  (list of whole numbers)\n" in inputs


def test_the_whole_definition_is_printed_as_json(cli: Cli, shop_folder: Path) -> None:
    ran = cli("--connector", shop_folder, "show", "get_thing", "--json")
    assert json.loads(ran.out) == expand(ACTIONS[0], Path("definitions/things/get_thing.json")).document


@pytest.mark.parametrize("key", ["create_brand", "send_message", "get_list"])
def test_a_wide_action_fits_eighty_columns_and_keeps_its_keys_whole(cli: Cli, key: str) -> None:
    page = cli("show", key).out
    definition = json.loads(cli("show", key, "--json").out)
    prose = page.partition("\nExample: ")[0].splitlines()
    assert [line for line in prose if layout.display_width(line) > 80] == []
    for name in definition["inputs"]["properties"]:
        assert f"\n  {name}" in page
