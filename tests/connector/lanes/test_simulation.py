"""The simulation says the same for the same seed, keeps to the limit, and shows what lanes are for."""

from __future__ import annotations

import random

import pytest

from benchmarks.counting import most_in_any_window
from benchmarks.simulation import LIMIT, POLICIES, Policy, Tokens, fairness, quantile, shards, waits


def rng() -> random.Random:
    return random.Random(12)  # noqa: S311 - nothing secret is made of it


def test_the_limit_is_kept_and_used() -> None:
    tokens = Tokens()
    left = [tokens.take(0.0) for _ in range(1_000)]
    assert most_in_any_window(left, LIMIT.period) == LIMIT.calls
    assert left[-1] == pytest.approx(9 * LIMIT.padded_period)


def test_waits_grow_with_the_load_and_with_bursts() -> None:
    p95 = [quantile(waits(load, burst, 20_000, rng()), 0.95) for burst in (1, 100) for load in (0.5, 0.95)]
    assert p95 == sorted(p95)
    assert p95[0] == 0.0
    assert waits(0.8, 10, 5_000, rng()) == waits(0.8, 10, 5_000, rng())


@pytest.mark.parametrize("policy", POLICIES)
def test_a_seed_says_the_same_again(policy: Policy) -> None:
    assert fairness(policy, 500, 20, 4, 120.0, rng()) == fairness(policy, 500, 20, 4, 120.0, rng())


def test_only_lanes_keep_a_large_batch_from_the_calls_of_others() -> None:
    blocking, retry, lanes = (fairness(policy, 2_000, 50, 4, 300.0, rng()) for policy in POLICIES)
    assert blocking.unserved > 700
    assert retry.unserved == lanes.unserved == 0
    assert quantile(lanes.waits, 0.99) < quantile(retry.waits, 0.99) / 4
    assert lanes.attempts < 1.05 < retry.attempts


def test_redis_servers_follow_the_calls() -> None:
    assert [shards(calls) for calls in (1, 1_000, 10_000, 166_667)] == [1, 1, 2, 19]
    assert shards(166_667, leased=10) == 2
