from __future__ import annotations

import pytest

from connector.validation.formats import FORMATS, UNCHECKED, fits

RIGHT = {
    "date-time": ["2026-01-31T09:30:00Z", "2026-01-31t09:30:00.123+01:00", "2026-01-31T09:30:00-00:00"],
    "date": ["2026-01-31", "2024-02-29"],
    "duration": ["P1DT4H", "PT0.5S", "P2W", "P1Y2M"],
    "email": ["ada@example.com", "a.b+c@mail.example.co", "ä@bücher.example"],
    "uri": ["https://example.com/page?x=1#y", "mailto:ada@example.com", "urn:isbn:1"],
    "color": ["#fff", "#9d3789", "#9D3789ff", "#abcd"],
}
WRONG = {
    "date-time": ["2026-01-31", "2026-01-31T09:30:00", "2026-01-31 09:30:00Z", "2026-02-30T00:00:00Z", "soon", ""],
    "date": ["2026-1-31", "20260131", "2025-02-29", "2026-W05-6", "today", ""],
    "duration": ["P", "PT", "1D", "P1DT", "P1H", "p1d", ""],
    "email": ["ada", "ada@", "@example.com", "ada@example", "a b@example.com", "a@b@example.com", "a@b..c", ""],
    "uri": ["example.com", "https://", "//example.com/x", "https://a b", "https://[::1", "a\nb:c", ""],
    "color": ["fff", "#ff", "#fffff", "#ggg", "#9d37890", ""],
}


def test_every_checked_format_has_examples_of_both_kinds() -> None:
    assert set(RIGHT) == set(WRONG) == set(FORMATS)


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in RIGHT.items() for text in texts])
def test_what_has_the_format_is_accepted(name: str, text: str) -> None:
    assert fits(name, text)


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in WRONG.items() for text in texts])
def test_what_has_not_the_format_is_noticed(name: str, text: str) -> None:
    assert not fits(name, text)


@pytest.mark.parametrize("value", [None, 7, True, ["x"], {"x": 1}])
def test_only_text_has_a_format(value: object) -> None:
    assert all(fits(name, value) for name in FORMATS)


def test_a_format_that_only_tells_how_to_store_a_value_refuses_nothing() -> None:
    assert UNCHECKED.isdisjoint(FORMATS)
    assert all(fits(name, "anything") for name in UNCHECKED)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_example_in_a_formats_own_description_has_that_format(name: str) -> None:
    described = FORMATS[name][1]
    assert fits(name, described.rpartition("such as ")[2])
