"""Where a link of a service leads, and whether the connection's secret may go there."""

from __future__ import annotations

import pytest

from connector.errors import OutputError
from connector.http.links import absolute, is_same_origin
from connector.http.long_running import poll_wait, status_url
from connector.testing import response

URL = "https://api.parcels.example/v1/parcels?page=1"


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://b.example/x", "https://b.example/x"),
        ("/x?page=2", "https://api.parcels.example/x?page=2"),
        ("x", "https://api.parcels.example/v1/x"),
        ("?page=2", "https://api.parcels.example/v1/parcels?page=2"),
        ("//b.example/x", "https://b.example/x"),
        ("x#top", "https://api.parcels.example/v1/x"),
        ("https://[::1/x#top", "https://[::1/x"),
    ],
)
def test_a_relative_link_starts_from_the_url_of_the_request(link: str, url: str) -> None:
    assert absolute(URL, link) == url


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.parcels.example/other?a=~|b", True),
        ("https://API.parcels.example:443/", True),
        ("https://api.parcels.example:444/", False),
        ("http://api.parcels.example/", False),
        ("http://api.parcels.example:443/", False),
        ("https://api.parcels.example.evil.example/", False),
        ("https://ada@api.parcels.example/", False),
        ("https://api.parcels.example:x/", False),
        ("https://api.parcels.example/{a", False),
        ("https://api.parcels.example/a}", False),
        ("https://api.parcels.example/a\\b", False),
        ("https://api.parcels.example/a b", False),
        ("https://api.parcels.example/é", False),
        ("https://api.parcels.example/a\n", False),
        ("/other", False),
        ("", False),
    ],
)
def test_a_secret_goes_to_the_same_scheme_host_and_port_alone(url: str, expected: bool) -> None:
    assert is_same_origin(url, URL) is expected


def test_the_default_port_of_http_is_80() -> None:
    assert is_same_origin("http://a.example:80/x", "http://a.example/")
    assert not is_same_origin("http://a.example:81/x", "http://a.example/")


@pytest.mark.parametrize(
    ("status", "location", "polled", "expected"),
    [
        (202, "/status/1", False, "https://api.parcels.example/status/1"),
        (202, "/status/2", True, "https://api.parcels.example/status/2"),
        (202, None, True, URL),
        (202, None, False, None),
        (202, "", False, None),
        (200, "/status/1", True, None),
        (201, "/parcels/1", False, None),
        (303, "/parcels/1", True, None),
    ],
)
def test_an_accepted_request_is_polled_where_the_service_says_or_where_it_was(
    status: int, location: str | None, polled: bool, expected: str | None
) -> None:
    headers = {} if location is None else {"location": location}
    assert status_url(response(status, {}, **headers), URL, polled=polled) == expected


@pytest.mark.parametrize("polled", [False, True])
def test_the_status_of_another_host_is_not_asked_for(polled: bool) -> None:
    with pytest.raises(OutputError, match="not on the host of the base URL") as caught:
        status_url(response(202, {}, location="https://evil.example/status"), URL, polled=polled)
    assert caught.value.error_code == "status_url"


@pytest.mark.parametrize(
    ("polls", "retry_after", "seconds"),
    [
        *((polls, None, seconds) for polls, seconds in enumerate([1, 2, 4, 8, 16, 20, 20])),
        (10_000, None, 20),
        (0, 0.0, 1),
        (5, 0.5, 1),
        (0, 7.0, 7),
        (0, 300.0, 300),
    ],
)
def test_polls_come_after_1_to_20_seconds_or_when_the_service_says(
    polls: int, retry_after: float | None, seconds: float
) -> None:
    assert poll_wait(polls, retry_after) == seconds
