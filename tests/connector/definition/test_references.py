"""Names in an action that lead nowhere are found, at any depth, each with its place and a sentence."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from connector.definition.action import ActionDefinition
from connector.definition.references import broken_references, bulk_problems, unknown_fields
from tests.connector.parcels import Json, action, definition, field, rows

NOWHERE = {"$ref": "#/$defs/none"}
MISSING = "“$ref” is “#/$defs/none”, which is not a definition under “$defs”."


@pytest.mark.parametrize(
    ("declared", "place"),
    [
        (NOWHERE, ""),
        (field("array", items=NOWHERE), "/items"),
        (rows({"b": field("array", items=NOWHERE)}), "/items/properties/b/items"),
        (field("object", properties={"x/y": NOWHERE}), "/properties/x~1y"),
        (field("object", additionalProperties=NOWHERE), "/additionalProperties"),
    ],
)
def test_a_reference_to_nothing_is_found_at_its_place(declared: Json, place: str) -> None:
    made = definition(inputs={"ok": field(), "a": declared}, outputs={"o": declared}, defs={"d": declared})
    assert list(broken_references(made)) == [
        (f"/inputs/properties/a{place}", MISSING),
        (f"/inputs/$defs/d{place}", MISSING),
        (f"/outputs/properties/o{place}", MISSING),
        (f"/outputs/$defs/d{place}", MISSING),
    ]


def chain(count: int) -> dict[str, Json]:
    """So many definitions, each of which names the next."""
    names = [f"d{number}" for number in range(count)]
    return {name: {"$ref": f"#/$defs/{after}"} for name, after in itertools.pairwise(names)} | {names[-1]: field()}


@pytest.mark.parametrize(
    ("ref", "defs", "message"),
    [
        ("#/$defs/d0", chain(20), None),
        ("#/$defs/d0", chain(21), "“$ref” leads through more than 20 definitions."),
        ("#/$defs/d0", {"d0": {"$ref": "#/$defs/d1"}, "d1": {"$ref": "#/$defs/d0"}}, "itself: d0 → d1 → d0."),
        ("#/$defs/d0", {"d0": {"$ref": "#/$defs/d0"}}, "“$ref” refers to itself: d0 → d0."),
        ("d0", {"d0": field()}, "“$ref” is “d0”, which is not a definition under “$defs”."),
        ("#/$defs/" + "x" * 90, {}, f"“$ref” is “#/$defs/{'x' * 72}”, which is not a definition under “$defs”."),
    ],
)
def test_a_reference_that_cannot_be_followed_to_its_end_is_told_why(
    ref: str, defs: dict[str, Json], message: str | None
) -> None:
    found = dict(broken_references(definition(inputs={"a": {"$ref": ref}}, defs=defs)))
    assert found.get("/inputs/properties/a", "").endswith(message or "")
    assert ("/inputs/properties/a" in found) is (message is not None)


LIST = {"list": field("array", items=field()), "text": field(), "referred": {"$ref": "#/$defs/many"}}
MANY = {"many": field("array", items=field())}


@pytest.mark.parametrize(
    ("inputs", "words", "found"),
    [
        ({"a": field(x_in="path")}, {"path": "/x/{a}"}, []),
        ({"b": field(x_in="path", x_name="a")}, {"path": "/x/{a}"}, []),
        (
            {"a": field(x_in="query")},
            {"path": "/x/{a}"},
            [("/request/path", "No path input fills in the placeholder {a}.")],
        ),
        ({"a": field(x_in="template")}, {"headers": {"X-A": "{a}{connection.key}"}}, []),
        ({}, {"headers": {"X-A": "{a}"}}, [("/request/headers/X-A", "There is no input “a”.")]),
        ({}, {"query": {"q": "{a}"}}, [("/request/query/q", "There is no input “a”.")]),
        ({}, {"base_url": "https://{a}.test"}, [("/request/baseUrl", "There is no input “a”.")]),
        ({"a": field()}, {"idempotency": {"input": "a"}}, []),
        ({}, {"idempotency": {"input": "a"}}, [("/idempotency/input", "There is no input “a”.")]),
        ({"cursor": field()}, {"pagination": {"rows": "list"}}, []),
        ({"cursor": field()}, {"pagination": {"rows": "referred"}}, []),
        ({}, {"pagination": {"rows": "list", "follow": True, "nextUrl": "/next"}}, []),
        (
            {},
            {"pagination": {"rows": "list"}},
            [("/pagination/input", "There is no input “cursor” for the cursor.")],
        ),
        (
            {"cursor": field()},
            {"pagination": {"rows": "text"}},
            [("/pagination/rows", "There is no output “text” that is a list.")],
        ),
        (
            {"cursor": field()},
            {"pagination": {"rows": "none"}},
            [("/pagination/rows", "There is no output “none” that is a list.")],
        ),
    ],
)
def test_what_path_templates_pages_and_key_need_is_there(inputs: Json, words: Json, found: list[Any]) -> None:
    document = action(inputs=inputs, outputs=LIST, defs=MANY)
    names = {"path": "path", "headers": "headers", "query": "query", "base_url": "baseUrl"}
    document["request"] |= {names[word]: value for word, value in words.items() if word in names}
    document |= {word: value for word, value in words.items() if word not in names}
    assert list(unknown_fields(ActionDefinition.model_validate(document))) == found


JOB = {
    **{"create": "create", "add": "add", "run": "start", "get": "look", "results": "results"},
    **{"id": "job_id", "input": "job", "rows": "people", "status": "state", "created": ["new"], "ended": ["done"]},
    **{"same": {"message": "text"}, "own": {"user": "/to"}, "defaults": {"kind": "x"}, "unless": "template"},
    **{"matches": {"user": "/to"}, "outcome": "status", "succeeded": ["ok"], "failed": ["no"], "outputs": {"id": "id"}},
}
JOB_FIELD = {"job": field()}
RESULTS = {"list": rows({"user": field(), "status": field(), "id": field()})}


def problems(results: Json = RESULTS, **words: Any) -> list[str]:
    """What is wrong with a bulk job, each of whose actions has what `JOB` needs unless `words` says otherwise."""
    pages = words.pop("pages", {"pagination": {"rows": "list"}})
    own = definition({"message": field(), "user": field()}, {"id": field()}, bulk={**JOB, **words})
    made = {
        "create": ({"text": field(), "kind": field(), "template": field()}, {"job_id": field()}, {}),
        "add": ({**JOB_FIELD, "people": field("array", items=field())}, {}, {}),
        "start": (JOB_FIELD, {}, {}),
        "look": (JOB_FIELD, {"state": field()}, {}),
        "results": (JOB_FIELD, results, {**pages, "defs": {"row": RESULTS["list"]["items"], "all": RESULTS["list"]}}),
    }
    actions = {
        key: definition(inputs, outputs, key=key, summary=key, **more) for key, (inputs, outputs, more) in made.items()
    }
    return list(bulk_problems(own, actions))


def test_a_bulk_job_whose_actions_have_all_that_it_needs_has_no_problem() -> None:
    assert problems() == []
    assert problems(unless=None) == []
    assert problems({"list": {"$ref": "#/$defs/all"}}) == []
    assert problems({"list": field("array", items={"$ref": "#/$defs/row"})}) == []
    assert list(bulk_problems(definition(), {})) == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"same": {"none": "text"}}, "“Send parcel” has no input “none”."),
        ({"own": {"none": "/to"}}, "“Send parcel” has no input “none”."),
        ({"outputs": {"none": "id"}}, "“Send parcel” has no output “none”."),
        ({"same": {"message": "none"}}, "“create” has no input “none”."),
        ({"defaults": {"none": 1}}, "“create” has no input “none”."),
        ({"unless": "none"}, "“create” has no input “none”."),
        ({"id": "none"}, "“create” has no output “none”."),
        ({"rows": "none"}, "“add” has no input “none”."),
        ({"status": "none"}, "“look” has no output “none”."),
        ({"matches": {"none": "/to"}}, "“results” has no field in its rows “none”."),
        ({"outcome": "none"}, "“results” has no field in its rows “none”."),
        ({"outputs": {"id": "none"}}, "“results” has no field in its rows “none”."),
    ],
)
def test_what_a_bulk_job_needs_and_is_not_there_is_a_problem(words: Json, message: str) -> None:
    assert problems(**words) == [message]


def test_the_job_is_an_input_of_every_action_but_the_first() -> None:
    assert problems(input="none") == [f"“{key}” has no input “none”." for key in ("add", "start", "look", "results")]


@pytest.mark.parametrize(
    ("results", "words"),
    [
        (RESULTS, {"pages": {}}),
        ({}, {}),
        ({"list": field()}, {}),
        ({"list": field("array", items=field())}, {}),
    ],
    ids=["no pages", "no output", "no list", "no rows"],
)
def test_results_without_rows_have_none_of_the_fields(results: Json, words: Json) -> None:
    assert problems(results, **words) == [
        f"“results” has no field in its rows “{name}”." for name in ("id", "status", "user")
    ]
