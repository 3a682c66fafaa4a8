"""Lanes in a database, through SQLAlchemy: SQLite on one machine, PostgreSQL and others for many."""

from __future__ import annotations

import contextlib
import itertools
import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from connector.batch.folder import OUTPUT
from connector.batch.journal import OUTCOMES, BatchError, Outcome, Progress
from connector.batch.source import Row, write_cells
from connector.lanes.database_rows import BATCHES, LANES, ROWS, TABLES, DatabaseRows
from connector.lanes.lane import TURN_ROWS
from connector.lanes.store import LaneKey, LanePlan, LanesStatus, check_name, same_plan
from connector.validation.text_values import json_text

_WRITTEN_AT_ONCE = 1_000
_FILES: dict[Outcome, str] = {"done": "success", "failed": "failed", "unknown": "unknown"}


class DatabaseStore:
    """Batches in three tables of a database.

    Args:
        url: As SQLAlchemy takes it, such as `postgresql+psycopg://user:password@host/database`. It is shown nowhere.
    """

    def __init__(self, url: str) -> None:
        try:
            # Values of rows must not get into messages of errors.
            self._engine = sa.create_engine(url, hide_parameters=True, pool_pre_ping=True)
        except Exception as error:
            reason = type(error).__name__
            raise BatchError(f"The database URL cannot be used ({reason}).", code="batch_database") from None
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _set_up_sqlite)
        self._has_tables = False
        self._plans: dict[str, LanePlan] = {}

    def create(self, name: str, plan: LanePlan, rows: Iterable[tuple[LaneKey, Row]]) -> LanePlan:
        """Keep a batch; see `LaneStore.create`."""
        check_name(name)
        found = self._found(name)
        if found is None:
            with contextlib.suppress(IntegrityError), self._begin() as database:  # another process may create it, too
                made = replace(plan, lanes=_insert_rows(database, name, rows))
                lanes = [{"batch": name, "lane": lane} for lane in range(len(made.lanes))]
                if lanes:
                    database.execute(sa.insert(LANES), lanes)
                database.execute(sa.insert(BATCHES).values(batch=name, plan=made.to_json()))
                return made
            found = self.plan(name)
        found = same_plan(name, found, plan)
        with self._begin() as database:
            stopped = (LANES.c.batch == name) & LANES.c.stopped.is_not(None)
            database.execute(sa.update(LANES).where(stopped).values(over=False, stopped=None))
        return found

    def plan(self, name: str) -> LanePlan:
        """What a batch is; see `LaneStore.plan`."""
        found = self._plans.get(name) or self._found(check_name(name))
        if found is None:
            raise BatchError(f"There is no batch “{name}”.", code="unknown_batch")
        self._plans[name] = found
        return found

    def _found(self, name: str) -> LanePlan | None:
        with self._begin() as database:
            text = database.scalar(sa.select(BATCHES.c.plan).where(BATCHES.c.batch == name))
        return None if text is None else LanePlan.from_json(text)

    def claim(self, name: str, lane: int, turn: int, *, redelivered: bool) -> int | None:
        """Take the turn of a lane, in one statement; see `LaneStore.claim`."""
        here = (LANES.c.batch == check_name(name)) & (LANES.c.lane == lane)
        if not redelivered:
            here &= LANES.c.turn <= turn
        later = sa.case((LANES.c.turn > turn, LANES.c.turn), else_=turn) + 1
        self.plan(name)
        with self._begin() as database:
            claimed: int | None = database.scalar(
                sa.update(LANES).where(here).values(turn=later, claimed=time.time()).returning(LANES.c.turn)
            )
        return claimed

    def idle(self, seconds: float) -> list[tuple[str, int, int]]:
        """Lanes that no worker has claimed for so long; see `LaneStore.idle`."""
        now = time.time()
        here = sa.not_(LANES.c.over) & (LANES.c.claimed < now - seconds) & (LANES.c.turn > 0)
        update = sa.update(LANES).where(here).values(claimed=now)
        with self._begin() as database:
            found = database.execute(update.returning(LANES.c.batch, LANES.c.lane, LANES.c.turn)).all()
        return sorted((row[0], row[1], row[2]) for row in found)

    def pending(self, name: str) -> list[int]:
        """The numbers of the lanes that are not over."""
        left = (LANES.c.batch == check_name(name)) & sa.not_(LANES.c.over)
        with self._begin() as database:
            return list(database.scalars(sa.select(LANES.c.lane).where(left).order_by(LANES.c.lane)))

    @contextlib.contextmanager
    def open(
        self, name: str, lane: int, after: int, columns: tuple[str, ...], identity: str
    ) -> Iterator[DatabaseRows | None]:
        """Open rows of a lane for one turn; see `LaneStore.open`.

        Several workers may do so at once: which of them begins a row is decided when it leaves.
        """
        del columns
        plan = self.plan(name)
        here = (LANES.c.batch == name) & (LANES.c.lane == lane)
        next_rows = (ROWS.c.batch == name) & (ROWS.c.lane == lane) & (ROWS.c.row > after)
        with self._begin() as database:
            known = database.scalar(sa.select(LANES.c.identity).where(here))
            if known is None:
                database.execute(sa.update(LANES).where(here & LANES.c.identity.is_(None)).values(identity=identity))
            query = sa.select(ROWS.c.row, ROWS.c.row_values, ROWS.c.problem, ROWS.c.begun)
            unfinished = query.where(next_rows & ROWS.c.outcome.is_(None)).order_by(ROWS.c.row)
            found = database.execute(unfinished.limit(TURN_ROWS)).all()
        if known not in {None, identity}:
            raise BatchError(
                f"The connection “{plan.lanes[lane]}” is another account than the batch began with.",
                code="batch_changed",
                hint="Use the same account, or begin another batch.",
            )
        if not found:
            yield None
            return
        progress = Progress(begun={row: begun for row, _, _, begun in found if begun is not None})
        numbered = [Row(row, json.loads(values), problem) for row, values, problem, _ in found]
        opened = DatabaseRows(self._engine, name, plan, progress, numbered)
        try:
            yield opened
        finally:
            opened.flush()

    def end(self, name: str, lane: int, stopped: str | None) -> None:
        """Note that a lane is over, or why it stopped."""
        here = (LANES.c.batch == name) & (LANES.c.lane == lane)
        with self._begin() as database:
            database.execute(sa.update(LANES).where(here).values(over=True, stopped=stopped))

    def status(self, name: str) -> LanesStatus:
        """How far a batch is."""
        plan = self.plan(name)
        with self._begin() as database:
            of_rows = sa.select(ROWS.c.outcome, sa.func.count()).where(ROWS.c.batch == name)
            counted = {row[0]: row[1] for row in database.execute(of_rows.group_by(ROWS.c.outcome))}
            over = sa.select(LANES.c.lane, LANES.c.stopped).where((LANES.c.batch == name) & LANES.c.over)
            ended = database.execute(over).all()
        stopped = {plan.lanes[lane]: why for lane, why in ended if why is not None}
        counts = {outcome: counted.get(outcome, 0) for outcome in OUTCOMES}
        return LanesStatus(plan.record.rows, counts, len(plan.lanes), len(ended), stopped)

    def write_results(self, name: str, folder: Path, columns: tuple[str, ...]) -> None:
        """Write the files of results to a folder; see `LaneStore.write_results`."""
        plan = self.plan(name)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for outcome in OUTCOMES:
            shown = columns if outcome == "done" else tuple(name for name in columns if not name.startswith(OUTPUT))
            with (folder / f"{_FILES[outcome]}.{plan.format}").open("wb") as file:
                if plan.format == "csv":
                    file.write(write_cells(shown, dict(zip(shown, shown, strict=True)), "csv"))
                for result in self._results(name, outcome):
                    file.write(write_cells(shown, json.loads(result), plan.format))

    def _results(self, name: str, outcome: Outcome) -> Iterator[str]:
        after = 0
        while True:
            here = (ROWS.c.batch == name) & (ROWS.c.outcome == outcome) & (ROWS.c.row > after)
            query = sa.select(ROWS.c.row, ROWS.c.result).where(here).order_by(ROWS.c.row).limit(_WRITTEN_AT_ONCE)
            with self._begin() as database:
                found = database.execute(query).all()
            if not found:
                return
            yield from (result for _, result in found)
            after = found[-1][0]

    def close(self) -> None:
        """Give back the connections to the database."""
        self._engine.dispose()

    @contextlib.contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        """A transaction; the tables are created when they are first needed."""
        if not self._has_tables:
            TABLES.create_all(self._engine)
            self._has_tables = True
        with self._engine.begin() as database:
            yield database


def _insert_rows(database: sa.Connection, name: str, rows: Iterable[tuple[LaneKey, Row]]) -> tuple[str, ...]:
    """Write every row; the connections of the lanes."""
    lanes: dict[LaneKey, int] = {}
    left = iter(rows)
    while chunk := list(itertools.islice(left, _WRITTEN_AT_ONCE)):
        database.execute(
            sa.insert(ROWS),
            [
                {
                    "batch": name,
                    "row": row.number,
                    "lane": lanes.setdefault(key, len(lanes)),
                    "row_values": json_text(row.values),
                    "problem": row.problem,
                }
                for key, row in chunk
            ],
        )
    return tuple(connection for connection, _ in lanes)


def _set_up_sqlite(connection: Any, _: Any) -> None:
    """Let several processes use the file: readers beside a writer, and every commit on the disk."""
    cursor = connection.cursor()
    for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA busy_timeout=30000"):
        cursor.execute(statement)
    cursor.close()
