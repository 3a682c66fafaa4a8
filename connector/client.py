"""Making a call ready: checked inputs in, and a handler's `Call` out that keeps every promise of the runtime."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from connector.call import Call
from connector.call.result import Preview, ThrottleStatus
from connector.catalogue.action import Action
from connector.client_exchange import Exchange, Record, WaitCallback
from connector.clock import Clock
from connector.connections.auth import base_url_of, identity_of, masked_headers, secret_headers, secrets_of
from connector.connections.connection import Connection
from connector.definition.service import ConnectorDefinition
from connector.errors import (
    AuthorizationError,
    DefinitionError,
    InputError,
    OutcomeUnknownError,
    Problem,
    UnavailableError,
)
from connector.http.request import HttpRequest, masked, secret_texts
from connector.http.response import HttpResponse
from connector.http.service_error import is_service_error, refusal
from connector.http.transport import SendOptions, Transport
from connector.secrets import Secrets, SecretTexts
from connector.throttle.limiter import Bucket, Store


@dataclass(frozen=True)
class RunOptions:
    """How one run is made; None means what the definition says.

    Attributes:
        max_wait: Longest wait for the throttle in seconds, in all.
        timeout: Seconds for the whole run with its waits, tries and pages.
        all_pages: Collect the rows of all pages.
        max_items: How many rows at most; implies `all_pages`.
        idempotency_key: Key from outside for actions that have one.
        on_wait: Told of every wait before it begins.
        cancelled: Set by somebody else to give the run up.
    """

    max_wait: float | None = None
    timeout: float | None = None
    all_pages: bool = False
    max_items: int | None = None
    idempotency_key: str | None = None
    on_wait: WaitCallback | None = None
    cancelled: threading.Event | None = None

    @property
    def walks(self) -> bool:
        """Whether pages are walked."""
        return self.all_pages or self.max_items is not None


class _Previewed(Exception):  # noqa: N818 - it carries a request out of a handler, it is no error
    def __init__(self, request: HttpRequest) -> None:
        super().__init__()
        self.request = request


@dataclass(frozen=True)
class Calls:
    """Makes the calls of one connector.

    Attributes:
        new_key: Makes idempotency keys.
        rng: Where the jitter of waits comes from.
    """

    definition: ConnectorDefinition
    transport: Transport
    store: Store
    clock: Clock
    new_key: Callable[[], str]
    rng: random.Random

    def check(self, action: Action, given: Mapping[str, Any], options: RunOptions) -> dict[str, Any]:
        """The inputs under their own names with defaults and the idempotency key of this run.

        Raises:
            InputError: With everything that is wrong with them.
        """
        _check_pages(action, options)
        try:
            inputs, problems = action.validate_inputs(_with_key(action, given, options.idempotency_key))
        except RecursionError:
            raise InputError("The inputs are nested too deeply.") from None
        if problems:
            count = "one problem" if len(problems) == 1 else f"{len(problems)} problems"
            raise InputError(f"{action.summary}: {count} with the inputs. Nothing was sent.", problems)
        if action.definition.idempotency is not None:
            inputs.setdefault(action.definition.idempotency.input, self.new_key())
        return inputs

    def prepare(
        self, action: Action, given: Mapping[str, Any], connection: Connection | None, options: RunOptions
    ) -> tuple[Call, Record]:
        """The call for an action's handler, and the record in which it notes what happens.

        Raises:
            InputError: The inputs are wrong.
            AuthorizationError: The connection is missing or lacks a secret.
        """
        inputs = self.check(action, given, options)
        if connection is None:
            raise AuthorizationError("No connection was given to run the action with.", code="missing_connection")
        secrets = secrets_of(self.definition, connection)
        record = Record()
        call = Call(
            action.definition,
            inputs,
            base_url_of(self.definition, connection),
            self.definition.limits,
            self._exchange(action, inputs, connection, secrets, record, options),
            self._accept(action, inputs, SecretTexts(secrets.values())),
            all_pages=options.walks,
            max_items=self.definition.paging.max_items if options.max_items is None else options.max_items,
        )
        return call, record

    def preview(
        self, action: Action, given: Mapping[str, Any], connection: Connection | None, options: RunOptions
    ) -> Preview:
        """The request that a run would send first, with every secret masked; the handler goes no further.

        Raises:
            InputError: The inputs are wrong.
            DefinitionError: The handler sends nothing.
        """

        def stop(request: HttpRequest) -> HttpResponse:
            raise _Previewed(request)

        inputs = masked(action.definition, self.check(action, given, options))
        base_url = base_url_of(self.definition, connection)
        try:
            action.handler(Call(action.definition, inputs, base_url, self.definition.limits, stop, lambda _: None))
        except _Previewed as seen:
            headers = {**seen.request.headers, **masked_headers(self.definition)}
            return Preview(method=seen.request.method, url=seen.request.url, headers=headers, body=seen.request.body)
        raise DefinitionError(f"The handler of “{action.key}” sent nothing.")

    def _exchange(
        self,
        action: Action,
        inputs: Mapping[str, Any],
        connection: Connection,
        secrets: Secrets,
        record: Record,
        options: RunOptions,
    ) -> Exchange:
        settings = self.definition.timeouts
        deadline = self.clock.monotonic() + (settings.total if options.timeout is None else options.timeout)
        patience = SendOptions(settings.connect, settings.read, deadline, self.definition.limits.response_bytes)
        headers = secret_headers(self.definition, secrets)
        return Exchange(
            send_once=lambda request: self.transport.send(request, headers, patience),
            store=self.store,
            clock=self.clock,
            buckets=self.buckets(action, connection),
            policy=self.definition.retry,
            deadline=deadline,
            max_wait=settings.wait if options.max_wait is None else options.max_wait,
            repeatable=_repeatable(action, inputs),
            rng=self.rng,
            record=record,
            tell=options.on_wait or (lambda _reason, _seconds: None),
            cancelled=options.cancelled,
        )

    def _accept(
        self, action: Action, inputs: Mapping[str, Any], secrets: SecretTexts
    ) -> Callable[[HttpResponse], None]:
        """Raises what an answer stands for, unless it is a success or a declared outcome."""

        def accept(response: HttpResponse) -> None:
            accepted = response.succeeded or response.status in action.definition.outcomes
            if not accepted or is_service_error(self.definition, response):
                hidden = SecretTexts((*secrets, *secret_texts(action.definition, inputs)))
                error = refusal(self.definition, action.definition, inputs, response, self.clock.wall(), hidden)
                if isinstance(error, UnavailableError) and not _repeatable(action, inputs):
                    error = OutcomeUnknownError.after(error)
                raise error

        return accept

    def buckets(self, action: Action | None, connection: Connection) -> list[Bucket]:
        """The connection's own limit, and the action's where it states a tighter one."""
        name = identity_of(self.definition, connection)
        limits = [(name, self.definition.throttle)]
        if action is not None and action.definition.throttle is not None:
            limits.append((f"{name}/{action.key}", action.definition.throttle))
        return [Bucket(bucket, limit.calls, limit.renewal_period) for bucket, limit in limits]


def status(store: Store, bucket: Bucket, calls: int) -> ThrottleStatus:
    """How a bucket stands, and how long `calls` further calls would take."""
    ring, now = store.look(bucket)
    return ThrottleStatus(
        calls=bucket.calls,
        renewal_period=bucket.period,
        used=sum(now - bucket.period < at for at in ring.times),
        free=sum(at + ring.span <= now for at in ring.times) if ring.floor <= now else 0,
        next_in=round(ring.due(1, now) - now, 3),
        asked=calls,
        asked_in=round(ring.due(calls, now) - now, 3),
        warnings=store.warnings(),
    )


def _repeatable(action: Action, inputs: Mapping[str, Any]) -> bool:
    """Whether sending the request again has the effect of once: by its method, or because it carries a key."""
    return action.definition.repeatable or idempotency_key(action, inputs) is not None


def idempotency_key(action: Action, inputs: Mapping[str, Any]) -> str | None:
    """The key under which the service remembers a call with these inputs, if the action has one."""
    declared = action.definition.idempotency
    return inputs.get(declared.input) if declared is not None else None


def _with_key(action: Action, given: Mapping[str, Any], key: str | None) -> Mapping[str, Any]:
    """The inputs with an idempotency key from outside, unless they bring their own."""
    declared = action.definition.idempotency
    if declared is None or not key:
        return given
    names = action.accepted_names
    brought = (value for name, value in given.items() if names.get(name, name) == declared.input)
    return given if any(brought) else {**given, declared.input: key}


def _check_pages(action: Action, options: RunOptions) -> None:
    """Refuse to walk pages where there are none, and a bound that is no bound."""
    if options.walks and action.definition.pagination is None:
        problem = Problem("", "pages", f"“{action.summary}” answers in one piece: it has no pages to collect.")
        raise InputError("The action has no pages.", [problem])
    if options.max_items is not None and options.max_items < 1:
        problem = Problem(
            "max_items", "minimum", f"The number of rows must be 1 or more, but it is {options.max_items}."
        )
        raise InputError("The number of rows is wrong.", [problem])
