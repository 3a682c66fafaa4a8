"""`throttle status`: how the limits of a connection stand, without a call and without taking anything."""

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
    told = cli("--connector", shop_folder, "throttle", "status", "--calls", 100)
    assert (told.status, told.err) == (0, "")
    assert told.out == (
        "Limit of the connection: 100 calls in 60 seconds.\n"
        "  Used in the last 60 seconds: 0; 100 are free.\n"
        "  The next call is possible: now.\n"
        "  100 calls would take 0.0 seconds of waiting.\n"
    )


def test_what_other_runs_used_is_counted_and_more_calls_take_a_period(
    cli: Cli, shop_cli: Cli, shop_folder: Path, shop: Shop
) -> None:
    for _ in range(3):
        assert shop_cli("get_thing", "thing_id=t1").status == 0
    status = ("--connector", shop_folder, "throttle", "status", "--base-url", shop.url)
    (told,) = json.loads(cli(*status, "--calls", 98, "--json").out)
    assert 55 < told.pop("asked_in") <= 60.25
    assert told == {
        "calls": 100,
        "renewal_period": 60.0,
        "used": 3,
        "free": 97,
        "next_in": 0.0,
        "asked": 98,
        "warnings": [],
    }
    assert json.loads(cli(*status, "--json").out)[0]["used"] == 3
    assert len(shop.requests) == 3


def test_the_limit_of_an_action_is_told_beside_the_connections(cli: Cli, limited_folder: Path, shop: Shop) -> None:
    start = ("--connector", limited_folder)
    for _ in range(2):
        assert cli(*start, "run", "--base-url", shop.url, "make_thing", "name=Lamp").status == 0
    page = cli(*start, "throttle", "status", "--base-url", shop.url, "--action", "Make a thing").out
    assert "Limit of the connection: 100 calls in 60 seconds.\n  Used in the last 60 seconds: 2; 98 are free." in page
    assert "Limit of the action make_thing: 2 calls in 30 seconds.\n  Used in the last 30 seconds: 2; none are" in page
    assert "  The next call is possible: in " in page
    refused = cli(*start, "run", "--base-url", shop.url, "make_thing", "name=Lamp", "--max-wait", 1)
    assert refused.status == 6


def test_an_action_without_a_limit_of_its_own_is_told_so(cli: Cli, shop_folder: Path) -> None:
    told = cli("--connector", shop_folder, "throttle", "status", "--action", "get_thing")
    assert told.out.endswith("The action get_thing has no limit of its own.\n")


def test_a_damaged_file_is_said(cli: Cli, shop_cli: Cli, shop_folder: Path, shop: Shop, tmp_path: Path) -> None:
    shop_cli("get_thing", "thing_id=t1")
    (file,) = (path for path in (tmp_path / "state").glob("throttle-*"))
    file.write_bytes(b"damaged")
    told = cli("--connector", shop_folder, "throttle", "status", "--base-url", shop.url)
    assert "Used in the last 60 seconds: 100; none are free." in told.out
    assert told.err.startswith("Warning: The throttle's file was damaged")


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("--connection", "nowhere"), 4, "There is no connection “nowhere”."),
        (("--action", "get_thng"), 3, "Did you mean “get_thing”"),
        (("--calls", "0"), 2, "--calls"),
    ],
)
def test_mistakes_are_told(cli: Cli, shop_folder: Path, arguments: tuple[str, str], status: int, said: str) -> None:
    told = cli("--connector", shop_folder, "throttle", "status", *arguments)
    assert (told.status, told.out) == (status, "")
    assert said in told.err
    assert SECRET not in told.err


def test_without_a_secret_the_ways_to_give_one_are_told(
    cli: Cli, shop_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_TOKEN")
    told = cli("--connector", shop_folder, "throttle", "status")
    assert (told.status, told.out) == (4, "")
    assert "SHOP_TOKEN" in told.err
