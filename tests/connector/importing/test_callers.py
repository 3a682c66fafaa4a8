"""Operations that are not for whoever calls them once: agents talk to them, or the service calls back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from connector.importing.package import Package
from connector.importing.report import OperationReport, report_on
from tests.connector.importing.facts_package import write_package
from tests.connector.importing.test_reading import OPERATION, swagger

Json = dict[str, Any]
URL: Json = {"type": "object", "properties": {"url": {"type": "string", "x-ms-notification-url": True}}}
CALLED_BACK: Json = {**OPERATION, "parameters": [{"name": "body", "in": "body", "required": True, "schema": URL}]}
DELETE: Json = {**OPERATION, "operationId": "DeleteThing"}


def report(folder: Path, item: Json) -> list[OperationReport]:
    """The report of a package with this path."""
    return list(report_on(Package(write_package(folder, swagger({"/things": item})))).operations)


def test_a_server_for_agents_cannot_run(tmp_path: Path) -> None:
    (found,) = report(tmp_path, {"post": {**OPERATION, "x-ms-agentic-protocol": "mcp-streamable-1.0"}})
    assert found.gaps == ("It is an endpoint for agents: connect a client for “mcp-streamable-1.0” to its URL.",)


def test_an_action_that_the_service_answers_later_says_so(tmp_path: Path) -> None:
    item = {"x-ms-notification-content": {"schema": {"type": "object"}}, "post": CALLED_BACK, "delete": DELETE}
    sent, deleted = report(tmp_path, item)
    later = "The service responds later, at the URL that you give it. Nothing is received here."
    assert (sent.runs, sent.notes, deleted.notes) == (True, (later,), ())


def test_a_webhook_trigger_says_no_more_than_that(tmp_path: Path) -> None:
    trigger = {**CALLED_BACK, "x-ms-trigger": "single"}
    (found,) = report(tmp_path, {"x-ms-notification-content": {}, "post": trigger})
    assert found.notes == ("It is a webhook trigger: a run subscribes a URL of yours. Nothing is received here.",)
