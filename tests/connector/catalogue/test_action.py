"""What an action says of its inputs and outputs before and after a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connector.catalogue.action import Action
from connector.catalogue.catalogue import Catalogue
from connector.catalogue.loader import load
from tests.connector.parcels import SEND, TEXT, Json, action, body, field, rows, write_folder

Make = Callable[[Json], Action]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    return lambda document: Catalogue(load(write_folder(tmp_path / "parcels", [document]))).find(document["key"])


FORM: Json = {
    "name": body(title="Name", x_aliases=["known.as"]),
    "note": body(),
    "kept": body(title="Kept", x_keep_empty=True),
    "data": body("object", "Data"),
    "tags": body("array", "Tags", items=field()),
}
EMPTY = "Empty fields are not sent, so they change nothing: {}."
DYNAMIC = "Power Automate expressions are sent as they are: {}."


@pytest.mark.parametrize(
    ("given", "warnings"),
    [
        ({}, []),
        ({"name": "a", "kept": "", "unknown": "", "note": None}, []),
        ({"name": ""}, [EMPTY.format("Name")]),
        ({"known.as": "", "note": ""}, [EMPTY.format("Name, note")]),
        ({"name": "@{utcNow()}"}, [DYNAMIC.format("Name")]),
        ({"name": "a@b.co", "note": "@@{x}"}, []),
        ({"data": {"a": [{"b": "@{x}"}]}, "tags": ["@utcNow()"]}, [DYNAMIC.format("Data, Tags")]),
        ({"note": "", "tags": ["@{x}"]}, [EMPTY.format("note"), DYNAMIC.format("Tags")]),
        ({"inputs": {"host": {}, "parameters": {"name": "", "unknown": "@{x}"}}}, [EMPTY.format("Name")]),
    ],
)
def test_right_inputs_that_do_less_than_it_seems_are_warned_of(make: Make, given: Json, warnings: list[str]) -> None:
    assert make(action(inputs=FORM)).warnings(given) == warnings


def test_every_kind_of_problem_is_told_in_the_order_of_the_form(make: Make) -> None:
    together = {"kind": "together", "fields": ["name", "note"]}
    form = {**FORM, "file": body("object", "File", x_file=True)}
    document = action(inputs=form)
    document["inputs"]["x-rules"] = [together]
    inputs, problems = make(document).validate_inputs(
        {"file": "no file", "name": "a", "known.as": "b", "data": 7, "tags": [1], "kept": ""}
    )
    assert inputs["kept"] == ""
    assert [(problem.field, problem.rule) for problem in problems] == [
        ("name", "twice"),
        ("note", "required"),
        ("data", "type"),
        ("tags[0]", "type"),
        ("file", "file"),
    ]


@pytest.mark.parametrize(("rows_", "places"), [(None, ["list[0].a", "list[2].a", "one"]), (2, ["list[0].a", "one"])])
def test_outputs_are_checked_in_so_many_rows_and_are_not_quoted(
    make: Make, rows_: int | None, places: list[str]
) -> None:
    outputs = {"list": rows({"a": TEXT}), "one": field("integer")}
    values: Json = {"list": [{"a": 1}, {"a": "x"}, {"a": 2}], "one": "s-e-c-r-e-t"}
    problems = make(action(outputs=outputs)).output_problems(values, rows_)
    assert [problem.field for problem in problems] == places
    assert "s-e-c-r-e-t" not in str(problems)
    assert len(values["list"]) == 3


@pytest.mark.parametrize(
    ("given", "key", "sent"),
    [
        ({"recipient": "a"}, "k", {"recipient": "a", "idempotency_key": "k"}),
        ({"recipient": "a"}, None, {"recipient": "a"}),
        ({"recipient": "a"}, "", {"recipient": "a"}),
        ({"idempotency_key": "own"}, "k", {"idempotency_key": "own"}),
        ({"Idempotency-Key": "own"}, "k", {"Idempotency-Key": "own"}),
        ({"Idempotency-Key": ""}, "k", {"idempotency_key": "k"}),
        (
            {"host": {}, "parameters": {"recipient": "a"}},
            "k",
            {"inputs": {"host": {}, "parameters": {"recipient": "a", "idempotency_key": "k"}}},
        ),
    ],
)
def test_a_key_from_outside_is_used_unless_the_inputs_bring_their_own(
    make: Make, given: Json, key: str | None, sent: Any
) -> None:
    made = make(SEND)
    assert made.with_idempotency_key(given, key) == sent
    assert made.idempotency_key({"idempotency_key": "k"}) == "k"
    assert made.idempotency_key({}) is None


def test_an_action_without_a_key_takes_none(make: Make) -> None:
    made = make(action(inputs=FORM))
    assert made.with_idempotency_key({"name": "a"}, "k") == {"name": "a"}
    assert made.idempotency_key({"idempotency_key": "k"}) is None


@pytest.mark.parametrize(
    ("name", "first", "count"),
    [
        ("sent_a", "send_a", 3),
        ("SEND_B", "send_b", 3),
        ("Do the firts", "send_a", 1),
        ("ird", "send_c", 1),
        (" ", "", 0),
    ],
)
def test_at_most_three_actions_are_proposed(name: str, first: str, count: int, tmp_path: Path) -> None:
    summaries = {"send_a": "Do the first", "send_b": "Second", "send_c": "Third", "send_d": "Last of all"}
    documents = [action(key) | {"summary": summary} for key, summary in summaries.items()]
    catalogue = Catalogue(load(write_folder(tmp_path / "parcels", documents)))
    found = catalogue.nearest(name)
    assert ("".join(found[:1]), len(found)) == (first, count)
    assert len(catalogue.nearest("send_d", 2)) == 2
    assert [each.key for each in catalogue] == list(summaries)


def test_outputs_that_are_too_deep_to_be_checked_are_a_problem_and_no_failure(make: Make) -> None:
    found = make(action("get_data", outputs={"data": field(["object", "null"], additionalProperties=True)}))
    deep: Json = {}
    for _ in range(100_000):
        deep = {"a": deep}
    assert [(each.rule, each.message) for each in found.output_problems({"data": deep})] == [
        ("depth", "The outputs are nested too deeply to be checked.")
    ]
    while deep:  # emptied from outside, as the memory's cleaning would need as many frames
        deep = deep.pop("a")
