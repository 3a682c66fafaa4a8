from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector import json_pointer
from connector.json_pointer import MISSING

DOCUMENT = {"a": {"b": [10, {"c": None}]}, "": 1, "~1": 4, "m~n": 2, "x/y": 3, "0": "zero"}


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("", DOCUMENT),
        ("/a/b/0", 10),
        ("/a/b/1/c", None),
        ("/", 1),
        ("/m~0n", 2),
        ("/x~1y", 3),
        ("/~01", 4),
        ("/0", "zero"),
    ],
)
def test_reading_follows_rfc_6901(place: str, value: Any) -> None:
    assert json_pointer.get(DOCUMENT, place) == value


@pytest.mark.parametrize("place", ["/b", "/a/b/2", "/a/b/-1", "/a/b/-", "/a/b/²", "/a/b/1/c/d", "/a/b/x"])
def test_where_nothing_stands_the_answer_is_missing_and_not_none(place: str) -> None:
    assert json_pointer.get(DOCUMENT, place) is MISSING
    assert not MISSING
    assert repr(MISSING) == "MISSING"


@settings(derandomize=True, database=None, max_examples=100)
@given(st.lists(st.text(), max_size=5))
def test_what_is_joined_is_parsed_back_whatever_the_tokens(tokens: list[str]) -> None:
    assert json_pointer.parse(json_pointer.join(tokens)) == tuple(tokens)


def test_a_pointer_without_its_slash_is_refused() -> None:
    with pytest.raises(ValueError, match="begins with"):
        json_pointer.parse("a/b")


def test_writing_makes_the_objects_on_the_way() -> None:
    document: dict[str, Any] = {"a": {"kept": 1}}
    json_pointer.put(document, "/a/b/c~1d", 2)
    assert document == {"a": {"kept": 1, "b": {"c/d": 2}}}


@pytest.mark.parametrize(("document", "place"), [({}, ""), ({"a": 1}, "/a/b"), ({"a": [1]}, "/a/0/b")])
def test_writing_never_replaces_the_whole_or_what_is_no_object(document: dict[str, Any], place: str) -> None:
    before = dict(document)
    with pytest.raises(ValueError, match=r"replaced|not an object"):
        json_pointer.put(document, place, 2)
    assert document == before
