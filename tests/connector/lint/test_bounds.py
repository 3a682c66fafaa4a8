"""What is just right is no finding, what is just wrong is one; and what a check reports while it works."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from connector.lint import check_folder
from connector.lint.rules import RULES
from connector.lint.sample_folder import ACTION, CONNECTOR, HANDLERS, write
from tests.connector.lint.conftest import EXPORTERS, Check

SVG = '<svg xmlns="http://www.w3.org/2000/svg">%s</svg>'


def codes(found: list[Any]) -> list[str]:
    return [finding.rule for finding in found]


def test_a_check_reports_each_rule_with_its_number_and_then_each_export(tmp_path: Path) -> None:
    steps: list[str] = []
    check_folder(write(tmp_path, {}), EXPORTERS, steps.append)
    numbers = [f"Rule {number} of {len(RULES)}" for number, rule in enumerate(RULES, 1) if rule.check is not None]
    assert steps[0] == "Reading the files"
    assert [step.partition(": ")[0] for step in steps[1 : 1 + len(numbers)]] == numbers
    assert [step for step in steps[1 + len(numbers) :] if not step.startswith("Exporting: ")] == []
    assert {step.removeprefix("Exporting: ") for step in steps[1 + len(numbers) :]} == set(EXPORTERS)


@pytest.mark.parametrize(
    ("change", "is_tried"), [({"description": "No period"}, True), ({"idempotency": {"input": "key"}}, False)]
)
def test_exports_are_tried_where_only_texts_are_left_to_correct(
    tmp_path: Path, change: dict[str, Any], is_tried: bool
) -> None:
    steps: list[str] = []
    assert check_folder(write(tmp_path, {ACTION: change}), EXPORTERS, steps.append)
    assert any(step.startswith("Exporting") for step in steps) is is_tried


@pytest.mark.parametrize(("size", "found"), [(1_000_000, []), (1_000_001, ["D706"])])
def test_an_icon_has_at_most_a_megabyte(check: Check, size: int, found: list[str]) -> None:
    icon = SVG % ""
    assert codes(check({"icons/things.svg": SVG % (" " * (size - len(icon)))})) == found


@pytest.mark.parametrize(("inside", "found"), [("<g><g><svg/></g></g>", []), ("<g><g><embed/></g></g>", ["D706"])])
def test_an_icon_is_looked_at_to_any_depth(check: Check, inside: str, found: list[str]) -> None:
    assert codes(check({"icons/things.svg": SVG % inside})) == found


@pytest.mark.parametrize(("depth", "is_found"), [(64, False), (65, True)])
def test_a_file_is_nested_at_most_64_levels_deep(tmp_path: Path, depth: int, is_found: bool) -> None:
    folder = write(tmp_path, {})
    document = json.loads((folder / ACTION).read_text(encoding="utf-8"))
    for opening, closing in (('{"a":', "}"), ("[", "]")):
        levels = depth - 1
        text = json.dumps({**document, "x": "HERE"}).replace('"HERE"', opening * levels + "1" + closing * levels)
        (folder / ACTION).write_text(text, encoding="utf-8")
        messages = [finding.message for finding in check_folder(folder)]
        assert ("The file is nested more than 64 levels deep." in messages) is is_found


@pytest.mark.parametrize(
    ("own", "found"),
    [
        ({"calls": 99, "renewalPeriod": 60}, []),
        ({"calls": 100, "renewalPeriod": 60}, ["/throttle"]),
        ({"calls": 100, "renewalPeriod": 61}, []),
        ({"calls": 10, "renewalPeriod": 6}, ["/throttle"]),
        ({"calls": 2, "renewalPeriod": 1}, ["/throttle"]),
    ],
)
def test_the_throttle_of_an_action_is_lower_than_the_connectors(
    check: Check, own: dict[str, Any], found: list[str]
) -> None:
    assert [finding.pointer for finding in check({ACTION: {"throttle": own}})] == found


@pytest.mark.parametrize(
    ("template", "secret", "found"),
    [
        ({"headers": {"X-Key": "{connection.api_key}"}}, True, []),
        ({"headers": {"X-Key": "{connection.api_key}"}}, False, ["D703"]),
        ({"headers": {"X-Key": "{connection.api_key}:{connection.account}"}}, True, []),
        ({"basic": {"username": "{connection.account}", "password": "{connection.api_key}"}}, True, []),
        ({"basic": {"username": "{connection.account}", "password": "{connection.api_key}"}}, False, ["D703"]),
    ],
)
def test_the_only_field_of_a_header_and_a_password_are_secret_and_a_username_is_not(
    check: Check, template: dict[str, Any], secret: bool, found: list[str]
) -> None:
    fields = {"api_key": {"writeOnly": secret}, "account": {"type": "string", "title": "Account", "description": "A."}}
    authorization = {"headers": None, **template}
    change = {"connection": {"properties": fields}, "authorization": authorization}
    assert [code for code in codes(check({CONNECTOR: change})) if code == "D703"] == found


@pytest.mark.parametrize(
    ("part", "visibility", "found"),
    [
        ("inputs", "important", ["/inputs/x-ms-visibility"]),
        ("inputs", "advanced", []),
        ("outputs", "important", ["/outputs/x-ms-visibility"]),
    ],
)
def test_a_visibility_of_all_fields_that_they_have_anyway_is_left_out(
    check: Check, part: str, visibility: str, found: list[str]
) -> None:
    given = check({ACTION: {part: {"x-ms-visibility": visibility}}})
    assert [finding.pointer for finding in given if finding.rule == "D801"] == found


def test_what_a_handler_raises_is_quoted_up_to_300_characters(check: Check) -> None:
    handlers = (
        "from connector.call import page\n\n\ndef get_thing(call):\n    raise ValueError('x' * 301 + '\\ny')\n\n\n"
        "list_things = page\n"
    )
    messages = [finding.message for finding in check({HANDLERS: handlers}) if finding.rule == "D506"]
    assert messages
    assert {message.count("x" * 300) for message in messages} == {1}
    assert [message for message in messages if "x" * 301 in message] == []
