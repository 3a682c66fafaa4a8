"""`connection`: secrets go into the keyring and come out on the wire, and are nowhere else."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from tests.connector.cli.conftest import SECRET, Cli
from tests.connector.cli.keyrings import ForgetfulKeyring, LockedKeyring, MemoryKeyring
from tests.connector.cli.shop import Shop

STORED = "canary-stored-in-the-keyring"


@pytest.fixture
def safe() -> Iterator[MemoryKeyring]:
    """The system's keyring, as far as the program knows."""
    with _keyring(MemoryKeyring()) as backend:
        assert isinstance(backend, MemoryKeyring)
        yield backend


class _keyring:  # noqa: N801 - used like a function
    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend

    def __enter__(self) -> KeyringBackend:
        self._before = keyring.get_keyring()
        keyring.set_keyring(self._backend)
        return self._backend

    def __exit__(self, *_: object) -> None:
        keyring.set_keyring(self._before)


@pytest.fixture
def connection(cli: Cli, shop_folder: Path) -> Cli:
    """Run `connection ...` of the small connector."""

    def run(*arguments: str | Path, stdin: str | bytes = "") -> object:
        return cli("--connector", shop_folder, "connection", *arguments, stdin=stdin)

    return run  # type: ignore[return-value]


def test_a_secret_from_stdin_is_kept_in_the_keyring_alone(
    connection: Cli, safe: MemoryKeyring, tmp_path: Path, shop: Shop
) -> None:
    told = connection("add", "prod", "--base-url", shop.url, stdin=f"{STORED}\n")
    assert (told.status, told.out) == (0, "")
    assert "Stored. Try it: courier-connector --connector" in told.err
    assert "connection test prod" in told.err
    assert safe.secrets == {("shop-connector", "prod/api_key"): STORED}
    files = [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert STORED.encode() not in path.read_bytes()
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_a_stored_connection_is_used_by_name(
    connection: Cli, cli: Cli, shop_folder: Path, safe: MemoryKeyring, shop: Shop
) -> None:
    connection("add", "prod", "--base-url", shop.url, stdin=STORED)
    assert safe.secrets
    told = cli("--connector", shop_folder, "run", "get_thing", "thing_id=t1", "--connection", "prod")
    assert told.status == 0
    assert shop.requests[0].headers["authorization"] == f"Bearer {STORED}"


@pytest.mark.usefixtures("safe")
def test_the_one_called_default_is_used_unless_the_environment_has_a_secret(
    connection: Cli, cli: Cli, shop_folder: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection("add", "default", "--base-url", shop.url, stdin=STORED)
    cli("--connector", shop_folder, "run", "get_thing", "thing_id=t1", "--base-url", shop.url)
    monkeypatch.delenv("SHOP_TOKEN")
    cli("--connector", shop_folder, "run", "get_thing", "thing_id=t1")
    assert [request.headers["authorization"] for request in shop.requests] == [f"Bearer {SECRET}", f"Bearer {STORED}"]


@pytest.mark.usefixtures("safe")
def test_a_dry_run_shows_the_stored_address_and_leaves_the_keyring_closed(
    connection: Cli, cli: Cli, shop_folder: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection("add", "default", "--base-url", shop.url, stdin=STORED)
    monkeypatch.delenv("SHOP_TOKEN")
    with _keyring(LockedKeyring()):
        told = cli("--connector", shop_folder, "run", "get_thing", "thing_id=t1", "--dry-run")
    assert json.loads(told.out)["url"] == f"{shop.url}/things/t1"


@pytest.mark.usefixtures("safe")
def test_connections_are_listed_without_their_secrets(connection: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    connection("add", "prod", stdin=STORED)
    connection("add", "eu", "--base-url", "https://eu.shop.example/", stdin=STORED)
    entries = json.loads(connection("list", "--json").out)
    assert entries == [
        {"name": "(environment)", "base_url": "https://api.shop.example", "source": "environment"},
        {"name": "eu", "base_url": "https://eu.shop.example", "source": "keyring"},
        {"name": "prod", "base_url": "https://api.shop.example", "source": "keyring"},
    ]
    monkeypatch.delenv("SHOP_TOKEN")
    assert connection("list").out.splitlines()[2:] == [
        "eu    https://eu.shop.example   keyring",
        "prod  https://api.shop.example  keyring",
    ]


def test_no_connection_at_all_is_said_with_the_way_to_one(connection: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_TOKEN")
    told = connection("list")
    assert (told.status, told.out) == (0, "")
    assert "No connection is stored. Add one: courier-connector" in told.err
    assert json.loads(connection("list", "--json").out) == []


@pytest.mark.usefixtures("safe")
def test_a_connection_is_tested_with_one_call(connection: Cli, shop: Shop) -> None:
    connection("add", "prod", "--base-url", shop.url, stdin=STORED)
    shop.says(200, {"things": []})
    told = connection("test", "prod")
    assert (told.status, told.out) == (0, "")
    assert told.err.startswith("The connection works (")
    shop.answers.clear()
    shop.says(401, {"message": f"the key {STORED} is revoked"})
    told = connection("test", "prod")
    assert told.status == 4
    assert "The API key was not accepted." in told.err
    assert STORED not in told.err


@pytest.mark.usefixtures("safe")
def test_testing_what_is_not_there_says_what_is(connection: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    connection("add", "prod", stdin=STORED)
    told = connection("test", "prdo")
    assert (told.status, told.err) == (4, "There is no connection “prdo”. Did you mean “prod”?\n")
    monkeypatch.delenv("SHOP_TOKEN")
    told = connection("test")
    assert told.status == 4
    assert "Set SHOP_TOKEN or SHOP_KEY, or store one with:" in told.err


def test_a_forgotten_connection_leaves_nothing_behind(connection: Cli, safe: MemoryKeyring) -> None:
    connection("add", "prod", stdin=STORED)
    told = connection("remove", "prod")
    assert (told.status, told.err) == (0, "The connection “prod” is forgotten.\n")
    assert safe.secrets == {}
    assert connection("remove", "prod").status == 4


def test_adding_a_name_again_replaces_it_and_says_so(connection: Cli, safe: MemoryKeyring) -> None:
    connection("add", "prod", stdin="old-secret")
    told = connection("add", "prod", stdin=STORED)
    assert told.err.startswith("Replaced.")
    assert list(safe.secrets.values()) == [STORED]


def test_the_secret_is_never_an_argument_and_not_repeated(connection: Cli, safe: MemoryKeyring) -> None:
    told = connection("add", "prod", STORED)
    assert (told.status, told.out) == (2, "")
    assert "the secret never is" in told.err
    assert STORED not in told.err
    assert safe.secrets == {}


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "No API key was given: type it at the prompt, or pipe it in."),
        ("  \n", "No API key was given"),
        ("two words", "contains invalid characters"),
        ("x" * 10_001, "longer than 10000 characters"),
        (b"\xff\xfe", "not text in UTF-8"),
    ],
)
def test_what_can_be_no_secret_is_refused_and_not_kept(
    connection: Cli, safe: MemoryKeyring, typed: str | bytes, says: str
) -> None:
    told = connection("add", "prod", stdin=typed)
    assert told.status in {2, 4}
    assert says in told.err
    assert safe.secrets == {}
    assert "prod" not in connection("list").out


@pytest.mark.parametrize("name", ["", "a/b", "-x", "a b", "(environment)", "x" * 65, "a\nb", "\x1b[31m"])
def test_a_name_that_would_confuse_is_refused(connection: Cli, safe: MemoryKeyring, name: str) -> None:
    told = connection("add", "--", name, stdin=STORED)
    assert told.status == 4
    assert "A connection cannot be called" in told.err
    assert "\x1b" not in told.err
    assert safe.secrets == {}


@pytest.mark.parametrize("url", ["http://shop.example", "ftp://x", "shop", "https://u:p@shop.example"])
def test_an_address_that_may_not_be_used_is_refused_before_a_secret_is_asked_for(
    connection: Cli, safe: MemoryKeyring, url: str
) -> None:
    told = connection("add", "prod", "--base-url", url, stdin=STORED)
    assert told.status == 4
    assert " base URL" in told.err
    assert safe.secrets == {}


def test_without_keyring_support_the_environment_is_offered(connection: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    told = connection("add", "prod", stdin=STORED)
    assert (told.status, told.out) == (4, "")
    assert told.err == (
        "The keyring support is not installed, so there is no safe place for the secret.\n"
        "Install it with “pip install keyring”, or give the secret in the environment: SHOP_TOKEN or SHOP_KEY.\n"
    )


def test_a_keyring_that_fails_is_told_without_its_own_words(connection: Cli) -> None:
    with _keyring(LockedKeyring()):
        told = connection("add", "prod", stdin=STORED)
    assert (told.status, told.out) == (4, "")
    assert "This system's keyring cannot be used (KeyringLocked)." in told.err
    assert "SHOP_TOKEN or SHOP_KEY" in told.err
    assert STORED not in told.err
    assert "prod" not in connection("list").out


def test_a_keyring_that_keeps_nothing_is_noticed(connection: Cli) -> None:
    with _keyring(ForgetfulKeyring()):
        told = connection("add", "prod", stdin=STORED)
    assert told.status == 4
    assert "does not keep what it is given" in told.err
    assert "prod" not in connection("list").out


@pytest.mark.usefixtures("safe")
def test_a_connection_can_be_forgotten_when_the_keyring_fails(connection: Cli) -> None:
    connection("add", "prod", stdin=STORED)
    with _keyring(LockedKeyring()):
        told = connection("remove", "prod")
    assert told.status == 4
    assert "“prod” is forgotten, but its secret could not be deleted" in told.err
    assert "“prod/api_key” of “shop-connector”" in told.err
    assert "prod" not in connection("list").out


@pytest.mark.parametrize("content", ["{", "[1]", '{"prod": 1}', "\udcff"])
def test_a_damaged_file_of_connections_is_explained(connection: Cli, tmp_path: Path, content: str) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    (state / "shop-connections.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    told = connection("list")
    assert (told.status, told.out) == (1, "")
    assert "shop-connections.json is damaged" in told.err
    assert "the secrets are not in it" in told.err
