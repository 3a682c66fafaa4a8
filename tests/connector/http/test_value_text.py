"""Values as text in a path, a query, a header: lists joined as the service wants them, everything encoded."""

from __future__ import annotations

from typing import Any

import pytest

from connector.definition.field import FieldSchema
from connector.definition.file_value import File
from connector.http.value_text import joined_text, path_text, query_pairs, text_of
from tests.connector.parcels import field

LIST = ["a,b", "c d", 1, True]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("é", "é"),
        (1.5, "1.5"),
        (True, "true"),
        (None, "null"),
        ({"a": [1, "b"]}, '{"a":[1,"b"]}'),
        (File(b"hi"), "aGk="),
    ],
)
def test_a_value_is_a_text_as_it_is_or_json(value: Any, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize(
    ("style", "pairs", "segment", "header"),
    [
        (None, ["q=a%2Cb", "q=c%20d", "q=1", "q=true"], "a%2Cb,c%20d,1,true", "a,b,c d,1,true"),
        ("repeat", ["q=a%2Cb", "q=c%20d", "q=1", "q=true"], "a%2Cb,c%20d,1,true", "a,b,c d,1,true"),
        ("csv", ["q=a%2Cb,c%20d,1,true"], "a%2Cb,c%20d,1,true", "a,b,c d,1,true"),
        ("ssv", ["q=a%2Cb%20c%20d%201%20true"], "a%2Cb%20c%20d%201%20true", "a,b c d 1 true"),
        ("pipes", ["q=a%2Cb%7Cc%20d%7C1%7Ctrue"], "a%2Cb%7Cc%20d%7C1%7Ctrue", "a,b|c d|1|true"),
    ],
)
def test_a_list_is_joined_or_repeated_as_its_field_says(
    style: str | None, pairs: list[str], segment: str, header: str
) -> None:
    made = FieldSchema.model_validate(field("array", x_array_style=style) if style else field("array"))
    assert query_pairs("q", made, LIST) == pairs
    assert path_text(made, LIST) == segment
    assert joined_text(made, LIST, str) == header
    assert query_pairs("q", made, []) == ([] if style in {None, "repeat"} else ["q="])


@pytest.mark.parametrize(
    ("value", "pairs", "segment"),
    [
        ("a/b", ["a%20q=a%252Fb"], "a%252Fb"),
        (["a", "b c"], ["a%20q=a", "a%20q=b%2520c"], "a%2Cb%2520c"),
        (7, ["a%20q=7"], "7"),
    ],
)
def test_a_value_is_encoded_twice_for_a_service_that_decodes_it_twice(
    value: Any, pairs: list[str], segment: str
) -> None:
    made = FieldSchema.model_validate(field("array", x_ms_url_encoding="double"))
    assert (query_pairs("a q", made, value), path_text(made, value)) == (pairs, segment)
