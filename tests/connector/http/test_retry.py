from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.definition.service import RetryPolicy
from connector.http.retry import LONGEST_RETRY_AFTER, backoff, retry_after_seconds

NOW = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
POLICY = RetryPolicy(attempts=4, base=0.5, cap=4)


@pytest.mark.parametrize(("attempt", "bound"), [(1, 0.5), (2, 1.0), (3, 2.0), (4, 4.0), (5, 4.0), (10_000, 4.0)])
def test_waits_are_drawn_under_a_bound_that_doubles_up_to_a_cap(attempt: int, bound: float) -> None:
    rng = random.Random(1)  # noqa: S311 - jitter
    waits = [backoff(POLICY, attempt, None, rng) for _ in range(500)]
    assert all(0 <= wait <= bound for wait in waits)
    assert max(waits) > 0.9 * bound
    assert min(waits) < 0.1 * bound


@pytest.mark.parametrize("asked", [0.0, 7.0, 3600.0])
def test_a_retry_after_is_a_floor_with_at_most_a_second_on_top(asked: float) -> None:
    rng = random.Random(1)  # noqa: S311 - jitter
    waits = [backoff(POLICY, 9, asked, rng) for _ in range(200)]
    assert all(asked <= wait <= asked + 1 for wait in waits)
    assert len(set(waits)) > 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 0.5 ", 0.5),
        ("0", 0.0),
        ("-3", 0.0),
        ("86400", LONGEST_RETRY_AFTER),
        ("Sat, 31 Jan 2026 09:30:42 GMT", 42.0),
        ("Sat, 31 Jan 2026 09:30:42 -0000", 42.0),
        ("Sat, 31 Jan 2026 10:30:42 +0100", 42.0),
        ("Sat, 31 Jan 2026 09:29:00 GMT", 0.0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_RETRY_AFTER),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("Sat, 99 Jan 2026 09:30:42 GMT", None),
    ],
)
def test_a_retry_after_is_read_as_number_or_as_date_and_nonsense_is_nothing(
    header: str | None, seconds: float | None
) -> None:
    assert retry_after_seconds(header, NOW) == seconds


@settings(derandomize=True, database=None, max_examples=100)
@given(st.text(max_size=40) | st.from_regex(r"[A-Za-z0-9 ,:+\-]{0,40}"))
def test_no_header_breaks_the_reading(header: str) -> None:
    seconds = retry_after_seconds(header, NOW)
    assert seconds is None or 0 <= seconds <= LONGEST_RETRY_AFTER
