"""A span per run, one per attempt below it, and metrics: a run's events under the names of the HTTP conventions."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from opentelemetry import metrics, trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode

from connector.call.events import (
    AttemptFailed,
    AttemptStarted,
    Event,
    PageRead,
    ResponseReceived,
    RunFailed,
    RunStarted,
    RunSucceeded,
    WaitStarted,
)

_NAME = "connector"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_FIRST_ERROR_STATUS = 400


class OpenTelemetry:
    """What a connector's `telemetry` is: called at the start of each run, it returns what hears of that run's events.

    The span of a run has the key of its action as its name, and is a child of the span that is current where the run
    was started. An attempt is a client span, named by its HTTP method.

    Args:
        tracer_provider: Makes the spans; the global one when left out.
        meter_provider: Keeps the metrics; the global one when left out.
    """

    def __init__(
        self,
        tracer_provider: trace.TracerProvider | None = None,
        meter_provider: metrics.MeterProvider | None = None,
    ) -> None:
        self.tracer = trace.get_tracer(_NAME, tracer_provider=tracer_provider)
        meter = metrics.get_meter(_NAME, meter_provider=meter_provider)
        self.run_duration = meter.create_histogram(
            "connector.run.duration", "s", "Duration of runs, with their waits, attempts and pages."
        )
        self.call_duration = meter.create_histogram(
            "http.client.request.duration", "s", "Duration of HTTP client requests."
        )
        self.wait_time = meter.create_counter(
            "connector.wait.time", "s", "Time that runs were told to wait for the call limit or before an attempt."
        )
        self.attempts = meter.create_counter("connector.attempts", "{attempt}", "Attempts of runs.")
        self.pages = meter.create_counter("connector.pages", "{page}", "Pages that runs have read.")

    def __call__(self) -> _RunSpans:
        """What hears of the events of one run."""
        return _RunSpans(self)


class _RunSpans:
    """The spans of one run."""

    def __init__(self, to: OpenTelemetry) -> None:
        self._to = to
        self._began = time.perf_counter()
        self._run: Span = trace.INVALID_SPAN
        self._attempt: Span = trace.INVALID_SPAN
        self._of_run: dict[str, Any] = {}
        self._of_attempt: dict[str, Any] = {}
        self._attempts = 0

    def __call__(self, event: Event) -> None:
        """Take an event in."""
        match event:
            case RunStarted():
                self._start_run(event)
            case WaitStarted():
                shown = {"connector.wait.seconds": event.seconds, "connector.wait.reason": event.reason}
                self._run.add_event("wait", shown)
                self._to.wait_time.add(event.seconds, {**self._of_run, "connector.wait.reason": event.reason})
            case AttemptStarted():
                self._start_attempt(event)
            case ResponseReceived():
                failed = event.status >= _FIRST_ERROR_STATUS
                self._attempt.set_attribute("http.response.body.size", event.size)
                shown = {"http.response.status_code": event.status}
                self._end_attempt(event.seconds, shown, str(event.status) if failed else None)
            case AttemptFailed():
                self._end_attempt(event.seconds, {}, str(event.error["code"]))
            case PageRead():
                self._run.add_event("page", {"connector.page": event.number, "connector.rows": event.rows})
                self._to.pages.add(1, self._of_run)
            case RunSucceeded():
                self._run.set_attribute("connector.pages", event.meta.pages)
                self._run.set_attribute("connector.wait.seconds", event.meta.waited)
                self._end_run({"http.response.status_code": event.meta.status})
            case RunFailed():
                status = event.error.get("status")
                self._run.set_status(Status(StatusCode.ERROR, str(event.error["message"])))
                self._end_run(
                    {"error.type": str(event.error["code"])}
                    | ({} if status is None else {"http.response.status_code": status})
                )

    def _start_run(self, event: RunStarted) -> None:
        self._of_run = {"connector.name": event.connector, "connector.action": event.action}
        named = {} if event.connection is None else {"connector.connection": event.connection}
        self._run = self._to.tracer.start_span(event.action, attributes={**self._of_run, **named})

    def _start_attempt(self, event: AttemptStarted) -> None:
        url = urlsplit(event.url)
        self._attempts += 1
        self._of_attempt = {"http.request.method": event.method, "server.address": url.hostname or ""}
        port = url.port or _DEFAULT_PORTS.get(url.scheme)
        self._of_attempt |= {} if port is None else {"server.port": port}
        again = {"http.request.resend_count": event.number - 1} if event.number > 1 else {}
        self._attempt = self._to.tracer.start_span(
            event.method,
            trace.set_span_in_context(self._run),
            SpanKind.CLIENT,
            {**self._of_attempt, "url.full": event.url, **again},
        )

    def _end_attempt(self, seconds: float, attributes: dict[str, Any], error_type: str | None) -> None:
        if error_type is not None:
            attributes["error.type"] = error_type
            self._attempt.set_status(Status(StatusCode.ERROR))
        self._attempt.set_attributes(attributes)
        self._attempt.end()
        self._attempt = trace.INVALID_SPAN
        self._to.call_duration.record(seconds, {**self._of_attempt, **attributes})
        self._to.attempts.add(1, {**self._of_run, **attributes})

    def _end_run(self, attributes: dict[str, Any]) -> None:
        self._attempt.end()  # where the run was stopped in flight
        self._run.set_attributes({**attributes, "connector.attempts": self._attempts})
        self._run.end()
        self._to.run_duration.record(time.perf_counter() - self._began, {**self._of_run, **attributes})
