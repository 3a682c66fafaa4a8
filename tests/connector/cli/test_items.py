"""How inputs are written on a command line."""

from __future__ import annotations

import json
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
        ("price=1e3", "price", 1000.0),
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


def test_an_empty_value_counts_as_not_given(make_thing: Make) -> None:
    assert make_thing("name=Lamp", "count=", "tags=", "note=") == {"name": "Lamp"}


def test_a_path_style_name_is_the_input_it_belongs_to(make_thing: Make) -> None:
    assert make_thing("body/name=Lamp", "body/details/note=x", "body/tags=a", "body/tags=b") == {
        "name": "Lamp",
        "details": {"note": "x"},
        "tags": ["a", "b"],
    }


def test_a_file_gives_text_or_json(make_thing: Make, tmp_path: Path) -> None:
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


def test_stdin_gives_the_inputs_under_a_dash(make_thing: Make) -> None:
    assert make_thing("--inputs", "-", "count=2", stdin='{"name": "Lämp"}') == {"name": "Lämp", "count": 2}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["World"], "“World” is not an input: write name=value, name:=json or name=@file"),
        (["World"], "quotes around a value with blanks"),
        (["=x"], "“=x” is not an input"),
        (["note"], "“note” needs a value: write note=..."),
        (["name=a", "name=b"], "“name” is given twice."),
        (["tags=a", 'tags:=["b"]'], "“tags” is given twice."),
        (['tags:=["b"]', "tags=a"], "“tags” is given twice."),
        (['tags=["a"]'], 'write tags:=["a"] with a colon'),
        (["data:={oops}"], "data: this must be JSON, and it is not (line 1, column 2"),
        (["data:=hello"], "For a plain text, write data=text without the colon."),
        (["note=@ada"], "the file “ada” cannot be read: No such file or directory."),
        (["note=@ada"], "For a text that itself begins with @, write note:='\"@...\"'."),
        (["note=@/"], "note: the file “/” cannot be read: Is a directory."),
        (["--inputs", "missing.json"], "--inputs: the file “missing.json” cannot be read"),
        (["--note=x"], "An input is written without dashes: note=..."),
        (["--max-itmes", "3"], "--max-items"),
    ],
)
def test_a_slip_is_explained_and_nothing_is_sent(shop_cli: Cli, shop: Shop, arguments: list[str], says: str) -> None:
    told = shop_cli("make_thing", *arguments)
    assert (told.status, told.out, shop.requests) == (2, "", [])
    assert says in told.err
    assert "See: courier-connector run --help" in told.err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"[1]", "--inputs must hold a JSON object: names and values."),
        (b"{", "--inputs: this must be JSON, and it is not (line 1, column 2"),
        (b"\xff\xfe", "--inputs: what stdin gives is not text in UTF-8."),
        (b"[" * 100_000, "--inputs: this must be JSON, and it is not."),
        (b"", "--inputs: this must be JSON"),
    ],
)
def test_stdin_that_holds_no_inputs_is_explained(shop_cli: Cli, shop: Shop, content: bytes, says: str) -> None:
    told = shop_cli("make_thing", "--inputs", "-", stdin=content)
    assert (told.status, told.out, shop.requests) == (2, "", [])
    assert says in told.err


def test_a_file_that_is_no_text_is_explained(shop_cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\xff")
    told = shop_cli("make_thing", f"note=@{tmp_path}/picture.png")
    assert told.status == 2
    assert "it is not text in UTF-8" in told.err


@pytest.mark.parametrize("text", ["yes", "007", "1,5", "1e999", "NaN", "٣", "0x10"])
def test_what_is_no_number_stays_text_and_is_refused_as_such(shop_cli: Cli, shop: Shop, text: str) -> None:
    told = shop_cli("make_thing", "name=Lamp", f"count={text}", f"price={text}", f"active={text}")
    assert (told.status, told.out, shop.requests) == (3, "", [])
    assert "Count must be a whole number" in told.err
    assert "Price must be a" in told.err
    assert "Active must be true or false" in told.err


def test_all_mistakes_are_told_at_once(shop_cli: Cli, shop: Shop) -> None:
    told = shop_cli("make_thing", "nmae=x", "count=many", f"note={'x' * 10}", "parts:=[{}]", "data:=[]")
    assert (told.status, told.out, shop.requests) == (3, "", [])
    assert "5 problems with the inputs. Nothing was sent." in told.err
    assert "Unknown field “nmae”. Did you mean “name”?" in told.err
    assert "Name is required" in told.err


def test_an_unknown_name_that_is_given_twice_is_unknown_first_of_all(shop_cli: Cli) -> None:
    told = shop_cli("make_thing", "name=x", "tgas=a", "tgas=b")
    assert told.status == 3
    assert "Unknown field “tgas”. Did you mean “tags”?" in told.err


def test_control_characters_in_an_argument_do_not_reach_the_terminal(shop_cli: Cli) -> None:
    told = shop_cli("make_thing", "\x1b[31mred")
    assert "\x1b" not in told.err
    told = shop_cli("make_thing", "name=x", "\x1b]0;owned\x07=1")
    assert "\x1b" not in told.err
    assert told.status == 3
