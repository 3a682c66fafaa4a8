"""How results look: JSON that any program reads, tables for people."""

from __future__ import annotations

import io
import json
import sys

import pytest

from connector.cli import layout, output
from connector.json_pointer import MISSING
from connector.testing import response


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
def test_json_round_trips_and_contains_no_terminal_controls(value: object) -> None:
    text = output.to_json(value)
    assert json.loads(text) == value
    assert not set(text) & set("\x1b\x07\x7f\x9b\u202e\u2028\udc80\r\t")


def test_json_keeps_readable_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    assert output.to_json("Grüße 漢字 🎉") == '"Grüße 漢字 🎉"'
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    assert output.to_json("ü🎉") == '"\\u00fc\\ud83c\\udf89"'


def test_fields_are_beside_their_values_and_rows_in_a_table_below() -> None:
    value = {"id": "t1", "tags": ["a", "b"], "none": None, "on": True, "rows": [{"x": "1", "gone": None}, {"x": "2"}]}
    assert output.to_table(value) == ("id    t1\ntags  a, b\nnone\non    yes\n\nrows (2)\nx\n-\n1\n2")


def test_many_empty_fields_are_counted_instead_of_hiding_the_others() -> None:
    few = {"id": "t1"} | {f"field_{number}": None for number in range(5)}
    assert len(output.to_table(few).splitlines()) == 6
    assert output.to_table(few | {"field_5": None}) == "id  t1\n(6 more fields are empty)"


def test_an_empty_list_is_shown_as_none() -> None:
    assert output.to_table({"rows": []}) == "rows  (none)"
    assert output.to_table([]) == "(none)"
    assert output.to_table({}) == "(empty)"


def test_wide_letters_keep_the_columns_straight() -> None:
    rows = [["漢字", "x"], ["ab", "y"], ["e\u0301", "z"], ["🎉", "w"]]
    lines = output.table(["k", "v"], rows).splitlines()
    ends = [layout.display_width(line[: len(line) - 1]) for line in lines[2:]]
    assert ends == [6, 6, 6, 6]


def test_long_cells_are_wrapped_inside_their_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    table = output.table(["id", "text"], [["news.weekly", "many words " * 20], ["b", "few"]])
    lines = table.splitlines()
    assert max(map(layout.display_width, lines)) <= 60
    assert all(line.startswith(" " * 13) for line in lines[3:-1])
    assert lines[-1].split() == ["b", "few"]


def test_ids_and_addresses_are_never_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    address = "https://example.com/a/very/long/address/that/nobody/could/copy/in/pieces"
    assert address in output.to_table({"url": address})
    assert address in output.to_table([{"url": address, "id": "x" * 30}])


def test_a_table_has_the_first_columns_that_fit_and_names_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    rows = [{f"column_{number}": f"value-{number}" * 2 for number in range(6)} | {"x": "1"} for _ in range(2)]
    table = output.to_table(rows)
    assert table.splitlines()[0] == "column_0        column_1        column_2        x"
    assert table.splitlines()[-1] == "(not shown: column_3, column_4, column_5)"
    assert max(map(len, table.splitlines())) <= 50


def test_rows_too_wide_for_two_columns_become_a_block_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    rows = [{f"column_{number}": f"value-{number}" * 6 for number in range(3)} for _ in range(2)]
    rows[1]["column_2"] = ""
    table = output.to_table(rows)
    assert table.startswith(f"[1]\n  column_0  {'value-0' * 6}\n")
    assert "[2]\n" in table
    assert table.count("column_2") == 1


def test_a_time_is_shown_once_and_to_the_second() -> None:
    fields = {"sent": 1772461801250, "sent_iso": "2026-03-02T14:30:01.250Z", "opened": 3}
    assert output.to_table(fields) == "sent_iso  2026-03-02T14:30:01Z\nopened    3"
    assert output.to_table([fields]).splitlines()[0].split() == ["sent_iso", "opened"]


def test_wide_text_without_blanks_is_wrapped_between_its_letters() -> None:
    assert layout.wrap("漢" * 10, 8) == ["漢漢漢漢", "漢漢漢漢", "漢漢"]


def test_a_cell_keeps_its_lines_and_loses_terminal_controls() -> None:
    table = output.to_table([{"a": "one\ntwo", "b": "\x1b[31mred\x07\tblue \udc80"}])
    assert table.splitlines()[2:] == ["one  [31mred blue ?", "two"]


def test_a_value_that_is_neither_object_nor_list_is_shown_as_it_is() -> None:
    assert output.to_table("text") == "text"
    assert output.to_table(["a", "b"]) == "a\nb"
    assert output.to_table({"x": {"deep": [1]}}) == 'x  {"deep": [1]}'


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"$content-type": "text/plain", "$content": "aGk="}, "a file (text/plain, 2 bytes)"),
        ({"$content-type": "text/plain", "$path": "/a.txt", "$size": 9}, "/a.txt (text/plain)"),
        ({"$content-type": "text/plain", "$content": 5}, '{"$content-type": "text/plain", "$content": 5}'),
        ({"$content-type": "text/plain", "$content": "!"}, '{"$content-type": "text/plain", "$content": "!"}'),
        ({"$content-type": ["a"], "$path": "/a"}, '{"$content-type": ["a"], "$path": "/a"}'),
        ({"$content-type": "text/plain"}, '{"$content-type": "text/plain"}'),
    ],
)
def test_what_only_looks_like_a_file_is_shown_as_it_is(value: object, shown: str) -> None:
    assert output.to_table({"it": value}) == f"it  {shown}"


@pytest.mark.parametrize("around", ["[", '{"a":'])
def test_the_deepest_response_can_be_shown_in_every_form(around: str) -> None:
    deepest = around * 250 + {"[": "", "{": "1"}[around[0]] + {"[": "]", "{": "}"}[around[0]] * 250
    value = response(200, text=deepest).body
    assert value is not MISSING
    assert output.without_empty(value) == ([] if around == "[" else value)
    for show in (
        output.to_json,
        output.to_table,
        lambda rows: output.to_csv([rows]),
        lambda rows: output.to_text([rows]),
    ):
        assert show(value)


@pytest.mark.parametrize("columns", ["9" * 14, "9" * 5_000, "0", "-5", "x", "", "٣"])
def test_columns_that_no_terminal_has_are_ignored(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert layout.terminal_width() == 100
    monkeypatch.setenv("COLUMNS", "0120")
    assert layout.terminal_width() == 120
