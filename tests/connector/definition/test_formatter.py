"""Definition files are laid out one way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from connector.definition.formatter import WIDTH, format_files, formatted

JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
)


@given(JSON)
def test_laying_out_changes_nothing_but_the_layout(document: Any) -> None:
    text = formatted(document)
    assert json.loads(text) == document
    assert formatted(json.loads(text)) == text


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({}, "{}\n"),
        ({"a": [1, {"b": None}], "ü": "é"}, '{ "a": [1, { "b": null }], "ü": "é" }\n'),
        ({"a": "x" * WIDTH}, '{\n  "a": "' + "x" * WIDTH + '"\n}\n'),
        ({"a": ["x" * 60, "y" * 60]}, f'{{\n  "a": [\n    "{"x" * 60}",\n    "{"y" * 60}"\n  ]\n}}\n'),
    ],
)
def test_an_object_or_a_list_has_a_line_where_it_fits_and_a_line_per_entry_where_not(document: Any, text: str) -> None:
    assert formatted(document) == text


def test_the_files_of_a_folder_are_laid_out_and_those_that_are_already_stay(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    wide, narrow, other = tmp_path / "deep/wide.json", tmp_path / "narrow.json", tmp_path / "other.txt"
    wide.write_text('{"a":\n1}')
    narrow.write_text('{ "a": 1 }\n')
    other.write_text("{}")
    assert format_files([tmp_path]) == [wide]
    assert wide.read_text() == narrow.read_text()
    assert other.read_text() == "{}"
