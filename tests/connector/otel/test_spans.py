"""Runs as spans and metrics: one span per run, one per attempt below it, and no secret in any."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from connector.call.events import EventCallback
from connector.errors import ConnectorError, NotSentError
from connector.http.response import HttpResponse
from connector.otel import OpenTelemetry
from connector.testing import response
from tests.connector.parcels import API_KEY, Bench, MakeBench, manifest

OK = response(200, {"id": "p1"})
PAGES = [
    response(200, {"parcels": [{"id": "1"}], "paging": {"more": True, "cursor": "c2"}}),
    response(200, {"parcels": [{"id": "2"}], "paging": {"more": False}}),
]


@dataclass
class Watched:
    """A connector whose spans and metrics are kept."""

    bench: Bench
    tracers: TracerProvider
    exporter: InMemorySpanExporter
    reader: InMemoryMetricReader

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        return self.exporter.get_finished_spans()

    def span(self, name: str) -> ReadableSpan:
        (found,) = [span for span in self.spans if span.name == name]
        return found

    def points(self, name: str) -> list[tuple[dict[str, Any], float]]:
        """The attributes and the value of each point of a metric; of a histogram, how often it was recorded."""
        data = self.reader.get_metrics_data()
        assert data is not None
        metrics = [metric for each in data.resource_metrics for scope in each.scope_metrics for metric in scope.metrics]
        (found,) = [metric for metric in metrics if metric.name == name]
        return [
            (dict(point.attributes or {}), point.count if hasattr(point, "count") else point.value)
            for point in found.data.data_points
        ]


MakeWatched = Callable[..., Watched]


@pytest.fixture
def watched(bench: MakeBench) -> MakeWatched:
    def make(replies: Sequence[HttpResponse | Exception], **options: Any) -> Watched:
        exporter, reader, tracers = InMemorySpanExporter(), InMemoryMetricReader(), TracerProvider()
        tracers.add_span_processor(SimpleSpanProcessor(exporter))
        telemetry = OpenTelemetry(tracers, MeterProvider([reader]))
        return Watched(bench(replies, telemetry=telemetry, **options), tracers, exporter, reader)

    return make


def test_a_run_is_a_span_with_a_client_span_per_attempt(watched: MakeWatched) -> None:
    made = watched([NotSentError("No."), response(503), OK])
    made.bench.run("get_parcel", {"parcel_id": "a"})
    run, attempts = made.span("get_parcel"), [span for span in made.spans if span.name == "GET"]
    assert run.attributes == {
        "connector.name": "parcels",
        "connector.action": "get_parcel",
        "connector.connection": "home",
        "connector.attempts": 3,
        "connector.pages": 1,
        "connector.wait.seconds": pytest.approx(run.attributes["connector.wait.seconds"]),  # type: ignore[index]
        "http.response.status_code": 200,
    }
    assert run.status.is_ok
    assert [span.parent.span_id for span in attempts if span.parent] == [run.context.span_id] * 3
    assert {span.kind for span in attempts} == {trace.SpanKind.CLIENT}
    first, second, third = [dict(span.attributes or {}) for span in attempts]
    assert third == {
        "http.request.method": "GET",
        "http.request.resend_count": 2,
        "http.response.body.size": 12,
        "http.response.status_code": 200,
        "server.address": "api.parcels.example",
        "server.port": 443,
        "url.full": "https://api.parcels.example/parcels/a",
    }
    assert (first["error.type"], second["error.type"]) == ("unavailable", "503")
    assert [span.status.is_ok for span in attempts] == [False, False, True]
    assert [event.name for event in run.events] == ["wait", "wait"]


def test_a_run_that_fails_is_a_span_with_the_code_of_its_error(watched: MakeWatched) -> None:
    made = watched([response(404)])
    with pytest.raises(ConnectorError):
        made.bench.run("get_parcel", {"parcel_id": "a"})
    run = made.span("get_parcel")
    assert run.attributes is not None
    assert run.attributes["error.type"] == "parcel_not_found"
    assert run.attributes["http.response.status_code"] == 404
    assert run.status.status_code is trace.StatusCode.ERROR


def test_inputs_that_are_refused_are_a_span_without_attempts(watched: MakeWatched) -> None:
    made = watched([])
    with pytest.raises(ConnectorError):
        made.bench.run("get_parcel", {})
    assert [span.name for span in made.spans] == ["get_parcel"]
    assert made.span("get_parcel").attributes["error.type"] == "input"  # type: ignore[index]


@pytest.mark.parametrize("as_task", [False, True])
def test_the_span_of_a_run_is_a_child_of_the_callers(watched: MakeWatched, as_task: bool) -> None:
    made = watched([OK])
    with made.tracers.get_tracer("mine").start_as_current_span("mine") as mine:
        if as_task:
            asyncio.run(made.bench.connector.arun("get_parcel", {"parcel_id": "a"}, made.bench.connection))
        else:
            made.bench.run("get_parcel", {"parcel_id": "a"})
    run = made.span("get_parcel")
    assert run.parent is not None
    assert run.parent.span_id == mine.get_span_context().span_id
    made.bench.connector.close()


def test_a_run_that_is_interrupted_in_flight_ends_its_spans(
    watched: MakeWatched, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = watched([OK])
    monkeypatch.setattr(made.bench.transport, "send", _interrupt)
    with pytest.raises(KeyboardInterrupt):
        made.bench.run("get_parcel", {"parcel_id": "a"})
    assert [span.name for span in made.spans] == ["GET", "get_parcel"]
    assert made.span("get_parcel").attributes["error.type"] == "stopped"  # type: ignore[index]


def _interrupt(*_: object) -> HttpResponse:
    raise KeyboardInterrupt


def test_metrics_count_attempts_pages_and_waits_and_time_runs_and_requests(watched: MakeWatched) -> None:
    made = watched(
        [response(503, retry_after="3"), *PAGES], connector=manifest(throttle={"calls": 2, "renewalPeriod": 9})
    )
    made.bench.run("list_parcels", {}, all_pages=True)
    of_run = {"connector.name": "parcels", "connector.action": "list_parcels"}
    failed, fine = {"http.response.status_code": 503, "error.type": "503"}, {"http.response.status_code": 200}
    assert made.points("connector.attempts") == [({**of_run, **failed}, 1), ({**of_run, **fine}, 2)]
    assert made.points("connector.pages") == [(of_run, 2)]
    waits = {point["connector.wait.reason"]: seconds for point, seconds in made.points("connector.wait.time")}
    assert set(waits) == {"retry_after", "throttle"}
    assert waits["retry_after"] >= 3
    assert made.points("connector.run.duration") == [({**of_run, **fine}, 1)]
    assert [count for _, count in made.points("http.client.request.duration")] == [1, 2]


def test_no_span_and_no_metric_shows_a_secret(watched: MakeWatched) -> None:
    made = watched([response(400, {"message": f"Not {API_KEY} for pin 73-55-21"}, x_request_id=API_KEY)])
    with pytest.raises(ConnectorError):
        made.bench.run("send_parcel", {"recipient": "Ada", "pin": "73-55-21"})
    shown = "".join(span.to_json() for span in made.spans) + str(made.reader.get_metrics_data())
    assert "send_parcel" in shown
    assert API_KEY not in shown
    assert "73-55-21" not in shown


def test_telemetry_that_fails_keeps_no_run_from_its_work(bench: MakeBench) -> None:
    def broken() -> EventCallback:
        raise ValueError("mine")

    assert bench([OK], telemetry=broken).run("get_parcel", {"parcel_id": "a"})["id"] == "p1"


def test_the_callers_own_callback_hears_the_same(watched: MakeWatched) -> None:
    events: list[str] = []
    watched([OK]).bench.run("get_parcel", {"parcel_id": "a"}, on_event=lambda event: events.append(event.type))
    assert events == ["started", "attempt", "response", "result"]


def test_without_the_package_only_this_extra_is_missing() -> None:
    code = (
        "import sys\nsys.modules['opentelemetry'] = None\nfrom connector import Connector\n"
        "try:\n    import connector.otel\nexcept ImportError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "OpenTelemetry is not installed. Install the extra “otel”.\n"
