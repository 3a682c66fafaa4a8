"""`connection`: secrets go into the keyring and come out on the wire, and are nowhere else."""

from __future__ import annotations

import base64
import json
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from connector.connections.auth import Auth
from connector.connections.stored import stored_connection
from tests.connector.cli.conftest import SECRET, Cli
from tests.connector.cli.keyrings import ForgetfulKeyring, LockedKeyring, MemoryKeyring
from tests.connector.cli.shop import Shop
from tests.connector.parcels import connector_definition

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
    ran = connection("add", "prod", "--base-url", shop.url, stdin=f"{STORED}\n")
    assert (ran.status, ran.out) == (0, "")
    assert "Connection “prod” stored. To test it:\n  courier-connector --connector" in ran.err
    assert "connection test prod" in ran.err
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
    ran = cli("--connector", shop_folder, "run", "get_thing", "thing_id=t1", "--connection", "prod")
    assert ran.status == 0
    assert shop.requests[0].headers["authorization"] == f"Bearer {STORED}"


@pytest.mark.usefixtures("safe")
def test_the_default_one_is_used_unless_the_environment_has_a_secret(
    connection: Cli, cli: Cli, shop_folder: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection("add", "prod", "--base-url", shop.url, stdin=STORED)
    cli("--connector", shop_folder, "run", "get_thing", "thing_id=t1", "--base-url", shop.url)
    monkeypatch.delenv("SHOP_TOKEN")
    cli("--connector", shop_folder, "run", "get_thing", "thing_id=t1")
    assert [request.headers["authorization"] for request in shop.requests] == [f"Bearer {SECRET}", f"Bearer {STORED}"]


@pytest.mark.usefixtures("safe")
def test_a_dry_run_shows_the_stored_address_and_leaves_the_keyring_closed(
    connection: Cli, cli: Cli, shop_folder: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection("add", "prod", "--base-url", shop.url, stdin=STORED)
    monkeypatch.delenv("SHOP_TOKEN")
    with _keyring(LockedKeyring()):
        ran = cli("--connector", shop_folder, "run", "get_thing", "thing_id=t1", "--dry-run")
    assert json.loads(ran.out)["url"] == f"{shop.url}/things/t1"


@pytest.mark.usefixtures("safe")
def test_connections_are_listed_without_their_secrets(connection: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    connection("add", "prod", stdin=STORED)
    connection("add", "eu", "--base-url", "https://eu.shop.example/", stdin=STORED)
    entries = json.loads(connection("list", "--json").out)
    assert entries == [
        {
            "name": "(environment)",
            "base_url": "https://api.shop.example",
            "source": "environment",
            "default": True,
        },
        {"name": "eu", "base_url": "https://eu.shop.example", "source": "keyring", "default": False},
        {"name": "prod", "base_url": "https://api.shop.example", "source": "keyring", "default": False},
    ]
    monkeypatch.delenv("SHOP_TOKEN")
    assert connection("list").out.splitlines()[2:] == [
        "eu    https://eu.shop.example   keyring",
        "prod  https://api.shop.example  keyring      yes",
    ]


def test_an_empty_list_shows_how_to_add_a_connection(connection: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_TOKEN")
    ran = connection("list")
    assert (ran.status, ran.out) == (0, "")
    assert "No connections stored. To add one:\n  courier-connector" in ran.err
    assert json.loads(connection("list", "--json").out) == []


@pytest.mark.usefixtures("safe")
def test_a_connection_is_tested_with_one_call(connection: Cli, shop: Shop) -> None:
    connection("add", "prod", "--base-url", shop.url, stdin=STORED)
    shop.responds(200, {"things": []})
    ran = connection("test", "prod")
    assert (ran.status, ran.out) == (0, "")
    assert ran.err.startswith("The connection works (")
    shop.responses.clear()
    shop.responds(401, {"message": f"the key {STORED} is revoked"})
    ran = connection("test", "prod")
    assert ran.status == 4
    assert "The API key was not accepted." in ran.err
    assert STORED not in ran.err


@pytest.mark.usefixtures("safe")
def test_testing_an_unknown_connection_suggests_another(connection: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    connection("add", "prod", stdin=STORED)
    ran = connection("test", "prdo")
    assert (ran.status, ran.err) == (4, "Connection “prdo” not found. Did you mean “prod”?\n")
    monkeypatch.delenv("SHOP_TOKEN")
    connection("remove", "prod")
    ran = connection("test")
    assert ran.status == 4
    assert "Set SHOP_TOKEN or SHOP_KEY, or store a connection:\n  courier-connector" in ran.err


def test_a_deleted_connection_leaves_nothing_behind(connection: Cli, safe: MemoryKeyring) -> None:
    connection("add", "prod", stdin=STORED)
    ran = connection("remove", "prod")
    assert (ran.status, ran.err) == (0, "Connection “prod” deleted.\n")
    assert safe.secrets == {}
    assert connection("remove", "prod").status == 4


def test_adding_a_name_again_replaces_it_only_when_asked_to(connection: Cli, safe: MemoryKeyring) -> None:
    connection("add", "prod", "--base-url", "https://eu.shop.example", stdin="old-secret")
    ran = connection("add", "prod", stdin=STORED)
    assert (ran.status, ran.out) == (2, "")
    assert "Connection “prod” already exists. Choose another name, or add --replace." in ran.err
    assert list(safe.secrets.values()) == ["old-secret"]
    ran = connection("add", "prod", "--replace", stdin=STORED)
    assert ran.err.startswith("Connection “prod” replaced. To test it:")
    assert list(safe.secrets.values()) == [STORED]


@pytest.mark.usefixtures("safe")
def test_the_first_connection_is_the_default_until_another_is_chosen(
    connection: Cli, cli: Cli, shop_folder: Path, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SHOP_TOKEN")
    assert "No default connection. To set it:\n  courier-connector" in connection("default").err
    connection("add", "prod", stdin="the-key-of-prod")
    connection("add", "test", "--base-url", shop.url, stdin="the-key-of-test")
    assert connection("default").out == "prod\n"
    ran = connection("default", "test")
    assert (ran.status, ran.err) == (0, "Connection “test” is used when no connection is named.\n")
    assert cli("--connector", shop_folder, "run", "get_thing", "thing_id=t1").status == 0
    assert shop.requests[0].headers["authorization"] == "Bearer the-key-of-test"
    assert connection("default", "tset").status == 4
    connection("remove", "test")
    ran = cli("--connector", shop_folder, "run", "get_thing", "thing_id=t1")
    assert ran.status == 4
    assert "Or name a stored connection with --connection: prod." in ran.err


@pytest.mark.usefixtures("safe")
def test_choosing_a_default_says_that_the_environment_comes_first(connection: Cli) -> None:
    connection("add", "prod", stdin=STORED)
    assert "The key from the environment comes first." in connection("default").err


@pytest.fixture
def in_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.delenv("SHOP_TOKEN")
    return tmp_path / "here"


@pytest.mark.usefixtures("safe")
def test_an_env_file_comes_after_the_environment_and_before_the_default_connection(
    connection: Cli, shop_cli: Cli, shop: Shop, in_own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection("add", "prod", stdin=STORED)
    (in_own_folder / ".env").write_text(
        "# the shop\nexport SHOP_TOKEN='a$key${HOME}'\nHTTPS_PROXY=http://127.0.0.1:9\n"
    )
    shop_cli("get_thing", "thing_id=t1")
    monkeypatch.setenv("SHOP_KEY", "of-the-environment")
    shop_cli("get_thing", "thing_id=t1")
    assert [request.headers["authorization"] for request in shop.requests] == [
        "Bearer a$key${HOME}",
        "Bearer of-the-environment",
    ]
    assert "HTTPS_PROXY" not in os.environ, "only the connector's own variables are read"
    monkeypatch.delenv("SHOP_KEY")
    assert json.loads(connection("list", "--json").out)[0]["source"] == ".env"


@pytest.mark.parametrize("content", [b"\xff\xfeS\0H\0", b"\xef\xbb\xbfSHOP_TOKEN=abcdef\r\n"])
def test_an_env_file_of_windows_is_read_or_explained(
    shop_cli: Cli, shop: Shop, in_own_folder: Path, content: bytes
) -> None:
    (in_own_folder / ".env").write_bytes(content)
    ran = shop_cli("get_thing", "thing_id=t1")
    if content.startswith(b"\xef"):
        assert shop.requests[0].headers["authorization"] == "Bearer abcdef"
    else:
        assert (ran.status, ran.err) == (4, "The file .env cannot be read: it is not UTF-8 text.\n")


def test_an_env_file_that_cannot_be_read_for_lack_of_the_extra_is_mentioned(
    shop_cli: Cli, in_own_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (in_own_folder / ".env").write_text("SHOP_TOKEN=x\n")
    monkeypatch.setitem(sys.modules, "dotenv", None)
    ran = shop_cli("get_thing", "thing_id=t1")
    assert ran.status == 4
    assert "The file .env was not read. To read it, install python-dotenv." in ran.err


def test_the_secret_is_never_an_argument_and_not_repeated(connection: Cli, safe: MemoryKeyring) -> None:
    ran = connection("add", "prod", STORED)
    assert (ran.status, ran.out) == (2, "")
    assert "The secret is not an argument" in ran.err
    assert STORED not in ran.err
    assert safe.secrets == {}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", "API key is required. Type it when asked, or pipe it in."),
        ("  \n", "API key is required."),
        ("two words", "contains invalid characters"),
        ("x" * 10_001, "longer than 10000 characters"),
        (b"\xff\xfe", "stdin is not UTF-8 text."),
    ],
)
def test_an_invalid_secret_is_refused_and_not_kept(
    connection: Cli, safe: MemoryKeyring, typed: str | bytes, expected: str
) -> None:
    ran = connection("add", "prod", stdin=typed)
    assert ran.status in {2, 4}
    assert expected in ran.err
    assert safe.secrets == {}
    assert "prod" not in connection("list").out


@pytest.mark.parametrize("name", ["", "a/b", "-x", "a b", "(environment)", "x" * 65, "a\nb", "\x1b[31m"])
def test_an_invalid_name_is_refused(connection: Cli, safe: MemoryKeyring, name: str) -> None:
    ran = connection("add", "--", name, stdin=STORED)
    assert ran.status == 4
    assert "is not a valid connection name." in ran.err
    assert "\x1b" not in ran.err
    assert safe.secrets == {}


@pytest.mark.parametrize("url", ["http://shop.example", "ftp://x", "shop", "https://u:p@shop.example"])
def test_an_address_that_may_not_be_used_is_refused_before_a_secret_is_asked_for(
    connection: Cli, safe: MemoryKeyring, url: str
) -> None:
    ran = connection("add", "prod", "--base-url", url, stdin=STORED)
    assert ran.status == 2
    assert "base URL" in ran.err
    assert safe.secrets == {}


def test_without_keyring_support_the_environment_is_offered(connection: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    ran = connection("add", "prod", stdin=STORED)
    assert (ran.status, ran.out) == (4, "")
    assert ran.err == (
        "Keyring support is not installed.\nInstall it with “pip install keyring”, or set SHOP_TOKEN or SHOP_KEY.\n"
    )


def test_a_keyring_that_fails_is_reported_without_its_own_message(connection: Cli) -> None:
    with _keyring(LockedKeyring()):
        ran = connection("add", "prod", stdin=STORED)
    assert (ran.status, ran.out) == (4, "")
    assert "The system keyring cannot be used (KeyringLocked)." in ran.err
    assert "SHOP_TOKEN or SHOP_KEY" in ran.err
    assert STORED not in ran.err
    assert "prod" not in connection("list").out


def test_a_keyring_that_keeps_nothing_is_noticed(connection: Cli) -> None:
    with _keyring(ForgetfulKeyring()):
        ran = connection("add", "prod", stdin=STORED)
    assert ran.status == 4
    assert "The system keyring did not save the secret." in ran.err
    assert "prod" not in connection("list").out


@pytest.mark.usefixtures("safe")
def test_a_connection_can_be_deleted_when_the_keyring_fails(connection: Cli) -> None:
    connection("add", "prod", stdin=STORED)
    with _keyring(LockedKeyring()):
        ran = connection("remove", "prod")
    assert ran.status == 4
    assert "Connection “prod” is deleted, but its secret is still in the keyring." in ran.err
    assert "“prod/api_key” of “shop-connector”" in ran.err
    assert "prod" not in connection("list").out


@pytest.mark.parametrize("content", ["{", "[1]", '{"prod": 1}', "\udcff"])
def test_a_damaged_file_of_connections_is_explained(connection: Cli, tmp_path: Path, content: str) -> None:
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    (state / "shop-connections.json").write_bytes(content.encode("utf-8", "surrogateescape"))
    ran = connection("list")
    assert (ran.status, ran.out) == (1, "")
    assert "shop-connections.json is damaged" in ran.err
    assert "It contains no secrets." in ran.err


KINDS = {
    "properties": {
        "api_key": {"type": "string", "title": "API key", "writeOnly": True},
        "user": {"type": "string", "title": "User name"},
        "password": {"type": "string", "title": "Password", "writeOnly": True},
        "account": {"type": "string", "title": "Account"},
    },
    "kinds": [
        {
            "key": "api_key",
            "title": "API key",
            "fields": ["api_key", "account"],
            "required": ["api_key"],
            "authorization": {"headers": {"Authorization": "Bearer {connection.api_key}"}},
        },
        {
            "key": "login",
            "title": "User name and password",
            "fields": ["user", "password", "account"],
            "required": ["user", "password"],
            "authorization": {"basic": {"username": "{connection.user}", "password": "{connection.password}"}},
        },
    ],
    "environment": {"password": ["SHOP_PASSWORD"], "user": ["SHOP_USER"]},
}


@pytest.fixture
def kinds(cli: Cli, shop_folder: Path, tmp_path: Path) -> Cli:
    """Run `connection ...` of the small connector with two kinds of connection."""
    folder = shutil.copytree(shop_folder, tmp_path / "kinds")
    path = folder / "definitions/connector.json"
    document = json.loads(path.read_text())
    del document["authorization"]
    document["connection"] = {**KINDS, "test": document["connection"]["test"]}
    document["headers"] = {"X-Account": "{connection.account}"}
    path.write_text(json.dumps(document))

    def run(*arguments: str | Path, stdin: str | bytes = "") -> object:
        return cli("--connector", folder, "connection", *arguments, stdin=stdin)

    return run  # type: ignore[return-value]


def test_a_kind_is_stored_with_its_secrets_in_the_keyring_and_the_rest_in_the_file(
    kinds: Cli, safe: MemoryKeyring, shop: Shop, tmp_path: Path
) -> None:
    lines = f"zoe\n{STORED}\nacme\n"
    ran = kinds("add", "prod", "--kind", "login", "--base-url", shop.url, stdin=lines)
    assert ran.status == 0, ran.err
    assert list(safe.secrets.values()) == [STORED]
    (file,) = tmp_path.rglob("*-connections.json")
    assert (
        json.loads(file.read_text())["prod"].items()
        >= {"kind": "login", "fields": {"user": "zoe", "account": "acme"}}.items()
    )
    assert kinds("test", "prod").status == 0
    (request,) = shop.requests
    assert request.headers["authorization"] == "Basic " + base64.b64encode(f"zoe:{STORED}".encode()).decode()
    assert request.headers["x-account"] == "acme"
    assert json.loads(kinds("list", "--json").out)[0]["kind"] == "login"
    replaced = kinds("add", "prod", "--kind", "api_key", "--replace", stdin="canary-other-key\n\n")
    assert replaced.status == 0, replaced.err
    assert list(safe.secrets.values()) == ["canary-other-key"]


@pytest.mark.usefixtures("safe")
def test_a_kind_has_to_be_chosen_where_nobody_can_be_asked(kinds: Cli) -> None:
    ran = kinds("add", "prod", stdin="zoe\n")
    assert ran.status == 2
    assert "Choose the kind of connection with --kind: api_key, login." in ran.err
    assert "no kind of connection “saml”" in kinds("add", "prod", "--kind", "saml", stdin="zoe\n").err
    assert "Password is required" in kinds("add", "prod", "--kind", "login", stdin="zoe\n\n").err


def test_the_environment_makes_a_connection_of_the_kind_that_it_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_USER", "zoe")
    monkeypatch.setenv("SHOP_PASSWORD", STORED)
    manifest = connector_definition(connection=KINDS)
    auth = Auth.of(manifest, stored_connection(manifest, None))
    assert (auth.kind.key, auth.values["user"]) == ("login", "zoe")
