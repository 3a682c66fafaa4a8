"""How the value of a body becomes bytes, and how it is shown."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from connector.definition.action import Encoding, RequestTemplate
from connector.definition.file_value import File
from connector.errors import InputError
from connector.http.body import content_type_of, encoded, is_shown_file, require_size, shown

HI = File(b"hi", content_type="text/plain", filename="hi.txt")
LINE = "--x\r\nContent-Disposition: form-data"
HI_AS_JSON = {"$content-type": "text/plain", "$filename": "hi.txt", "$content": "aGk="}


@pytest.mark.parametrize(
    ("encoding", "body", "content"),
    [
        ("json", {"a": [1, None, "é"], "b": HI}, '{"a":[1,null,"é"],"b":"aGk="}'),
        ("json", None, None),
        ("form", {"a b": "c&d", "e": [1, True, None], "f": {"g": 1}, "h": HI, "i": []},
         "a+b=c%26d&e=1&e=true&e=null&f=%7B%22g%22%3A1%7D&h=aGk%3D"),
        ("text", "a\né", "a\né"),
        ("text", 7, "7"),
        ("text", {"a": 1}, '{"a":1}'),
        ("binary", HI, "hi"),
        ("binary", "hi", "hi"),
        ("multipart", {}, "--x--\r\n"),
        ("multipart", {'a"\r\n': HI, "b": File(b"", content_type="a/b")},
         f'{LINE}; name="a%22%0D%0A"; filename="hi.txt"\r\nContent-Type: text/plain\r\n\r\nhi\r\n'
         f'{LINE}; name="b"; filename="file"\r\nContent-Type: a/b\r\n\r\n\r\n--x--\r\n'),
        ("multipart", {"a": "é", "b": [1, {"c": 2}]},
         f'{LINE}; name="a"\r\n\r\né\r\n{LINE}; name="b"\r\n\r\n1\r\n'
         f'{LINE}; name="b"\r\nContent-Type: application/json\r\n\r\n{{"c":2}}\r\n--x--\r\n'),
    ],
)  # fmt: skip
def test_a_body_is_written_as_its_encoding_says(encoding: Encoding, body: Any, content: str | None) -> None:
    assert encoded(encoding, "multipart/form-data; boundary=x", body) == (None if content is None else content.encode())


@pytest.mark.parametrize(
    ("encoding", "declared", "body", "content_type"),
    [
        ("json", None, {}, "application/json"),
        ("json", "application/merge-patch+json", {}, "application/merge-patch+json"),
        ("json", None, HI, "application/json"),
        ("form", None, {}, "application/x-www-form-urlencoded"),
        ("text", None, "", "text/plain; charset=utf-8"),
        ("binary", None, HI, "text/plain"),
        ("binary", None, "hi", "application/octet-stream"),
        ("binary", "image/png", HI, "image/png"),
    ],
)
def test_the_content_type_is_the_declared_one_or_that_of_the_file_or_of_the_encoding(
    encoding: Encoding, declared: str | None, body: Any, content_type: str
) -> None:
    template = RequestTemplate.model_validate(
        {"method": "POST", "path": "/a", "encoding": encoding, "contentType": declared}
    )
    assert content_type_of(template, body) == content_type


def test_the_line_between_the_parts_of_a_form_is_a_new_one_each_time_that_nobody_can_guess() -> None:
    template = RequestTemplate(method="POST", path="/a", encoding="multipart")
    starts, lines = zip(*(content_type_of(template, {}).split("; boundary=") for _ in range(20)), strict=True)
    assert set(starts) == {"multipart/form-data"}
    assert len(set(lines)) == 20
    assert {len(line) for line in lines} == {32}


def test_a_body_is_shown_as_it_is_sent_and_its_files_by_name_outside_json() -> None:
    body = {"a": [HI, {"b": HI}], "c": 1}
    assert shown("json", body) == {"a": ["aGk=", {"b": "aGk="}], "c": 1}
    assert shown("multipart", body) == {"a": [HI_AS_JSON, {"b": HI_AS_JSON}], "c": 1}
    assert shown("binary", HI) == HI_AS_JSON


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (HI_AS_JSON, True),
        ({"$content-type": "a/b", "$size": 7}, True),
        ({"$content-type": "a/b"}, False),
        ({"$content": "aGk="}, False),
        ({}, False),
        ("$content-type $size", False),
    ],
)
def test_a_file_in_a_shown_body_is_known_by_its_content_type_and_its_content_or_size(
    value: Any, expected: bool
) -> None:
    assert is_shown_file(value) is expected


@pytest.mark.parametrize(("limit", "fits"), [(10, True), (9, False)])
def test_the_files_of_a_body_have_room_up_to_the_limit_and_not_a_byte_beyond(
    tmp_path: Path, limit: int, fits: bool
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"1234")
    body = {"a": File(b"12"), "b": [{"c": File(path)}, File(io.BytesIO(b"1234"))], "d": "x" * 100, "e": [["f"]]}
    if fits:
        require_size(body, limit)
    else:
        with pytest.raises(InputError, match="too large"):
            require_size(body, limit)


def test_a_body_that_is_too_large_says_what_the_service_takes() -> None:
    with pytest.raises(InputError) as caught:
        require_size(File(bytes(2_500_001)), 2_500_000)
    (problem,) = caught.value.problems
    assert (problem.field, problem.rule) == ("", "size")
    assert problem.message == "The inputs make a request of more than 2 MB."
