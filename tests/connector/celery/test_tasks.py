"""The task of Celery: what it queues, when, and that no lane is lost when something around it fails."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from celery.exceptions import Retry

from connector.celery import run_lane, submit, use_worker
from connector.celery.tasks import VISIBILITY_TIMEOUT
from connector.connections.connection import Connection
from tests.connector.lanes.conftest import Line, MakeLine, line

__all__ = ["line"]


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[tuple[tuple[Any, ...], float | None]]:
    """What was queued: the arguments, and the seconds until it may be delivered."""
    found: list[tuple[tuple[Any, ...], float | None]] = []

    def apply_async(args: tuple[Any, ...], countdown: float | None = None) -> None:
        found.append((args, countdown))

    monkeypatch.setattr(run_lane, "apply_async", apply_async)
    return found


@pytest.fixture
def made(line: MakeLine) -> Iterator[Line]:
    made = line(throttle={"calls": 30, "renewalPeriod": 300})
    use_worker(made.worker)
    yield made
    use_worker(made.worker)


def submitted(made: Line) -> None:
    path = made.place / "rows.csv"
    path.write_text("recipient\n" + "".join(f"r{number}\n" for number in range(100)))
    submit(made.connector.batch("send_parcel", path, Connection(name="work", api_key="k-secret-of-the-host")), "b")


def test_a_turn_queues_the_next_one_and_waits_no_longer_than_the_broker_remembers(
    made: Line, queued: list[tuple[tuple[Any, ...], float | None]]
) -> None:
    submitted(made)
    for _ in range(3):
        run_lane.run(*queued[-1][0])
    turns = [args[2] for args, _ in queued]
    assert turns == sorted(set(turns))
    countdowns = [countdown for _, countdown in queued]
    assert countdowns[:2] == [None, None]
    assert countdowns[2:] == [VISIBILITY_TIMEOUT / 4] * 2  # the limit has room after 300 seconds
    assert len(made.service.calls) == 30


def test_its_arguments_are_names_and_numbers(made: Line, queued: list[tuple[tuple[Any, ...], float | None]]) -> None:
    submitted(made)
    run_lane.run(*queued[-1][0])
    text = json.dumps([args for args, _ in queued])
    assert text == '[["b", 0, 1, [0, 1, 0, 0]], ["b", 0, 2, [20, 1, 0, 0]]]'


def test_a_turn_whose_store_fails_is_tried_again_and_goes_on(
    made: Line, queued: list[tuple[tuple[Any, ...], float | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted(made)
    args = queued[-1][0]
    again: list[float] = []

    def retry(exc: Exception, countdown: float) -> Retry:
        again.append(countdown)
        raise Retry(exc=exc)

    def broken(*_: object) -> None:
        raise OSError("no space left on the device")

    with monkeypatch.context() as patch:
        patch.setattr(run_lane, "retry", retry)
        patch.setattr(made.service, "on_arrival", broken)
        with pytest.raises(Retry):
            run_lane.run(*args)
    assert again == [10.0]
    run_lane.push_request(retries=1)
    try:
        run_lane.run(*args)
    finally:
        run_lane.pop_request()
    assert queued[-1][0][3][0] == 20


def test_a_turn_that_another_one_has_overtaken_queues_nothing(
    made: Line, queued: list[tuple[tuple[Any, ...], float | None]]
) -> None:
    submitted(made)
    run_lane.run(*queued[0][0])
    run_lane.run(*queued[0][0])
    assert len(queued) == 2
    assert len(made.service.calls) == 20


def test_celery_finds_the_application_and_shows_no_password() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "celery", "-A", "connector.celery", "report"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={"CELERY_BROKER_URL": "redis://:secret-of-the-broker@localhost:1/0", "PATH": ""},
    )
    assert done.returncode == 0, done.stderr
    assert "worker_prefetch_multiplier: 1" in done.stdout
    assert "secret-of-the-broker" not in done.stdout + done.stderr
