"""Whether and when a failed attempt may be made again, and what the failures add up to.

Pure decisions; nothing here waits or sends. The JavaScript runtime makes the same ones.
"""

from __future__ import annotations

import calendar
import math
import random
import re
from datetime import date, datetime
from http import HTTPStatus

from connector.definition.service import RetryPolicy
from connector.errors import (
    ConnectionLostError,
    ConnectorError,
    NotSentError,
    OutcomeUnknownError,
    ThrottledError,
    UnavailableError,
)
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse

LONGEST_RETRY_AFTER = 3600.0
"""Seconds. A longer Retry-After counts as an hour."""

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?", re.IGNORECASE)
_TIME = r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]|60)"
_OFFSET = r"(?: (?:GMT|UTC|([+-])([0-9]{2})([0-9]{2})))?"
_USUAL = re.compile(
    rf"(?:[a-z]+, )?([0-9]{{1,2}})[ -]([a-z]{{3}})[a-z]*[ -]([0-9]{{4}}|[0-9]{{2}}) {_TIME}{_OFFSET}",
    re.IGNORECASE | re.ASCII,
)
_ASCTIME = re.compile(rf"(?:[a-z]{{3}} )?([a-z]{{3}}) +([0-9]{{1,2}}) {_TIME} ([0-9]{{4}})", re.IGNORECASE | re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_GONE = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})


def should_retry(policy: RetryPolicy, outcome: HttpResponse | UnavailableError, *, repeatable: bool) -> bool:
    """Whether another attempt may succeed and cannot repeat an effect."""
    if isinstance(outcome, HttpResponse):
        return repeatable and outcome.status in policy.statuses
    return (repeatable or isinstance(outcome, NotSentError)) and outcome.retryable


def may_have_acted(request: HttpRequest, outcome: HttpResponse | UnavailableError) -> bool:
    """Whether the service may have carried out a request that changes something, although the attempt failed."""
    if request.method in _SAFE_METHODS:
        return False
    if isinstance(outcome, HttpResponse):
        return outcome.status >= HTTPStatus.INTERNAL_SERVER_ERROR or outcome.status == HTTPStatus.REQUEST_TIMEOUT
    return isinstance(outcome, ConnectionLostError)


def already_done(request: HttpRequest, response: HttpResponse, earlier: str | None) -> bool:
    """Whether a DELETE that finds nothing was carried out by an earlier attempt of the same run.

    `earlier` is how an attempt failed that may have been carried out; None if there was none.
    """
    return earlier is not None and request.method == "DELETE" and response.status in _GONE


def final_error(error: ConnectorError, *, repeatable: bool, earlier: str | None) -> ConnectorError:
    """The error of a run whose last attempt failed; never “not sent” after an attempt that may have been carried out.

    `earlier` is how an attempt failed that may have been carried out; None if there was none.
    """
    if isinstance(error, ConnectionLostError) and not repeatable:
        return OutcomeUnknownError.after(error)
    if earlier is not None and isinstance(error, ThrottledError | NotSentError):
        kind = UnavailableError if repeatable else OutcomeUnknownError
        last = kind(
            f"{earlier}, so the call may have been carried out. It could not be sent again: {error.message}",
            hint=error.hint,
            status=error.status,
            request_id=error.request_id,
        )
        last.retryable = last.retryable and error.retryable
        return last
    return error


def backoff(policy: RetryPolicy, attempt: int, retry_after: float | None, rng: random.Random) -> float:
    """Seconds to wait after the failed `attempt` (from 1): full jitter under a doubling bound.

    A Retry-After of the service is the minimum, plus a little jitter so that not everybody returns at once.
    """
    bound = min(policy.cap, policy.base * 2 ** min(attempt - 1, 30))
    drawn = rng.uniform(0, bound)
    if retry_after is None:
        return drawn
    return retry_after + min(drawn, 1.0)


def retry_after_seconds(header: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for, as number or as date; None when it says nothing usable."""
    text = (header or "").strip(" \t")
    if _NUMBER.fullmatch(text):
        seconds = float(text)
    else:
        moment = _epoch_seconds(text)
        if moment is None:
            return None
        seconds = moment - now.timestamp()
    if not math.isfinite(seconds):
        return None
    return min(max(0.0, seconds), LONGEST_RETRY_AFTER)


def _epoch_seconds(text: str) -> int | None:
    """Seconds since 1970 for a date as RFC 9110 (5.6.7) has it, or with an offset; None for anything else."""
    if usual := _USUAL.fullmatch(text):
        day, month, year, hour, minute, second, sign, *offset = usual.groups()
        if len(year) == len("26"):
            year = f"{'19' if year > '68' else '20'}{year}"
    elif asctime := _ASCTIME.fullmatch(text):
        month, day, hour, minute, second, year = asctime.groups()
        sign, offset = None, []
    else:
        return None
    try:
        on = date(int(year), _MONTHS.index(month.lower()) + 1, int(day))
    except ValueError:
        return None
    seconds = calendar.timegm((on.year, on.month, on.day, int(hour), int(minute), int(second)))
    if sign is None:
        return seconds
    return seconds - (-1 if sign == "-" else 1) * (int(offset[0]) * 3600 + int(offset[1]) * 60)
