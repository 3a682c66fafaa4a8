from __future__ import annotations

import pickle
from typing import Any

import pytest

from connector.secrets import MASK, Secret, Secrets, SecretText, SecretTexts, mask, mask_json, printable


@pytest.mark.parametrize("shown", ["{!r}", "{!s}", "{}"])
def test_a_secret_never_shows_itself(shown: str) -> None:
    assert "hunter2" not in shown.format(Secret("hunter2"))
    assert MASK in shown.format([Secret("hunter2")])


def test_a_secret_is_had_by_asking_for_it_by_name() -> None:
    assert Secret("hunter2").reveal() == "hunter2"


def test_secrets_compare_by_value() -> None:
    assert Secret("a") == Secret("a")
    assert len({Secret("a"), Secret("a"), Secret("b")}) == 2
    assert Secret("a") != "a"


def test_a_secret_refuses_to_be_pickled() -> None:
    with pytest.raises(TypeError, match="cannot be pickled") as caught:
        pickle.dumps(Secret("hunter2"))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("secrets", "expected"),
    [
        (["abcd", "abcdef"], f"{MASK} and {MASK}"),
        (["abcdef", "abcd"], f"{MASK} and {MASK}"),
        (["", "abc"], "abcdef and abcd"),
        ([], "abcdef and abcd"),
    ],
)
def test_the_longest_secret_is_masked_first_and_words_that_are_no_secret_stay_whole(
    secrets: list[str], expected: str
) -> None:
    assert mask("abcdef and abcd", secrets) == expected


def test_what_would_steer_a_terminal_is_taken_out_and_text_stays() -> None:
    assert printable("a\x1b[31mb\x07\x00\x7f\x9bc\r\n\td ä “x” 🎁") == "a[31mbc\n\td ä “x” 🎁"


@pytest.mark.parametrize("shown", ["two  words\there", "two words here", "two\nwords\r\nhere", "twowordshere"])
def test_a_secret_is_found_however_its_white_space_was_changed(shown: str) -> None:
    assert mask(f"your key {shown} is wrong", ["two  words\there"]) == f"your key {MASK} is wrong"


def test_a_secret_is_found_without_its_control_characters() -> None:
    assert mask("abcdef", ["abc\x1bdef"]) == MASK


def test_two_secrets_of_different_value_are_unequal() -> None:
    assert Secret("a") != Secret("b")
    assert Secret("a") != Secret("A")


@pytest.mark.parametrize("shown", ["{!r}", "{!s}", "{}"])
@pytest.mark.parametrize("values", [Secrets(key="hunter2"), SecretTexts(("hunter2", "hunter3"))])
def test_secrets_that_are_needed_as_plain_text_are_masked_where_they_are_shown(values: Any, shown: str) -> None:
    assert "hunter" not in shown.format(values)
    assert MASK in shown.format(values)
    assert "hunter" in "".join(values.values() if isinstance(values, dict) else values)


def test_what_is_shown_of_secrets_is_their_names_and_their_number() -> None:
    assert repr(Secrets(key="hunter2", user="ada")) == repr({"key": MASK, "user": MASK})
    assert repr(SecretTexts(("a", "b"))) == f"({MASK!r} * 2)"
    assert (repr(SecretText("https://a.example/hunter2")), SecretText("a") + "b") == (repr(MASK), "ab")


@pytest.mark.parametrize(
    ("text", "secret", "shown"),
    [
        ("abcd", "abcd", MASK),
        ("abc", "abc", "abc"),
        ("a bcd", "a bcd", MASK),
        ("a bcd", "abcd", "a bcd"),
        ("x\ty z", " xy  z ", "x\ty z"),
        ("xy z", " xy  z ", MASK),
        ("ab\x07\x9fcd", "ab cd", MASK),
        ("key: abcd.", " abcd\n", f"key: {MASK}."),
        ("a.cd abcd", "a.cd", f"{MASK} abcd"),
        ("a.c d abc d", "a.c d", f"{MASK} abc d"),
        ("     ", "     ", MASK),
        ("a     b", "     ", f"a{MASK}b"),
    ],
)
def test_a_secret_is_masked_from_four_characters_on_and_however_its_blanks_are_written(
    text: str, secret: str, shown: str
) -> None:
    assert mask(text, [secret]) == shown


@pytest.mark.parametrize(
    ("value", "secrets", "shown"),
    [
        ({"a hunter2": ["hunter2!", {"b": "hunter2"}]}, ["hunter2"], {f"a {MASK}": [f"{MASK}!", {"b": MASK}]}),
        ([987654, 9876540, "987654", 1.5, None], [987654, 1.5], [MASK, 9876540, "987654", MASK, None]),
        ([True, 1, 1.0, False, 0], [1, True, 0, False], [True, MASK, MASK, False, 0]),
        (["77", "a77"], ["77"], [MASK, "a77"]),
        ([{"a": 1}, {"a": 2}, [1], ""], [{"a": 1}, [1], ""], [MASK, {"a": 2}, MASK, ""]),
        ({"a": {}}, [{}, []], {"a": {}}),
        ("hunter2", [], "hunter2"),
    ],
)
def test_a_secret_in_json_is_a_whole_value_or_a_text_in_another(value: Any, secrets: list[Any], shown: Any) -> None:
    assert repr(mask_json(value, secrets)) == repr(shown)


def test_json_that_is_nested_beyond_measure_is_masked_whole() -> None:
    deep: Any = "hunter2"
    for _ in range(100_000):
        deep = [deep]
    assert mask_json(deep, ["hunter2"]) == MASK
