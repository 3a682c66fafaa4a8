"""Where the choices of a field come from, wherever the field is in its form."""

from __future__ import annotations

from typing import Any

import pytest

from connector.call.options import RunOptions
from connector.catalogue.catalogue import Catalogue
from connector.catalogue.choices import ChoiceSource
from connector.catalogue.loader import load
from connector.errors import InputError
from connector.testing import response
from tests.connector.parcels import ACTIONS, Json, MakeBench, action, body, field, rows, write_folder


def listed(operation_id: str, **parameters: Any) -> Json:
    """A field whose choices that action lists."""
    names = {"value-collection": "parcels", "value-path": "id", "value-title": "note"}
    return field() | {"x-ms-dynamic-values": {"operationId": operation_id, **names, "parameters": parameters}}


FORM = action(
    "form",
    {
        "top": listed("Top") | {"x-in": "body", "x-aliases": ["alias.of.top", "other"]},
        "plain": body(),
        "many": body("array", items=listed("Many")),
        "referred": {"$ref": "#/$defs/choice", "x-in": "body"},
        "people": rows({"team": listed("Team"), "inner": rows({"deep": {"$ref": "#/$defs/choice"}})}, x_in="body"),
        "object": body("object", properties={"part": listed("Part")}),
        "kind": body(title="Kind", x_aliases=["type"]),
        "sort": body(),
        "depending": listed("Depending", kind={"parameter": "kind"}, sort={"parameter": "sort"}, fixed=7)
        | {"x-in": "body"},
    },
    defs={"choice": listed("Choice")},
)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return Catalogue(load(write_folder(tmp_path_factory.mktemp("it") / "parcels", [*ACTIONS, FORM])))


@pytest.mark.parametrize(
    ("name", "operation_id"),
    [
        ("top", "Top"),
        ("body/top", "Top"),
        ("other", "Top"),
        ("alias.of.top", "Top"),
        ("many", "Many"),
        ("many[0]", "Many"),
        ("referred", "Choice"),
        ("people[0].team", "Team"),
        ("people[].team", "Team"),
        ("people.team", "Team"),
        ("people[0].inner[12].deep", "Choice"),
        ("people.inner.deep", "Choice"),
        ("object.part", "Part"),
    ],
)
def test_a_field_has_choices_wherever_it_is(catalogue: Catalogue, name: str, operation_id: str) -> None:
    source = ChoiceSource.of(catalogue.find("form"), name, {})
    assert (source.operation_id, source.inputs) == (operation_id, {})


@pytest.mark.parametrize(
    "name", ["plain", "nothing", "people", "people[0]", "people[0].none", "top.inner", "object", "people[0].inner", ""]
)
def test_any_other_field_has_none(catalogue: Catalogue, name: str) -> None:
    with pytest.raises(InputError) as caught:
        ChoiceSource.of(catalogue.find("form"), name, {})
    assert caught.value.message == f"The field “{name}” of “form” has no choices."
    assert [(problem.field, problem.rule) for problem in caught.value.problems] == [(name, "choices")]


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({}, ["kind", "sort"]),
        ({"kind": "", "sort": None}, ["kind", "sort"]),
        ({"kind": "a"}, ["sort"]),
        ({"body/sort": "up"}, ["kind"]),
        ({"kind": 0, "sort": False}, []),
        ({"type": "a", "sort": "up"}, []),
    ],
)
def test_choices_that_depend_on_others_need_them(catalogue: Catalogue, given: Json, missing: list[str]) -> None:
    form = catalogue.find("form")
    if not missing:
        source = ChoiceSource.of(form, "depending", given)
        assert source.inputs == {"kind": given.get("kind", "a"), "sort": given["sort"], "fixed": 7}
        return
    titles = {"kind": "Kind", "sort": "sort"}
    with pytest.raises(InputError) as caught:
        ChoiceSource.of(form, "depending", given)
    assert caught.value.message.endswith(f"depend on {' and '.join(titles[name] for name in missing)}.")
    assert [(problem.field, problem.rule, problem.message) for problem in caught.value.problems] == [
        (name, "required", f"{titles[name]} is required.") for name in missing
    ]


def test_fields_with_the_same_choices_have_one_identity(catalogue: Catalogue) -> None:
    form = catalogue.find("form")

    def identity(name: str, **given: Any) -> str:
        return ChoiceSource.of(form, name, given).identity

    assert identity("referred") == identity("people.inner.deep") != identity("top")
    assert identity("depending", kind="a", sort="b") != identity("depending", kind="a", sort="c")


def test_a_list_with_pages_is_read_until_there_are_too_many_rows(catalogue: Catalogue) -> None:
    options: RunOptions = {}
    source = ChoiceSource.of(catalogue.find("get_parcel"), "parcel_id", {})
    found, inputs = source.listing(catalogue, options)
    assert (found.key, inputs, options) == ("list_parcels", {}, {"max_items": 1_001})


@pytest.mark.parametrize(("count", "shown", "complete"), [(1_000, 1_000, True), (1_001, 1_000, False)])
def test_a_thousand_choices_are_all_that_a_form_gets(bench: MakeBench, count: int, shown: int, complete: bool) -> None:
    made = bench([response(200, {"parcels": [{"id": f"p{number}"} for number in range(count)]})])
    choices = made.connector.choices("get_parcel", "parcel_id", made.connection)
    assert (len(choices), choices.complete) == (shown, complete)
