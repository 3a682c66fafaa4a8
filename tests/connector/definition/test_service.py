"""What a connector's file may leave out, and what its values mean."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from connector.definition.base_url import is_loopback, is_plain
from connector.definition.service import ConnectorDefinition
from connector.errors import DefinitionError
from tests.connector.parcels import Json, field, manifest

LEAST: Json = {
    "key": "least",
    "title": "Least",
    "description": "Has only what it needs.",
    "version": "1.0.0",
    "baseUrl": "https://api.least.example",
    "throttle": {"calls": 1, "renewalPeriod": 1},
    "groups": {"big_things": {}, "small": {"title": "Small ones"}},
}


def test_what_a_connector_leaves_out_is_what_the_reference_says() -> None:
    made = ConnectorDefinition.model_validate(LEAST)
    assert made.retry.model_dump() == {
        "attempts": 4,
        "base": 0.5,
        "cap": 32,
        "statuses": [408, 425, 429, 500, 502, 503, 504],
    }
    assert made.timeouts.model_dump() == {"connect": 10, "read": 30, "total": 300, "wait": 120}
    assert made.limits.model_dump() == {
        "request_bytes": 6_000_000,
        "url_characters": 8_000,
        "response_bytes": 20_000_000,
    }
    assert made.error_body.model_dump() == {"message": "/message", "type": "/type", "kinds": "_error$"}
    assert (made.paging.max_items, made.brand_color, made.insecure) == (10_000, "#4a5b6c", False)
    assert (made.connection.properties, made.authorization.templates) == ({}, {})


def test_a_group_without_texts_has_those_of_its_key() -> None:
    groups = ConnectorDefinition.model_validate(LEAST).groups
    assert (groups["big_things"].title, groups["big_things"].description) == ("Big things", "Actions for big things.")
    assert (groups["small"].title, groups["small"].description) == ("Small ones", "Actions for small.")
    for wrong in (7, {"small": 7}):
        with pytest.raises(ValidationError):
            ConnectorDefinition.model_validate({**LEAST, "groups": wrong})


@pytest.mark.parametrize(
    ("url", "plain"),
    [
        ("https://api.example.com", False),
        ("http://api.example.com", True),
        ("http://10.0.0.1", True),
        ("http://localhost:80", False),
        ("http://api.localhost", False),
        ("http://127.0.0.9", False),
        ("http://[::1]:8080", False),
        ("http://[::2]", True),
        ("http://[::1", True),
        ("http://{connection.host}", True),
        ("{connection.url}", False),
    ],
)
def test_only_this_machine_is_talked_to_unencrypted_unless_it_is_allowed(url: str, plain: bool) -> None:
    assert is_plain(url) is plain
    if plain and "[::1" not in url:
        with pytest.raises(ValidationError, match="insecure"):
            ConnectorDefinition.model_validate({**LEAST, "baseUrl": url})
        assert ConnectorDefinition.model_validate({**LEAST, "baseUrl": url, "insecure": True}).base_url == url


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com:8443/v1",
        "https://[::1]:8080",
        "{connection.url}/v1",
        "https://{connection.region}.example.com:{connection.port}/{connection.tenant}",
    ],
)
def test_a_base_url_may_be_the_template_of_one(url: str) -> None:
    assert ConnectorDefinition.model_validate({**LEAST, "baseUrl": url}).base_url == url


@pytest.mark.parametrize(
    "url",
    ["https://[x", "https://api example.com", "https://api.example.com:99999", "https://1.2.3.4.5", "https://a:b.test"],
)
def test_an_invalid_url_is_told_wherever_a_connector_has_one(url: str) -> None:
    publisher: Json = {"name": "Ada", "email": "ada@example.org", "url": url}
    publications: list[Json] = [{"publisher": publisher}, {"privacyPolicy": url}]
    wrongs: list[Json] = [{"baseUrl": url}, *({"publication": each} for each in publications)]
    for wrong in wrongs:
        with pytest.raises(ValidationError, match=r"must be a valid URL"):
            ConnectorDefinition.model_validate({**LEAST, **wrong})


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("localhost", True), ("notlocalhost", False), ("a.localhost", True), ("128.0.0.1", False), ("", False)],
)
def test_a_host_is_this_machine_by_name_or_address(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_a_connector_that_declares_no_kinds_has_the_one_of_its_fields() -> None:
    (kind,) = ConnectorDefinition.model_validate(manifest()).kinds
    assert (kind.key, kind.fields, kind.required) == ("", ["api_key"], ["api_key"])
    assert kind.authorization.fields == ("api_key",)
    declared = {**manifest()["connection"], "kinds": [{"key": "a", "title": "A"}, {"key": "b", "title": "B"}]}
    made = ConnectorDefinition.model_validate(manifest(connection=declared))
    assert [each.key for each in made.kinds] == ["a", "b"]


@pytest.mark.parametrize(
    ("connection", "message"),
    [
        ({"properties": {"base_url": field()}}, "a field of the connection cannot have the name “base_url”"),
        ({"properties": {"a{": field()}}, "cannot have the name “a{”"),
        ({"properties": {"a}": field()}}, "cannot have the name “a}”"),
        ({"kinds": [{"key": "k", "title": "K", "fields": ["no"]}]}, "the kind “k” has the field “no”"),
        ({"kinds": [{"key": "k", "title": "K", "required": ["no"]}]}, "the kind “k” has the field “no”"),
    ],
)
def test_a_connection_has_the_fields_that_it_declares(connection: Json, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ConnectorDefinition.model_validate({**LEAST, "connection": connection})


def test_a_connection_says_what_is_secret_what_is_sent_by_default_and_what_tests_it() -> None:
    properties = {
        "key": field(writeOnly=True, default="k"),
        "region": field(default="eu"),
        "size": field("integer", default=7),
        "plain": field(),
    }
    basic = {"username": "{connection.key}", "password": "{connection.plain}{connection.key}"}
    words = {"connection": {"properties": properties}, "authorization": {"basic": basic, "query": {"r": "x"}}}
    made = ConnectorDefinition.model_validate({**LEAST, **words})
    assert made.connection.secrets == {"key"}
    assert made.connection.defaults == {"key": "k", "region": "eu"}
    assert made.authorization.templates == {
        "/query/r": "x",
        "/basic/username": basic["username"],
        "/basic/password": basic["password"],
    }
    assert made.authorization.fields == ("key", "plain")
    with pytest.raises(DefinitionError, match="names no action that tests a connection"):
        _ = made.connection.test_action
    assert ConnectorDefinition.model_validate(manifest()).connection.test_action == "list_parcels"


def accepted(change: Json) -> bool:
    try:
        ConnectorDefinition.model_validate({**LEAST, **change})
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ({"retry": {"attempts": 1}}, {"retry": {"attempts": 0}}),
        ({"retry": {"base": 0.5}}, {"retry": {"base": 0}}),
        ({"retry": {"cap": 0.5}}, {"retry": {"cap": 0}}),
        ({"timeouts": {"connect": 0.5}}, {"timeouts": {"connect": 0}}),
        ({"timeouts": {"read": 0.5}}, {"timeouts": {"read": 0}}),
        ({"timeouts": {"total": 0.5}}, {"timeouts": {"total": 0}}),
        ({"timeouts": {"wait": 0}}, {"timeouts": {"wait": -0.5}}),
        ({"publication": {"categories": ["A", "B"]}}, {"publication": {"categories": ["A", "B", "C"]}}),
        # What a type of 200 characters can match in ten million ways.
        ({"errorBody": {"kinds": "a.*b{1,8}c{1,31}"}}, {"errorBody": {"kinds": "a.*b{1,8}c{1,32}"}}),
    ],
    ids=str,
)
def test_a_value_may_be_at_its_bound_and_not_beyond_it(right: Json, wrong: Json) -> None:
    assert (accepted(right), accepted(wrong)) == (True, False)
