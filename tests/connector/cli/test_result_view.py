"""Formats of a result for other programs, and parts of it."""

from __future__ import annotations

import csv
import io
import json
import sys
from typing import Any

import pytest

from connector.cli import output
from tests.connector.cli.conftest import Cli
from tests.connector.cli.shop import Shop

ROWS: list[dict[str, Any]] = [
    {"id": "t1", "name": 'Lamp, "red"\nand tall'},
    {"id": "t2", "name": None},
]


@pytest.fixture
def things(shop: Shop) -> Shop:
    shop.responds(200, {"things": ROWS, "paging": {"cursor": "c2"}})
    return shop


@pytest.mark.usefixtures("things")
def test_csv_has_the_rows_of_a_list_under_its_declared_columns(shop_cli: Cli, shop: Shop) -> None:
    ran = shop_cli("list_things", "--output", "csv")
    assert list(csv.reader(io.StringIO(ran.out))) == [["id", "name"], ["t1", 'Lamp, "red"\nand tall'], ["t2", ""]]
    shop.responses.clear()
    shop.responds(200, {"things": []})
    assert shop_cli("list_things", "--output", "csv").out == "id,name\n", "a program that reads it expects the columns"


@pytest.mark.usefixtures("things")
def test_json_lines_has_a_line_per_row(shop_cli: Cli) -> None:
    ran = shop_cli("list_things", "--output", "jsonl")
    assert [json.loads(line) for line in ran.out.splitlines()] == ROWS


@pytest.mark.usefixtures("things")
def test_text_is_for_the_variables_of_a_shell(shop_cli: Cli) -> None:
    assert shop_cli("list_things", "--fields", "paging.cursor", "--output", "text").out == "c2\n"
    assert shop_cli("list_things", "--query", "things[].[id, id]", "--output", "text").out == "t1\tt1\nt2\tt2\n"


def test_an_action_without_rows_is_one_row(shop_cli: Cli) -> None:
    assert shop_cli("get_thing", "thing_id=t1", "--output", "csv").out == "id,name\nt1,Lamp\n"
    assert shop_cli("get_thing", "thing_id=t1", "--output", "jsonl").out == '{"id": "t1", "name": "Lamp"}\n'
    assert shop_cli("get_thing", "thing_id=t1", "--output", "text").out == "t1\tLamp\n"
    assert shop_cli("get_thing", "thing_id=t1", "--output", "csv", "--query", "name").out == "value\nLamp\n"


def test_values_that_are_no_text_are_json_in_csv() -> None:
    rows = [{"a": True, "b": 1.5, "c": {"x": [1]}, "d": "é"}]
    assert output.to_csv(rows) == 'a,b,c,d\ntrue,1.5,"{""x"": [1]}",é\n'


def test_csv_and_text_steer_no_terminal(shop_cli: Cli, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.responds(200, {"id": "\x1b[31mred", "name": ""})
    assert shop_cli("get_thing", "thing_id=t1", "--output", "text").out == "\x1b[31mred\t\n", "a file has what was sent"
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    assert output.to_csv([{"a": "\x1b[31mred"}]) == "a\n[31mred\n"


@pytest.mark.usefixtures("things")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("things[?name == null].id", ["t2"]),
        ('"paging.cursor"', "c2"),
        ("length(things)", 2),
        ("things[].{key: id}", [{"key": "t1"}, {"key": "t2"}]),
    ],
)
def test_a_query_selects_a_part(shop_cli: Cli, query: str, expected: Any) -> None:
    ran = shop_cli("list_things", "--query", query)
    assert (json.loads(ran.out), ran.err) == (expected, "")


@pytest.mark.usefixtures("things")
def test_a_query_of_the_raw_response_sees_what_the_service_sent(shop_cli: Cli) -> None:
    assert json.loads(shop_cli("list_things", "--raw", "--query", "paging.cursor").out) == "c2"


@pytest.mark.usefixtures("things")
def test_a_query_that_finds_nothing_mentions_the_quotes_that_dots_need(shop_cli: Cli) -> None:
    ran = shop_cli("list_things", "--query", "paging.cursor")
    assert (ran.status, ran.out) == (0, "null\n")
    assert "A name with dots needs quotes" in ran.err


def test_a_query_that_cannot_be_read_is_refused_before_anything_is_sent(shop_cli: Cli, shop: Shop) -> None:
    ran = shop_cli("list_things", "--query", "things[")
    assert (ran.status, ran.out, shop.requests) == (2, "", [])
    assert ran.err.startswith("--query: ")
    ran = shop_cli("list_things", "--query", "things", "--fields", "id")
    assert (ran.status, shop.requests) == (2, [])


def test_a_query_that_fails_loses_no_result(shop_cli: Cli) -> None:
    ran = shop_cli("get_thing", "thing_id=t1", "--query", "sum(name)")
    assert json.loads(ran.out) == {"id": "t1", "name": "Lamp"}
    assert ran.err.startswith("Warning: --query: ")
    assert "The whole result is printed." in ran.err


def test_a_query_without_its_library_says_what_to_install(
    shop_cli: Cli, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jmespath", None)
    ran = shop_cli("get_thing", "thing_id=t1", "--query", "name")
    assert (ran.status, shop.requests) == (2, [])
    assert "pip install jmespath" in ran.err


@pytest.mark.usefixtures("things")
def test_empty_fields_are_left_out_on_request(shop_cli: Cli, shop: Shop) -> None:
    assert json.loads(shop_cli("list_things", "--no-empty").out) == {
        "paging.cursor": "c2",
        "things": [ROWS[0], {"id": "t2"}],
    }
    shop.responses.clear()
    shop.responds(200, {"id": "t1", "name": ""})
    assert json.loads(shop_cli("get_thing", "thing_id=t1", "--no-empty").out) == {"id": "t1"}
    assert shop_cli("get_thing", "thing_id=t1", "--no-empty", "--output", "csv").out == "id\nt1\n"


def test_zero_and_false_are_not_empty() -> None:
    assert output.without_empty({"a": 0, "b": False, "c": {"d": [None, {}]}, "e": [[], 0]}) == {
        "a": 0,
        "b": False,
        "e": [0],
    }


@pytest.mark.parametrize("name", ["csv", "jsonl", "text"])
def test_rows_alone_have_no_place_for_what_happened(shop_cli: Cli, shop: Shop, name: str) -> None:
    ran = shop_cli("list_things", "--meta", "--output", name)
    assert (ran.status, shop.requests) == (2, [])
    assert f"Use either --meta or --output {name}, not both." in ran.err


def test_errors_are_messages_on_stderr_unless_json_was_asked_for(shop_cli: Cli, shop: Shop) -> None:
    shop.responds(404, {})
    assert shop_cli("get_thing", "thing_id=t1", "--output", "csv").err.startswith("There is no thing")
    assert json.loads(shop_cli("get_thing", "thing_id=t1", "--output", "json").err)["code"] == "thing_not_found"
