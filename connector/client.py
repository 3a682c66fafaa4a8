"""One run of an action, from the caller's inputs to named outputs.

`Client.run` reads from top to bottom: validate the inputs, authenticate, let the action's handler send, check the
outputs. A handler's `call.send()` builds a request and hands it to `Run.send`, which takes a token, sends, retries,
raises the service's error or returns the response for `call.send()` to flatten. The parts are in the packages below.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from connector.call import pagination
from connector.call.events import EventCallback, RunFailed, RunStarted, RunSucceeded, Telemetry, notify, with_telemetry
from connector.call.handler import Call
from connector.call.options import RunSettings
from connector.call.preview import first_request
from connector.call.result import Meta, Preview, Result
from connector.catalogue.action import Action
from connector.clock import Clock, rounded
from connector.connections.auth import Auth, identity_of
from connector.connections.connection import Connection
from connector.definition.service import ConnectorDefinition
from connector.errors import (
    AuthorizationError,
    ConnectorError,
    DefinitionError,
    InputError,
    OutputError,
    Problem,
)
from connector.http.body import shown
from connector.http.request import masked
from connector.http.response import HttpResponse
from connector.http.service_error import find_request_id
from connector.http.transport import Transport
from connector.json_pointer import MISSING
from connector.run import Run
from connector.secrets import mask, one_line
from connector.throttle.bucket import RateLimit
from connector.throttle.store import Store
from connector.validation.json_values import plain_inputs

_CHECKED_ROWS = 1_000
"""Rows of a list whose types are checked; a definition that does not fit shows in them, and a check takes time."""


@dataclass(frozen=True)
class Client:
    """Runs the actions of one connector.

    Attributes:
        store: Where the call limits of connections are kept.
        ephemeral_store: Where those of services are kept that end with this process.
        new_key: Makes idempotency keys.
        rng: Spreads waits, so that callers do not come back all at once.
        telemetry: Hears of the events of every run.
        strict_outputs: Make outputs that do not fit the definition an error instead of a warning.
    """

    definition: ConnectorDefinition
    transport: Transport
    store: Store
    ephemeral_store: Store
    clock: Clock
    new_key: Callable[[], str]
    rng: random.Random
    telemetry: Telemetry | None = None
    strict_outputs: bool = False

    async def run(
        self, action: Action, given: Mapping[str, Any], connection: Connection | None, settings: RunSettings
    ) -> Result:
        """Run an action once.

        Raises:
            InputError: The inputs are wrong; nothing was sent.
            ConnectorError: One of its other kinds, by who must act.
        """
        started = self.clock.monotonic()
        if self.telemetry is not None:
            settings = replace(settings, on_event=with_telemetry(settings.on_event, self.telemetry))
        with self._reported(action, connection, settings.on_event):
            inputs, warnings = self.validated(action, given, settings)
            run = self.authenticated(action, inputs, connection, settings)
            with run.errors_with_key():
                outputs = await action.handler(run.call)
                problems = _shown(action.output_problems(outputs, None if self.strict_outputs else _CHECKED_ROWS), run)
                if problems and self.strict_outputs:
                    raise OutputError("The response does not fit the definition.", problems)
                response = _response(run)
            found = (*warnings, *run.call.warnings, *(problem.message for problem in problems))
            meta = self._meta(run, response, started, found)
        notify(settings.on_event, RunSucceeded(outputs, meta))
        return Result(fields=outputs, meta=meta, raw=response.text if response.body is MISSING else response.body)

    def pages(
        self, action: Action, given: Mapping[str, Any], connection: Connection | None, settings: RunSettings
    ) -> AsyncGenerator[list[dict[str, Any]], None]:
        """The rows of page after page; the time that the caller spends on a page is not the run's.

        Raises:
            InputError: The inputs are wrong, or the action has no pages.
        """
        settings = replace(settings, on_event=with_telemetry(settings.on_event, self.telemetry))
        run = self.authenticated(action, self.validated(action, given, settings)[0], connection, settings)
        run.call.all_pages = False  # the handler finishes one page at a time

        async def pages() -> AsyncGenerator[list[dict[str, Any]], None]:
            started = self.clock.monotonic()
            with self._reported(action, connection, settings.on_event), run.errors_with_key():
                with contextlib.suppress(GeneratorExit):  # the caller has seen enough
                    async for rows in pagination.pages(run.call, lambda: action.handler(run.call)):
                        left = run.deadline - self.clock.monotonic()
                        yield rows
                        run.deadline = self.clock.monotonic() + left
                meta = self._meta(run, _response(run), started, run.call.warnings)
            notify(settings.on_event, RunSucceeded(None, meta))

        return pages()

    @contextlib.contextmanager
    def _reported(
        self, action: Action, connection: Connection | None, on_event: EventCallback | None
    ) -> Iterator[None]:
        """Report the start of a run, and the error that ends it."""
        name = None if connection is None else connection.name
        notify(on_event, RunStarted(self.definition.key, action.key, name))
        try:
            yield
        except ConnectorError as error:
            notify(on_event, RunFailed(error.to_dict()))
            raise
        except BaseException as error:
            bug = isinstance(error, Exception)
            message = f"The handler failed: {type(error).__name__}." if bug else "The run was stopped."
            notify(
                on_event, RunFailed({"code": "handler" if bug else "stopped", "message": message, "retryable": False})
            )
            raise

    def _meta(self, run: Run, response: HttpResponse, started: float, warnings: Sequence[str]) -> Meta:
        return Meta(
            action=run.action.key,
            status=response.status,
            attempts=tuple(run.trace.attempts),
            pages=run.call.pages,
            waited=rounded(run.trace.waited, 3),
            elapsed=rounded(self.clock.monotonic() - started, 3),
            request_id=find_request_id(self.definition, response, run.hidden),
            idempotency_key=run.idempotency_key,
            warnings=(*warnings, *run.store.warnings()),
        )

    def preview(
        self, action: Action, given: Mapping[str, Any], connection: Connection | None, settings: RunSettings
    ) -> Preview:
        """The request that a run would send first, with every secret masked; the handler goes no further.

        Raises:
            InputError: The inputs are wrong.
            DefinitionError: The handler sends nothing.
        """
        inputs = masked(action.definition, self.validated(action, given, settings)[0])
        auth = Auth.preview(self.definition, connection)
        request = first_request(action.handler, Call(action.definition, inputs, auth.endpoint, self.definition.limits))
        url, headers = auth.mask(request)
        body = shown(request.encoding, request.body)
        return Preview(method=request.method, url=url, headers=headers, body=body, unsigned=(request, auth))

    def validated(
        self, action: Action, given: Mapping[str, Any], settings: RunSettings
    ) -> tuple[dict[str, Any], list[str]]:
        """The inputs under their own names, with defaults and the idempotency key of this run; and warnings about them.

        What the caller passed is read here and never again.

        Raises:
            InputError: With everything that is wrong with them.
        """
        _check_pages(action, settings)
        try:
            given = action.with_idempotency_key(plain_inputs(given), settings.idempotency_key)
            inputs, problems = action.validate_inputs(given)
        except RecursionError:
            raise InputError("The inputs are nested too deeply.") from None
        if problems:
            count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
            raise InputError(f"{action.summary}: {count} with the inputs. Nothing was sent.", problems)
        declared = action.definition.idempotency
        if declared is not None and declared.input not in inputs:
            inputs[declared.input] = self.new_key()
        return inputs, action.warnings(given)

    def authenticated(
        self, action: Action, inputs: dict[str, Any], connection: Connection | None, settings: RunSettings
    ) -> Run:
        """A run with the secrets, the limits and the deadline of a connection.

        Raises:
            AuthorizationError: The connection is missing or lacks a secret.
        """
        if connection is None and all(kind.required for kind in self.definition.kinds):
            raise AuthorizationError("This action needs a connection.", code="missing_connection")
        connection = connection or Connection()
        auth = connection.keep(self.definition, "auth", partial(Auth.of, self.definition, connection))
        auth.require(action.definition.request)
        timeouts = self.definition.timeouts
        call = Call(
            action.definition,
            inputs,
            auth.endpoint,
            self.definition.limits,
            all_pages=settings.walks_pages,
            max_items=self.definition.paging.max_items if settings.max_items is None else settings.max_items,
        )
        run = Run(
            definition=self.definition,
            transport=self.transport,
            store=self.store_of(connection),
            clock=self.clock,
            rng=self.rng,
            action=action,
            call=call,
            auth=auth,
            rate_limits=self.rate_limits(action, connection),
            deadline=self.clock.monotonic() + (timeouts.total if settings.timeout is None else settings.timeout),
            max_wait=timeouts.wait if settings.max_wait is None else settings.max_wait,
            settings=settings,
        )
        call.sender = run
        return run

    def store_of(self, connection: Connection) -> Store:
        """Where the call limit of a connection is kept."""
        return self.ephemeral_store if connection.ephemeral else self.store

    def rate_limits(self, action: Action | None, connection: Connection) -> list[RateLimit]:
        """The limit of the connection, and that of the action where it has a tighter one."""
        name = connection.keep(self.definition, "identity", partial(identity_of, self.definition, connection))
        limits = [(name, self.definition.throttle)]
        if action is not None and action.definition.throttle is not None:
            limits.append((f"{name}/{action.key}", action.definition.throttle))
        return [RateLimit(name, limit.calls, limit.renewal_period) for name, limit in limits]


def _shown(problems: Sequence[Problem], run: Run) -> list[Problem]:
    """Problems of outputs without what the service may have put into names: secrets, and what steers a terminal."""

    def shown(text: str) -> str:
        return one_line(mask(text, run.hidden))

    return [replace(each, field=shown(each.field), message=shown(each.message)) for each in problems]


def _response(run: Run) -> HttpResponse:
    if run.call.response is None:
        raise DefinitionError(f"The handler of “{run.action.key}” sent nothing.")
    return run.call.response


def _check_pages(action: Action, settings: RunSettings) -> None:
    """Refuse to read all pages of an action that has none, and a number of rows below 1."""
    if settings.walks_pages and action.definition.pagination is None:
        problem = Problem("", "pages", f"“{action.summary}” has no pages to read.")
        raise InputError("The action has no pages.", [problem])
    if settings.max_items is not None and (type(settings.max_items) is not int or settings.max_items < 1):
        message = f"The number of rows must be 1 or more, but it is {settings.max_items}."
        raise InputError("The number of rows is wrong.", [Problem("max_items", "minimum", message)])
