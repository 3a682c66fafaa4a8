"""How results look: JSON that any program reads, tables that a person can."""

from __future__ import annotations

import io
import json
import sys

import pytest

from connector.cli import columns, output


@pytest.mark.parametrize(
    "value",
    [
        "plain",
        "Grüße, 漢字 and 🎉",
        "\x1b[31m\x07\x7f\x9b\u202e\u2028",
        "\udc80 half a character",
        "\U000e0001 beyond sixteen bits",
        "👩\u200d🚀",
        "no\u00a0break",
        {"a": [1, 2.5, None, True, {"b": "\n\t\\"}]},
    ],
)
def test_json_is_the_value_again_and_holds_nothing_that_steers_a_terminal(value: object) -> None:
    text = output.as_json(value)
    assert json.loads(text) == value
    assert not set(text) & set("\x1b\x07\x7f\x9b\u202e\u2028\udc80\r\t")


def test_json_keeps_readable_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    assert output.as_json("Grüße 漢字 🎉") == '"Grüße 漢字 🎉"'
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    assert output.as_json("ü🎉") == '"\\u00fc\\ud83c\\udf89"'


def test_fields_stand_beside_their_values_and_rows_in_a_table_below() -> None:
    value = {"id": "t1", "tags": ["a", "b"], "none": None, "on": True, "rows": [{"x": "1", "gone": None}, {"x": "2"}]}
    assert output.as_table(value) == ("id    t1\ntags  a, b\nnone\non    yes\n\nrows (2)\nx\n-\n1\n2")


def test_many_empty_fields_are_counted_instead_of_hiding_the_others() -> None:
    few = {"id": "t1"} | {f"field_{number}": None for number in range(5)}
    assert len(output.as_table(few).splitlines()) == 6
    assert output.as_table(few | {"field_5": None}) == "id  t1\n(6 more fields are empty)"


def test_an_empty_list_is_said_to_be_empty() -> None:
    assert output.as_table({"rows": []}) == "rows  (none)"
    assert output.as_table([]) == "(none)"


def test_wide_letters_keep_the_columns_straight() -> None:
    rows = [["漢字", "x"], ["ab", "y"], ["e\u0301", "z"], ["🎉", "w"]]
    lines = output.grid(["k", "v"], rows).splitlines()
    ends = [columns.columns(line[: len(line) - 1]) for line in lines[2:]]
    assert ends == [6, 6, 6, 6]


def test_long_cells_are_wrapped_inside_their_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    table = output.grid(["id", "text"], [["news.weekly", "many words " * 20], ["b", "few"]])
    lines = table.splitlines()
    assert max(map(columns.columns, lines)) <= 60
    assert all(line.startswith(" " * 13) for line in lines[3:-1])
    assert lines[-1].split() == ["b", "few"]


def test_ids_and_addresses_are_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    address = "https://example.com/a/very/long/address/that/nobody/could/copy/in/pieces"
    assert address in output.as_table({"url": address})
    assert address in output.as_table([{"url": address, "id": "x" * 30}])


def test_rows_too_wide_for_a_table_become_a_block_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    rows = [{f"column_{number}": f"value-{number}" * 2 for number in range(6)} for _ in range(2)]
    rows[1]["column_5"] = ""
    table = output.as_table(rows)
    assert table.startswith("[1]\n  column_0  value-0value-0\n")
    assert "[2]\n" in table
    assert table.count("column_5") == 1
    assert max(map(len, table.splitlines())) <= 50


def test_wide_text_without_blanks_is_wrapped_between_its_letters() -> None:
    assert columns.wrap("漢" * 10, 8) == ["漢漢漢漢", "漢漢漢漢", "漢漢"]


def test_a_cell_keeps_its_lines_and_loses_what_steers_a_terminal() -> None:
    table = output.as_table([{"a": "one\ntwo", "b": "\x1b[31mred\x07\tblue \udc80"}])
    assert table.splitlines()[2:] == ["one  [31mred blue ?", "two"]


def test_a_value_that_is_neither_object_nor_list_is_shown_as_it_is() -> None:
    assert output.as_table("text") == "text"
    assert output.as_table(["a", "b"]) == "a\nb"
    assert output.as_table({"x": {"deep": [1]}}) == 'x  {"deep": [1]}'
