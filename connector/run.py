"""Sending the requests of one run: a token and an attempt at a time, until a response counts or no attempt is left."""

from __future__ import annotations

import contextlib
import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

from connector.call.events import AttemptFailed, PageRead, WaitReason, WaitStarted, notify
from connector.call.handler import Call
from connector.call.masking import attempt_started, response_received
from connector.call.options import RunSettings
from connector.call.result import Attempt, RunTrace, responded
from connector.catalogue.action import Action
from connector.clock import Clock, network, pause, rounded
from connector.connections.auth import Auth
from connector.definition.service import ConnectorDefinition
from connector.errors import (
    AuthorizationError,
    ConnectionLostError,
    ConnectorError,
    NotSentError,
    OutcomeUnknownError,
    ThrottledError,
    UnavailableError,
)
from connector.http.long_running import not_ended, poll_wait, status_request, status_url
from connector.http.request import HttpRequest, secret_texts
from connector.http.response import HttpResponse
from connector.http.retry import (
    already_done,
    backoff,
    final_error,
    may_have_acted,
    retry_after_seconds,
    should_retry,
)
from connector.http.service_error import is_service_error, service_error
from connector.http.transport import SendOptions, Transport
from connector.secrets import SecretTexts
from connector.throttle.bucket import RateLimit
from connector.throttle.limiter import Permit
from connector.throttle.store import Store


class _HeldBack(Exception):  # noqa: N818 - it leads out of the HTTP library, before a byte has left
    """The call may not leave now, although it was granted: a pause has begun, or connecting took a whole period."""


@dataclass
class Run:
    """One run of an action: what it may use, and what has happened so far.

    Attributes:
        call: What the handler works with.
        auth: Adds the secrets of the connection where a request is sent.
        rate_limits: The limits every attempt counts against; the first is the connection's own.
        deadline: On the clock's monotonic time, when the run must be over.
        max_wait: Seconds that the run may wait for the call limit in all.
    """

    definition: ConnectorDefinition
    transport: Transport
    store: Store
    clock: Clock
    rng: random.Random
    action: Action
    call: Call
    auth: Auth
    rate_limits: list[RateLimit]
    deadline: float
    max_wait: float
    settings: RunSettings
    trace: RunTrace = field(default_factory=RunTrace)

    async def send(self, request: HttpRequest) -> HttpResponse:
        """The response to a request, after as many attempts as are allowed; of a long-running operation, the last.

        Raises:
            ThrottledError: The call limit allows no call within the wait or the deadline.
            OutcomeUnknownError: It may have been carried out, cannot be repeated, and no response says so.
            UnavailableError: Every attempt failed.
            OutputError: The service names a status URL on another host.
            ConnectorError: The service rejected it.
        """
        response = await self._send(request, repeatable=self.repeatable, attempts=self.settings.attempts)
        if self.action.definition.long_running:
            return await self._ended(request, response)
        return response

    async def _ended(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """The response of a long-running operation that has ended."""
        polls, url = 0, self.sent_url(request.url)
        while (found := status_url(response, url, polled=polls > 0)) is not None:
            url, wait = found, poll_wait(polls, self._retry_after(response))
            try:
                if self.clock.monotonic() + wait >= self.deadline:
                    raise ConnectionLostError("It did not end within the time that this run has.")
                self.trace.attempts[-1] = Attempt(status=response.status, wait=rounded(wait, 3))
                self._notify_wait("poll", "The service is working on it.", wait)
                self.trace.in_flight = True  # the request has been accepted, whatever ends the wait
                await pause(wait)
                polling = status_request(self.action.definition, self.call.inputs, self.auth.endpoint, url)
                response = await self._send(polling, repeatable=True, attempts=None)
            except (AuthorizationError, ThrottledError, UnavailableError) as error:
                raise not_ended(error, repeatable=self.repeatable) from None
            polls += 1
        return response

    async def _send(self, request: HttpRequest, *, repeatable: bool, attempts: int | None) -> HttpResponse:
        earlier: str | None = None  # how an earlier attempt failed that may have been carried out
        for attempt in itertools.count(1):
            outcome: HttpResponse | UnavailableError
            try:
                outcome = await self._attempt(request, attempt)
            except ThrottledError as error:
                raise final_error(error, repeatable=repeatable, earlier=earlier) from None
            except UnavailableError as error:
                outcome = error
            wait = self._wait_before_retry(outcome, attempt, repeatable, attempts)
            reason = self._record(outcome, wait)
            if wait is None:
                break
            earlier = reason if may_have_acted(request, outcome) else earlier
            self.trace.in_flight = earlier is not None  # for whoever stops the wait
            self._notify_wait(
                "retry_after" if self._retry_after(outcome) else "backoff", f"{reason}; trying again.", wait
            )
            await pause(wait)
        if not isinstance(outcome, HttpResponse):
            raise final_error(outcome, repeatable=repeatable, earlier=earlier) from None
        if already_done(request, outcome, earlier):
            self.call.warnings.append(f"{earlier}. The next attempt found nothing left to delete.")
            return HttpResponse(HTTPStatus.NO_CONTENT, outcome.headers, b"")
        self._raise_service_error(outcome, earlier, repeatable=repeatable)
        return outcome

    @property
    def repeatable(self) -> bool:
        """Whether sending the request again has the effect of once: by its method, or because it carries a key."""
        return self.action.definition.repeatable or self.idempotency_key is not None

    @property
    def idempotency_key(self) -> str | None:
        """The key under which the service remembers this run, if the action has one."""
        return self.action.idempotency_key(self.call.inputs)

    @property
    def hidden(self) -> SecretTexts:
        """The secrets of the connection and of the inputs, which may appear nowhere."""
        return SecretTexts((*self.auth.hidden, *secret_texts(self.action.definition, self.call.inputs)))

    def sent_url(self, url: str) -> str:
        """The URL of a request as it is sent, with the secrets of the connection in it."""
        return self.auth.url(url)

    def in_time(self) -> None:
        """Called while a response is read.

        Raises:
            UnavailableError: The deadline of the run has passed.
        """
        if self.clock.monotonic() > self.deadline:
            error = ConnectionLostError("The response is too large to be read in the time that this run has.")
            raise final_error(error, repeatable=self.repeatable, earlier=None)

    def page_read(self) -> None:
        """Called when a page has been read and counted."""
        notify(self.settings.on_event, PageRead(self.call.pages, self.call.rows))

    async def _attempt(self, request: HttpRequest, attempt: int) -> HttpResponse:
        """The response to one attempt, once there is room for it."""
        first = self.settings.max_first_wait
        max_wait = self.max_wait if first is None or self.trace.attempts else min(first, self.max_wait)
        left = min(max_wait - self.trace.throttled, self.deadline - self.clock.monotonic())
        permit = Permit(
            self.store,
            self.clock,
            self.rate_limits,
            max(0.0, left),
            self.deadline,
            lambda seconds: self._notify_wait("throttle", "Waiting for the call limit.", seconds),
            self.rng,
        )
        before, on_event = self.trace.throttled, self.settings.on_event
        while True:
            await permit.take()
            self.trace.throttled = before + permit.waited
            try:
                await network()
            except BaseException:
                permit.release()
                raise
            if on_event is not None:
                notify(on_event, attempt_started(self.auth, self.call, request, self.hidden, attempt))
                on_event = None  # one that is held back goes on with the same attempt
            with contextlib.suppress(_HeldBack):
                return self._send_once(request, permit, attempt)

    def _send_once(self, request: HttpRequest, permit: Permit, attempt: int) -> HttpResponse:
        def departing() -> None:
            if not permit.depart():
                raise _HeldBack
            if self.settings.on_departure is not None:
                self.settings.on_departure()

        def sent() -> None:
            permit.sent()
            if self.settings.on_sent is not None:
                self.settings.on_sent()

        timeouts, limits = self.definition.timeouts, self.definition.limits
        options = SendOptions(timeouts.connect, timeouts.read, self.deadline, limits.response_bytes, departing, sent)
        on_event, started = self.settings.on_event, self.clock.monotonic()
        was_in_flight, self.trace.in_flight = self.trace.in_flight, True
        try:
            response = self.transport.send(request, self.auth, options)
        except (UnavailableError, _HeldBack) as error:
            error.__context__ = None  # the library's own error has the URL, and a URL may have a secret
            self.trace.in_flight = was_in_flight
            if isinstance(error, NotSentError):
                permit.release()
            if isinstance(error, UnavailableError):
                seconds = round(self.clock.monotonic() - started, 6)
                notify(on_event, AttemptFailed(attempt, seconds, error.to_dict()))
            raise
        self.trace.in_flight = False  # it stays true where something else ended the thread meanwhile
        if on_event is not None:
            seconds = self.clock.monotonic() - started
            notify(on_event, response_received(self.definition, self.call, response, self.hidden, attempt, seconds))
        return response

    def _wait_before_retry(
        self, outcome: HttpResponse | UnavailableError, attempt: int, repeatable: bool, attempts: int | None
    ) -> float | None:
        """Seconds until the next attempt; None when this one is the last."""
        policy = self.definition.retry
        most = policy.attempts if attempts is None else attempts
        retry_after = self._retry_after(outcome)
        if isinstance(outcome, HttpResponse) and outcome.status == HTTPStatus.TOO_MANY_REQUESTS:
            # Where the other runs cannot be notified, each of them gets a response like this one.
            with contextlib.suppress(ConnectorError):
                self.store.pause(self.rate_limits[0], retry_after or 1.0)
        if attempt >= most or not should_retry(policy, outcome, repeatable=repeatable):
            return None
        wait = backoff(policy, attempt, retry_after, self.rng)
        return wait if self.clock.monotonic() + wait < self.deadline else None

    def _retry_after(self, outcome: HttpResponse | UnavailableError) -> float | None:
        header = outcome.headers.get("retry-after") if isinstance(outcome, HttpResponse) else None
        return retry_after_seconds(header, self.clock.wall()) if header else None

    def _record(self, outcome: HttpResponse | UnavailableError, wait: float | None) -> str:
        """Note an attempt; how it ended, as the beginning of a sentence."""
        status = outcome.status if isinstance(outcome, HttpResponse) else None
        reason = "" if isinstance(outcome, HttpResponse) else outcome.message
        self.trace.attempts.append(
            Attempt(status=status, reason=reason, wait=rounded(wait or 0.0, 3))
            if status is None or wait
            else responded(status)
        )
        return reason.rstrip(".") or f"The service responded with {status}"

    def _notify_wait(self, reason: WaitReason, message: str, seconds: float) -> None:
        notify(self.settings.on_event, WaitStarted(round(seconds, 6), reason, message))

    def _raise_service_error(self, response: HttpResponse, earlier: str | None, *, repeatable: bool) -> None:
        """Raise the error of a response, unless it is a success or a declared outcome."""
        connector, action = self.definition, self.action.definition
        accepted = response.succeeded or response.status in action.outcomes
        if accepted and not is_service_error(connector, response):
            return
        error = service_error(connector, action, self.call.inputs, response, self.clock.wall(), self.hidden)
        if isinstance(error, UnavailableError) and not repeatable:
            error = OutcomeUnknownError.after(error)
        raise final_error(error, repeatable=repeatable, earlier=earlier)

    @contextlib.contextmanager
    def errors_with_key(self) -> Iterator[None]:
        """Let every error of this run carry the idempotency key, so that trying again cannot send twice."""
        try:
            yield
        except ConnectorError as error:
            key = error.idempotency_key = self.idempotency_key
            if key and self.trace.attempts and isinstance(error, UnavailableError | ThrottledError):
                again = f"To run it again without doing it twice, use the idempotency key {key}."
                error.hint = f"{error.hint} {again}".lstrip()
            raise
        except BaseException as stopped:
            if self.trace.in_flight:
                key = self.idempotency_key
                stopped.add_note(
                    f"The call had been sent and may have been carried out. Its idempotency key was {key}."
                    if key
                    else "The call had been sent and may have been carried out."
                )
            raise
