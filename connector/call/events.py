"""What a run reports while it goes on: one stream of typed events, with every secret masked.

    started, then per request: wait, attempt, response or failure, page; at last result or error

Whoever wants them passes `on_event` to a run: the command line's progress, the server's stream, a host's metrics. Every
run that has started ends with exactly one `result` or `error`. `to_dict()` makes an event JSON-ready.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, ClassVar, Literal

from connector.call.result import Meta

_LOG = logging.getLogger(__name__)

WaitReason = Literal["throttle", "retry_after", "backoff", "poll"]
"""The connection's call limit; the service's Retry-After; the pause before another attempt; before a status is read."""


@dataclass(frozen=True)
class Event:
    """Something that happened in a run.

    Attributes:
        type: Its name in JSON; it never changes.
    """

    type: ClassVar[str]

    def to_dict(self, *, details: bool = False) -> dict[str, Any]:
        """The event as JSON-ready values.

        Args:
            details: With the headers and bodies of requests and responses, secrets masked.
        """
        shown = [each.name for each in fields(self) if each.repr]
        return {"type": self.type} | {name: getattr(self, name) for name in (*shown, *(self._details * details))}

    _details: ClassVar[tuple[str, ...]] = ()


@dataclass(frozen=True)
class RunStarted(Event):
    """A run begins.

    Attributes:
        connector: Key of the connector.
        action: Key of the action.
        connection: Name of the connection, if it has one.
    """

    type = "started"
    connector: str
    action: str
    connection: str | None


@dataclass(frozen=True)
class WaitStarted(Event):
    """The run waits. A wait that becomes longer, because a pause has begun, is reported again.

    Attributes:
        seconds: How long from now.
        reason: What for.
        message: The same as a sentence.
    """

    type = "wait"
    seconds: float
    reason: WaitReason
    message: str


@dataclass(frozen=True)
class AttemptStarted(Event):
    """A request is about to be sent.

    Attributes:
        number: Which attempt at this request it is, from 1.
        method: The HTTP method.
        url: The URL.
        headers: The headers.
        body: The JSON value of the body; None when there is none.
    """

    type = "attempt"
    number: int
    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    _read_body: Callable[[], Any] = field(repr=False, compare=False)
    _details = ("headers", "body")

    @cached_property
    def body(self) -> Any:
        """Masked when it is first asked for, because that takes time."""
        return self._read_body()


@dataclass(frozen=True)
class ResponseReceived(Event):
    """A response has come, whatever it says.

    Attributes:
        number: The attempt, from 1.
        status: The HTTP status.
        seconds: From the attempt's start to the end of the response.
        size: Bytes of the body, unpacked.
        request_id: The service's own id of the request, if it gave one.
        headers: The headers, names in lower case.
        body: The JSON value of the body, or its text; None when it is empty.
    """

    type = "response"
    number: int
    status: int
    seconds: float
    size: int
    request_id: str | None
    headers: Mapping[str, str] = field(repr=False)
    _read_body: Callable[[], Any] = field(repr=False, compare=False)
    _details = ("headers", "body")

    @cached_property
    def body(self) -> Any:
        """Masked when it is first asked for, because that takes time."""
        return self._read_body()


@dataclass(frozen=True)
class AttemptFailed(Event):
    """An attempt ended without a response.

    Attributes:
        number: The attempt, from 1.
        seconds: Since its start.
        error: What happened, as `ConnectorError.to_dict` says it.
    """

    type = "failure"
    number: int
    seconds: float
    error: Mapping[str, Any]


@dataclass(frozen=True)
class PageRead(Event):
    """A page of an action with pages has been read.

    Attributes:
        number: The page, from 1.
        rows: Rows read so far, this page's too.
    """

    type = "page"
    number: int
    rows: int


@dataclass(frozen=True)
class RunSucceeded(Event):
    """The run is over, and the service did what was asked.

    Attributes:
        fields: The outputs as they are returned, secrets of the service included; None where rows were returned one by
            one.
        meta: What happened on the way.
    """

    type = "result"
    fields: Mapping[str, Any] | None
    meta: Meta

    def to_dict(self, *, details: bool = False) -> dict[str, Any]:
        """The event as JSON-ready values."""
        return super().to_dict(details=details) | {"meta": self.meta.model_dump(mode="json")}


@dataclass(frozen=True)
class RunFailed(Event):
    """The run is over with an error, or was stopped.

    Attributes:
        error: The error, as `ConnectorError.to_dict` says it; `code` is `stopped` where the run was cancelled or
            interrupted, and `handler` where the action's own code failed.
    """

    type = "error"
    error: Mapping[str, Any]


EventCallback = Callable[[Event], None]
"""Called with every event, in order. It is called between the steps of a run, so it must be quick."""


Telemetry = Callable[[], EventCallback]
"""Called at the start of every run of a connector; what it returns is called with the events of that run."""


def with_telemetry(on_event: EventCallback | None, telemetry: Telemetry | None) -> EventCallback | None:
    """What hears of the events of one run: its own callback and the connector's telemetry."""
    if telemetry is None:
        return on_event
    try:
        return _both(telemetry(), on_event)
    except Exception:
        _LOG.exception("The telemetry failed; the run goes on without it.")
        return on_event


def _both(first: EventCallback, second: EventCallback | None) -> EventCallback:
    """A callback for two; an error of one keeps nothing from the other."""
    if second is None:
        return first

    def call_both(event: Event) -> None:
        notify(first, event)
        notify(second, event)

    return call_both


def notify(callback: EventCallback | None, event: Event) -> None:
    """Hand an event over. An error of the callback is logged and changes nothing of the run."""
    if callback is not None:
        try:
            callback(event)
        except Exception as error:
            error.__suppress_context__ = True  # what the run itself met is not the log's
            _LOG.exception("on_event failed for an event of type “%s”; the run goes on.", event.type)
