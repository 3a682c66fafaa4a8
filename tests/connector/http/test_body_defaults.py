from __future__ import annotations

import copy
from typing import Any

import pytest

from connector.definition.action import BodyDefault
from connector.http.body_defaults import apply_body_defaults
from connector.http.request import body_of
from tests.connector.parcels import Json, action, body, definition, rows
from tests.connector.parcels import field as plain


def completed(document: Json, *body_defaults: Json) -> Json:
    given = copy.deepcopy(document)
    apply_body_defaults(given, [BodyDefault.model_validate(completion) for completion in body_defaults])
    return given


@pytest.mark.parametrize(
    ("document", "completion", "expected"),
    [
        ({"a": {}}, {"at": "/a", "set": {"x": 1}}, {"a": {"x": 1}}),
        ({}, {"at": "/a", "set": {"x": 1}}, {}),
        ({}, {"at": "", "set": {"x": 1}}, {"x": 1}),
        ({"a": {"x": 2}}, {"at": "/a", "set": {"x": 1}}, {"a": {"x": 2}}),
        ({"a": "text"}, {"at": "/a", "set": {"x": 1}}, {"a": "text"}),
        ({"a": {"y": 0}}, {"at": "/a", "ifPresent": "y", "set": {"x": 1}}, {"a": {"y": 0, "x": 1}}),
        ({"a": {}}, {"at": "/a", "ifPresent": "y", "set": {"x": 1}}, {"a": {}}),
        ({"a": {"y": 0}}, {"at": "/a", "ifAbsent": "y", "set": {"x": 1}}, {"a": {"y": 0}}),
        ({"a": [{}, "b", {"x": 2}]}, {"at": "/a/*", "set": {"x": 1}}, {"a": [{"x": 1}, "b", {"x": 2}]}),
        ({"a": {"b": {}}}, {"at": "/a/c", "set": {"x": 1}}, {"a": {"b": {}}}),
        ({"a": [1]}, {"at": "/a/0", "set": {"x": 1}}, {"a": [1]}),
        ({"a": [{"b": [{}, {}]}, {}, {"b": {}}]}, {"at": "/a/*/b/*", "set": {"x": 1}},
         {"a": [{"b": [{"x": 1}, {"x": 1}]}, {}, {"b": {}}]}),
        ({"a": [{"b": {}}, {"b": {"y": 0}}]}, {"at": "/a/*/b", "ifAbsent": "y", "set": {"x": 1}},
         {"a": [{"b": {"x": 1}}, {"b": {"y": 0}}]}),
        ({"a": {}, "b": None}, {"at": "/a", "set": {"x": 1}, "copy": {"x": "/b", "y": "/b"}},
         {"a": {"x": 1, "y": None}, "b": None}),
        ({"a": {"*": {}}}, {"at": "/a/*", "set": {"x": 1}}, {"a": {"*": {"x": 1}}}),
        ({"a": {}, "b": 3}, {"at": "/a", "copy": {"x": "/b"}}, {"a": {"x": 3}, "b": 3}),
        ({"a": {}}, {"at": "/a", "copy": {"x": "/b"}}, {"a": {}}),
    ],
)  # fmt: skip
def test_what_the_service_wants_to_see_is_added_where_it_is_absent(
    document: Json, completion: Json, expected: Json
) -> None:
    assert completed(document, completion) == expected


def test_a_later_completion_sees_what_an_earlier_one_added() -> None:
    found = completed({"a": {}, "b": {}}, {"at": "/a", "set": {"x": {}}}, {"at": "/b", "copy": {"y": "/a/x"}})
    assert found == {"a": {"x": {}}, "b": {"y": {}}}
    assert found["a"]["x"] is not found["b"]["y"]


def test_what_is_added_never_changes_the_definition() -> None:
    default = BodyDefault.model_validate({"at": "", "set": {"x": {}}})
    first: dict[str, Any] = {}
    apply_body_defaults(first, [default])
    first["x"]["changed"] = True
    assert default.set_values == {"x": {}}


def test_the_body_of_an_action_is_apply_body_defaults() -> None:
    document = action(inputs={"size": body("integer", x_pointer="/parcel/size")})
    document["request"]["bodyDefaults"] = [{"at": "/parcel", "set": {"unit": "g"}}]
    made = type(definition()).model_validate(document)
    assert body_of(made, {"size": 3}) == {"parcel": {"size": 3, "unit": "g"}}
    assert body_of(made, {}) == {}


def test_a_text_may_stand_for_an_object() -> None:
    items = {
        "type": ["string", "object"],
        "properties": {"name": plain(), "value": plain()},
        "x-text-for": ["name", "value"],
    }
    made = definition({"snippets": body("array", items=items)})
    given = {"snippets": ["hi", {"name": "a", "value": "b"}]}
    assert body_of(made, given) == {"snippets": [{"name": "hi", "value": "hi"}, {"name": "a", "value": "b"}]}


def test_rows_stay_as_they_are_without_completions() -> None:
    made = definition({"stops": rows({"at": plain()}, x_in="body")})
    assert body_of(made, {"stops": [{"at": "Oslo"}]}) == {"stops": [{"at": "Oslo"}]}
