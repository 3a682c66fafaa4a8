from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.connector.parcels import Bench, MakeBench, make_bench
from tests.connector.station import Station


@pytest.fixture
def bench(tmp_path: Path) -> MakeBench:
    """Makes a connector of a folder of its own, over a script of answers and on a fake clock."""
    numbers = itertools.count()

    def make(*args: Any, **options: Any) -> Bench:
        return partial(make_bench, tmp_path / f"parcels-{next(numbers)}")(*args, **options)

    return make


@pytest.fixture
def station() -> Iterator[Station]:
    """A web server on a free port of this machine that answers as it is told and remembers what it was asked."""
    with Station() as running:
        yield running
