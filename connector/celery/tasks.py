"""The Celery task that gives a lane a turn.

Arguments of the task are names and numbers: a worker finds the connection by its name.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence

from celery import Task, shared_task
from celery.signals import worker_process_init, worker_ready

from connector.batch.batch import Batch
from connector.batch.journal import BatchError
from connector.lanes import submit as lanes
from connector.lanes.environment import worker_from
from connector.lanes.lane import LaneWorker, Position
from connector.lanes.store import LanePlan, LaneStore

VISIBILITY_TIMEOUT = 180
"""Seconds after which Redis delivers again what a killed worker had; Celery's hour would be the lane's, too."""

_AGAIN = 10.0
"""Seconds until a turn is tried again whose store or broker could not be used."""

_log = logging.getLogger(__name__)
_lock = threading.Lock()
_make_worker: Callable[[], LaneWorker] | None = None
_worker: LaneWorker | None = None


def use_worker(make: Callable[[], LaneWorker]) -> None:
    """Run lanes with another worker than the environment's; made in each process when it is first needed."""
    global _make_worker, _worker
    _make_worker, _worker = make, None


def submit(batch: Batch, name: str, store: LaneStore | None = None) -> LanePlan:
    """Hand a batch to the workers. Of one that is there already, the lanes that are not over go on.

    Args:
        batch: The action, the file and the names of connections; their secrets stay here.
        name: Of the batch; letters, digits, dots, hyphens and underscores.
        store: Where the workers find it; as the environment says when left out.

    Raises:
        InputError: The file cannot be read, its columns do not fit the action, or a row names no connection.
        BatchError: There is another batch of that name.
    """
    where = store or _the_worker().store
    return lanes.submit(batch, name, where, lambda *turn: run_lane.apply_async((*turn, Position().to_list())))


@shared_task(
    bind=True,
    name="connector.run_lane",
    acks_late=True,
    reject_on_worker_lost=True,
    ignore_result=True,
    max_retries=None,
)
def run_lane(self: Task, name: str, lane: int, turn: int, position: Sequence[int]) -> None:
    """Give a lane a turn, and queue its next one.

    Args:
        self: The task.
        name: Of the batch.
        lane: The lane's number.
        turn: The number of the turn.
        position: Where the lane goes on.
    """
    at = Position(*position)
    delivered_again = bool(self.request.retries or (self.request.delivery_info or {}).get("redelivered"))
    try:
        worker = _the_worker()
        following = worker.store.claim(name, lane, turn, redelivered=delivered_again)
        if following is None:
            return
        found = worker.turn(name, lane, at)
    except BatchError:
        raise
    except Exception as error:
        # The rows are where they were, and a lane whose turn is lost would never end.
        raise self.retry(exc=error, countdown=_AGAIN) from None
    if found.position is not None:
        # A message that waits is not acknowledged, so one that waits for longer would be delivered twice.
        countdown = min(found.delay, _visibility_timeout() / 4) or None
        self.apply_async((name, lane, following, found.position.to_list()), countdown=countdown)


def queue_idle_lanes() -> int:
    """Queue lanes again that no worker has had for long; how many.

    A worker that is killed between taking a message from Redis and noting that it has it loses the message for good.
    """
    found = _the_worker().store.idle(2 * _visibility_timeout())
    for name, lane, turn in found:
        run_lane.apply_async((name, lane, turn, Position().to_list()))
    return len(found)


@worker_ready.connect
def _watch(**_: object) -> None:
    """Look for idle lanes as long as this worker runs."""
    threading.Thread(target=_look_for_idle_lanes, daemon=True, name="idle-lanes").start()


def _look_for_idle_lanes() -> None:
    while True:
        time.sleep(_visibility_timeout() / 2)
        try:
            queue_idle_lanes()
        except Exception as error:  # the store or the broker may be back at the next look
            _log.warning("Cannot look for idle lanes: %s.", type(error).__name__)


@worker_process_init.connect
def _begin_anew(**_: object) -> None:
    """Let a forked process make a worker of its own: connections to a database must not be shared."""
    global _lock, _worker
    _lock, _worker = threading.Lock(), None


def _visibility_timeout() -> float:
    options: dict[str, float] = run_lane.app.conf.broker_transport_options or {}
    return options.get("visibility_timeout", VISIBILITY_TIMEOUT)


def _the_worker() -> LaneWorker:
    """This process's worker."""
    global _worker  # noqa: PLW0603 - see `use_worker`
    with _lock:
        if _worker is None:
            _worker = _make_worker() if _make_worker is not None else worker_from(throttle=_redis_broker())
        return _worker


def _redis_broker() -> str | None:
    """The broker's URL where that is a Redis server, whose memory the call limit can share."""
    url: str = run_lane.app.conf.broker_url or ""
    if url.startswith("redis+socket://"):
        url = f"unix://{url.removeprefix('redis+socket://')}"
    return url if url.startswith(("redis://", "rediss://", "unix://")) else None
