"""`throttle status`: how much of the call limits is used, without an API call."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.connector.cli.conftest import SECRET, Cli
from tests.connector.cli.shop import ACTIONS, Shop


@pytest.fixture
def limited_folder(own_folder: Path) -> Path:
    """The small connector; making a thing has a limit of its own."""
    path = own_folder / "definitions/things/make_thing.json"
    action = next(action for action in ACTIONS if action["key"] == "make_thing")
    limit = {"calls": 2, "renewalPeriod": 30, "scope": "connection"}
    path.write_text(json.dumps(action | {"throttle": limit}))
    return own_folder


def test_an_idle_connection_has_all_its_calls(cli: Cli, shop_folder: Path) -> None:
    ran = cli("--connector", shop_folder, "throttle", "status", "--calls", 100)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == (
        "Connection: 100 calls per 60 seconds\n"
        "  Used in the last 60 seconds: 0 (100 available)\n"
        "  Next call: now\n"
        "  Last of 100 calls: now\n"
    )


def test_when_the_next_call_is_possible_is_said_once(cli: Cli, shop_folder: Path) -> None:
    lines = cli("--connector", shop_folder, "throttle", "status").out.splitlines()
    assert [line for line in lines if line.endswith(("now", "seconds")) and line.startswith("  ")] == [
        "  Next call: now"
    ]


def test_what_other_runs_used_is_counted_and_more_calls_take_a_period(
    cli: Cli, shop_cli: Cli, shop_folder: Path, shop: Shop
) -> None:
    for _ in range(3):
        assert shop_cli("get_thing", "thing_id=t1").status == 0
    status = ("--connector", shop_folder, "throttle", "status", "--base-url", shop.url)
    (ran,) = json.loads(cli(*status, "--calls", 98, "--json").out)
    assert 55 < ran.pop("asked_in") <= 60.25
    assert ran == {
        "calls": 100,
        "renewal_period": 60.0,
        "used": 3,
        "free": 97,
        "next_in": 0.0,
        "asked": 98,
        "warnings": [],
    }
    assert json.loads(cli(*status, "--json").out)[0]["used"] == 3
    assert "  Next call: now\n  Last of 98 calls: in " in cli(*status, "--calls", 98).out
    assert len(shop.requests) == 3


def test_the_limit_of_an_action_is_shown_beside_the_connections(cli: Cli, limited_folder: Path, shop: Shop) -> None:
    start = ("--connector", limited_folder)
    for _ in range(2):
        assert cli(*start, "run", "--base-url", shop.url, "make_thing", "name=Lamp").status == 0
    page = cli(*start, "throttle", "status", "--base-url", shop.url, "--action", "Make a thing").out
    assert "Connection: 100 calls per 60 seconds\n  Used in the last 60 seconds: 2 (98 available)" in page
    assert "Action make_thing: 2 calls per 30 seconds\n  Used in the last 30 seconds: 2 (0 available)" in page
    assert "  Next call: in " in page
    refused = cli(*start, "run", "--base-url", shop.url, "make_thing", "name=Lamp", "--max-wait", 1)
    assert refused.status == 6


def test_an_action_without_a_limit_of_its_own_is_reported(cli: Cli, shop_folder: Path) -> None:
    ran = cli("--connector", shop_folder, "throttle", "status", "--action", "get_thing")
    assert ran.out.endswith("Action get_thing: no limit of its own.\n")


def test_a_damaged_file_is_a_warning(cli: Cli, shop_cli: Cli, shop_folder: Path, shop: Shop, tmp_path: Path) -> None:
    shop_cli("get_thing", "thing_id=t1")
    (file,) = (path for path in (tmp_path / "state").glob("throttle-*"))
    file.write_bytes(b"damaged")
    ran = cli("--connector", shop_folder, "throttle", "status", "--base-url", shop.url)
    assert "Used in the last 60 seconds: 100 (0 available)" in ran.out
    assert ran.err.startswith("Warning: The call limit's state file was damaged")


@pytest.mark.parametrize(
    ("arguments", "status", "expected"),
    [
        (("--connection", "nowhere"), 4, "Connection “nowhere” not found."),
        (("--action", "get_thng"), 3, "Did you mean “get_thing”"),
        (("--calls", "0"), 2, "--calls"),
    ],
)
def test_wrong_arguments_are_reported(
    cli: Cli, shop_folder: Path, arguments: tuple[str, str], status: int, expected: str
) -> None:
    ran = cli("--connector", shop_folder, "throttle", "status", *arguments)
    assert (ran.status, ran.out) == (status, "")
    assert expected in ran.err
    assert SECRET not in ran.err


def test_without_a_secret_the_ways_to_provide_one_are_shown(
    cli: Cli, shop_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_TOKEN")
    ran = cli("--connector", shop_folder, "throttle", "status")
    assert (ran.status, ran.out) == (4, "")
    assert "SHOP_TOKEN" in ran.err
