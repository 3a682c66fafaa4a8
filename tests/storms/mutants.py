"""Examples with a few things changed, somewhere: what a service or a flow sends when it does not keep to them."""

from __future__ import annotations

import copy
import random
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

TEXTS = ["", "x", "0", "ü", "\ud800", "2026-01-31T09:30:00Z", "x" * 3_000]
NUMBERS = [0, 1, -1, 1.0, 0.5, 10**20]
TIMES = [1_772_461_800_000, 1_772_461_801_250.5, -62_135_596_800_001, 253_402_300_800_000]
ODD: list[Any] = [
    *TEXTS, *NUMBERS, *TIMES, None, True, False, [], {}, [None], [{}], {"id": None}, {"a": {"b": "c"}}, [["x"], "x"],
    ["x", "x"],
]  # fmt: skip


@st.composite
def mutants(draw: DrawFn, examples: list[Any]) -> Any:
    """One of some JSON values, with up to four changes."""
    rng = draw(st.randoms(use_true_random=False))
    value = copy.deepcopy(rng.choice(examples))
    for _ in range(rng.choice([0, 1, 1, 2, 4])):
        value = _changed(rng, value)
    return value


def _changed(rng: random.Random, value: Any) -> Any:
    """The value with one change in it, more often further inside."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        name = rng.choice(list(value))
        way = rng.random()
        if way < 0.1:
            return {key: inner for key, inner in value.items() if key != name}
        if way < 0.2:
            return {**value, rng.choice([name.upper(), "other", "0"]): rng.choice(ODD)}
        return {**value, name: _changed(rng, value[name])}
    if isinstance(value, list) and value and rng.random() < 0.9:
        place = rng.randrange(len(value))
        if rng.random() < 0.2:
            return value + value[place:]
        return [*value[:place], _changed(rng, value[place]), *value[place + 1 :]]
    return copy.deepcopy(rng.choice(ODD))
