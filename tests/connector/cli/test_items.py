"""How inputs are written on a command line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.connector.cli.conftest import Cli
from tests.connector.cli.shop import Shop

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("item", "name", "value"),
    [
        ("name=42", "name", "42"),
        ("name=a=b:=c", "name", "a=b:=c"),
        ("name=Grüße 漢字 🎉", "name", "Grüße 漢字 🎉"),
        ("price=9.50", "price", 9.5),
        ("price=9", "price", 9),
        ("price=1e3", "price", 1000),
        ("count=-3", "count", -3),
        ("active=true", "active", True),
        ("active=False", "active", False),
        ('data:={"a": [1, null]}', "data", {"a": [1, None]}),
        ("tags=red", "tags", ["red"]),
        ("sizes=4", "sizes", [4]),
        ('tags:=["red"]', "tags", ["red"]),
    ],
)
def test_text_stays_text_unless_the_input_is_something_else(make_thing: Make, item: str, name: str, value: Any) -> None:
    others = [] if name == "name" else ["name=Lamp"]
    sent = make_thing(*others, item)[name]
    assert (sent, type(sent)) == (value, type(value))


def test_naming_a_list_of_plain_values_again_adds_to_it(make_thing: Make) -> None:
    body = make_thing("name=Lamp", "tags=red", "sizes=1", "tags=a, b", "sizes=2")
    assert body == {"name": "Lamp", "tags": ["red", "a, b"], "sizes": [1, 2]}


def test_an_empty_value_counts_as_not_set(make_thing: Make) -> None:
    assert make_thing("name=Lamp", "count=", "tags=", "note=") == {"name": "Lamp"}


def test_a_path_style_name_is_the_input_it_belongs_to(make_thing: Make) -> None:
    assert make_thing("body/name=Lamp", "body/details/note=x", "body/tags=a", "body/tags=b") == {
        "name": "Lamp",
        "details": {"note": "x"},
        "tags": ["a", "b"],
    }


def test_a_value_is_read_from_a_file_as_text_or_json(make_thing: Make, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("line 1\nzwei ü\n", encoding="utf-8")
    (tmp_path / "parts.json").write_text('[{"label": "Foot", "amount": 4}]')
    body = make_thing("name=Lamp", f"note=@{tmp_path}/note.txt", f"parts:=@{tmp_path}/parts.json")
    assert body["details"]["note"] == "line 1\nzwei ü\n"
    assert body["parts"] == [{"label": "Foot", "amount": 4}]


def test_a_file_of_inputs_is_read_and_the_arguments_win(make_thing: Make, tmp_path: Path) -> None:
    file = tmp_path / "inputs.json"
    file.write_text(json.dumps({"name": "Lamp", "count": 1, "tags": ["a"], "note": "below"}))
    body = make_thing("--inputs", file, "count=2", "tags=b", "body/details/note=above")
    assert body == {"name": "Lamp", "count": 2, "tags": ["b"], "details": {"note": "above"}}


def test_the_arguments_also_win_over_the_path_style_names_of_a_pasted_flow(make_thing: Make, tmp_path: Path) -> None:
    file = tmp_path / "flow.json"
    file.write_text(json.dumps({"body/name": "Lamp", "body/details/note": "below"}))
    assert make_thing("--inputs", file, "note=above") == {"name": "Lamp", "details": {"note": "above"}}


def test_a_flows_action_is_pasted_whole_and_arguments_replace_its_expressions(
    make_thing: Make, shop_cli: Cli, tmp_path: Path
) -> None:
    file = tmp_path / "peek.json"
    parameters = {"body/name": "@{triggerBody()?['name']}", "body/details/note": "below"}
    flow = {"type": "OpenApiConnection", "inputs": {"host": {"operationId": "X"}, "parameters": parameters}}
    file.write_text(json.dumps(flow))
    assert make_thing("--inputs", file, "name=Lamp") == {"name": "Lamp", "details": {"note": "below"}}
    ran = shop_cli("make_thing", "--inputs", file)
    assert (ran.status, "contains an expression that only works inside a flow" in ran.err) == (3, True)


def test_a_byte_order_mark_of_a_windows_editor_is_no_part_of_the_inputs(make_thing: Make, tmp_path: Path) -> None:
    (tmp_path / "inputs.json").write_text('{"name": "Lamp"}', encoding="utf-8-sig")
    (tmp_path / "note.txt").write_text("text", encoding="utf-8-sig")
    expected = {"name": "Lamp", "details": {"note": "text"}}
    assert make_thing("--inputs", tmp_path / "inputs.json", f"note=@{tmp_path / 'note.txt'}") == expected
    assert make_thing("--inputs", "-", "note=text", stdin='\ufeff{"name": "Lamp"}') == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1, "name": "Lamp", "name": "Lamp"}', "“name” is in the same JSON object twice."),
        ('{"name": "x", "data": {"b": [{"a": 1, "a": 2}]}}', "“a” is in the same JSON object twice."),
        ('{"price": NaN}', "NaN is not JSON."),
    ],
)
def test_json_that_has_no_one_meaning_is_refused(shop_cli: Cli, shop: Shop, text: str, expected: str) -> None:
    ran = shop_cli("make_thing", "--inputs", "-", stdin=text)
    assert (ran.status, ran.out, shop.requests) == (2, "", [])
    assert f"--inputs: {expected}" in ran.err
    ran = shop_cli("make_thing", "name=x", f"data:={text}")
    assert (ran.status, shop.requests) == (2, [])
    assert f"data: {expected}" in ran.err


def test_a_dash_reads_the_inputs_from_stdin(make_thing: Make) -> None:
    assert make_thing("--inputs", "-", "count=2", stdin='{"name": "Lämp"}') == {"name": "Lämp", "count": 2}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["World"], "“World” is not an input. Write name=value, name:=json, name=@file or name@file"),
        (["World"], "put quotes around a value that contains spaces"),
        (["=x"], "“=x” is not an input"),
        (["note"], "“note” has no value. Write note=..."),
        (["name=a", "name=b"], "“name” is set twice."),
        (["tags=a", 'tags:=["b"]'], "“tags” is set twice."),
        (['tags:=["b"]', "tags=a"], "“tags” is set twice."),
        (['tags=["a"]'], 'Write tags:=["a"] with a colon'),
        (['data={"a": 1}'], '“data” is an object. Write data:={"a": 1} with a colon.'),
        (["data:={oops}"], "data: invalid JSON (line 1, column 2"),
        (["data:=hello"], "For plain text, write data=text without the colon."),
        (["note=@ada"], "note: cannot read “ada”: No such file or directory."),
        (["note=@ada"], "To send text that starts with @, write note:='\"@...\"'."),
        (["note=@/"], "note: cannot read “/”: Is a directory."),
        (["--inputs", "missing.json"], "--inputs: cannot read “missing.json”"),
        (["--note=x"], "Write inputs without dashes: note=..."),
        (["note:", "x"], "“note” has no value. Write note=..."),
        (['{"name": "x"}'], "JSON is no argument. Pipe it into --inputs -"),
        (["--inputs", ""], "--inputs: name a file, or - for stdin."),
        (["--max-itmes", "3"], "--max-items"),
    ],
)
def test_a_typing_error_is_explained_and_nothing_is_sent(
    shop_cli: Cli, shop: Shop, arguments: list[str], expected: str
) -> None:
    ran = shop_cli("make_thing", *arguments)
    assert (ran.status, ran.out, shop.requests) == (2, "", [])
    assert expected in ran.err
    assert re.search(r"For help: courier-connector run( make_thing)? --help\n", ran.err)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[1]", "--inputs must be a JSON object of names and values."),
        (b"{", "--inputs: invalid JSON (line 1, column 2"),
        (b"\xff\xfe", "--inputs: stdin is not UTF-8 text."),
        (b"[" * 100_000, "--inputs: invalid JSON."),
        (b"", "--inputs: invalid JSON"),
    ],
)
def test_stdin_without_inputs_is_explained(shop_cli: Cli, shop: Shop, content: bytes, expected: str) -> None:
    ran = shop_cli("make_thing", "--inputs", "-", stdin=content)
    assert (ran.status, ran.out, shop.requests) == (2, "", [])
    assert expected in ran.err


def test_a_file_that_is_not_text_is_explained(shop_cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff")
    ran = shop_cli("make_thing", f"note=@{tmp_path}/picture.png")
    assert ran.status == 2
    assert "not UTF-8 text." in ran.err


@pytest.mark.parametrize("text", ["yes", "007", "1,5", "1e999", "NaN", "٣", "0x10"])
def test_text_that_is_not_a_number_stays_text_and_is_refused_as_such(shop_cli: Cli, shop: Shop, text: str) -> None:
    ran = shop_cli("make_thing", "name=Lamp", f"count={text}", f"price={text}", f"active={text}")
    assert (ran.status, ran.out, shop.requests) == (3, "", [])
    assert "Count must be a whole number" in ran.err
    assert "Price must be a" in ran.err
    assert "Active must be true or false" in ran.err


def test_all_problems_are_listed_at_once(shop_cli: Cli, shop: Shop) -> None:
    ran = shop_cli("make_thing", "nmae=x", "count=many", f"note={'x' * 10}", "parts:=[{}]", "data:=[]")
    assert (ran.status, ran.out, shop.requests) == (3, "", [])
    assert "5 problems with the inputs. Nothing was sent." in ran.err
    assert "Unknown field “nmae”. Did you mean “name”?" in ran.err
    assert "Name is required" in ran.err


def test_an_unknown_name_that_is_set_twice_is_reported_as_unknown(shop_cli: Cli) -> None:
    ran = shop_cli("make_thing", "name=x", "tgas=a", "tgas=b")
    assert ran.status == 3
    assert "Unknown field “tgas”. Did you mean “tags”?" in ran.err


def test_control_characters_in_an_argument_do_not_reach_the_terminal(shop_cli: Cli) -> None:
    ran = shop_cli("make_thing", "\x1b[31mred")
    assert "\x1b" not in ran.err
    ran = shop_cli("make_thing", "name=x", "\x1b]0;owned\x07=1")
    assert "\x1b" not in ran.err
    assert ran.status == 3
