"""Microsoft's designer and run-time can take the package as it is.

The rules are Microsoft's published ones, rebuilt here as far as this package could break them; each names its source:
SV "Fix Swagger Validator errors", CS "Coding standards", SG "Connector string guidance", CR certification, FAQ the
limits, LX the open-source Logic Apps designer.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest
from jsonschema import Draft4Validator

from connector.export.power_platform.naming import label_of, singular, type_name
from tests.connector.export.power_platform import as_checked, by_action, examples, packaged, said
from tests.connector.export.power_platform_package import (
    Drawn,
    fields,
    followed,
    labels,
    swagger,
)
from tests.connector.export.whole import definitions, exported


@by_action
def test_no_two_boxes_and_no_two_outputs_have_the_same_label(key: str) -> None:
    operation = packaged(key)
    entries = [(each["x-ms-summary"], each["x-ms-summary"]) for each in operation.beside_the_body]
    entries += labels(operation.body["schema"], inputs=True) if operation.body else []
    outputs = list(labels(operation.replies() or {"properties": {}}, inputs=False)) if operation.replies() else []
    for shown in (entries, outputs):
        for which in (0, 1):  # what the designer shows, and the own title that reference pages show alone
            assert [label for label, times in Counter(each[which].lower() for each in shown).items() if times > 1] == []


@by_action
def test_the_designer_finds_the_outputs_and_every_schema_is_the_same(key: str) -> None:
    responses = packaged(key).document["responses"]
    assert any(re.fullmatch(r"2\d\d", status) for status in responses)
    with_schema = [status for status, response in responses.items() if "schema" in response]
    assert with_schema in ([], ["200"], ["200", "201"], ["200", "202"])
    in_the_body = [each for each in said(key, "outputs") if each.places != ((),) or "object" not in each.kinds]
    assert bool(with_schema) == bool(in_the_body)
    assert all(responses[status]["schema"] == packaged(key).replies() for status in with_schema)
    assert "default" not in responses
    assert any(status.startswith("4") for status in responses)


@by_action
def test_every_success_that_the_service_is_known_to_answer_is_there(key: str) -> None:
    known = {str(response.status) for _, response in examples(key) if 200 <= response.status < 300}
    assert known <= set(packaged(key).document["responses"])


@by_action
def test_every_success_status_that_carries_a_body_has_the_schema_of_the_outputs(key: str) -> None:
    responses = packaged(key).document["responses"]
    for _, response in examples(key):
        if 200 <= response.status < 300 and packaged(key).outputs():
            assert ("schema" in responses[str(response.status)]) == (
                response.status == 200 or response.body is not None
            )


def test_the_designer_shows_the_output_of_send_although_the_service_responds_with_202() -> None:
    responses = packaged("send_message").document["responses"]
    assert responses["200"]["schema"] == responses["202"]["schema"]
    assert ("requestId",) in packaged("send_message").outputs()


def test_every_file_but_the_icon_is_ascii() -> None:
    # paconn on Windows reads them as cp1252.
    assert all(content.isascii() for name, content in exported("power-platform").items() if name != "icon.png")
    description = definitions()["archive_message"].description
    assert not description.isascii()
    assert packaged("archive_message").document["description"].startswith(description)


def test_shared_parameters_are_named_after_their_key() -> None:
    names = {name: parameter["name"] for name, parameter in swagger()["parameters"].items()}
    assert names["MessageId"] == "message_id"
    for name, key in names.items():
        assert re.sub(r"\d+$", "", name).lower() == re.sub(r"[^A-Za-z0-9]", "", key).lower()
        assert name[0].isupper()
    for name, definition in swagger()["definitions"].items():
        assert re.fullmatch(r"[A-Z][A-Za-z0-9]*", name), definition


@pytest.mark.parametrize(
    ("key", "name"),
    [("list_id", "ListId"), ("Idempotency-Key", "IdempotencyKey"), ("templateId", "TemplateId"), ("id", "Id")],
)
def test_a_key_becomes_a_type_name_of_all_its_letters(key: str, name: str) -> None:
    assert type_name(key) == name


@pytest.mark.parametrize(
    ("key", "label"),
    [
        ("list_id", "List ID"),
        ("facebook_url", "Facebook URL"),
        ("widgetColor", "Widget Color"),
        ("ids", "IDs"),
    ],
)
def test_a_key_becomes_a_label_in_words(key: str, label: str) -> None:
    assert label_of(key) == label


@pytest.mark.parametrize(
    ("label", "one"),
    [("Categories", "Category"), ("Addresses", "Address"), ("Lists", "List"), ("Address", "Address"), ("Data", "Data")],
)
def test_a_label_of_a_list_becomes_that_of_one_item(label: str, one: str) -> None:
    assert singular(label) == one


def test_a_free_form_object_of_a_request_is_shown_and_one_of_an_answer_is_not() -> None:
    assert "x-ms-visibility" in packaged("send_message").inputs()["message", "data"].schema
    assert packaged("send_message").inputs()["message", "data"].schema["x-ms-visibility"] != "internal"
    assert packaged("send_message").inputs()["message", "channels"].schema["x-ms-visibility"] == "internal"
    history = packaged("get_message_history").outputs()["results", "[]", "profile"]
    assert history.schema["x-ms-visibility"] == "internal"


@by_action
def test_dynamic_values_find_rows_and_columns_in_a_real_answer(key: str) -> None:
    for entry in [*packaged(key).beside_the_body, *(each.schema for each in packaged(key).inputs().values())]:
        if "x-ms-dynamic-values" not in entry:
            continue
        values, listed = entry["x-ms-dynamic-values"], entry["x-ms-dynamic-list"]
        assert values["operationId"] == listed["operationId"]
        way = [values["value-collection"], values["value-path"], values["value-title"]]
        assert way == [listed["itemsPath"], listed["itemValuePath"], listed["itemTitlePath"]]
        other = next(name for name, each in definitions().items() if each.operation_id == values["operationId"])
        replies = [response.body for _, response in examples(other) if response.status == 200]
        found = [row for reply in replies for row in reply.get(way[0]) or []]
        assert found
        assert all(row.get(way[1]) for row in found)
        assert any(row.get(way[2]) for row in found)


def test_choices_may_depend_on_another_parameter() -> None:
    (topic,) = [each for each in packaged("get_user_preference").beside_the_body if each["name"] == "topic_id"]
    assert topic["x-ms-dynamic-values"]["parameters"] == {"user_id": {"parameter": "user_id"}}
    assert topic["x-ms-dynamic-list"]["parameters"] == {"user_id": {"parameterReference": "user_id"}}


def test_ids_have_choices() -> None:
    chosen = {key for key in definitions() for entry in packaged(key).beside_the_body if "x-ms-dynamic-list" in entry}
    assert {"get_list", "get_audience"} <= chosen
    assert "x-ms-dynamic-list" in packaged("send_message").inputs()["message", "template"].schema


@by_action
def test_every_answer_of_the_examples_passes_the_type_check(key: str) -> None:
    schema = packaged(key).replies()
    for _, response in examples(key):
        if schema is not None and 200 <= response.status < 300 and response.body is not None:
            problems = Draft4Validator(as_checked(schema)).iter_errors(response.body)
            assert [error.message for error in problems] == []


@by_action
def test_null_passes_the_type_check_wherever_it_can_come(key: str) -> None:
    for place, each in packaged(key).outputs().items():
        if place[-1] not in {"[]", "*"}:
            assert each.kind is None or each.schema.get("x-nullable") is True, place


@pytest.mark.parametrize("target", ["ws-1", {"id": "u-1", "email": "ada@example.com"}, None])
def test_both_forms_of_a_target_pass_the_type_check(target: Any) -> None:
    schema = packaged("get_audit_event").replies()
    assert schema is not None
    assert Draft4Validator(as_checked(schema)).is_valid({"auditEventId": "a", "target": target})
    assert ("target", "id") in packaged("get_audit_event").outputs()


@by_action
def test_whole_numbers_of_an_answer_have_room_for_milliseconds(key: str) -> None:
    for each in packaged(key).outputs().values():
        if each.kind == "integer":
            assert each.schema["format"] == "int64"


def test_the_definition_fits_into_a_solution() -> None:
    assert (
        len(exported("power-platform")["apiDefinition.swagger.json"].decode()) <= 500_000
    )  # PowerPlatformConnectors 3567


def test_the_head_of_the_definition_is_what_certification_asks_for() -> None:
    head = swagger()
    assert head["swagger"] == "2.0"
    assert re.fullmatch(r"[\w.-]+", head["host"])
    assert head["basePath"] == "/"
    assert head["schemes"] == ["https"]
    assert len(head["info"]["title"]) <= 30
    assert not re.search(r"\b(api|connector)\b", head["info"]["title"].lower())
    assert 30 <= len(head["info"]["description"]) <= 500
    assert set(head["info"]["contact"]) == {"name", "url", "email"}
    named = {each["propertyName"]: each["propertyValue"] for each in head["x-ms-connector-metadata"]}
    assert set(named) == {"Website", "Privacy policy", "Categories"}
    assert len(named["Categories"].split(";")) <= 2


@by_action
def test_an_operation_has_the_texts_that_are_asked_for(key: str) -> None:
    document = packaged(key).document
    assert len(document["summary"]) <= 80
    assert not re.search(r"[/\\<>*%&?]", document["summary"])
    assert document["summary"][-1].isalnum() or document["summary"].endswith(")")  # SG
    assert document["description"].endswith(".")
    assert len(document["description"]) <= 1000
    assert not re.search(r"power (apps|automate|bi|platform)|logic apps", document["description"].lower())  # CR
    for each in packaged(key).beside_the_body:
        assert re.fullmatch(r"[A-Za-z0-9() ]+", each["x-ms-summary"])
        assert each["description"].endswith((".", "!", "?", ")"))
    for drawn in [*packaged(key).inputs().values(), *packaged(key).outputs().values()]:
        if drawn.place[-1] not in {"[]", "*"}:
            assert drawn.title, drawn.place
            assert drawn.schema.get("description") or drawn.schema.get("properties"), drawn.place  # SG


@by_action
def test_parameters_are_declared_as_the_path_needs_them(key: str) -> None:
    operation = packaged(key)
    in_path = [each for each in operation.beside_the_body if each["in"] == "path"]
    assert {each["name"] for each in in_path} == set(re.findall(r"{([^}]+)}", operation.path))
    assert all(each["required"] and each["x-ms-url-encoding"] for each in in_path)  # SV PathParameterMissingEncoding
    assert all("x-ms-url-encoding" not in each for each in operation.beside_the_body if each["in"] == "query")
    counted = Counter((each["name"], each["in"]) for each in operation.parameters)
    assert all(times == 1 for times in counted.values())
    assert operation.body is None or operation.method not in {"GET", "HEAD"}
    assert all("collectionFormat" not in each for each in operation.beside_the_body)


@by_action
def test_schemas_keep_the_rules_of_swagger(key: str) -> None:
    operation = packaged(key)
    for schema in filter(None, (operation.body and operation.body["schema"], operation.replies())):
        everything = [Drawn((), followed(schema), required=True), *fields(schema)]
        assert len(everything) <= 512  # FAQ: schemas per body
        for each in everything:
            assert isinstance(each.kind, str | None)
            assert each.kind != "array" or each.schema["items"]
            assert set(each.schema.get("required", [])) <= set(each.schema.get("properties", {}))
            assert each.schema.get("required") != []
            assert each.schema.get("format", "int64") in {
                "int64",
                "date",
                "date-time",
                "double",
                "email",
                "uri",
                "password",
            }
            if each.schema.get("x-ms-visibility") == "internal":
                assert not each.required


def test_what_is_the_same_in_several_operations_is_written_once() -> None:
    inline = Counter(
        json.dumps(parameter)
        for methods in swagger()["paths"].values()
        for operation in methods.values()
        for parameter in operation["parameters"]
        if "$ref" not in parameter and parameter["in"] != "body"
    )
    assert [text for text, times in inline.items() if times > 1] == []
    text = json.dumps(swagger())
    for part in ("parameters", "definitions"):
        for name in swagger()[part]:
            assert text.count(f'"#/{part}/{name}"') >= (1 if part == "definitions" else 2), name
    unfollowed = json.dumps([swagger()["definitions"], swagger()["paths"]])
    for name in re.findall(r'"#/definitions/(\w+)"', unfollowed):
        assert name in swagger()["definitions"]
