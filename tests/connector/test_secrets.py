from __future__ import annotations

import pickle

import pytest

from connector.secrets import MASK, Secret, mask, printable


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
