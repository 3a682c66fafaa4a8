from __future__ import annotations

import copy
import pickle
import traceback

import pytest

from connector.connections.connection import Connection, check_base_url
from connector.definition.base_url import is_loopback
from connector.errors import AuthorizationError
from tests.connector.parcels import API_KEY, BASE

OPEN = Connection(api_key=API_KEY, name="home", base_url="https://eu.parcels.example/")


@pytest.mark.parametrize("shown", ["{!r}", "{!s}", "{}", "{!a}"])
def test_a_connection_never_shows_its_secret(shown: str) -> None:
    text = shown.format(OPEN)
    assert API_KEY not in text
    assert API_KEY[-4:] not in text
    assert "home" in text


def test_a_connection_tells_what_it_has_and_not_what_it_is() -> None:
    assert repr(OPEN) == "Connection(name='home', base_url='https://eu.parcels.example', api_key='••••••')"
    assert (
        repr(Connection(region="b", kind="oauth", user="a"))
        == "Connection(kind='oauth', region='••••••', user='••••••')"
    )
    assert repr(Connection()) == "Connection()"
    assert OPEN.fields == {"api_key"}
    assert not hasattr(OPEN, "__dict__")


@pytest.mark.parametrize("attempt", [pickle.dumps, copy.deepcopy, copy.copy])
def test_a_connection_cannot_be_carried_off(attempt: object) -> None:
    assert callable(attempt)
    with pytest.raises(TypeError, match="cannot be pickled") as caught:
        attempt(OPEN)
    assert API_KEY not in "".join(traceback.format_exception(caught.value))


def test_a_value_of_blanks_counts_as_none_and_blanks_around_are_cut() -> None:
    made = Connection(api_key=f"  {API_KEY}\n", region="  ", other=None)
    assert made.fields == {"api_key"}
    assert made.reveal() == {"api_key": API_KEY}


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://api.parcels.example", "https://api.parcels.example"),
        (" https://api.parcels.example/v1/ ", "https://api.parcels.example/v1"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1:1", "http://127.0.0.1:1"),
        ("http://[::1]:1", "http://[::1]:1"),
        ("http://parcels.localhost", "http://parcels.localhost"),
        ("https://a.example:65535/!~é//", "https://a.example:65535/!~é"),
    ],
)
def test_an_address_is_taken_without_its_last_slash(url: str, clean: str) -> None:
    assert check_base_url(url) == clean


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.parcels.example",
        "ftp://api.parcels.example",
        "file:///etc/passwd",
        "https://",
        "https://:443",
        "https://a.example:99999",
        "https://a.example:0",
        "https://[::1",
        "https://ada:pass@a.example",
        "https://ada@a.example",
        "https://a.example/?x=1",
        "https://a.example/#x",
        "https://a.example/?",
        "https://a.example#",
        "https://a.example/a\nb",
        "https://a b.example",
        "https://a.exam\tple",
        "https://a.example/a b",
        "https://a.example/\x7f",
        "https://a.example/{b",
        "https://a.example/b}",
        "http://api.parcels.example",
        "http://localhost.parcels.example",
        "http://localhost\\.parcels.example",
        "http://10.0.0.1",
        "http://127.0.0.1.parcels.example",
        "http://0.0.0.0",
    ],
)
def test_an_address_to_which_a_secret_may_not_go_is_refused(url: str) -> None:
    with pytest.raises(AuthorizationError) as caught:
        check_base_url(url)
    assert caught.value.error_code == "base_url"


def test_a_refused_address_is_not_repeated_as_it_may_hold_a_password() -> None:
    with pytest.raises(AuthorizationError) as caught:
        Connection(api_key=API_KEY, base_url="https://ada:hunter2@a.example")
    assert "hunter2" not in str(caught.value.to_dict())


@pytest.mark.parametrize(
    ("url", "message", "hint"),
    [
        ("ftp://" + "a" * 100, f"“ftp://{'a' * 74}” is not a valid base URL.", "Example: https://api.example.com"),
        ("\x1b[31mshop\x07", "“[31mshop” is not a valid base URL.", "Example: https://api.example.com"),
        ("https://a.example?b", "The base URL cannot contain a user name, password, query or fragment.", ""),
        ("http://a.example", "The base URL starts with http://, which would send the secret unencrypted.",
         "Use https://, or allow the insecure URL explicitly."),
    ],
)  # fmt: skip
def test_a_refused_address_is_shown_without_what_would_steer_a_terminal(url: str, message: str, hint: str) -> None:
    with pytest.raises(AuthorizationError) as caught:
        check_base_url(url)
    assert (caught.value.message, caught.value.hint) == (message, hint)


def test_an_insecure_address_must_be_allowed_by_name() -> None:
    made = Connection(api_key=API_KEY, base_url="http://api.parcels.example", allow_insecure=True)
    assert made.base_url == "http://api.parcels.example"


@pytest.mark.parametrize(
    ("host", "expected"), [("127.8.9.1", True), ("::1", True), ("192.168.0.1", False), ("", False)]
)
def test_loopback_is_this_machine_alone(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected


def test_the_same_account_has_the_same_identity_whatever_it_is_called() -> None:
    identity = Connection(api_key=API_KEY, name="a").identity(BASE)
    assert Connection(api_key=API_KEY, name="b").identity(BASE + "/") == identity
    assert Connection(api_key=API_KEY, base_url=BASE.upper().replace("HTTPS", "https")).identity("x") == identity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://api.parcels.example", "https://api.parcels.example:443"),
        ("https://api.parcels.example", "https://api.parcels.example./"),
        ("http://127.0.0.1", "http://127.0.0.1:80"),
        ("https://api.parcels.example/v1", "https://API.parcels.example:443/v1/"),
    ],
)
def test_two_spellings_of_an_address_are_one_account(one: str, other: str) -> None:
    identities = {Connection(api_key=API_KEY, base_url=url).identity(BASE) for url in (one, other)}
    assert len(identities) == 1


@pytest.mark.parametrize(
    "other",
    [
        Connection(api_key=API_KEY + "x"),
        Connection(api_key=API_KEY, region="eu"),
        Connection(token=API_KEY),
        Connection(api_key=API_KEY, base_url="https://eu.parcels.example"),
        Connection(api_key=API_KEY, base_url=f"{BASE}:80"),
        Connection(api_key=API_KEY, base_url=f"{BASE}/v1"),
        Connection(api_key=API_KEY, base_url=BASE.replace("https", "http"), allow_insecure=True),
    ],
)
def test_another_account_has_another_identity(other: Connection) -> None:
    assert other.identity(BASE) != Connection(api_key=API_KEY).identity(BASE)


def test_an_identity_tells_nothing_of_the_secret() -> None:
    identity = Connection(api_key=API_KEY).identity(BASE)
    assert len(identity) == 64
    assert API_KEY not in identity


def test_what_is_made_of_a_connection_is_made_once_and_again_after_a_change() -> None:
    connection, made = Connection(api_key=API_KEY), list[int]()

    def make() -> int:
        made.append(len(made))
        return made[-1]

    one, other = object(), object()
    assert [connection.keep(one, "a", make), connection.keep(one, "a", make), connection.keep(one, "b", make)] == [
        0,
        0,
        1,
    ]
    connection.base_url = "https://eu.parcels.example"
    assert connection.keep(one, "a", make) == 2
    assert connection.keep(other, "a", make) == 3
    assert connection.keep(one, "a", make) == 4
    connection.kind = "oauth"
    assert connection.keep(one, "a", make) == 5
    connection.allow_insecure = True
    assert [connection.keep(one, "a", make), connection.keep(one, "a", make)] == [6, 6]


def test_what_cannot_be_made_of_a_connection_is_tried_again() -> None:
    connection = Connection(api_key=API_KEY)

    def fail() -> int:
        raise AuthorizationError("no")

    with pytest.raises(AuthorizationError):
        connection.keep(connection, "a", fail)
    assert connection.keep(connection, "a", lambda: 1) == 1


def test_what_is_kept_with_a_connection_is_not_shown() -> None:
    connection = Connection(api_key=API_KEY)
    connection.keep(connection, "a", lambda: Connection(api_key=API_KEY).reveal())
    assert API_KEY not in f"{connection} {connection!r}"
    with pytest.raises(TypeError):
        copy.copy(connection)
