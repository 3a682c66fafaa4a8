"""What was copied from a flow is known by its form, and its expressions by theirs."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

import pytest

from connector.definition.action import BodyDefault
from connector.validation.flow_action import (
    holds_expression,
    is_body_default,
    is_expression,
    is_from_flow,
    parameters_of,
    with_inputs,
)
from tests.connector.parcels import Json

NAMES = {"title": "title", "body/title": "title", "key": "key"}
PARAMETERS = {"body/title": "Hi"}


@pytest.mark.parametrize(
    ("given", "parameters"),
    [
        ({"host": {}, "parameters": PARAMETERS}, PARAMETERS),
        ({"inputs": {"host": {}, "parameters": PARAMETERS}, "runAfter": {}}, PARAMETERS),
        ({"host": {}}, {}),
        ({"host": {}, "parameters": None}, {}),
        ({"inputs": {"host": {}}}, {}),
        (MappingProxyType({"host": MappingProxyType({}), "parameters": MappingProxyType(PARAMETERS)}), PARAMETERS),
    ],
)
def test_a_pasted_action_has_its_parameters(given: Any, parameters: Json) -> None:
    assert parameters_of(NAMES, given) == parameters
    assert is_from_flow(NAMES, given)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"parameters": PARAMETERS},
        {"host": "api", "parameters": PARAMETERS},
        {"host": {}, "parameters": "title"},
        {"host": {}, "parameters": [1]},
        {"inputs": 7},
        {"inputs": {"parameters": PARAMETERS}},
        {"title": "Hi", "body/other": 1},
    ],
)
def test_anything_else_is_inputs(given: Json) -> None:
    assert parameters_of(NAMES, given) is given
    assert not is_from_flow(NAMES, given)


@pytest.mark.parametrize("own", ["inputs", "host", "parameters"])
def test_an_input_of_such_a_name_means_itself(own: str) -> None:
    given: Json = {"host": {}, "parameters": {}}
    assert parameters_of({**NAMES, own: own}, given) is given
    assert not is_from_flow({**NAMES, own: own}, given)


def test_a_key_with_slashes_is_from_a_flow_if_it_is_a_name() -> None:
    assert is_from_flow(NAMES, {"key": 1, "body/title": "Hi"})
    assert not is_from_flow(NAMES, {"title": "a/b"})


@pytest.mark.parametrize(
    ("given", "more", "found"),
    [
        ({"title": "Hi", "x": 1}, {"key": "k"}, {"title": "Hi", "x": 1, "key": "k"}),
        ({"body/title": "Hi"}, {"title": "Ho"}, {"title": "Ho"}),
        ({"title": "Hi"}, {"body/title": "Ho"}, {"body/title": "Ho"}),
        ({"other": 1}, {"other": 2}, {"other": 2}),
        ({"host": {}}, {"key": "k"}, {"inputs": {"host": {}, "parameters": {"key": "k"}}}),
        (
            {"inputs": {"host": {}, "parameters": {"body/title": "Hi", "key": "j"}}, "runAfter": {}},
            {"title": "Ho"},
            {"inputs": {"host": {}, "parameters": {"key": "j", "title": "Ho"}}},
        ),
    ],
)
def test_what_is_added_counts_under_whichever_name(given: Json, more: Json, found: Json) -> None:
    assert with_inputs(NAMES, given, more) == found


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("@{utcNow()}", True),
        ("Hi @{triggerBody()?['name']}!", True),
        ("@utcNow()", True),
        ("@concat('a',\n'b')", True),
        ("a @utcNow()", False),
        ("@@utcNow()", False),
        ("@@{x}", False),
        ("@@@{x}", False),
        ("@{x", False),
        ("@{}", True),
        ("ada@example.com", False),
        ("@ada", False),
        ("@1()", False),
        ("", False),
    ],
)
def test_an_expression_is_one_that_a_flow_would_evaluate(text: str, is_one: bool) -> None:
    assert is_expression(text) is is_one
    for value in (text, [text], (1, text), {"a": {"b": [text]}}, MappingProxyType({"a": text})):
        assert holds_expression(value) is is_one
    assert not holds_expression({text: 1})


@pytest.mark.parametrize("value", [None, 7, True, b"@{x}", {"@{x}"}])
def test_what_is_no_text_is_no_expression(value: Any) -> None:
    assert not is_expression(value)
    assert not holds_expression(value)


DEFAULTS = [
    BodyDefault.model_validate({"at": "/message", "set": {"version": "2"}, "copy": {"to": "/user"}}),
    BodyDefault.model_validate({"at": "", "set": {"kind": 7}}),
    BodyDefault.model_validate({"at": "/message", "set": {"version": "3"}}),
]


@pytest.mark.parametrize(
    ("parameters", "key", "is_default"),
    [
        ({"body/message/version": "2"}, "body/message/version", True),
        ({"body/message/version": "3"}, "body/message/version", True),
        ({"body/message/version": "4"}, "body/message/version", False),
        ({"body/version": "2"}, "body/version", False),
        ({"body/kind": 7}, "body/kind", True),
        ({"body/message/kind": 7}, "body/message/kind", False),
        ({"body/message/to": "a", "body/user": "a"}, "body/message/to", True),
        ({"body/message/to": "a", "body/user": "b"}, "body/message/to", False),
        ({"body/message/to": None}, "body/message/to", False),
        ({"version": "2"}, "version", False),
    ],
)
def test_a_parameter_that_the_runtime_fills_in_by_itself_says_nothing(
    parameters: Json, key: str, is_default: bool
) -> None:
    assert is_body_default(DEFAULTS, parameters, key) is is_default
