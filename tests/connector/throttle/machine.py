"""Processes of one machine, as the store in files sees them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.throttle.bucket import RateLimit
from connector.throttle.file_store import FileStore
from tests.connector.throttle.worlds import FOREVER

HOME = RateLimit("0123456789abcdef", 4, 60.0)
SPAN = HOME.padded_period
posix = pytest.mark.skipif(os.name != "posix", reason="forks, modes and links are POSIX")

Process = Callable[..., FileStore]


def waits(store: FileStore, count: int) -> list[float]:
    return [round(store.reserve([HOME], FOREVER).wait, 3) for _ in range(count)]


def bucket_file(folder: Path) -> Path:
    (found,) = (path for path in folder.iterdir() if path.name != "throttle.key")
    return found
