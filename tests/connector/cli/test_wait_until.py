"""`--wait-until` and `--watch`: reading again until a field is as it should be, or as long as one looks."""

from __future__ import annotations

import json

import pytest

from connector.cli import run_action
from connector.testing import FakeClock
from tests.connector.cli.conftest import Cli
from tests.connector.cli.shop import Shop


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """The clock between two runs."""
    fake = FakeClock()
    monkeypatch.setattr(run_action, "SystemClock", lambda: fake)
    return fake


@pytest.fixture
def names(shop: Shop) -> Shop:
    for name in ("sent", "sent", "arrived"):
        shop.responds(200, {"id": "t1", "name": name})
    return shop


def test_it_ends_when_the_field_has_the_value(shop_cli: Cli, names: Shop, clock: FakeClock) -> None:
    ran = shop_cli("get_thing", "thing_id=t1", "--wait-until", "name=arrived")
    assert (ran.status, json.loads(ran.out)["name"], ran.err) == (0, "arrived", "")
    assert len(names.requests) == 3
    assert clock.slept == [2, 2]


@pytest.mark.usefixtures("clock")
def test_several_values_are_alternatives(shop_cli: Cli, names: Shop) -> None:
    ran = shop_cli("get_thing", "thing_id=t1", "--wait-until", "name=lost", "--wait-until", "name=sent")
    assert (ran.status, len(names.requests)) == (0, 1)


def test_the_time_is_limited_and_the_status_says_try_later(shop_cli: Cli, names: Shop, clock: FakeClock) -> None:
    arguments = ["get_thing", "thing_id=t1", "--wait-until", "name=gone", "--interval", "5"]
    ran = shop_cli(*arguments, "--timeout", "12")
    assert (ran.status, ran.out) == (7, "")
    assert ran.err == "name is arrived after 12 seconds, not gone.\nTo wait longer, add --timeout SECONDS.\n"
    assert len(names.requests) == 3
    clock.slept.clear()
    ran = shop_cli(*arguments)
    assert ran.status == 7
    assert sum(clock.slept) == 295


def test_an_error_ends_the_waiting(shop_cli: Cli, shop: Shop, clock: FakeClock) -> None:
    shop.responds(200, {"id": "t1", "name": "sent"})
    shop.responds(404, {})
    ran = shop_cli("get_thing", "thing_id=t1", "--wait-until", "name=arrived")
    assert (ran.status, ran.out, clock.slept) == (5, "", [2])


@pytest.mark.usefixtures("clock")
def test_watching_prints_the_result_whenever_it_changes(shop_cli: Cli, names: Shop) -> None:
    ran = shop_cli("get_thing", "thing_id=t1", "--watch", "--timeout", "9", "--output", "jsonl")
    assert [json.loads(line)["name"] for line in ran.out.splitlines()] == ["sent", "arrived"]
    assert (ran.status, len(names.requests)) == (0, 5)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["get_thing", "--wait-until", "name"], "write FIELD=VALUE, such as status=DELIVERED"),
        (["get_thing", "--wait-until", "nmae=x"], "--wait-until: Unknown field “nmae”. Did you mean “name”?"),
        (["get_thing", "--wait-until", "name=x", "--wait-until", "id=y"], "always with one field"),
        (["list_things", "--wait-until", "name=x"], "“name” is a field of rows. Name a field of the result."),
        (["delete_thing", "--wait-until", "name=x"], "repeat the run, and delete_thing changes data."),
        (["make_thing", "name=x", "--watch"], "repeat the run, and make_thing changes data."),
    ],
)
def test_what_cannot_be_waited_for_is_refused_before_anything_is_sent(
    shop_cli: Cli, shop: Shop, arguments: list[str], expected: str
) -> None:
    ran = shop_cli(*arguments)
    assert (ran.status, ran.out, shop.requests) == (2, "", [])
    assert expected in ran.err


def test_a_message_of_the_sandbox_is_waited_for(cli: Cli) -> None:
    arguments = ["run", "get_message", "--sandbox", "message_id=1-66a8f1c0-5d2c8e7a4b1f9036c7d2e50a"]
    ran = cli(*arguments, "--fields", "status", "--wait-until", "status=DELIVERED", "--output", "text")
    assert (ran.status, ran.out) == (0, "DELIVERED\n")
