from __future__ import annotations

import json
from typing import Any

import pytest

from connector.errors import OutputError
from connector.http.response import HttpResponse, file_of, flatten, is_elsewhere
from connector.json_pointer import MISSING
from connector.testing import response
from tests.connector.parcels import Json, definition, field, rows

TEXT = field(["string", "null"])


def read(outputs: Json, reply: Any, **words: Any) -> dict[str, Any]:
    return flatten(definition(outputs=outputs, **words).outputs, response(200, reply))


def test_every_declared_field_is_there_and_null_where_nothing_was_sent() -> None:
    outputs = {"id": TEXT, "filter.operator": TEXT, "rows": field(["array", "null"], items=TEXT), "n": field("integer")}
    nothing: dict[str, Any] = dict.fromkeys(outputs)
    assert read(outputs, {}) == nothing
    assert read(outputs, None) == nothing
    assert read(outputs, []) == nothing
    assert read(outputs, {"other": 1, "filter": "text"}) == nothing
    assert list(read(outputs, {})) == list(outputs)


def test_a_dotted_name_is_read_from_its_place() -> None:
    assert read({"filter.operator": TEXT}, {"filter": {"operator": "AND"}}) == {"filter.operator": "AND"}
    assert read({"x": field("string", x_pointer="/a/0/b")}, {"a": [{"b": "c"}]}) == {"x": "c"}


ALTERNATIVES: Json = {"id": field(["string", "null"], x_pointer=["/target/id", "/target"])}


@pytest.mark.parametrize(
    ("reply", "found"),
    [
        ({"target": {"id": "t1"}}, "t1"),
        ({"target": "t2"}, "t2"),
        ({"target": {"id": None}}, None),
        ({"target": {"name": "x"}}, None),
        ({"target": 7}, None),
        ({}, None),
    ],
)
def test_of_several_places_the_first_with_a_fitting_value_wins(reply: Any, found: Any) -> None:
    assert read(ALTERNATIVES, reply) == {"id": found}


def test_a_value_of_another_type_is_passed_on_for_validation_to_tell() -> None:
    assert read({"id": TEXT}, {"id": 7}) == {"id": 7}


def test_true_is_no_number() -> None:
    assert read({"n": field("integer", x_pointer=["/a", "/b"])}, {"a": True, "b": 2}) == {"n": 2}


def test_rows_are_flat_and_rows_inside_them_too() -> None:
    inner = rows({"x": field("string", x_pointer="/deep/x"), "y": TEXT})
    outputs = {"people": {**rows({"name": field("string", x_pointer="/profile/name"), "parts": inner})}}
    reply = {"people": [{"profile": {"name": "Ada"}, "parts": [{"deep": {"x": 1}, "extra": 2}]}, {}]}
    assert read(outputs, reply) == {
        "people": [{"name": "Ada", "parts": [{"x": 1, "y": None}]}, {"name": None, "parts": None}]
    }


def test_an_empty_list_is_not_null() -> None:
    assert read({"people": rows({"a": TEXT})}, {"people": []}) == {"people": []}


def test_an_object_of_objects_becomes_keyed_rows() -> None:
    outputs = {"p": rows({"id": TEXT, "status": TEXT}, x_map_key="id")}
    reply = {"p": {"n1": {"status": "IN", "id": "wire"}, "n2": {}}}
    assert read(outputs, reply) == {"p": [{"id": "n1", "status": "IN"}, {"id": "n2", "status": None}]}
    assert read(outputs, {"p": [{"id": "n3"}]}) == {"p": [{"id": "n3", "status": None}]}


def test_an_object_of_values_becomes_keyed_rows_of_two() -> None:
    outputs = {"p": rows({"k": TEXT, "v": TEXT}, x_map_key="k", x_map_value="v")}
    assert read(outputs, {"p": {"a": "1", "b": None}}) == {"p": [{"k": "a", "v": "1"}, {"k": "b", "v": None}]}


def test_a_list_of_objects_can_become_a_list_of_values() -> None:
    outputs = {"channels": field("array", items=field("string", x_pointer="/channel"))}
    assert read(outputs, {"channels": [{"channel": "a"}, {}]}) == {"channels": ["a", None]}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (1_795_334_400_123, "2026-11-22T08:00:00.123Z"),
        (0, "1970-01-01T00:00:00.000Z"),
        (True, True),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        (10**30, None),
        (None, None),
    ],
)
def test_epoch_milliseconds_are_told_as_a_date(value: Any, found: Any) -> None:
    assert read({"at": field("string", x_time="epoch-milliseconds")}, {"at": value}) == {"at": found}


def test_a_ref_is_followed() -> None:
    outputs = {"p": {"$ref": "#/$defs/people"}}
    assert read(outputs, {"p": [{"a": "1"}]}, defs={"people": rows({"a": TEXT, "b": TEXT})}) == {
        "p": [{"a": "1", "b": None}]
    }


def test_status_and_text_can_be_outputs() -> None:
    outputs = definition(outputs={"status": field("integer", x_from="status"), "said": field(x_from="text")}).outputs
    assert flatten(outputs, response(202, text="accepted <b>")) == {"status": 202, "said": "accepted <b>"}
    assert flatten(outputs, response(204)) == {"status": 204, "said": None}


def test_whether_it_succeeded_can_be_an_output() -> None:
    outputs = definition(outputs={"done": field("boolean", x_from="success"), "id": TEXT}).outputs
    assert flatten(outputs, response(202, {"id": "a"})) == {"done": True, "id": "a"}
    assert flatten(outputs, response(409, {"id": "a"})) == {"done": False, "id": "a"}


def test_an_output_may_have_a_value_for_when_the_service_does_not_say() -> None:
    outputs = {"status": field(["string", "null"], default="SUCCESS")}
    assert read(outputs, None) == {"status": "SUCCESS"}
    assert read(outputs, {"status": None}) == {"status": "SUCCESS"}
    assert read(outputs, {"status": "LATER"}) == {"status": "LATER"}


def test_a_web_page_is_no_answer_even_with_200() -> None:
    outputs = definition(outputs={"id": TEXT}).outputs
    with pytest.raises(OutputError, match="The service responded with 200 and a web page that is not JSON"):
        flatten(outputs, response(200, text="\n<!doctype html><p>Sign in"))
    with pytest.raises(OutputError, match="and a body that is not JSON"):
        flatten(outputs, response(200, text="OK"))


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (b"", None),
        (b" \r\n", None),
        (b"\xef\xbb\xbf" + b'{"a":1}', {"a": 1}),
        (b"\xef\xbb\xbf", None),
        (b'{"a":"\xff"}', {"a": "�"}),
        (b"null", None),
        (b"nope", MISSING),
        (b"[" * 100_000, MISSING),
        (b"1" * 5000, MISSING),
    ],
    ids=["empty", "blank", "bom", "only bom", "no utf-8", "null", "no json", "deep", "long number"],
)
def test_a_body_is_read_whatever_the_bytes(content: bytes, value: Any) -> None:
    assert HttpResponse(200, {}, content).body == value


@pytest.mark.parametrize(
    ("status", "expected"), [(199, False), (200, True), (204, True), (299, True), (300, False), (302, False)]
)
def test_any_2xx_is_a_success(status: int, expected: bool) -> None:
    assert response(status).succeeded is expected


def test_half_characters_and_nan_in_an_answer_do_not_break_reading() -> None:
    reply = HttpResponse(200, {}, json.dumps({"a": "\ud800", "b": float("nan")}).encode())
    found = flatten(definition(outputs={"a": TEXT, "b": field("number")}).outputs, reply)
    assert found == {"a": "\ud800", "b": None}


def test_where_any_type_is_allowed_the_first_place_with_a_value_wins() -> None:
    anything = {"x-pointer": ["/a", "/b"]}
    assert read({"n": anything}, {"a": [1], "b": 2}) == {"n": [1]}
    assert read({"n": anything}, {"b": 2}) == {"n": 2}


def test_the_bytes_of_a_response_are_not_shown() -> None:
    assert repr(HttpResponse(200, {"x": "k-5ec7e7"}, b"k-5ec7e7")) == "HttpResponse(status=200)"


@pytest.mark.parametrize(("count", "looks"), [(999, 0), (1_000, 1), (2_500, 2)])
def test_the_clock_is_looked_at_once_in_a_thousand_rows(count: int, looks: int) -> None:
    outputs = definition(outputs={"rows": rows({"id": TEXT})}).outputs
    found: list[bool] = []
    flatten(outputs, response(200, {"rows": [{"id": "a"}] * count}), lambda: found.append(True))
    assert len(found) == looks


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("attachment; filename=a.txt", "a.txt"),
        ("attachment; filename=a.txt; size=3", "a.txt"),
        ('attachment; FILENAME = "a b.txt"', "a b.txt"),
        (r'attachment; filename="a\"b.txt"', 'a"b.txt'),
        ('attachment; filename="C:/temp/a.txt"', "a.txt"),
        ("attachment; filename*=UTF-8'en'na%C3%AFve%2Ftr%C3%A9s.txt", "trés.txt"),
        ("attachment; filename*=iso-8859-1''caf%E9.txt", "café.txt"),
        ("attachment; filename=b.txt; filename* = utf-8''a.txt", "a.txt"),
        ("attachment; filename*=utf-8''a%0D%0A%7F.txt", "a.txt"),
        ("inline; filename=.profile", ".profile"),
        ('inline; filename="..."', None),
        ('inline; filename="dir/"', None),
        ("inline; filename=", None),
        ("inline", None),
        ("", None),
    ],
)
def test_a_file_has_the_name_that_content_disposition_says_without_a_path(disposition: str, name: str | None) -> None:
    file = file_of(HttpResponse(200, {"content-disposition": disposition} if disposition else {}, b"x"))
    assert file is not None
    assert file.filename == name


def test_an_empty_body_is_no_file() -> None:
    assert file_of(HttpResponse(200, {"content-disposition": "attachment; filename=a.txt"}, b"")) is None


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ({"data": {"id": "a"}}, True),
        ({"id": None, "data": 1}, True),
        ({"id": "a"}, False),
        ({"name": "a"}, False),
        ({}, False),
        ([{"data": 1}], False),
        (None, False),
        ("text", False),
    ],
)
def test_outputs_are_elsewhere_where_an_object_has_something_and_none_of_them(reply: Any, expected: bool) -> None:
    outputs = {"id": TEXT, "name": TEXT, "status": field("integer", x_from="status")}
    schema, got = definition(outputs=outputs).outputs, response(200, reply)
    assert is_elsewhere(schema, got, flatten(schema, got)) is expected


def test_an_action_without_outputs_in_the_body_has_none_elsewhere() -> None:
    schema, got = definition(outputs={"status": field("integer", x_from="status")}).outputs, response(200, {"a": 1})
    assert not is_elsewhere(schema, got, flatten(schema, got))


@pytest.mark.parametrize(
    ("outputs", "error"),
    [
        ({"id": TEXT}, "a body that is not JSON"),
        ({"id": TEXT, "text": field("string", x_from="text")}, None),
        ({"code": field("integer", x_from="status")}, None),
        ({"id": TEXT, "code": field("integer", x_from="status")}, "a body that is not JSON"),
        ({"id": TEXT, "whole": field("string", x_pointer="")}, None),
        ({"id": TEXT, "whole": field("integer", x_pointer="")}, "a body that is not JSON"),
    ],
)
def test_a_body_that_is_not_json_is_an_error_unless_an_output_can_have_it(outputs: Json, error: str | None) -> None:
    schema, got = definition(outputs=outputs).outputs, response(200, text="plain")
    if error is None:
        found = flatten(schema, got)
        assert set(found) == set(outputs)
        assert {found.get("text", "plain"), found.get("whole", "plain")} == {"plain"}
        assert (found.get("id"), found.get("code", 200)) == (None, 200)
    else:
        with pytest.raises(OutputError, match=error):
            flatten(schema, got)
