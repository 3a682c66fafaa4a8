"""`show`: everything about one action, readable at 80 columns."""

from __future__ import annotations

import json
import re
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
    assert "\nRequired inputs\n  thing_id  Thing ID  (text, required)\n      Which thing. Example: t1\n" in page
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
    page = cli("--connector", shop_folder, "show", "make_thing", "--all").out
    inputs, _, rest = page.partition("\nAdvanced inputs\n")
    assert rest.startswith("  pin  PIN  (text)\n")
    assert "  parts  Parts  (list of rows)\n" in inputs
    assert "    parts[].label  Label  (text, required)\n" in inputs
    assert "  sizes  Sizes  (list of whole numbers)\n" in inputs


def test_the_whole_definition_is_printed_as_json(cli: Cli, shop_folder: Path) -> None:
    ran = cli("--connector", shop_folder, "show", "get_thing", "--json")
    assert json.loads(ran.out) == expand(ACTIONS[0], Path("definitions/things/get_thing.json")).document


def test_what_is_required_comes_first_and_advanced_inputs_are_only_named(cli: Cli, shop_folder: Path) -> None:
    page = cli("--connector", shop_folder, "show", "make_thing").out
    order = [
        "\nRequired inputs\n  name  Name  (text, required)\n",
        "\nOther inputs\n  price  Price",
        "\nAdvanced inputs\n",
    ]
    assert sorted(order, key=page.index) == order
    assert "\nAdvanced inputs\n  pin\n\nTo describe all fields: courier-connector --connector " in page
    assert "PIN" not in page


def test_a_long_action_shows_its_choices_and_fits_a_few_screens(cli: Cli) -> None:
    page = cli("show", "send_message").out
    assert "\nSend to (choose one)\n  A person              user_id, email or phone_number\n" in page
    assert "\n  Microsoft Teams       ms_teams_tenant_id and ms_teams_service_url\n" in page
    assert "\nMessage (choose one)\n  A template      template\n  Title and body  title and body\n" in page
    assert "\n  Slack: slack_access_token, slack_channel," in page
    assert page.index("Send to") < page.index("\n  user_id  User ID") < page.index("\nAdvanced inputs\n")
    assert page.count("\n") < 120
    assert "To describe all fields: courier-connector show send_message --all\n" in page


def test_of_rows_with_many_fields_only_those_that_they_need_are_described(cli: Cli) -> None:
    page = cli("show", "replace_template").out
    assert "\n    elements[].type\n" in page
    assert "\n    Other fields of a row: content, title, src," in page
    assert "elements[].content" not in page
    assert "\n    elements[].content  Content  (text)\n" in cli("show", "replace_template", "--all").out


def test_many_outputs_are_a_line_each(cli: Cli) -> None:
    outputs = cli("show", "create_brand").out.partition("\nOutputs\n")[2].partition("\n\n")[0].splitlines()
    assert len(outputs) > 40
    assert all(line.startswith("  ") and not line.startswith("      ") for line in outputs)
    described = cli("show", "create_brand", "--all").out.partition("\nOutputs\n")[2].partition("\n\n")[0].splitlines()
    assert len(described) > len(outputs)


def test_a_short_action_is_described_whole(cli: Cli) -> None:
    ran = cli("show", "get_list")
    assert "--all" not in ran.out
    assert ran.out == cli("show", "get_list", "--all").out


@pytest.mark.parametrize("key", ["create_brand", "send_message", "get_list"])
@pytest.mark.parametrize("more", [[], ["--all"]])
def test_a_wide_action_fits_eighty_columns_and_keeps_its_keys_whole(cli: Cli, key: str, more: list[str]) -> None:
    page = cli("show", key, *more).out
    definition = json.loads(cli("show", key, "--json").out)
    prose = page.partition("\nExample: ")[0].splitlines()
    assert [line for line in prose if layout.display_width(line) > 80] == []
    for name in definition["inputs"]["properties"]:
        assert re.search(rf"\n  (.*[ ,])?{name}\b", page)
