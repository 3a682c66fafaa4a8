from __future__ import annotations

from typing import Any

import pytest

from connector.definition.file_value import File
from connector.validation.messages import Subject, did_you_mean, nearest, sentence, show

NAME = Subject("name", "Name", example="Ada")
EMAIL = Subject("people[1].email", "E-mail", "People, row 2")


@pytest.mark.parametrize(
    ("rule", "subject", "expected", "value", "message", "hint"),
    [
        ("required", NAME, None, None, "Name is required.", "For example: Ada"),
        (
            "type",
            NAME,
            "string",
            7,
            "Name must be text, not the number 7.",
            "For example: Ada",
        ),
        (
            "type",
            NAME,
            ["integer", "boolean", "null"],
            "x",
            "Name must be a whole number or true or false, not the text “x”.",
            "For example: Ada",
        ),
        ("type", EMAIL, "string", [1], "People, row 2, E-mail must be text, not a list.", ""),
        (
            "unknown",
            Subject("nmae", "nmae"),
            ["name", "note"],
            None,
            "Unknown field “nmae”. Did you mean “name”?",
            "",
        ),
        (
            "unknown",
            Subject("people[1].zzz", "zzz", "People, row 2"),
            ["name", "note"],
            None,
            "Unknown field “zzz” in People, row 2.",
            "Available fields: name, note.",
        ),
        (
            "enum",
            NAME,
            ["OPTED_IN", "OPTED_OUT", None],
            "opted-in",
            "Name must be one of OPTED_IN, OPTED_OUT, not the text “opted-in”.",
            "Did you mean OPTED_IN?",
        ),
        ("const", NAME, "a", 1, "Name must be one of a, not the number 1.", ""),
        (
            "format",
            NAME,
            "date",
            "x",
            "Name must be a date, such as 2026-01-31, not the text “x”.",
            "",
        ),
        ("maxLength", EMAIL, 3, "abcd", "People, row 2, E-mail must have at most 3 characters; it has 4.", ""),
        ("minItems", EMAIL, 1, [], "People, row 2, E-mail must have at least 1 entries; it has 0.", ""),
        ("maximum", EMAIL, 3, 4.5, "People, row 2, E-mail must be 3 or less; it is the number 4.5.", ""),
        ("uniqueItems", NAME, True, [1, 1], "Name contains the same entry more than once.", ""),
        ("pattern", EMAIL, "^a$", "b", "People, row 2, E-mail does not have the expected format: the text “b”.", ""),
    ],
)
def test_a_broken_rule_is_told_in_words_that_need_no_json(
    rule: str, subject: Subject, expected: Any, value: Any, message: str, hint: str
) -> None:
    problem = sentence(rule, subject, expected, value)
    assert (problem.field, problem.rule, problem.message, problem.hint) == (subject.key, rule, message, hint)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("type", "integer"),
        ("enum", ["a", "b"]),
        ("const", "a"),
        ("format", "date"),
        ("pattern", "^a$"),
        ("minLength", 90),
        ("maximum", 3),
        ("encoding", None),
        ("finite", None),
        ("header", None),
        ("a rule of next year", None),
    ],
)
def test_no_rule_shows_the_value_or_the_example_of_a_secret(rule: str, expected: Any) -> None:
    subject = Subject("pin", "PIN", secret=True, example="example-of-secret")
    problem = sentence(rule, subject, expected, "hunter2-hunter2")
    assert "hunter2" not in repr(problem)
    assert "example-of-secret" not in repr(problem)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a\x1b[2Jb", "the text “a[2Jb”"),
        ("x" * 40, "the text “" + "x" * 40 + "”"),
        ("x" * 41, "the text “" + "x" * 39 + "…”"),
        (10**40 - 1, f"the number {10**40 - 1}"),
        (10**40, "a very long number"),
        (-(10**40), "a very long number"),
        (False, "false"),
        (0, "the number 0"),
        (File(b""), "a file"),
        ("half \ud800", "the text “half ?”"),
        (True, "true"),
        (None, "empty"),
        (1.5, "the number 1.5"),
        pytest.param(10**5000, "a very long number", id="endless"),
        (float("nan"), "a very long number"),
        ([1], "a list"),
        ({"a": 1}, "an object"),
    ],
)
def test_a_value_is_shown_short_and_harmless(value: Any, shown: str) -> None:
    assert show(value) == shown


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("hunter2", "text"),
        (7, "a whole number"),
        (1.5, "a number"),
        (True, "true or false"),
        ([7], "a list"),
        ({"a": 7}, "an object"),
        (None, "empty"),
    ],
)
def test_of_a_secret_only_its_type_is_shown(value: Any, kind: str) -> None:
    assert show(value, secret=True) == kind


@pytest.mark.parametrize(
    ("rule", "expected", "value", "message"),
    [
        ("minLength", 3, "ab", "have at least 3 characters; it has 2"),
        ("maxItems", 1, [1, 2], "have at most 1 entries; it has 2"),
        ("minProperties", 1, {}, "have at least 1 values; it has 0"),
        ("maxProperties", 1, {"a": 1, "b": 2}, "have at most 1 values; it has 2"),
        ("minimum", 3, 2, "be 3 or more; it is the number 2"),
        ("exclusiveMinimum", 3, 3, "be more than 3; it is the number 3"),
        ("exclusiveMaximum", 3, 3, "be less than 3; it is the number 3"),
    ],
)
def test_a_bound_is_told_with_what_breaks_it(rule: str, expected: Any, value: Any, message: str) -> None:
    assert sentence(rule, EMAIL, expected, value).message == f"People, row 2, E-mail must {message}."


@pytest.mark.parametrize(("count", "more"), [(12, ""), (13, " and 1 more"), (20, " and 8 more")])
def test_a_dozen_names_are_listed(count: int, more: str) -> None:
    names = [f"n{number}" for number in range(count)]
    hint = sentence("unknown", Subject("zzz", "zzz"), names, None).hint
    assert hint == f"Available fields: {', '.join(names[:12])}{more}."


def test_an_example_is_shown_as_it_is_typed() -> None:
    assert sentence("required", Subject("a", "A", example={"ü": 1}), None, None).hint == 'For example: {"ü": 1}'
    assert sentence("required", Subject("a", "A", example="ü"), None, None).hint == "For example: ü"


def test_a_question_proposes_the_nearest_name_or_says_something_else() -> None:
    assert did_you_mean("tilte", ["title", "note"], "No.") == "Did you mean “title”?"
    assert did_you_mean("q", ["title", "note"], "No.") == "No."


def test_as_many_names_are_found_as_are_asked_for() -> None:
    assert nearest("send-a", ["Send_A", "send_b", "other"], 2) == ["Send_A", "send_b"]
    assert nearest("a", ["A", "a"]) == ["A"]


@pytest.mark.parametrize(
    ("name", "names", "found"),
    [
        ("Recipent", ["recipient", "note"], ["recipient"]),
        ("list-id", ["list_id"], ["list_id"]),
        ("q", ["recipient"], []),
        ("sens", ["sent", "send", "seen"], ["sent"]),
    ],
)
def test_the_nearest_name_is_found_without_regard_to_case(name: str, names: list[str], found: list[str]) -> None:
    assert nearest(name, names) == found
