"""One call made reliable: take a token, send, and try again only where that cannot do anything twice."""

from __future__ import annotations

import contextlib
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

from connector.call.result import Attempt
from connector.clock import Clock
from connector.definition.service import RetryPolicy
from connector.errors import ConnectorError, OutcomeUnknownError, UnavailableError
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.http.retry import backoff, retry_after_seconds
from connector.http.transport import ConnectionLostError, NotSentError
from connector.throttle.limiter import Bucket, Store, acquire

WaitCallback = Callable[[str, float], None]
"""Told what a run is about to wait for, and how many seconds."""


_PERMANENT = {"certificate", "base_url", "header", "answer_size"}
"""Codes of failures that the same call meets again."""


@dataclass
class Record:
    """What happened during a run: every attempt, and the seconds waited for the throttle and for retries."""

    attempts: list[Attempt] = field(default_factory=list)
    throttled: float = 0.0


@dataclass(frozen=True)
class Exchange:
    """Sends the requests of one run.

    Attributes:
        send_once: Sends once; raises `NotSentError` or `ConnectionLostError`.
        buckets: The limits every attempt counts against; the first is the connection's own.
        deadline: On the clock's monotonic time, when the run must be over.
        max_wait: Seconds that the run may wait for the throttle in all.
        repeatable: Whether sending the same request again has the effect of once.
        tell: Told of every wait before it begins.
    """

    send_once: Callable[[HttpRequest], HttpResponse]
    store: Store
    clock: Clock
    buckets: Sequence[Bucket]
    policy: RetryPolicy
    deadline: float
    max_wait: float
    repeatable: bool
    rng: random.Random
    record: Record
    tell: WaitCallback
    cancelled: threading.Event | None = None

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer to the request, whatever its status, after as many attempts as are allowed.

        Raises:
            ThrottledError: There is no room for the call within the wait or the deadline.
            OutcomeUnknownError: It may have arrived, cannot be repeated, and no answer came.
            UnavailableError: Every attempt failed.
        """
        attempt = 0
        while True:
            attempt += 1
            self._take_token()
            try:
                response = self.send_once(request)
            except (NotSentError, ConnectionLostError) as error:
                wait = self._wait_after(error, attempt)
                reason = error.message.rstrip(".")
                self._note(None, error.message, wait)
                if wait is None:
                    raise self._final(error) from None
            else:
                wait = self._wait_after(response, attempt)
                reason = f"The service answered {response.status}"
                self._note(response.status, "", wait)
                if wait is None:
                    return response
            self.tell(f"{reason}; trying again", wait)
            self.clock.sleep(wait, self.cancelled)

    def _take_token(self) -> None:
        left = min(self.max_wait - self.record.throttled, self.deadline - self.clock.monotonic())
        self.record.throttled += acquire(
            self.store, self.clock, self.buckets, max(0.0, left), self.cancelled, self.tell, self.rng
        )

    def _wait_after(self, outcome: HttpResponse | UnavailableError, attempt: int) -> float | None:
        """Seconds until the next attempt; None when this one is the last."""
        retry_after = None
        if isinstance(outcome, HttpResponse):
            retry_after = retry_after_seconds(outcome.headers.get("retry-after"), self.clock.wall())
            if outcome.status == HTTPStatus.TOO_MANY_REQUESTS:
                # Where the others cannot be told, they meet answers like this one.
                with contextlib.suppress(ConnectorError):
                    self.store.pause(self.buckets[0], retry_after or 1.0)
            again = outcome.status in self.policy.statuses and self.repeatable
        else:
            again = self.repeatable or isinstance(outcome, NotSentError)
            again = again and outcome.error_code not in _PERMANENT
        if not again or attempt >= self.policy.attempts:
            return None
        if self.cancelled is not None and self.cancelled.is_set():
            return None
        wait = backoff(self.policy, attempt, retry_after, self.rng)
        return wait if self.clock.monotonic() + wait < self.deadline else None

    def _final(self, error: UnavailableError) -> UnavailableError:
        if isinstance(error, ConnectionLostError) and not self.repeatable:
            return OutcomeUnknownError.after(error)
        return error

    def _note(self, status: int | None, reason: str, wait: float | None) -> None:
        self.record.attempts.append(Attempt(status=status, reason=reason, wait=round(wait or 0.0, 3)))
