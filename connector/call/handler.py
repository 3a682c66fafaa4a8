"""What a handler works with: the call, the standard handlers, and checks across fields.

A handler holds only what the definition cannot say. It gets a `Call`, may reshape `call.body`, sends, and
returns the outputs, perhaps with something derived.
"""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, update_wrapper
from typing import Any, Protocol

from connector import json_pointer
from connector.call import pagination
from connector.connections.endpoint import Endpoint
from connector.definition.action import ActionDefinition
from connector.definition.service import Limits
from connector.errors import InputError, Problem
from connector.http import request
from connector.http.body import require_size, too_large
from connector.http.request import HttpRequest
from connector.http.response import ELSEWHERE, HttpResponse, flatten, is_elsewhere
from connector.validation.file_values import has_files

Outputs = dict[str, Any]
Handler = Callable[["Call"], Awaitable[Outputs]]


class InputView:
    """The inputs as a check sees them: what was passed, and the values that are valid by themselves.

    Args:
        values: The inputs that passed the schema.
        names: Every input that was given, right or wrong.
        labels: What the form calls each input.
    """

    def __init__(
        self, values: Mapping[str, Any], names: frozenset[str], labels: Mapping[str, str] | None = None
    ) -> None:
        self._values = values
        self._names = names
        self._labels = labels or {}

    def has(self, *names: str) -> bool:
        """Whether any of these was given, even with a wrong value."""
        return any(name in self._names for name in names)

    def present(self, *names: str) -> list[str]:
        """Those of the names that were given, in this order."""
        return [name for name in names if name in self._names]

    def label(self, name: str) -> str:
        """What the form calls the input."""
        return self._labels.get(name, name)

    def get(self, name: str, default: Any = None) -> Any:
        """The value, if it was given and is right by itself."""
        return self._values.get(name, default)


Check = Callable[[InputView], Iterator[Problem]]


class CheckedHandler:
    """A handler with checks; the handler that was decorated stays as it is.

    Args:
        handler: The handler to call.
        checks: What runs before it.
    """

    def __init__(self, handler: Handler, checks: tuple[Check, ...]) -> None:
        update_wrapper(self, handler)
        self.handler = handler
        self.checks = checks

    def __call__(self, call: Call) -> Awaitable[Outputs]:
        """Run the handler."""
        return self.handler(call)


def check(*checks: Check) -> Callable[[Handler], Handler]:
    """Decorate a handler with checks; they run with the schema's, so that a user sees every problem at once.

    A check yields a `Problem` per thing that is wrong. It does not repeat what the schema says. The decorated handler
    is a new object, so a standard handler can be decorated: `get_thing = check(one_name)(send)`.
    """

    def decorate(handler: Handler) -> Handler:
        return CheckedHandler(without_checks(handler), (*checks, *checks_of(handler)))

    return decorate


def checks_of(handler: Handler) -> tuple[Check, ...]:
    """The checks of a handler; empty for one that `check` did not decorate."""
    return handler.checks if isinstance(handler, CheckedHandler) else ()


def without_checks(handler: Handler) -> Handler:
    """The handler that `check` decorated, or the handler itself: what to compare with `send` and `page`."""
    return handler.handler if isinstance(handler, CheckedHandler) else handler


class Sender(Protocol):
    """What sends the requests of a call: a run."""

    async def send(self, request: HttpRequest) -> HttpResponse:
        """The response to a request.

        Raises:
            ConnectorError: The service rejected it, or could not be reached.
        """

    def sent_url(self, url: str) -> str:
        """The URL of a request as it is sent, with the secrets of the connection in it."""

    def in_time(self) -> None:
        """Called while a response is read.

        Raises:
            UnavailableError: The time of the run is over.
        """

    def page_read(self) -> None:
        """Called when a page has been read and counted."""


@dataclass
class Call:
    """One run of an action, in the hands of its handler.

    Attributes:
        action: The definition.
        inputs: Checked inputs with defaults; the handler's to change.
        endpoint: Where requests go.
        limits: Bounds that a request must keep.
        sender: Sends a request reliably; an error response of the service is an error.
        all_pages: Whether to walk all pages.
        max_items: How many rows a walk collects at most.
        response: The last response; None before the first.
        pages: Responses so far.
        rows: Rows of the pages so far.
        warnings: What the user should know.
        url: The URL of the last request.
        next_url: The whole URL of the next request, where the last response named it.
    """

    action: ActionDefinition
    inputs: dict[str, Any]
    endpoint: Endpoint
    limits: Limits
    sender: Sender | None = None
    all_pages: bool = False
    max_items: int = 0
    response: HttpResponse | None = None
    pages: int = 0
    rows: int = 0
    warnings: list[str] = field(default_factory=list)
    url: str = ""
    next_url: str | None = None

    @cached_property
    def body(self) -> Any:
        """The body as the definition builds it: a JSON value, with `File`s in it; assign to it to send another."""
        return request.body_of(self.action, self.inputs)

    @property
    def sent_url(self) -> str:
        """The URL of the last request as it was sent, with the connection's secrets: never show it."""
        return self.url if self.sender is None else self.sender.sent_url(self.url)

    def set_input(self, name: str, value: Any) -> None:
        """Change an input for the next request, in the body too if it is sent there."""
        self.inputs[name] = value
        field = self.action.input(name)
        if field.x_in == "body":
            self.body = copy.deepcopy(self.body)
            json_pointer.put(self.body, field.pointers(name)[0], value)

    async def send(self) -> Outputs:
        """Build the request, send it, and flatten the response.

        Raises:
            InputError: The request would be too large for the service.
            ConnectorError: The service refused, or could not be reached.
        """
        if self.action.inputs.compiled(has_files):
            require_size(self.body, self.limits.request_bytes)
        built = request.build(self.action, self.inputs, self.endpoint, self.body, self.next_url)
        self._check_size(built)
        if self.sender is None:
            raise RuntimeError("This call belongs to no run.")
        self.url = built.url
        self.response = await self.sender.send(built)
        self.pages += 1
        outputs = flatten(self.action.outputs, self.response, self.sender.in_time)
        if self.action.pagination is None:
            self.warnings += [ELSEWHERE] if is_elsewhere(self.action.outputs, self.response, outputs) else []
        else:
            rows = outputs.get(self.action.pagination.rows)
            self.rows += len(rows) if isinstance(rows, list) else 0
            self.sender.page_read()
        return outputs

    def _check_size(self, built: HttpRequest) -> None:
        if len(built.url) > self.limits.url_characters:
            problem = Problem("", "size", "The inputs in the URL are too long for one request.")
            raise InputError("The inputs are too large.", [problem])
        if len(built.content or b"") > self.limits.request_bytes:
            raise too_large(self.limits.request_bytes)


async def send(call: Call) -> Outputs:
    """The standard handler: one call, its response flattened."""
    return await call.send()


async def page(call: Call) -> Outputs:
    """The standard handler of a paged action: one page, or all pages up to a bound when the caller asks."""
    return await pagination.gather(call)
