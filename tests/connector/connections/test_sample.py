"""A connection with made-up values has what an action needs, and what the definition gives as an example."""

from __future__ import annotations

from typing import Any

import pytest

from connector.connections.sample import sample_connection
from tests.connector.parcels import BASE, Json, connector_definition, definition, field

FIELDS: Json = {
    "key": field(writeOnly=True),
    "pin": field(writeOnly=True, examples=["1234"]),
    "region": field(examples=["eu", "us"], default="us"),
    "plan": field(default="free"),
    "team_name": field(),
    "spare": field(),
}


def values_of(base_url: str = BASE, path: str | None = None, own_url: str | None = None) -> Any:
    made = connector_definition(
        connection={
            "properties": FIELDS,
            "kinds": [
                {"key": "one", "title": "One", "fields": ["key", "pin", "region", "plan", "team_name"],
                 "required": ["key"]},
                {"key": "two", "title": "Two", "fields": ["spare"], "required": ["spare"]},
            ],
        },
        authorization={},
        baseUrl=base_url,
    )  # fmt: skip
    request = None
    if path is not None:
        own = {"base_url": own_url} if own_url else {}
        request = definition(method="GET", path=path).request.model_copy(update=own)
    return sample_connection(made, "s3cr3t", request, name="sample").reveal()


def test_without_a_request_every_field_of_the_first_kind_is_filled_in() -> None:
    assert values_of() == {
        "key": "s3cr3t",
        "pin": "s3cr3t",
        "region": "eu",
        "plan": "free",
        "team_name": "example-team-name",
    }


@pytest.mark.parametrize(
    ("urls", "names"),
    [
        ({"path": "/a"}, {"key"}),
        ({"path": "/{connection.team_name}/a"}, {"key", "team_name"}),
        ({"path": "/a", "base_url": "https://{connection.region}.example"}, {"key", "region"}),
        ({"path": "/a", "base_url": "https://{connection.region}.example", "own_url": "https://{connection.plan}.example"},
         {"key", "plan"}),
    ],
)  # fmt: skip
def test_for_a_request_only_what_is_required_and_what_its_url_needs(urls: Any, names: set[str]) -> None:
    assert set(values_of(**urls)) == names


def test_a_field_that_is_the_whole_base_url_is_one() -> None:
    assert values_of("{connection.region}/v1") == values_of() | {"region": "https://api.example.com"}
    assert values_of("https://{connection.region}/v1") == values_of()


def test_the_settings_are_the_connections() -> None:
    made = sample_connection(connector_definition(), "s3cr3t", base_url="http://127.0.0.1:1", api_key="own")
    assert (made.base_url, made.reveal()) == ("http://127.0.0.1:1", {"api_key": "own"})
