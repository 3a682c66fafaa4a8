"""The served OpenAPI document is this server's own, can be read by tools, and holds for what the server responds.

Schemathesis asks more of it, in `.ci/run`: it brings 30 packages, too many for the tests' environment.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from connector.export import export
from connector.server.named_rows import with_named_rows
from tests.connector.web.serving import Reply, Site
from tests.courier import BUNDLE

Json = dict[str, Any]

KEYS = sorted(BUNDLE.actions)
by_action = pytest.mark.parametrize("key", KEYS)


@pytest.fixture(scope="module")
def document(site: Site) -> Json:
    served: Json = site.get("/openapi.json").body
    return served


@cache
def exported() -> Json:
    made: Json = json.loads(export(BUNDLE, "openapi")["openapi.json"])
    return made


def operation(document: Json, key: str) -> Json:
    found: Json = document["paths"][f"/actions/{key}/run"]["post"]
    return found


def resolved(document: Json, value: Json) -> Json:
    while "$ref" in value:
        target: Any = document
        for step in value["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        value = target
    return value


def check(document: Json, key: str, reply: Reply) -> None:
    """Whether a response is one that the document describes."""
    responses = operation(document, key)["responses"]
    assert str(reply.status) in responses or (400 <= reply.status < 500 and "4XX" in responses), reply.status
    described = resolved(document, responses.get(str(reply.status)) or responses["4XX"])
    schema = described["content"][reply.headers["content-type"]]["schema"]
    if reply.headers["content-type"] != "text/event-stream":
        validator = Draft202012Validator({**schema, "components": document["components"]})
        assert [error.message for error in validator.iter_errors(reply.body)] == []


def test_it_is_valid(document: Json) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_it_has_the_operations_of_the_exported_one(document: Json) -> None:
    assert [path for path in document["paths"] if not path.startswith("/batches")] == list(exported()["paths"])
    assert [tag["name"] for tag in document["tags"]] == [*(tag["name"] for tag in exported()["tags"]), "batches"]


def test_its_security_is_the_token_of_the_server_not_the_key_of_the_service(document: Json) -> None:
    assert document["security"] == [{"token": []}]
    assert list(document["components"]["securitySchemes"]) == ["token"]
    assert "API key" not in json.dumps(document["components"]["securitySchemes"])


def test_its_connections_are_those_of_the_server(document: Json) -> None:
    parameter = document["components"]["parameters"]["Connection"]
    assert (parameter["in"], parameter["name"], parameter["required"]) == ("header", "X-Connection", False)
    assert parameter["schema"] == {"type": "string", "enum": ["sandbox"], "default": "sandbox"}


@by_action
def test_an_operation_has_the_options_that_make_sense_for_its_action(document: Json, key: str) -> None:
    definition = BUNDLE.actions[key].definition
    names = {resolved(document, parameter)["name"] for parameter in operation(document, key)["parameters"]}
    assert {"X-Connection", "timeout", "max_wait", "meta"} <= names
    assert ({"all_pages", "max_items"} <= names) is (definition.pagination is not None)
    assert ("Idempotency-Key" in names) is (definition.idempotency is not None)


@by_action
def test_every_status_that_the_server_itself_responds_with_is_described(document: Json, key: str) -> None:
    described = set(operation(document, key)["responses"])
    assert {"200", "400", "401", "403", "413", "415", "421", "422", "429", "500", "502", "503", "504"} <= described


@by_action
def test_what_an_action_responds_is_described(document: Json, site: Site, key: str) -> None:
    content = operation(document, key)["requestBody"]["content"]["application/json"]
    target = f"/actions/{key}/run"
    for example in content["examples"].values():
        check(document, key, site.post(target, example["value"]))
    first = next(iter(content["examples"].values()))["value"]
    check(document, key, site.post(f"{target}?meta=1", first))
    check(document, key, site.post(target, first, Accept="text/event-stream"))
    wrong: list[Any] = [b"{", {"nothing": 1}, {name: [] for name in first}]
    for body in wrong:
        check(document, key, site.post(target, body))


@pytest.mark.parametrize(
    ("status", "options"),
    [
        (400, {"target": "?nothing=1"}),
        (400, {"X_Connection": "nothing"}),
        (401, {"token": False}),
        (403, {"Origin": "https://evil.example"}),
        (413, {"body": b" " * 9_000_000}),
        (415, {"Content_Type": "text/plain"}),
        (421, {"Host": "evil.example"}),
    ],
)
def test_what_the_server_refuses_is_described(document: Json, site: Site, status: int, options: Json) -> None:
    target = f"/actions/send_message/run{options.pop('target', '')}"
    reply = site.post(target, options.pop("body", {}), **options)
    assert reply.status == status
    check(document, "send_message", reply)


@by_action
def test_examples_fit_the_schemas_with_named_rows(document: Json, key: str) -> None:
    content = operation(document, key)["requestBody"]["content"]["application/json"]
    validator = Draft202012Validator({**content["schema"], "components": document["components"]})
    for example in content["examples"].values():
        assert [error.message for error in validator.iter_errors(example["value"])] == []


def schemas(value: Any) -> Iterator[Json]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from schemas(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from schemas(inner)


def lists_led_back_to(components: Json) -> set[str]:
    """The components that lead back to themselves without an object that has a name between: generators drop them."""
    edges = {
        name: {part["$ref"].rpartition("/")[2] for part in schemas(schema) if isinstance(part.get("$ref"), str)}
        for name, schema in components.items()
        if schema.get("type") != "object"
    }
    edges = {name: targets & set(edges) for name, targets in edges.items()}
    while leaves := {name for name, targets in edges.items() if not targets & set(edges)}:
        for name in leaves:
            del edges[name]
    return set(edges)


def test_no_list_leads_back_to_itself_so_that_generators_resolve_every_row(document: Json) -> None:
    assert lists_led_back_to(exported()["components"]["schemas"]) != set()
    assert lists_led_back_to(document["components"]["schemas"]) == set()


@pytest.mark.parametrize("value", [[], [{"a": []}], [{"a": [{"a": None}]}], [{"b": 1}], [1], None, [{"a": [1]}]])
def test_named_rows_accept_what_the_rows_accepted(value: Any) -> None:
    rows = {
        "type": ["array", "null"],
        "items": {
            "type": "object",
            "properties": {"a": {"$ref": "#/components/schemas/rows"}},
            "additionalProperties": False,
        },
    }
    mixed = {"type": ["array", "null"], "items": {"type": ["string", "object"], "properties": {"a": {"type": "array"}}}}
    for components in ({"rows": rows}, {"rows": mixed}):
        before, after = (
            Draft202012Validator({"$ref": "#/components/schemas/rows", "components": {"schemas": schemas}})
            for schemas in (components, with_named_rows(components))
        )
        assert before.is_valid(value) == after.is_valid(value)
