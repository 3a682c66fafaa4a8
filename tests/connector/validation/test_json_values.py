"""Whatever Python hands over is either JSON or a problem at its field; nothing is uncaught and nothing hangs."""

from __future__ import annotations

import array
import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

import pytest

from connector.errors import InputError
from connector.testing import response
from connector.validation import json_values
from tests.connector.parcels import MakeBench, body
from tests.connector.parcels import action as an_action


class Ambiguous:
    """Compares like an array of a numeric library: with more than one truth value."""

    def __eq__(self, other: object) -> Any:
        raise ValueError("The truth value of an array with more than one element is ambiguous.")

    __hash__ = None  # type: ignore[assignment]


ODD = [
    Ambiguous(),
    (number for number in range(3)),
    {1: 2}.keys(),
    {1, 2},
    b"bytes",
    object(),
    {1: "a"},
    array.array("i"),
]


@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
def test_a_value_that_is_not_json_is_a_problem_at_its_field(bench: MakeBench, value: Any) -> None:
    with pytest.raises(InputError) as caught:
        bench([]).run("send_parcel", {"recipient": "ada", "weight": value})
    assert [problem.field for problem in caught.value.problems] == ["weight"]


@pytest.mark.parametrize("value", ODD, ids=lambda value: type(value).__name__)
def test_it_is_found_inside_free_form_values_too(bench: MakeBench, value: Any) -> None:
    free = an_action("free", {"data": body("object", "Data")})
    with pytest.raises(InputError) as caught:
        bench([], actions=[free]).run("free", {"data": {"a": [value]}})
    assert [(problem.field, problem.rule) for problem in caught.value.problems] == [("data.a[0]", "json")]


@pytest.mark.parametrize("given", [[("recipient", "ada")], "recipient", 7, {1: "a"}])
def test_inputs_that_are_no_object_are_refused_in_a_sentence(bench: MakeBench, given: Any) -> None:
    with pytest.raises(InputError, match="object with named values"):
        bench([]).run("send_parcel", given)


def test_a_mapping_that_is_no_dict_is_taken(bench: MakeBench) -> None:
    made = bench([response(200, {"id": "p"})])
    made.run("send_parcel", MappingProxyType({"recipient": "ada"}))
    assert made.requests[0].body == {"recipient": "ada"}


class OddText(str):
    """A text that does not let itself be compared, written or encoded."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    def __str__(self) -> str:
        raise RuntimeError

    encode = None  # type: ignore[assignment]


class OddNumber(int):
    """A whole number that does not let itself be written."""

    def __repr__(self) -> str:
        raise RuntimeError


class Level(StrEnum):
    """What people write in an enumeration."""

    FIRST = "1st"


def test_texts_and_numbers_of_other_classes_count_as_plain_ones(bench: MakeBench) -> None:
    made = bench([response(200, {"id": "p"})])
    made.run("send_parcel", {OddText("recipient"): OddText("ada"), "weight": OddNumber(7), "pin": Level.FIRST})
    sent = made.transport.requests[0].body
    assert sent == {"recipient": "ada", "weight": 7, "pin": "1st"}
    assert [type(value) for value in sent.values()] == [str, int, str]


class Closed(Mapping[str, Any]):
    """A view of something that is closed by now."""

    def __len__(self) -> int:
        return 1

    def __iter__(self) -> Iterator[str]:
        return iter(["recipient"])

    def __getitem__(self, name: str) -> Any:
        raise LookupError(name)


def test_inputs_that_cannot_be_read_are_refused_in_a_sentence(bench: MakeBench) -> None:
    for given in (Closed(), {"recipient": Closed()}):
        with pytest.raises(InputError, match=r"^The inputs cannot be read: LookupError\.$"):
            bench([]).run("send_parcel", given)


class Once(dict[str, Any]):
    """What can be read once, as a view of a connection that is given back then."""

    def items(self) -> Any:
        found = list(super().items())
        self.clear()
        return found


def test_inputs_are_read_before_anything_is_sent_and_never_again(bench: MakeBench) -> None:
    result = bench([response(200, {"id": "p"})]).run("post_once", Once(recipient="@{triggerBody()}"))
    assert [text.split(":")[0] for text in result.meta.warnings] == ["Power Automate expressions are sent as they are"]


def test_lists_that_hold_one_list_many_times_are_refused_at_once(bench: MakeBench) -> None:
    shared: list[Any] = ["x"] * 10
    for _ in range(8):
        shared = [shared] * 10
    with pytest.raises(InputError, match="more than 1,000,000 values"):
        bench([]).run("send_parcel", {"recipient": shared})


@pytest.mark.parametrize("name", [" recipient", "recipient ", "\udcff", "re\udcffcipient", "\x00", ""], ids=ascii)
def test_an_odd_unknown_name_is_a_problem_that_can_be_shown_anywhere(bench: MakeBench, name: str) -> None:
    with pytest.raises(InputError) as caught:
        bench([]).run("send_parcel", {"recipient": "ada", name: "x"})
    assert "unknown" in [problem.rule for problem in caught.value.problems]
    json.dumps(caught.value.to_dict(), ensure_ascii=False).encode()


@pytest.mark.parametrize("value", [10**5000, -(10**5000)], ids=["large", "small"])
def test_a_number_without_measure_is_a_problem(bench: MakeBench, value: int) -> None:
    with pytest.raises(InputError):
        bench([]).run("send_parcel", {"recipient": "ada", "weight": value})


@pytest.mark.parametrize(
    ("inputs", "count"),
    [
        ({"a": 1, "b": 2}, 2),
        ({"a": [1, 2, 3]}, 4),
        ({"a": {"b": 1, "c": 2}}, 3),
        ({"a": ({"b": [1]}, "long text")}, 5),
        ({f"n{number}": number for number in range(7)}, 7),
    ],
)
def test_every_value_counts_in_lists_and_objects_at_any_depth(
    monkeypatch: pytest.MonkeyPatch, inputs: dict[str, Any], count: int
) -> None:
    monkeypatch.setattr(json_values, "MAX_VALUES", count)
    assert json_values.plain_inputs(inputs).keys() == inputs.keys()
    monkeypatch.setattr(json_values, "MAX_VALUES", count - 1)
    with pytest.raises(InputError, match=f"more than {count - 1} values"):
        json_values.plain_inputs(inputs)
