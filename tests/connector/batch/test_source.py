"""Rows are records of the file, whatever its cells hold; what cannot be read is said in a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from connector.batch.columns import ColumnMap
from connector.batch.dry_run import dry_run
from connector.batch.source import Source
from connector.errors import InputError
from tests.connector.parcels import LIST, MakeBench, action, body


def source(tmp_path: Path, content: bytes, name: str = "rows.csv") -> Source:
    path = tmp_path / name
    path.write_bytes(content)
    return Source.open(path)


def test_a_cell_may_hold_line_breaks_quotes_and_delimiters(tmp_path: Path) -> None:
    content = b'\xef\xbb\xbfname,text\r\n\r\nada,"a ""b"",\r\nc"\r\n\r\ngrace,d\r\n'
    made = source(tmp_path, content)
    rows = list(made.rows_with_offsets())
    assert [row.values["text"] for row, _ in rows] == ['a "b",\r\nc', "d"]
    assert [row.number for row, _ in rows] == [1, 2]
    with made.path.open("rb") as file:
        assert [made.row_at(file, offset, row.number) for row, offset in rows] == [row for row, _ in rows]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_that_of_the_header(delimiter: str, tmp_path: Path) -> None:
    made = source(tmp_path, delimiter.join(["a", "b"]).encode() + b"\n" + delimiter.join(["1", "2"]).encode())
    assert [row.values for row in made.rows()] == [{"a": "1", "b": "2"}]


def test_a_row_of_another_length_is_a_problem_of_that_row(tmp_path: Path) -> None:
    rows = list(source(tmp_path, b"a,b\n1\n1,2\n1,2,3\n").rows())
    assert [row.problem for row in rows] == [
        "The row has 1 cell, but the header has 2.",
        "",
        "The row has 3 cells, but the header has 2.",
    ]


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "rows.csv", "it is empty"),
        (b"a,,a\n", "rows.csv", "Column 2 has no name."),
        (b"a,,a\n", "rows.csv", "Two columns are called “a”."),
        (b"a\n\xff\n", "rows.csv", "not UTF-8"),
        (b"\xff\xfea\x00\n", "rows.csv", "not UTF-8"),
        (b'a\n"' + b"x" * 140_000 + b'"\n', "rows.csv", "longer than 131,072 characters"),
        (b'a\n"open\n', "rows.csv", "ends inside quotation marks"),
        (b'a\n"b"c\n', "rows.csv", "follows a closing quotation mark"),
        (b"a\n", "rows.txt", "does not end in .csv"),
        (b"a\n", "rows.xlsx", "a spreadsheet. Save it as “CSV UTF-8”"),
        (b"PK\x03\x04a\n", "rows.csv", "a spreadsheet. Save it as “CSV UTF-8”"),
        (b"PK\x03\x04a\n", "rows.jsonl", "a spreadsheet. Save it as “CSV UTF-8”"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, name: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        list(source(tmp_path, content, name).rows())
    assert said in str(caught.value)


def test_a_file_that_does_not_exist_says_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        Source.open(tmp_path / "none.csv")


def test_columns_are_inputs_by_name_label_or_path_style_key(bench: MakeBench, tmp_path: Path) -> None:
    action = bench().connector.find("send_parcel")
    made = source(tmp_path, b"Recipient,body/weight,_note,_row\nada,2,x,1\n")
    columns = ColumnMap.of(action, made.columns)
    assert [columns.row_inputs(row) for row in made.rows()] == [({"recipient": "ada", "weight": 2}, [])]


def test_every_column_that_is_no_input_is_reported_at_once(bench: MakeBench) -> None:
    action = bench().connector.find("send_parcel")
    with pytest.raises(InputError) as caught:
        ColumnMap.of(action, ["recipent", "Recipient", "recipient", "colour"])
    text = str(caught.value)
    assert "“recipent” is not an input. Did you mean “recipient”?" in text
    assert "“colour” is not an input" in text
    assert "fills in “recipient” a second time" in text


def test_a_column_is_mapped_or_ignored_by_name(bench: MakeBench, tmp_path: Path) -> None:
    action = bench().connector.find("send_parcel")
    made = source(tmp_path, b"who,colour\nada,red\n")
    columns = ColumnMap.of(action, made.columns, {"who": "recipient", "colour": ""})
    assert columns.row_inputs(next(made.rows()))[0] == {"recipient": "ada"}
    with pytest.raises(InputError, match="There is no column “nobody”"):
        ColumnMap.of(action, made.columns, {"who": "recipient", "colour": "", "nobody": ""})


def test_a_text_is_made_of_several_columns(bench: MakeBench, tmp_path: Path) -> None:
    action = bench().connector.find("send_parcel")
    made = source(tmp_path, b"first,last\nAda,Lovelace\n")
    columns = ColumnMap.of(action, made.columns, templates={"recipient": "{first} {last} {{1}}"})
    assert columns.row_inputs(next(made.rows()))[0] == {"recipient": "Ada Lovelace {1}"}


def test_a_text_for_a_number_is_one(bench: MakeBench, tmp_path: Path) -> None:
    action = bench().connector.find("send_parcel")
    made = source(tmp_path, b"recipient,kilos\nada,3\n")
    columns = ColumnMap.of(action, made.columns, {"kilos": ""}, templates={"weight": "{kilos}.5"})
    assert columns.row_inputs(next(made.rows()))[0] == {"recipient": "ada", "weight": 3.5}


LISTS = action(
    inputs={
        "tags": body("array", items={"type": "string"}),
        "sizes": body("array", items={"type": "integer"}),
        "data": body("object"),
        "note": body(),
    }
)


@pytest.mark.parametrize(
    ("header", "cell", "inputs"),
    [
        ("tags", "a", {"tags": ["a"]}),
        ("tags", '["a", "b"]', {"tags": ["a", "b"]}),
        ("sizes", "3", {"sizes": [3]}),
        ("data", '{"a": 1}', {"data": {"a": 1}}),
        ("tags:=", '["a"]', {"tags": ["a"]}),
        ("data:=", "null", {"data": None}),
        ("note:=", '"x"', {"note": "x"}),
        ("note", '["x"]', {"note": '["x"]'}),
        ("note", "", {}),
        ("tags:=", "", {}),
    ],
)
def test_cells_are_lists_objects_json_or_empty(
    bench: MakeBench, tmp_path: Path, header: str, cell: str, inputs: object
) -> None:
    found = bench(actions=[LISTS, LIST]).connector.find("send_parcel")
    quoted = cell.replace('"', '""')
    made = source(tmp_path, f'{header},_x\n"{quoted}",1\n'.encode())
    assert ColumnMap.of(found, made.columns).row_inputs(next(made.rows())) == (inputs, [])


def test_a_cell_that_is_no_json_is_a_problem_of_its_row(bench: MakeBench, tmp_path: Path) -> None:
    found = bench(actions=[LISTS, LIST]).connector.find("send_parcel")
    made = source(tmp_path, b"tags:=,data\n[,{\n")
    problems = ColumnMap.of(found, made.columns).row_inputs(next(made.rows()))[1]
    assert [problem.message for problem in problems] == ["“tags:=” is not valid JSON.", "“data” is not valid JSON."]


@pytest.mark.parametrize("text", ["{first.__class__}", "{first!r}", "{first:>9}", "{", "{}", "{nobody}"])
def test_a_template_reaches_nothing_but_columns(text: str, bench: MakeBench) -> None:
    with pytest.raises(InputError):
        ColumnMap.of(bench().connector.find("send_parcel"), ["first"], templates={"recipient": text})


def test_a_dry_run_sums_problems_up_by_kind_and_sends_nothing(bench: MakeBench, tmp_path: Path) -> None:
    made = bench([])
    rows = b"recipient,weight\n" + b"ada,1\n,2\n,x\n" * 3
    found = source(tmp_path, rows)
    checked = dry_run(found, ColumnMap.of(made.connector.find("send_parcel"), found.columns), lambda rows: rows * 60.0)
    assert (checked.rows, checked.wrong, checked.exit_status) == (9, 6, 3)
    assert str(checked).splitlines() == [
        "9 rows: 3 right, 6 wrong.",
        "  6 rows (2, 3, 5, 6, 8 …): Recipient is required.",
        "  3 rows (3, 6, 9): Weight must be a number, not the text “x”.",
        "Running them takes about 9 min at the connection's call limit.",
    ]
    assert made.requests == []
