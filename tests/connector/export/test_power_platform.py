"""The Power Platform package says what the definitions say, and keeps the keys of the documented connector."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest

from tests.connector.export.power_platform import by_action, examples, packaged, said, within
from tests.connector.export.power_platform_package import (
    Drawn,
    PackagedOperation,
    Place,
    fields,
    left_out,
    operations,
    table,
)
from tests.connector.export.power_platform_wire import Said, beside_the_body, in_body, pointer
from tests.connector.export.whole import bundle, definitions, exported


def test_every_action_is_an_operation_and_every_operation_an_action() -> None:
    assert list(operations()) == [each.operation_id for each in sorted_by_path()]
    for definition in definitions().values():
        operation = operations()[definition.operation_id]
        assert (operation.method, operation.path) == (definition.request.method, definition.request.path)
        assert operation.document["summary"] == definition.summary
        assert operation.document["description"].startswith(definition.description)


def sorted_by_path() -> list[Any]:
    """The definitions in the order in which JSON can hold them: path by path."""
    by_path: dict[str, list[Any]] = defaultdict(list)
    for definition in definitions().values():
        by_path[definition.request.path].append(definition)
    return [definition for group in by_path.values() for definition in group]


@by_action
def test_what_travels_beside_the_body_comes_back_as_it_was_defined(key: str) -> None:
    document = bundle().actions[key].document
    summary = definitions()[key].summary
    expected = {
        (
            entry.get("x-name", name),
            entry["x-in"],
            "string" if "array" in entry["type"] else entry["type"],
            entry["title"],
            name in document["inputs"].get("required", []),
        )
        for name, entry in beside_the_body(document).items()
        if (summary, name) not in left_out("input")
    }
    found = {
        (each["name"], each["in"], each["type"], each["x-ms-summary"], each["required"])
        for each in packaged(key).beside_the_body
    }
    assert found == expected
    several = {name for name, entry in beside_the_body(document).items() if "array" in entry["type"]}
    shown = {name.removesuffix("[]") for action_summary, name in left_out("input") if action_summary == summary}
    assert several <= shown


@by_action
def test_every_input_of_the_body_comes_back_at_its_place(key: str) -> None:
    drawn = packaged(key).inputs()
    kinds = kinds_at(said(key, "inputs"), first_only=True)
    for each in said(key, "inputs"):
        place = each.places[0]
        if not place:
            assert is_whole_body(key, each.required)
            continue
        assert place in drawn, f"{each.name} is neither drawn nor told of"
        assert drawn[place].kind in kinds[place]
        assert drawn[place].title.endswith(each.title)


@by_action
def test_a_field_is_required_exactly_when_the_definition_says_so(key: str) -> None:
    drawn = packaged(key).inputs()
    for each in said(key, "inputs"):
        place = each.places[0]
        if not place or place[-1] in {"[]", "*"} or ("x-pointer" in each.annotations and not each.title):
            continue
        if any(step in {"[]", "*"} for step in place):
            assert in_its_row(packaged(key), place) == each.required, each.name
        else:
            assert drawn[place].required == each.required, each.name


def is_whole_body(key: str, required: bool) -> bool:
    """Whether the body is one value instead of an object, and required as its field is."""
    body = packaged(key).body
    return body is not None and body["schema"]["type"] != "object" and body["required"] == required


def in_its_row(operation: PackagedOperation, place: Place) -> bool:
    """Whether a field of a row is required once there is such a row, with every object around it."""
    start = max(index for index, step in enumerate(place) if step in {"[]", "*"}) + 1
    assert operation.body is not None
    row = next(each.schema for each in fields(operation.body["schema"]) if each.place == place[:start])
    return next(each.required for each in fields(row, required=True) if each.place == place[start:])


@by_action
def test_every_output_comes_back_at_each_of_its_places(key: str) -> None:
    drawn = packaged(key).outputs()
    kinds = kinds_at(said(key, "outputs"), first_only=False)
    titles: dict[Place, set[str]] = defaultdict(set)
    for each in said(key, "outputs"):
        titles[each.places[0]].add(each.title)
        for place in filter(None, each.places):
            if place[-1] == "[]" and place not in drawn:
                continue
            assert place in drawn, f"{each.name} is neither drawn nor told of"
            one = next(iter(kinds[place])) if len(kinds[place]) == 1 else None
            assert drawn[place].kind == one, each.name
    for place, wanted in titles.items():
        if place in drawn and wanted != {""}:
            assert any(drawn[place].title.endswith(title) for title in wanted)


@pytest.mark.parametrize("side", ["inputs", "outputs"])
@by_action
def test_nothing_is_drawn_that_no_definition_says(key: str, side: str) -> None:
    drawn = packaged(key).inputs() if side == "inputs" else packaged(key).outputs()
    known = {place[:length] for each in said(key, side) for place in each.places for length in range(len(place) + 1)}
    if side == "inputs":
        for completion in definitions()[key].request.body_defaults:
            known |= {(*pointer(completion.at), name) for name in (*completion.set_values, *completion.copy_values)}
    deepest = {place for place, each in drawn.items() if place[-1] == "[]" and not each.schema.get("properties")}
    assert set(drawn) - known - deepest == set()


def kinds_at(all_said: list[Said], *, first_only: bool) -> dict[Place, set[str]]:
    """The types that anything says of a place; what has something inside is an object."""
    kinds: dict[Place, set[str]] = defaultdict(set)
    for each in all_said:
        for place in each.places[:1] if first_only else each.places:
            kinds[place] |= each.kinds
            for length in range(1, len(place)):
                if place[length] not in {"[]", "*"}:
                    kinds[place[:length]].add("object")
                elif place[length] == "[]":
                    kinds[place[:length]].add("array")
    return kinds


def test_fields_that_are_not_here_are_told_with_a_reason() -> None:
    shown = table("Unavailable Fields")
    why = "the place `/message/to` is used by another field"
    assert ("Send a message", "Recipients", "input", "recipients", why) in shown
    assert all(all(row) for row in shown)
    assert "Not available here: Recipients." in packaged("send_message").document["description"]


def test_documented_keys_are_kept_or_told_with_the_new_one() -> None:
    moved = {(row[0], row[2]): row[3] for row in table("Differences From the Documented Connector") if len(row) > 3}
    for key, definition in definitions().items():
        document = bundle().actions[key].document["inputs"]
        drawn = {"/".join(("body", *place)) for place in packaged(key).inputs()}
        drawn |= {each["name"] for each in packaged(key).beside_the_body}
        for name, entry in document["properties"].items():
            documented = entry.get("x-path")
            if documented is None or (definition.summary, name) in left_out("input"):
                continue
            documented = documented.removesuffix("[]").replace(".", "/")
            old = "/".join(filter(None, ("body", documented))) if entry["x-in"] == "body" else documented
            assert old in drawn or moved.get((definition.summary, old)) in drawn, (key, name)


def test_the_places_the_service_reads_win_over_the_documented_ones() -> None:
    assert ("profile", "apn") in packaged("create_profile").inputs()
    assert ("profile", "airship", "apn") not in packaged("create_profile").inputs()
    assert ("patch", "[]", "op") in packaged("update_profile").inputs()
    assert ("message", "message", "brand_id") in packaged("create_bulk_job").inputs()
    assert packaged("create_brand").inputs()["snippets", "items", "[]"].kind == "object"
    assert ("items", "[]", "id") in packaged("get_all_recipient_lists").outputs()
    assert ("audience", "id") in packaged("create_or_update_audience").outputs()


def test_the_idempotency_key_is_an_optional_header_and_nowhere_else() -> None:
    key = next(each for each in packaged("send_message").beside_the_body if each["name"] == "Idempotency-Key")
    assert (key["in"], key["required"], key["type"]) == ("header", False, "string")
    assert "None is sent if this is empty." in key["description"]
    assert "idempotency" not in {each["name"] for each in packaged("send_message").beside_the_body}


@by_action
def test_what_really_goes_out_can_be_filled_in(key: str) -> None:
    drawn = packaged(key).inputs()
    for request, _ in examples(key):
        for place in places_in(request.body):
            known = place in drawn or any((*place[:cut], "*") in drawn for cut in range(len(place)))
            free = any(is_free(drawn.get(place[:cut])) for cut in range(len(place)))
            taken = any(((*pointer(one.at), name)) == place[: len(pointer(one.at)) + 1] for one, name in completed(key))
            assert known or free or taken or any(named_as_left_out(key, place)), place


def places_in(value: Any, at: Place = ()) -> Iterator[Place]:
    if at:
        yield at
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from places_in(inner, (*at, name))
    elif isinstance(value, list):
        for inner in value:
            yield from places_in(inner, (*at, "[]"))


def is_free(each: Drawn | None) -> bool:
    return each is not None and each.kind == "object" and not each.schema.get("properties")


def completed(key: str) -> Iterator[tuple[Any, str]]:
    for completion in definitions()[key].request.body_defaults:
        for name in (*completion.set_values, *completion.copy_values):
            yield completion, name


def named_as_left_out(key: str, place: Place) -> Iterator[bool]:
    """Whether a field that is told of as not here is what has this place."""
    gone = {name for where, name in left_out("input") if where == definitions()[key].summary}
    for each in in_body(bundle().actions[key].document, "inputs"):
        cut = len(each.places[0])
        yield place[:cut] == each.places[0] and any(within(each.name, name) for name in gone)


def test_plain_values_that_the_runtime_completes_have_a_box() -> None:
    version = packaged("send_message").inputs()["message", "content", "version"].schema
    assert version["enum"] == ["2022-01-01"]
    assert "Elements" in version["description"]
    template = packaged("create_bulk_job").inputs()["message", "message", "template"].schema
    assert "x-ms-dynamic-list" in template


def test_a_plain_item_that_the_service_wants_in_an_object_is_required_there() -> None:
    row = json.loads(exported("power-platform")["apiDefinition.swagger.json"])["definitions"]["Category"]
    assert row["properties"]["channel_preferences"]["items"]["required"] == ["channel"]
