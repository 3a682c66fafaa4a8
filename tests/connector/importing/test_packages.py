"""Packages of every kind of authentication and policy, run against a service made from their own descriptions.

`packages/<name>/expected.json` was written by hand from the documented rules: what arrives at the service, what comes
back, and which operations cannot run, with why.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from connector import Connection, Connector
from connector.errors import DefinitionError
from connector.examples import FakeClock
from connector.http.response import HttpResponse
from connector.importing.package import Package
from connector.importing.report import report_on
from tests.connector.importing.described_service import DescribedService, Sent, basic

Json = dict[str, Any]

PACKAGES = sorted((Path(__file__).parent / "packages").iterdir())


class AnythingGoes(DescribedService):
    """A service behind policies: the paths of the description are not its own."""

    def _respond(self, _sent: Sent) -> HttpResponse:
        return HttpResponse(200, {"content-type": "application/json"}, b"{}")


def read(folder: Path, name: str) -> Json:
    """A file of a package."""
    found: Json = json.loads((folder / name).read_text(encoding="utf-8"))
    return found


def service_of(folder: Path) -> DescribedService:
    """The service of a package."""
    swagger, expected = read(folder, "apiDefinition.swagger.json"), read(folder, "expected.json")
    kind = AnythingGoes if expected.get("bare") else DescribedService
    return kind(swagger, {name: list(bodies) for name, bodies in expected.get("responses", {}).items()})


def loaded(folder: Path, service: DescribedService) -> Connector:
    """The connector of a package, with its service."""
    return Connector.load(folder, transport=service, clock=FakeClock())


def connection_of(values: Json | None) -> Connection | None:
    """The connection of an expectation."""
    return Connection(**values) if values is not None else None


def runs() -> Iterator[Any]:
    """Every expected run of every package."""
    for folder in PACKAGES:
        for number, run in enumerate(read(folder, "expected.json")["runs"]):
            yield pytest.param(folder, run, id=f"{folder.name}-{number}-{run['operation']}")


@pytest.mark.parametrize(("folder", "run"), list(runs()))
def test_what_arrives_and_what_comes_back_is_as_documented(folder: Path, run: Json) -> None:
    service = service_of(folder)
    connection = connection_of(run.get("connection", read(folder, "expected.json")["connection"]))
    with loaded(folder, service) as connector:
        result = connector.run(run["operation"], run["inputs"], connection, all_pages=run.get("all_pages", False))
    assert wire(service.sent[-1], run["wire"]) == run["wire"]
    assert {name: result.fields.get(name) for name in run.get("outputs", {})} == run.get("outputs", {})
    assert [warning for warning in result.meta.warnings if "no pages" not in warning] == []


def wire(sent: Sent, wanted: Json) -> Json:
    """What an expectation says of a request, as it arrived."""
    form = parse_qsl(sent.content.decode("latin-1"), keep_blank_values=True)
    shown: dict[str, Callable[[], Any]] = {
        "method": lambda: sent.method,
        "url": lambda: sent.url,
        "path": lambda: urlsplit(sent.url).path,
        "query": lambda: [list(pair) for pair in sent.query],
        "body": lambda: sent.json,
        "content": lambda: base64.b64encode(sent.content).decode(),
        "form": lambda: [list(pair) for pair in form],
        "headers": lambda: {name: sent.headers.get(name) for name in wanted["headers"]},
        "basic": lambda: wanted["basic"] if sent.headers.get("authorization") == basic(*wanted["basic"]) else None,
        "parts": lambda: [part for part in wanted["parts"] if part.encode() in sent.content],
    }
    return {name: shown[name]() for name in wanted}


@pytest.mark.parametrize("folder", PACKAGES, ids=lambda folder: folder.name)
def test_what_cannot_run_is_listed_with_the_reason(folder: Path) -> None:
    expected = read(folder, "expected.json")
    report = report_on(Package(folder))
    assert {each.operation_id: " ".join(each.gaps) for each in report.operations if each.gaps} == expected["gaps"]
    notes = {each.operation_id: " ".join(each.notes) for each in report.operations}
    assert {name: notes[name] for name in expected.get("notes", {})} == expected.get("notes", {})


def gaps() -> Iterator[Any]:
    """Every expected gap of every package."""
    for folder in PACKAGES:
        for operation, reason in read(folder, "expected.json")["gaps"].items():
            yield pytest.param(folder, operation, reason, id=f"{folder.name}-{operation}")


@pytest.mark.parametrize(("folder", "operation", "reason"), list(gaps()))
def test_a_run_of_what_cannot_run_says_the_reason_and_sends_nothing(folder: Path, operation: str, reason: str) -> None:
    service = service_of(folder)
    with loaded(folder, service) as connector:
        key = connector.find(operation).key
        with pytest.raises(DefinitionError) as caught:
            connector.run(operation, {}, connection_of(read(folder, "expected.json")["connection"]))
        assert connector.gaps[key] == reason
    assert reason in caught.value.message
    assert service.sent == []


def choices() -> Iterator[Any]:
    """Every expected list of choices of every package."""
    for folder in PACKAGES:
        for each in read(folder, "expected.json").get("choices", []):
            yield pytest.param(folder, each, id=f"{folder.name}-{each['field']}")


@pytest.mark.parametrize(("folder", "expected"), list(choices()))
def test_choices_are_listed_by_the_operation_that_the_package_names(folder: Path, expected: Json) -> None:
    connection = connection_of(read(folder, "expected.json")["connection"])
    with loaded(folder, service_of(folder)) as connector:
        found = connector.choices(expected["operation"], expected["field"], connection, expected["inputs"])
    assert [choice.value for choice in found] == expected["values"]


@pytest.mark.parametrize("folder", PACKAGES, ids=lambda folder: folder.name)
def test_no_preview_shows_a_secret(folder: Path) -> None:
    expected = read(folder, "expected.json")
    values = {name: value for name, value in (expected["connection"] or {}).items() if name != "kind"}
    with loaded(folder, service_of(folder)) as connector:
        secrets = {values[name] for name in connector.definition.connection.secrets if name in values}
        for run in expected["runs"]:
            shown = connector.preview(run["operation"], run["inputs"], connection_of(values or None))
            text = json.dumps(shown.model_dump(), default=str)
            assert [secret for secret in secrets if secret.removeprefix("Bearer ") in text] == []
