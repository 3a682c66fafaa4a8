"""The DBOS workflow that gives a lane a turn and enqueues the next one, and a worker for it.

Its arguments are names and numbers: a worker finds the connection by its name. The identifier of a turn says which one
it is, so that a turn is enqueued once, whenever its worker is killed.
"""

from __future__ import annotations

import contextlib
import sqlite3
import sys
from collections.abc import Iterator, Mapping

from dbos import (
    DBOS,
    DBOSClient,
    DBOSConfig,
    DBOSPortableJSONSerializer,
    EnqueueOptions,
    SetEnqueueOptions,
    SetWorkflowID,
)

from connector.batch.batch import Batch
from connector.batch.journal import BatchError
from connector.errors import DefinitionError
from connector.lanes import submit as lanes
from connector.lanes.environment import PLACE
from connector.lanes.lane import LaneWorker, Position
from connector.lanes.store import LanePlan, LaneStore

QUEUE = "connector-lanes"
_WORKFLOW = "connector.run_lane"
_VERSION = "1"
"""Of the arguments: workers of another version leave a turn alone."""

_POLLING_SECONDS = 0.2
_UNFINISHED = ["ENQUEUED", "DELAYED", "PENDING"]

_NEWER_PYTHON, _NEWER_SQLITE = (3, 12), (3, 42)

_worker: LaneWorker | None = None


def submit(batch: Batch, name: str, store: LaneStore, url: str) -> LanePlan:
    """Hand a batch to the workers. Of one that is there already, the lanes that are not over go on.

    Args:
        batch: The action, the file and the names of connections; their secrets stay here.
        name: Of the batch; letters, digits, dots, hyphens and underscores.
        store: Where the workers find it.
        url: Of the database with the tables of DBOS.

    Raises:
        InputError: The file cannot be read, its columns do not fit the action, or a row names no connection.
        BatchError: There is another batch of that name.
        BatchError: DBOS cannot use this machine's SQLite.
    """
    check_sqlite(url)
    DBOS.migrate(url)
    client = DBOSClient(system_database_url=url, serializer=DBOSPortableJSONSerializer())
    try:
        return lanes.submit(batch, name, store, lambda *turn: _begin(client, *turn))
    finally:
        client.destroy()


def database_url(environment: Mapping[str, str]) -> str:
    """The URL of the database with the tables of DBOS: that of the batches, unless another one is named.

    Raises:
        DefinitionError: The batches are in a folder, and no database is named.
    """
    url = environment.get("DBOS_SYSTEM_DATABASE_URL") or environment.get(PLACE, "")
    if "://" not in url:
        raise DefinitionError(f"Set DBOS_SYSTEM_DATABASE_URL, or {PLACE} to the URL of a database.")
    return url


def check_sqlite(url: str) -> None:
    """Raise where DBOS cannot use this machine's SQLite.

    Raises:
        BatchError: DBOS takes it for granted that a newer Python has a newer SQLite, which a system's may not be.
    """
    is_old = sys.version_info >= _NEWER_PYTHON and sqlite3.sqlite_version_info < _NEWER_SQLITE
    if url.startswith("sqlite") and is_old:
        raise BatchError(
            f"With this Python, DBOS needs SQLite 3.42 or newer, but SQLite {sqlite3.sqlite_version} is installed.",
            hint="Use PostgreSQL, or Python 3.11.",
        )


def _begin(client: DBOSClient, name: str, lane: int, round_: int) -> None:
    """Enqueue the first turn of a lane in place of those that an earlier submission has left."""
    earlier = client.list_workflows(
        workflow_id_prefix=_id(name, lane), status=_UNFINISHED, load_input=False, load_output=False
    )
    client.cancel_workflows([workflow.workflow_id for workflow in earlier])
    options = EnqueueOptions(
        workflow_name=_WORKFLOW,
        queue_name=QUEUE,
        workflow_id=f"{_id(name, lane)}{round_}/1",
        app_version=_VERSION,
    )
    client.enqueue(options, name, lane, round_, 1, Position().to_list())


def _id(name: str, lane: int) -> str:
    return f"connector/{name}/{lane}/"


@DBOS.workflow(name=_WORKFLOW, max_recovery_attempts=None)
def run_lane(name: str, lane: int, submission: int, turn: int, position: list[int]) -> None:
    """Give a lane a turn, and enqueue its next one.

    Args:
        name: Of the batch.
        lane: The lane's number.
        submission: How often the batch was submitted, so that two submissions have turns of their own.
        turn: The number of the turn.
        position: Where the lane goes on.
    """
    following, delay = _give_turn(name, lane, position)
    if following is None:
        return
    with (
        SetWorkflowID(f"{_id(name, lane)}{submission}/{turn + 1}"),
        SetEnqueueOptions(delay_seconds=delay or None, app_version=_VERSION),
    ):
        DBOS.enqueue_workflow(QUEUE, run_lane, name, lane, submission, turn + 1, following)


@DBOS.step(
    name="connector.give_turn",
    retries_allowed=True,
    max_attempts=10,
    should_retry=lambda error: not isinstance(error, BatchError),
)
def _give_turn(name: str, lane: int, position: list[int]) -> tuple[list[int] | None, float]:
    if _worker is None:
        raise BatchError("This process is not a worker: start it with connector.dbos.started.")
    turn = _worker.turn(name, lane, Position(*position))
    return None if turn.position is None else turn.position.to_list(), turn.delay


@contextlib.contextmanager
def started(worker: LaneWorker, url: str, name: str, concurrency: int = 8) -> Iterator[None]:
    """A worker that runs lanes as long as the block lasts.

    Args:
        worker: Gives lanes their turns.
        url: Of the database with the tables of DBOS.
        name: Of the worker: no other may have it, and it keeps it when it is started again, for it goes on with what
            a worker of its name has left.
        concurrency: Lanes that it runs at a time.
    """
    global _worker  # noqa: PLW0603 - DBOS finds workflows by name, so what they use is the module's
    _worker = worker
    check_sqlite(url)
    config = DBOSConfig(
        name="connector",
        system_database_url=url,
        executor_id=name,
        application_version=_VERSION,
        serializer=DBOSPortableJSONSerializer(),
        log_level="WARNING",
    )
    DBOS(config=config)
    try:
        DBOS.launch()
        DBOS.register_queue(QUEUE, worker_concurrency=concurrency, polling_interval_sec=_POLLING_SECONDS)
        yield
    finally:
        DBOS.destroy(workflow_completion_timeout_sec=10)
        _worker = None
