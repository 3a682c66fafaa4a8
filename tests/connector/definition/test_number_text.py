"""Numbers as text, in the form that JavaScript gives them; the vectors hold the rest of both languages to it."""

from __future__ import annotations

import json
import tracemalloc

import pytest

from connector.definition.number_text import number_text, with_number_texts

TEXTS = [
    (0.0, "0"),
    (-0.0, "0"),
    (20.0, "20"),
    (-1.5, "-1.5"),
    (1e16, "10000000000000000"),
    (1e20, "100000000000000000000"),
    (1e21, "1e+21"),
    (1.5e300, "1.5e+300"),
    (0.1, "0.1"),
    (1e-5, "0.00001"),
    (1.25e-6, "0.00000125"),
    (1e-7, "1e-7"),
    (-2.5e-10, "-2.5e-10"),
]


@pytest.mark.parametrize(("value", "text"), TEXTS)
def test_a_number_is_written_as_in_javascript(value: float, text: str) -> None:
    assert number_text(value) == text
    assert with_number_texts(json.dumps({"of": [value]})) == f'{{"of": [{text}]}}'


def test_numbers_inside_of_texts_stay() -> None:
    text = json.dumps({"a": 'at 2.0, "2.0", \\', "2.0": 2.0})
    assert with_number_texts(text) == text.replace(": 2.0", ": 2")


def test_a_text_of_megabytes_takes_no_more_than_its_size() -> None:
    text = json.dumps({"a": 1.5, "b": "x\n" * 1_000_000})
    tracemalloc.start()
    try:
        assert with_number_texts(text) == text
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 4 * len(text)
