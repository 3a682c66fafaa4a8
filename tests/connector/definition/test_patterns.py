"""Patterns mean the same in Python and JavaScript, and none that is accepted can take long."""

from __future__ import annotations

import re
import time

import pytest

from connector.definition.patterns import UnsafePatternError, compile_pattern, require_safe


@pytest.mark.parametrize(
    ("pattern", "longest_text"),
    [
        ("", None),
        ("cursor", None),
        ("gone|deleted", None),
        ("^https://", None),
        ("^List\\b", 501),
        ("_error$", 200),
        ("^#[0-9a-f]{6}$", None),
        ("^[a-z]+$", None),
        ("^(news|mail)\\.[a-z]{1,20}$", 100),
        ("^[^@\\s]+@[^@\\s]+$", 300),
        ("^([a-z]{1,3}\\.){1,4}$", None),
        ("^(ab)*$", None),
        ("^(?:ab)?c$", None),
        ("^[\\w.\\-]+$", None),
        ("^[a-z-]+$", None),
        ("^\\u00e9$", None),
        ("a.*b", 3_000),
    ],
)
def test_a_pattern_of_the_subset_is_accepted(pattern: str, longest_text: int | None) -> None:
    require_safe(pattern, longest_text)
    compile_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("(a+)+$", "several ways"),
        ("^(a*)*$", "several ways"),
        ("^(a|a)*$", "several ways"),
        ("^(a|b){1,}$", "several ways"),
        ("^(a?){900}$", "too many ways"),
        ("^((a{1,9}){1,9}){1,9}$", "too many ways"),
        (".*.*=", "too many ways"),
        ("a*b", "too many ways"),
        ("^a?a?" + "a?" * 30, "too many ways"),
        ("^a*a*$", "too many ways"),
        ("^a*|a*b$", "too many ways"),
        ("(a)\\1", "escape \\1"),
        ("\\p{L}", "escape \\p"),
        ("\\A", "escape \\A"),
        ("\\-", "escape \\-"),
        ("(?=a)", "look-around"),
        ("(?i)a", "look-around, flags"),
        ("(?P<n>a)", "named groups"),
        ("^a+?$", "lazy"),
        ("^a++$", "lazy, possessive"),
        ("^*", "not a character"),
        ("\\b+", "not a character"),
        ("(", "( without its )"),
        (")", ") without its ("),
        ("[a", "[ without its ]"),
        ("[]", "empty class"),
        ("[^]", "empty class"),
        ("[[a]", "must be written \\["),
        ("[z-a]", "wrong way round"),
        ("[\\w-z]", "range"),
        ("[!-\\d]", "range"),
        ("[\\d-z]", "range"),
        ("a{3,2}", "wrong way round"),
        ("a{1001}", "1,000 times"),
        ("((a{1000}){1000})", "10,000 characters"),
        ("*", "must be written \\*"),
        ("{", "must be written \\{"),
        ("]", "must be written \\]"),
        ("a\\", "middle of an escape"),
        ("a" * 1_001, "1,000 characters"),
        ("(" * 21 + ")" * 21, "20 deep"),
    ],
)
def test_any_other_pattern_is_rejected_with_a_reason(pattern: str, reason: str) -> None:
    with pytest.raises(UnsafePatternError, match=re.escape(reason)):
        require_safe(pattern)


def test_groups_may_be_twenty_deep_and_any_number_beside_one_another() -> None:
    require_safe("(" * 20 + "a" + ")" * 20)
    require_safe("(a)" * 30)


def test_a_pattern_may_have_ten_thousand_characters_when_written_out() -> None:
    require_safe("(a{1000}){10}")


@pytest.mark.parametrize(
    ("pattern", "longest_text", "text"),
    [
        ("^a*a*$", 3_000, "a" * 3_000 + "!"),
        ("a*b", 3_000, "a" * 3_000),
        ("^a*a*a*$", 200, "a" * 200 + "!"),
        ("^[a-z]*$", None, "a" * 1_000_000 + "!"),
    ],
)
def test_the_slowest_patterns_that_are_accepted_take_a_moment(
    pattern: str, longest_text: int | None, text: str
) -> None:
    require_safe(pattern, longest_text)
    begun = time.process_time()
    assert compile_pattern(pattern).search(text) is None
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("^a$", "a\n", False),
        ("^\\d$", "\u0663", False),
        ("^\\w$", "\u00e9", False),
        ("^\\W$", "\u00e9", True),
        ("^\\s$", "\ufeff", True),
        ("^\\s$", "\x1c", False),
        ("^[\\S]$", "\xa0", False),
        ("^[^\\d]$", "7", False),
        ("^.$", "\u2028", False),
        ("^.$", "\r", False),
        ("^.$", "\U0001f600", True),
        ("a\\b", "a\u00e9", True),
        ("a\\B", "ab", True),
        ("^[a-c\\-]$", "-", True),
        ("^\\u0041$", "A", True),
        ("^\\t\\/$", "\t/", True),
        ("^(?:a|b)c$", "bc", True),
        ("^ab{2}$", "abb", True),
        ("^(ab){2,}$", "ab", False),
        ("^#-&~$", "#-&~", True),
    ],
)
def test_a_pattern_means_what_it_means_in_javascript(pattern: str, text: str, matches: bool) -> None:
    assert (compile_pattern(pattern).search(text) is not None) is matches


def test_case_is_ignored_on_request_beyond_ascii_too() -> None:
    assert compile_pattern("CURSOR \u00c9", re.IGNORECASE).search("the cursor \u00e9")
