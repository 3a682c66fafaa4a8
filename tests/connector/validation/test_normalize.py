from __future__ import annotations

import copy
from typing import Any

import pytest

from connector.definition.action import ActionDefinition
from connector.definition.field import FieldSchema
from connector.validation.flow_action import with_inputs
from connector.validation.normalize import accept, accepted_names, documented_path, parameter_key, path_style_key
from tests.connector.parcels import Json, action, body, definition, field, rows


def accepted(inputs: Json, given: Any, **words: Any) -> dict[str, Any]:
    found, problems = accept(definition(inputs, **words), given)
    assert problems == []
    return found


COLORS: Json = {
    "primary": body(x_pointer="/settings/colors/primary"),
    "parcel_id": field(x_in="path"),
    "dry_run": field("boolean", x_in="query", x_name="dry-run"),
    "recipients": body("array", items={"type": "string"}),
    "operations": body("array", items={"type": "object"}, x_pointer="/patch", x_path="[]"),
    "events": body("array", items={"type": "object"}, x_pointer="/filter/events", x_path="filter.events[]"),
}


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("body/settings/colors/primary", "primary"),
        ("parcel_id", "parcel_id"),
        ("dry-run", "dry_run"),
        ("body/recipients", "recipients"),
        ("body", "operations"),
        ("body/filter/events", "events"),
    ],
)
def test_the_keys_of_an_existing_flow_are_understood(key: str, name: str) -> None:
    made = definition(COLORS)
    assert path_style_key(name, made.input(name)) == key
    found, problems = accept(made, {key: ["x"]})
    assert (found, problems) == ({name: ["x"]}, [])


def test_an_inputs_own_name_means_itself_even_where_another_would_take_it() -> None:
    made = definition({"body": body(x_pointer="/text"), "operations": body("array", x_path="[]", x_pointer="/patch")})
    assert accepted_names(made)["body"] == "body"


def test_aliases_are_accepted() -> None:
    assert accepted({"recipient": body(x_aliases=["to", "user"])}, {"to": "ada"}) == {"recipient": "ada"}


def test_what_no_one_knows_stays_so_that_it_can_be_told() -> None:
    assert accepted({}, {"nmae": "", "other": None}) == {"nmae": "", "other": None}


ROW: Json = rows({"email": field(), "name": field(x_pointer="/profile/name"), "tags": field("array", items=field())})


@pytest.mark.parametrize("empty", ["", None])
def test_empty_boxes_count_as_not_given_in_rows_too(empty: Any) -> None:
    people = {**ROW, "x-in": "body"}
    given = {
        "note": empty,
        "people": [{"email": "a@example.com", "name": empty, "tags": [empty, "x"]}, {"email": empty}, empty],
    }
    assert accepted({"note": body(), "people": people}, given) == {
        "people": [{"email": "a@example.com", "tags": ["x"]}]
    }


def test_false_and_zero_are_values() -> None:
    given = {"fragile": False, "weight": 0}
    assert accepted({"fragile": body("boolean"), "weight": body("number")}, given) == given


@pytest.mark.parametrize(
    ("keep", "given", "found"),
    [(False, [], {}), (True, [], {"tags": []}), (True, [""], {}), (True, [None], {}), (False, ["a"], {"tags": ["a"]})],
)
def test_an_empty_list_is_a_value_only_where_the_definition_says_so(keep: bool, given: Any, found: Any) -> None:
    inputs = {"tags": body("array", items=field(), x_keep_empty=keep)}
    assert accepted(inputs, {"tags": given}) == found


def test_an_empty_row_that_must_say_something_stays_for_validation_to_see() -> None:
    people = rows({"email": field()}, ["email"], x_in="body")
    assert accepted({"people": people}, {"people": [{"email": ""}]}) == {"people": [{}]}


def test_entries_pasted_as_the_object_they_are_on_the_wire_are_unwrapped() -> None:
    inputs = {"channels": body("array", items=field(x_pointer="/channel"))}
    given = {"channels": [{"channel": "email"}, "sms", {"channel": ""}]}
    assert accepted(inputs, given) == {"channels": ["email", "sms"]}


def test_free_form_objects_are_the_users_own_and_stay_untouched() -> None:
    data: Json = {"a": "", "b": None, "c": [{}, "", None], "d": {"e": {}}}
    found = accepted({"data": body("object")}, {"data": data})
    assert found == {"data": data}
    assert found["data"] is not data


def test_an_empty_free_form_object_in_a_list_stays() -> None:
    given = {"events": [{}, {"a": ""}]}
    assert accepted({"events": body("array", items={"type": "object"})}, given) == given


def test_an_empty_text_is_kept_where_the_definition_says_it_is_a_value() -> None:
    inputs = {"note": body(x_keep_empty=True), "other": body()}
    assert accepted(inputs, {"note": "", "other": ""}) == {"note": ""}
    assert accepted(inputs, {"note": None}) == {}


def test_defaults_fill_what_was_left_empty_and_never_what_was_given() -> None:
    inputs = {"size": body(default="small"), "tags": body("array", items=field(), default=["a"])}
    made = definition(inputs)
    first, _ = accept(made, {"size": ""})
    assert first == {"size": "small", "tags": ["a"]}
    first["tags"].append("changed")
    assert accept(made, {"size": "big"})[0] == {"size": "big", "tags": ["a"]}


def test_a_default_stands_where_a_ref_leads_to_it() -> None:
    inputs = {"size": {"$ref": "#/$defs/size", "x-in": "body"}}
    assert accepted(inputs, {}, defs={"size": field(default="small")}) == {"size": "small"}


def test_one_field_under_two_names_is_a_problem_only_where_the_values_differ() -> None:
    made = definition({"recipient": body(x_aliases=["to"])})
    assert accept(made, {"recipient": "ada", "body/recipient": "ada", "to": ""}) == ({"recipient": "ada"}, [])
    _, problems = accept(made, {"recipient": "ada", "to": "bob"})
    assert [(problem.field, problem.rule) for problem in problems] == [("recipient", "twice")]
    assert "“to”" in problems[0].message


def test_rows_pasted_from_a_flow_nested_as_on_the_wire_are_flattened() -> None:
    people = {**ROW, "x-in": "body"}
    given = {"body/people": [{"email": "a@example.com", "profile": {"name": "Ada", "age": 36}}]}
    found = accepted({"people": people}, given)
    assert found == {"people": [{"email": "a@example.com", "name": "Ada", "profile": {"age": 36}}]}
    found = accepted({"people": people}, {"people": [{"profile": {"name": "Ada"}}]})
    assert found == {"people": [{"name": "Ada"}]}


KEYED: Json = rows({"id": field(), "status": field()}, x_in="body", x_map_key="id")
VALUED: Json = rows({"name": field(), "value": field()}, x_in="body", x_map_key="name", x_map_value="value")


@pytest.mark.parametrize(
    ("declared", "given", "found"),
    [
        (
            KEYED,
            {"n1": {"status": "IN"}, "n2": {"status": ""}},
            [{"id": "n1", "status": "IN"}, {"id": "n2"}],
        ),
        (VALUED, {"a": "1", "b": ""}, [{"name": "a", "value": "1"}, {"name": "b"}]),
        (KEYED, [{"id": "n1", "status": "IN"}], [{"id": "n1", "status": "IN"}]),
    ],
)
def test_keyed_rows_may_be_given_as_the_object_they_are_on_the_wire(declared: Json, given: Any, found: Any) -> None:
    assert accepted({"preferences": declared}, {"preferences": given}) == {"preferences": found}


def test_what_the_caller_handed_over_is_never_changed() -> None:
    given = {"people": [{"email": "", "profile": {"name": "Ada"}}], "data": {"a": [1]}}
    before = copy.deepcopy(given)
    found, _ = accept(definition({"people": {**ROW, "x-in": "body"}, "data": body("object")}), given)
    found["data"]["a"].append(2)
    assert given == before


def test_a_value_of_the_wrong_kind_passes_through_for_validation_to_see() -> None:
    made: ActionDefinition = definition(
        {"people": {**ROW, "x-in": "body"}, "row": body("object", properties={"a": field()})}
    )
    given = {"people": "ada", "row": [1]}
    assert accept(made, given)[0] == given


FLOW: Json = {"inputs": {"host": {"operationId": "X"}, "parameters": {"body/title": "Hi"}}, "runAfter": {}}


@pytest.mark.parametrize("own", ["inputs", "host", "parameters"])
def test_an_action_that_has_such_an_input_itself_takes_no_flows_action(own: str) -> None:
    inputs = {"title": body(), own: body("object")}
    found, _ = accept(definition(inputs), FLOW)
    assert "title" not in found
    assert accepted({"title": body()}, FLOW) == {"title": "Hi"}


def test_inputs_that_are_added_go_among_the_parameters_of_a_flows_action() -> None:
    names = accepted_names(definition({"title": body(), "key": body()}))
    added = with_inputs(names, FLOW, {"title": "Ho", "key": "k"})
    assert added == {"inputs": {**FLOW["inputs"], "parameters": {"title": "Ho", "key": "k"}}}
    assert with_inputs(names, {"body/title": "Hi", "x": 1}, {"title": "Ho"}) == {"x": 1, "title": "Ho"}


def test_an_entry_that_may_be_an_object_is_not_unwrapped() -> None:
    item = field(["string", "object"], x_pointer="/id")
    given = {"ids": ["a", {"id": "b"}]}
    assert accepted({"ids": body("array", items=item)}, given) == given


@pytest.mark.parametrize(
    ("declared", "documented", "flow", "parameter"),
    [
        (body(), "it", "body/it", "body/it"),
        (body(x_pointer="/a/b"), "a.b", "body/a/b", "body/a/b"),
        (body(x_pointer=""), "", "body", "body"),
        (body(x_pointer="/patch", x_path="[]"), "[]", "body", "body/patch"),
        (body(x_pointer="/f/e", x_path="f.e[]"), "f.e[]", "body/f/e", "body/f/e"),
        (field(x_in="query", x_name="dry-run"), "dry-run", "dry-run", "dry-run"),
        (field(x_in="header"), "it", "it", "it"),
        (field(x_in="path", x_path="documented"), "documented", "documented", "it"),
        (field(x_pointer="/a/b"), "a.b", "a.b", "it"),
    ],
)
def test_a_field_has_a_documented_path_and_keys_in_flows(
    declared: Json, documented: str, flow: str, parameter: str
) -> None:
    made = FieldSchema.model_validate(declared)
    assert (documented_path("it", made), path_style_key("it", made), parameter_key("it", made)) == (
        documented,
        flow,
        parameter,
    )


def test_of_two_inputs_with_one_accepted_name_the_first_has_it() -> None:
    made = definition({"a": body(x_aliases=["x", "b"]), "b": body(x_aliases=["x"]), "c": body(x_pointer="/a")})
    assert accepted_names(made) == {
        **{"body/a": "a", "x": "a", "body/b": "b"},
        **{"a": "a", "b": "b", "c": "c"},
    }


WIRE: Json = rows(
    {
        "name": field(x_pointer="/profile/name"),
        "city": field(x_pointer="/profile/address/city"),
        "street": field(x_pointer="/profile/address/street"),
        "floor": field(x_pointer="/profile/address/inside/floor"),
        "kept": field(x_keep_empty=True),
        "inner": rows({"a": field(x_pointer="/deep/a")}),
    },
    x_in="body",
)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"profile": {"name": "Ada", "address": {"city": "Rom"}}}, {"name": "Ada", "city": "Rom"}),
        ({"profile": {"address": {"city": "Rom", "zip": 1}}}, {"city": "Rom", "profile": {"address": {"zip": 1}}}),
        ({"profile": {"address": {"city": ""}}}, {}),
        ({"profile": {"address": {"city": "Rom", "street": "Via"}}}, {"city": "Rom", "street": "Via"}),
        ({"profile": {"address": {"inside": {"floor": "2nd"}}}}, {"floor": "2nd"}),
        ({"profile": {"address": 7}}, {"profile": {"address": 7}}),
        ({"profile": {"address": {}}, "name": "Ada"}, {"name": "Ada", "profile": {"address": {}}}),
        ({"profile": {}, "name": "Ada"}, {"name": "Ada"}),
        ({"name": "Ada", "profile": {"name": "Bob"}}, {"name": "Ada", "profile": {"name": "Bob"}}),
        ({"kept": "", "name": None}, {"kept": ""}),
        ({"inner": [{"deep": {"a": "x"}}, {"a": ""}], "name": ""}, {"inner": [{"a": "x"}]}),
        ({"unknown": "", "other": None}, {"unknown": "", "other": None}),
    ],
)
def test_a_row_nested_as_on_the_wire_is_flattened_and_what_is_left_of_it_stays(given: Json, found: Json) -> None:
    before = copy.deepcopy(given)
    expected = {"people": [found]} if found else {}
    assert accepted({"people": WIRE}, {"people": [given]}) == expected
    assert given == before


@pytest.mark.parametrize(
    ("declared", "given", "found"),
    [
        (rows({"a": field()}, x_in="body"), "", None),
        (rows({"a": field()}, x_in="body", x_keep_empty=True), "", ""),
        (rows({"a": field()}, x_in="body"), ({"a": "x"}, {}), [{"a": "x"}]),
        (rows({"a": field()}, x_in="body", x_keep_empty=True), [{}], None),
        (rows({"a": field()}, x_in="body", x_keep_empty=True), (), []),
        (rows({"a": field()}, ["a"], x_in="body"), [{}, None, ""], [{}]),
        (body("object", properties={"a": field()}), "", None),
        (body("object", properties={"a": field()}, x_keep_empty=True), "", ""),
        (body("object", properties={"a": field()}), {"a": ""}, {}),
        (KEYED, {"n1": 7, "n2": {}}, [7, {"id": "n2"}]),
        (VALUED, {"a": None}, [{"name": "a"}]),
        (body("array", items=field(x_pointer="/c/d")), [{"c": {"d": "x"}}, {"c": 1}, "y"], ["x", {"c": 1}, "y"]),
    ],
)
def test_what_is_left_of_a_list_or_an_object(declared: Json, given: Any, found: Any) -> None:
    assert accepted({"it": declared}, {"it": given}) == ({} if found is None else {"it": found})


def test_a_parameter_of_a_flow_that_only_repeats_what_is_filled_in_anyway_is_no_unknown_name() -> None:
    document = action(inputs={"title": body()})
    document["request"]["bodyDefaults"] = [{"at": "/message", "set": {"version": "2"}}]
    made = ActionDefinition.model_validate(document)
    found, _ = accept(made, {"title": "a", "body/message/version": "2", "body/message/other": "2"})
    assert found == {"title": "a", "body/message/other": "2"}
    assert accept(made, {"body/message/version": "3"})[0] == {"body/message/version": "3"}
