"""Connection fields from environment variables, or from a `.env` file."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from connector.connections import environment
from connector.errors import AuthorizationError
from tests.connector.parcels import Json, connector_definition, field

PARCELS = connector_definition(
    connection={
        "properties": {"api_key": field(writeOnly=True), "region": field(), "note": field()},
        "required": ["api_key"],
        "environment": {"api_key": ["PARCELS_API_KEY", "PARCELS_KEY"], "region": ["PARCELS_REGION"]},
    }
)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("PARCELS_API_KEY", "PARCELS_KEY", "PARCELS_REGION"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("variables", "file", "values", "source"),
    [
        ({}, None, {}, None),
        ({}, "OTHER=1\n", {}, None),
        ({"PARCELS_KEY": "k2"}, None, {"api_key": "k2"}, "environment"),
        ({"PARCELS_KEY": "k2", "PARCELS_API_KEY": "k1"}, None, {"api_key": "k1"}, "environment"),
        ({"PARCELS_KEY": "k2", "PARCELS_API_KEY": " "}, None, {"api_key": "k2"}, "environment"),
        ({"PARCELS_API_KEY": ""}, "PARCELS_KEY=k3\n", {"api_key": "k3"}, ".env"),
        ({"PARCELS_REGION": "eu"}, "PARCELS_KEY=k3\n", {"region": "eu"}, "environment"),
        ({}, "PARCELS_KEY='k3${HOME}'\nPARCELS_REGION=eu\nPARCELS_API_KEY\n",
         {"api_key": "k3${HOME}", "region": "eu"}, ".env"),
    ],
)  # fmt: skip
def test_the_variables_that_are_set_come_before_those_of_the_file(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], file: str | None, values: Json, source: str | None
) -> None:
    for name, text in variables.items():
        monkeypatch.setenv(name, text)
    if file is not None:
        Path(".env").write_text(file, encoding="utf-8")
    assert environment.from_environment(PARCELS) == values
    assert environment.source(PARCELS) == source
    assert not environment.file_is_unread()


def test_a_file_is_unread_without_the_extra_that_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "dotenv", None)
    assert not environment.file_is_unread()
    Path(".env").write_text("PARCELS_KEY=k3\n", encoding="utf-8")
    assert environment.file_is_unread()
    assert environment.from_environment(PARCELS) == {}
    assert environment.source(PARCELS) is None


@pytest.mark.parametrize("content", [b"\xff\xfeP\0", b"PARCELS_KEY=\xff\n"])
def test_a_file_that_is_not_text_is_explained(content: bytes) -> None:
    Path(".env").write_bytes(content)
    with pytest.raises(AuthorizationError) as caught:
        environment.from_environment(PARCELS)
    assert caught.value.message == "The file .env cannot be read: it is not UTF-8 text."
    assert caught.value.error_code == "env_file"


def test_the_variables_of_a_sentence_are_those_of_the_first_kind_that_has_any() -> None:
    assert environment.variables(PARCELS) == "PARCELS_API_KEY or PARCELS_KEY"
    kinds = {
        "properties": {name: field() for name in ("a", "b", "c", "d")},
        "kinds": [
            {"key": "one", "title": "One", "fields": ["a"], "required": ["a"]},
            {"key": "two", "title": "Two", "fields": ["b", "c", "d"], "required": ["b", "c", "a"]},
            {"key": "three", "title": "Three", "fields": ["d"], "required": ["d"]},
        ],
        "environment": {"b": ["B"], "c": ["C", "D"], "d": ["E"]},
    }
    assert environment.variables(connector_definition(connection=kinds, authorization={})) == "B and C or D"
    assert environment.variables(connector_definition(connection={}, authorization={})) == ""
