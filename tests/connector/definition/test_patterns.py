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
        ("^\\S*$", None),
        ("^\\s*$", None),
        ("^(\\b\\W)*$", None),
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
        ("a{0,1001}", "1,000 times"),
        ("a{1001,}", "1,000 times"),
        ("((a{1000}){1000})", "10,000 characters"),
        ("*", "must be written \\*"),
        ("{", "must be written \\{"),
        ("]", "must be written \\]"),
        ("a\\", "middle of an escape"),
        ("a" * 1_001, "1,000 characters"),
        ("(" * 21 + ")" * 21, "20 deep"),
        ("(a)" * 5 + "(" * 21 + ")" * 21, "20 deep"),
    ],
)
def test_any_other_pattern_is_rejected_with_a_reason(pattern: str, reason: str) -> None:
    with pytest.raises(UnsafePatternError, match=re.escape(reason)):
        require_safe(pattern)


def test_groups_may_be_twenty_deep_and_any_number_beside_one_another() -> None:
    require_safe("(" * 20 + "a" + ")" * 20)
    require_safe("(a)" * 30)


@pytest.mark.parametrize(
    "pattern",
    ["(a{1000}){10}", "(\\ba{100}\\B){100}", "(^a{100}$){100}", "(a{1000}b{0}){9}c{991}", "((.\\d[a]\\S){50}){50}"],
)
def test_a_pattern_may_have_ten_thousand_characters_when_written_out(pattern: str) -> None:
    require_safe(pattern)
    with pytest.raises(UnsafePatternError, match="10,000 characters"):
        require_safe(pattern + "a")


def test_a_pattern_itself_may_have_a_thousand_characters() -> None:
    require_safe("a" * 1_000)


@pytest.mark.parametrize(
    ("pattern", "longest_text"),
    [
        ("a*", 3_161),
        ("^a*a*$", 3_161),
        ("^a+a+$", 3_162),
        ("^a{1,}a{0,}b?$", 2_235),
        ("a*|b*", 2_235),
        ("^a*|^b*", 2_235),
        ("^a{0,1000}a{0,1000}a{0,1000}$", 214),
        ("^a{500,600}a{0,600}a{0,600}a{0,600}$", 214),
        ("^" + "a?" * 22 + "c{0,600}", 1),
        ("^(?:a{0,9}){2}b*", 99_999),
        ("^(a?){0,3}(c{1,2}){1,3}b*", 47_618),
        ("(a|b){0,3}(c{1,2}){1,3}b*", 217),
    ],
)
def test_the_ways_to_match_are_counted_exactly(pattern: str, longest_text: int) -> None:
    require_safe(pattern, longest_text)
    with pytest.raises(UnsafePatternError, match="too many ways"):
        require_safe(pattern, longest_text + 1)


@pytest.mark.parametrize(
    ("pattern", "too_many"),
    [
        ("^" + "a{1,10}" * 7, "a?"),
        ("^" + "(a?){1}" * 7 + "(a{1,5}){1}" * 7, "a?"),
        ("^" + "a?" * 23, "a?"),
    ],
)
def test_ten_million_ways_are_not_too_many(pattern: str, too_many: str) -> None:
    require_safe(pattern)
    with pytest.raises(UnsafePatternError, match="too many ways"):
        require_safe(pattern + too_many)


def test_a_text_of_no_length_is_searched_as_one_of_a_single_character() -> None:
    require_safe("^" + "a?" * 22 + "c{0,600}", 0)


def test_no_text_is_taken_for_longer_than_a_million_characters() -> None:
    for longest_text in (1_000_000, 10**12):
        require_safe("^a*b{1,9}$", longest_text)
    require_safe("a{1,10}")
    with pytest.raises(UnsafePatternError, match="too many ways"):
        require_safe("a{1,11}")


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
        ("^\\Sa$", "a", False),
        ("^\\Da$", "ba", True),
        ("^(?:ab)c$", "abc", True),
        ("^(?:ab)c$", "bc", False),
        ("^a{2,3}$", "aaa", True),
        ("^a{2,3}$", "aaaa", False),
        ("^a{2}$", "aaa", False),
        ("^a{2,}$", "aaaaa", True),
        ("^a?b$", "b", True),
        ("^a+b$", "b", False),
        ("^a|b$", "xb", True),
        ("\\ba\\B", "ab", True),
        ("\\ba\\b", "ab", False),
        ("^[^a-c]$", "b", False),
        ("^[a-]$", "-", True),
        ("^[+-]$", ",", False),
        ("^[\\t-\\r]$", "\n", True),
        ("^\\n\\r\\f\\v$", "\n\r\f\v", True),
        ("^\\u00E9$", "\u00e9", True),
        ("^[\\u0041-\\u0043]$", "B", True),
    ],
)
def test_a_pattern_means_what_it_means_in_javascript(pattern: str, text: str, matches: bool) -> None:
    assert (compile_pattern(pattern).search(text) is not None) is matches


CLASSES = {
    "d": ("0189", "/:aA_\x00\u0663\U0010ffff"),
    "w": ("0189AMZ_amz", "/:@[^`{-\x00\u00e9\U0010ffff"),
    "s": (
        "\t\n\v\f\r \u00a0\u1680\u2000\u2005\u200a\u2028\u2029\u202f\u205f\u3000\ufeff",
        "\x08\x0e\x1c\x1f!\x00\u0085\u180e\u1fff\u200b\u2027\u202a\u2030\u2060\ufefe\uff00a\U0010ffff",
    ),
}


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_and_its_negation_divide_all_characters_as_javascript_does(name: str) -> None:
    inside, outside = CLASSES[name]
    for written in (f"\\{name}", f"[\\{name}]", f"[^\\{name.upper()}]"):
        matches = compile_pattern(f"^{written}$").search
        assert [char for char in inside + outside if matches(char)] == list(inside), written
    for written in (f"\\{name.upper()}", f"[\\{name.upper()}]", f"[^\\{name}]"):
        matches = compile_pattern(f"^{written}$").search
        assert [char for char in inside + outside if matches(char)] == list(outside), written


def test_case_is_ignored_on_request_beyond_ascii_too() -> None:
    assert compile_pattern("CURSOR \u00c9", re.IGNORECASE).search("the cursor \u00e9")
