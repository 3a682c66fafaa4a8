"""Base URLs that are templates, and values as a host name or as a part of a path."""

from __future__ import annotations

from typing import Any

import pytest

from connector.connections.endpoint import Endpoint, fill_base_url, host_name, path_of, path_segment
from connector.errors import AuthorizationError

FILLED = {"connection.url": "https://eu.example/v1/", "connection.region": "eu", "connection.path": "/a b/c/",
          "team": "a/b", "dot": "..", "connection.dots": "a/../b", "connection.odd": "eu example"}  # fmt: skip


def value_of(name: str) -> str:
    return FILLED.get(name, f"{{{name}}}")


@pytest.mark.parametrize(
    ("template", "url"),
    [
        ("https://a.example/v1/", "https://a.example/v1"),
        ("{connection.url}", "https://eu.example/v1"),
        ("{connection.url}/v2/", "https://eu.example/v1/v2"),
        ("https://{connection.region}.example/", "https://eu.example"),
        ("https://a.example/{connection.path}/d", "https://a.example/a%20b/c/d"),
        ("https://a.example/{team}/d/", "https://a.example/a%2Fb/d"),
        ("https://{connection.region}.{connection.zone}.example/", "https://eu.{connection.zone}.example"),
        ("https://{connection.zone}.example/{team}", "https://{connection.zone}.example/a%2Fb"),
        ("{connection.secret}/v1/", "{connection.secret}/v1"),
    ],
)
def test_a_template_makes_a_base_url_and_what_is_not_known_stays_in_it(template: str, url: str) -> None:
    assert fill_base_url(template, value_of) == url


@pytest.mark.parametrize(
    ("template", "field", "message"),
    [
        ("{connection.region}", "connection.region", "“eu” is not a valid base URL."),
        ("https://{connection.odd}.example", "connection.odd", "“eu example” is not a host name."),
        ("https://{connection.path}", "connection.path", "“/a b/c/” is not a host name."),
        ("https://a.example/{dot}", "dot", "“..” cannot be part of a path."),
        ("https://a.example/{connection.dots}", "connection.dots", "“a/../b” cannot be part of a path."),
        ("ftp://{connection.region}.example", None, "“ftp://eu.example” is not a valid base URL."),
    ],
)
def test_a_value_that_makes_no_base_url_is_named(template: str, field: str | None, message: str) -> None:
    with pytest.raises(AuthorizationError) as caught:
        fill_base_url(template, value_of)
    assert (caught.value.field, caught.value.message) == (field, message)


@pytest.mark.parametrize("template", ["http://{connection.region}.example", "{connection.plain}/v1"])
def test_an_unencrypted_base_url_has_to_be_allowed(template: str) -> None:
    def plain(name: str) -> str:
        return "http://b.example" if name == "connection.plain" else value_of(name)

    with pytest.raises(AuthorizationError, match="unencrypted"):
        fill_base_url(template, plain)
    assert fill_base_url(template, plain, allow_insecure=True).startswith("http://")


@pytest.mark.parametrize(
    ("value", "host"),
    [
        ("eu", "eu"),
        (" https://eu.example// ", "eu.example"),
        ("HTTP://EU.example", "EU.example"),
        ("eu_1-a.example.:65535", "eu_1-a.example.:65535"),
        ("[::1]:80", "[::1]:80"),
        ("[::ffff:127.0.0.1]", "[::ffff:127.0.0.1]"),
    ],
)
def test_a_host_name_may_be_pasted_with_its_scheme_and_slashes(value: str, host: str) -> None:
    assert host_name(value) == host


@pytest.mark.parametrize(
    "value",
    ["", "eu/x", "a@b", "a..b", ".a", "a b", "a:1:2", "a:123456", "a:", "::1", "[::1", "a?b", "a#b", "é", "a\n."],
)
def test_anything_else_is_not_a_host_name(value: str) -> None:
    with pytest.raises(AuthorizationError, match="is not a host name") as caught:
        host_name(value)
    assert (caught.value.error_code, caught.value.hint) == ("host", "Example: api.example.com")


def test_what_is_not_a_host_name_is_shown_cut_and_printable() -> None:
    with pytest.raises(AuthorizationError) as caught:
        host_name("\x1b/" + "a" * 100)
    assert caught.value.message == f"“/{'a' * 79}” is not a host name."


@pytest.mark.parametrize(
    ("text", "segment", "path"),
    [
        ("a", "a", "a"),
        ("/a/b/", "%2Fa%2Fb%2F", "a/b"),
        ("...", "...", "..."),
        ("a;b,c:@&=+$!~*'()", "a%3Bb%2Cc%3A%40%26%3D%2B%24%21~%2A%27%28%29", "a;b,c:@&=+$!~*'()"),
        ("a?b#c%é", "a%3Fb%23c%25%C3%A9", "a%3Fb%23c%25%C3%A9"),
        ("", "", ""),
    ],
)
def test_a_text_is_one_segment_of_a_path_or_several(text: str, segment: str, path: str) -> None:
    assert (path_segment(text), path_of(text)) == (segment, path)


@pytest.mark.parametrize("text", [".", "..", "/../", "a/.", "./a", "a/../b"])
def test_a_dot_segment_is_never_sent(text: str) -> None:
    with pytest.raises(ValueError, match="dot segment"):
        path_of(text)
    if text in {".", ".."}:
        with pytest.raises(ValueError, match="dot segment"):
            path_segment(text)


@pytest.mark.parametrize(
    ("values", "name", "found"),
    [
        ({"region": "eu"}, "connection.region", "eu"),
        ({"region": "eu"}, "region", "eu"),
        ({"region": ""}, "connection.region", "{connection.region}"),
        ({}, "connection.region", "{connection.region}"),
    ],
)
def test_a_value_that_is_not_there_stays_in_braces(values: Any, name: str, found: str) -> None:
    assert Endpoint("https://a.example", values=values).value_of(name) == found
