from __future__ import annotations

import pytest

from connector.connections.auth import base_url_of, masked_headers, secret_headers, secrets_of
from connector.connections.connection import Connection
from connector.errors import AuthorizationError
from connector.secrets import MASK
from tests.connector.parcels import API_KEY, BASE, connector_definition

PARCELS = connector_definition()


@pytest.mark.parametrize("given", [API_KEY, f"Bearer {API_KEY}", f"bearer   {API_KEY}", f" BEARER {API_KEY} \n"])
def test_a_secret_is_signed_with_alone_however_it_was_pasted(given: str) -> None:
    secrets = secrets_of(PARCELS, Connection(api_key=given))
    assert secrets == {"api_key": API_KEY}
    assert secret_headers(PARCELS, secrets) == {"Authorization": f"Bearer {API_KEY}"}


@pytest.mark.parametrize("given", [None, "", "  ", "Bearer "])
def test_a_missing_secret_is_told_with_where_it_may_come_from(given: str | None) -> None:
    with pytest.raises(AuthorizationError) as caught:
        secrets_of(PARCELS, Connection(api_key=given))
    assert caught.value.to_dict() == {
        "code": "missing_secret",
        "message": "The connection has no API key.",
        "hint": "Pass api_key=... to the connection, or set PARCELS_API_KEY or PARCELS_KEY.",
        "field": "api_key",
        "retryable": False,
    }


@pytest.mark.parametrize("given", ["hunter2 x", "hunter2\r\nX-Evil: 1", "hunter2ä", "hun\x00ter2"])
def test_a_secret_that_cannot_travel_in_a_header_is_refused_without_showing_it(given: str) -> None:
    with pytest.raises(AuthorizationError, match="contains invalid characters") as caught:
        secrets_of(PARCELS, Connection(api_key=given))
    assert "hunter2" not in str(caught.value.to_dict())


def test_what_is_shown_has_a_mask_in_the_secrets_place() -> None:
    assert masked_headers(PARCELS) == {"Authorization": f"Bearer {MASK}"}


def test_a_secret_may_travel_in_a_header_of_its_own_and_be_made_of_parts() -> None:
    made = connector_definition(authorization={"header": "X-Key", "template": "{user}:{api_key}"})
    assert secret_headers(made, {"user": "{api_key}", "api_key": "k"}) == {"X-Key": "{api_key}:k"}


@pytest.mark.parametrize(
    ("connection", "url"),
    [(None, BASE), (Connection(), BASE), (Connection(base_url="https://eu.example/"), "https://eu.example")],
)
def test_the_address_is_the_connections_or_the_connectors(connection: Connection | None, url: str) -> None:
    assert base_url_of(PARCELS, connection) == url
