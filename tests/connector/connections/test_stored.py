"""What a stored connection is made of, and which one is used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest

from connector.connections import stored, stored_names
from connector.connections.stored import NoKeyringError, stored_connection
from connector.errors import AuthorizationError, ExitStatus
from connector.state_dir import StateError
from tests.connector.cli.keyrings import ForgetfulKeyring, LockedKeyring, MemoryKeyring
from tests.connector.parcels import Json, connector_definition, field

KINDS = connector_definition(
    connection={
        "properties": {
            "api_key": field(title="API key", writeOnly=True),
            "user": field(title="User"),
            "password": field(title="Password", writeOnly=True),
        },
        "kinds": [
            {"key": "key", "title": "Key", "fields": ["api_key"], "required": ["api_key"]},
            {"key": "login", "title": "Login", "fields": ["user", "password"], "required": ["user", "password"]},
        ],
        "environment": {"password": ["PARCELS_PASSWORD"], "user": ["PARCELS_USER", "PARCELS_LOGIN"]},
    },
    authorization={},
)
LOGIN = {"user": "ada", "password": "hunter2"}


@pytest.fixture(autouse=True)
def _nothing_in_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("PARCELS_API_KEY", "PARCELS_KEY", "PARCELS_PASSWORD", "PARCELS_USER", "PARCELS_LOGIN"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def safe() -> Iterator[MemoryKeyring]:
    before, backend = keyring.get_keyring(), MemoryKeyring()
    keyring.set_keyring(backend)
    yield backend
    keyring.set_keyring(before)


def add(name: str, values: Json, base_url: str | None = None, *, allow_insecure: bool = False, **words: Any) -> bool:
    return stored.add(KINDS, name, values, base_url, allow_insecure=allow_insecure, **words)


@pytest.mark.parametrize(
    ("values", "words", "entry"),
    [
        ({"api_key": "k1"}, {}, {"kind": "key"}),
        (LOGIN, {}, {"kind": "login", "fields": {"user": "ada"}}),
        ({**LOGIN, "api_key": "k1"}, {"kind": "login"}, {"kind": "login", "fields": {"user": "ada"}}),
        ({"api_key": "k1", "user": ""}, {"base_url": "https://eu.example/"},
         {"kind": "key", "base_url": "https://eu.example"}),
        ({"api_key": "k1"}, {"base_url": "http://eu.example", "allow_insecure": True},
         {"kind": "key", "base_url": "http://eu.example", "allow_insecure": True}),
    ],
)  # fmt: skip
def test_an_entry_has_what_is_not_secret_and_the_keyring_the_rest(
    safe: MemoryKeyring, values: Json, words: Json, entry: Json
) -> None:
    assert add("first", {"api_key": "k0"}) is False
    assert add("prod", values, **words) is False
    assert stored.known(KINDS) == {"first": {"kind": "key", "default": True}, "prod": entry}
    secrets = {name: value for (_, name), value in safe.secrets.items() if name.startswith("prod/")}
    assert secrets == {f"prod/{name}": value for name, value in values.items() if name in {"api_key", "password"}}
    found = stored_connection(KINDS, "prod")
    assert found.reveal() == {name: value for name, value in values.items() if value}
    assert (found.name, found.kind, found.base_url, found.allow_insecure) == (
        "prod", entry["kind"], entry.get("base_url"), "allow_insecure" in entry,
    )  # fmt: skip
    assert found.ephemeral is False
    without = stored_connection(KINDS, "prod", with_secrets=False)
    assert without.reveal() == entry.get("fields", {})
    elsewhere = stored_connection(KINDS, "prod", base_url="http://us.example", allow_insecure=True)
    assert (elsewhere.base_url, elsewhere.allow_insecure) == ("http://us.example", True)


@pytest.mark.usefixtures("safe")
def test_the_file_of_connections_can_be_read_by_people_and_is_in_the_order_of_the_names(tmp_path: Path) -> None:
    add("prod", {"api_key": "k1"})
    add("é", {"api_key": "k2"}, "https://eu.example")
    add("eu", LOGIN)
    assert (tmp_path / "state/parcels-connections.json").read_text(encoding="utf-8").splitlines() == [
        "{",
        '  "eu": {',
        '    "fields": {',
        '      "user": "ada"',
        "    },",
        '    "kind": "login"',
        "  },",
        '  "prod": {',
        '    "default": true,',
        '    "kind": "key"',
        "  },",
        '  "é": {',
        '    "base_url": "https://eu.example",',
        '    "kind": "key"',
        "  }",
        "}",
    ]


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        pytest.param("[" * 9_999, id="deep"),
        '"a"',
        '{"prod": 1, "eu": {}}',
        '{"eu": {}, "prod": []}',
        b"\xff",
    ],
)
def test_a_file_of_connections_that_is_damaged_is_explained(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "state/parcels-connections.json"
    path.parent.mkdir(mode=0o700)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(StateError) as caught:
        stored.known(KINDS)
    assert caught.value.message == f"The file {path} is damaged and cannot be read."
    assert caught.value.hint == "Move it away and add the connections again. It contains no secrets."


def test_a_replaced_connection_stays_the_default_and_keeps_no_old_secret(safe: MemoryKeyring) -> None:
    assert add("prod", {"api_key": "k1"}) is False
    assert add("test", {"api_key": "k2"}) is False
    assert add("prod", LOGIN) is True
    assert add("test", {"api_key": "k3"}) is True
    assert stored.known(KINDS) == {
        "prod": {"kind": "login", "fields": {"user": "ada"}, "default": True},
        "test": {"kind": "key"},
    }
    assert {name: secret for (_, name), secret in safe.secrets.items()} == {
        "prod/password": "hunter2",
        "test/api_key": "k3",
    }


@pytest.mark.usefixtures("safe")
def test_of_several_connections_the_chosen_default_alone_is_used_when_none_is_named() -> None:
    for name in ("a", "b", "c"):
        add(name, {"api_key": f"key-of-{name}"})
    assert stored.default_name(KINDS) == "a"
    stored.set_default(KINDS, "c")
    assert [name for name, entry in stored.known(KINDS).items() if entry["default"]] == ["c"]
    assert stored_connection(KINDS, None).reveal() == {"api_key": "key-of-c"}
    stored.remove(KINDS, "c")
    assert stored.default_name(KINDS) is None
    assert stored_connection(KINDS, None).fields == frozenset()


@pytest.mark.usefixtures("safe")
def test_the_environment_comes_before_the_default_connection_and_after_a_named_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add("prod", {"api_key": "k1"}, "https://eu.example")
    monkeypatch.setenv("PARCELS_USER", " ")
    monkeypatch.setenv("PARCELS_LOGIN", "ada")
    monkeypatch.setenv("PARCELS_PASSWORD", "hunter2")
    found = stored_connection(KINDS, None, base_url="http://us.example", allow_insecure=True)
    assert (found.reveal(), found.name) == (LOGIN, "")
    assert (found.base_url, found.allow_insecure) == ("http://us.example", True)
    assert stored_connection(KINDS, "prod").reveal() == {"api_key": "k1"}


@pytest.mark.parametrize("name", ["a", "Z9", "é", "eu-test_2.b", "x" * 64])
def test_a_name_has_up_to_64_letters_digits_dots_dashes_and_underscores(safe: MemoryKeyring, name: str) -> None:
    add(name, {"api_key": "k1"})
    assert list(safe.secrets) == [("parcels-connector", f"{name}/api_key")]


@pytest.mark.parametrize("name", ["", "_a", ".a", "-a", "x" * 65, "a/b", "a\n"])
def test_another_name_is_refused_with_what_a_name_may_have(safe: MemoryKeyring, name: str) -> None:
    with pytest.raises(AuthorizationError, match="is not a valid connection name") as caught:
        add(name, {"api_key": "k1"})
    assert caught.value.error_code == "connection_name"
    assert caught.value.hint == "Use letters, digits, dots, dashes and underscores, such as prod or eu-test."
    assert safe.secrets == {}


@pytest.mark.parametrize(
    ("names", "asked", "message"),
    [
        ([], "prod", "Connection “prod” not found. No connections are stored."),
        (["eu", "beta"], "prod", "Connection “prod” not found. Stored connections: beta, eu."),
        (["prod"], "prdo", "Connection “prdo” not found. Did you mean “prod”?"),
    ],
)
@pytest.mark.parametrize("use", [stored_connection, stored.remove, stored.set_default])
@pytest.mark.usefixtures("safe")
def test_a_name_that_is_not_stored_is_an_error_with_those_that_are(
    use: Any, names: list[str], asked: str, message: str
) -> None:
    for name in names:
        add(name, {"api_key": "k1"})
    with pytest.raises(AuthorizationError) as caught:
        use(KINDS, asked)
    assert (caught.value.message, caught.value.error_code) == (message, "unknown_connection")


@pytest.mark.parametrize("backend", [LockedKeyring, ForgetfulKeyring])
def test_nothing_is_stored_where_no_keyring_keeps_the_secret(safe: MemoryKeyring, backend: type[MemoryKeyring]) -> None:
    keyring.set_keyring(backend())
    with pytest.raises(NoKeyringError) as caught:
        add("prod", {"api_key": "k1"})
    assert (caught.value.error_code, caught.value.exit_status) == ("no_keyring", ExitStatus.CONNECTION)
    assert caught.value.hint == (
        "Unlock or install a keyring, or set PARCELS_USER or PARCELS_LOGIN and PARCELS_PASSWORD."
    )
    assert stored.known(KINDS) == {}
    assert safe.secrets == {}


def test_a_removed_connection_takes_its_own_secrets_along_and_no_others(safe: MemoryKeyring) -> None:
    add("prod", {**LOGIN, "api_key": "k1"}, kind="login")
    add("eu", {"api_key": "k2"})
    stored.remove(KINDS, "prod")
    assert stored.known(KINDS) == {"eu": {"kind": "key"}}
    assert safe.secrets == {("parcels-connector", "eu/api_key"): "k2"}


@pytest.mark.usefixtures("safe")
def test_a_connection_whose_secret_cannot_be_deleted_is_removed_and_the_secret_named() -> None:
    add("prod", {"api_key": "k1"})
    keyring.set_keyring(LockedKeyring())
    with pytest.raises(NoKeyringError) as caught:
        stored.remove(KINDS, "prod")
    assert stored.known(KINDS) == {}
    assert caught.value.message == (
        "Connection “prod” is deleted, but its secret is still in the keyring. "
        "The system keyring cannot be used (KeyringLocked)."
    )
    assert caught.value.hint in {
        f"Delete the entry “prod/{name}” of “parcels-connector” from the keyring yourself."
        for name in ("api_key", "password")
    }


@pytest.mark.usefixtures("safe")
def test_a_field_that_the_connector_no_longer_has_is_passed_over() -> None:
    add("prod", LOGIN)
    stored_names.write("parcels", {"prod": {"kind": "login", "fields": {"user": "ada", "region": "eu"}}})
    assert stored_connection(KINDS, "prod").fields == {"user", "password"}
