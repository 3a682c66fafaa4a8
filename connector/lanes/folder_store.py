"""Lanes in a folder that the workers share: each lane's rows in parts, each part with a journal and results of its own.

    NAME/plan.json            what the batch is; it is there once every row is
    NAME/rows/LANE/FIRST      the rows of a part, a JSON object each; FIRST is the number of the first one
    NAME/lanes/LANE/FIRST/    journal and results of the part, as of a batch on one machine
    NAME/lanes/LANE/turn      the number of the lane's next turn
    NAME/ending/LANE          the lane has no row left to run
    NAME/over/LANE            the lane is over; why it stopped, if it has not run every row
    NAME/success failed unknown   the results of all lanes, written when the last one ends

A part has so few rows that reading its journal at every turn costs next to nothing.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import shutil
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from connector.batch.folder import BatchFolder
from connector.batch.journal import OUTCOMES, BatchError, BatchRecord, Outcome, Progress, read_progress
from connector.batch.source import Row
from connector.lanes.departure import Departure
from connector.lanes.store import LaneBusyError, LaneKey, LanePlan, LanesStatus, check_name, same_plan
from connector.throttle import private_file

PART_ROWS = 500
_BUFFERED = 50
"""Rows of a lane in memory while the parts are written: there may be many lanes."""

_CREATING, _CLAIMING = 600.0, 10.0
"""Seconds for which others are waited for that create the same batch, or claim the same lane."""

_FILES: dict[Outcome, str] = {"done": "success", "failed": "failed", "unknown": "unknown"}


class FolderStore:
    """Batches in a folder of this machine, or of a network file system whose locks work.

    Args:
        place: The folder; each batch has one of its own in it.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self._plans: dict[str, LanePlan] = {}

    def create(self, name: str, plan: LanePlan, rows: Iterable[tuple[LaneKey, Row]]) -> LanePlan:
        """Keep a batch; see `LaneStore.create`."""
        place = self.place / check_name(name)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(place / "lock", _CREATING):
            if (place / "plan.json").exists():
                found = same_plan(name, self.plan(name), plan)
                for path in _lanes_in(place / "over"):
                    if path.read_text(encoding="utf-8"):
                        (place / "ending" / path.name).unlink(missing_ok=True)
                        path.unlink()
                return found
            # What an earlier process left that did not write every row is of no use.
            shutil.rmtree(place / "rows", ignore_errors=True)
            made = replace(plan, lanes=_write_parts(place / "rows", rows))
            for lane in range(len(made.lanes)):
                (place / "lanes" / _lane(lane)).mkdir(mode=0o700, parents=True, exist_ok=True)
            for folder in ("ending", "over"):
                (place / folder).mkdir(mode=0o700, exist_ok=True)
            _replace(place / "plan.json", made.to_json())
            return made

    def plan(self, name: str) -> LanePlan:
        """What a batch is; see `LaneStore.plan`."""
        found = self._plans.get(name)
        if found is None:
            try:
                text = (self.place / check_name(name) / "plan.json").read_text(encoding="utf-8")
            except FileNotFoundError:
                raise _unknown(name) from None
            found = self._plans[name] = LanePlan.from_json(text)
        return found

    def claim(self, name: str, lane: int, turn: int, *, redelivered: bool) -> int | None:
        """Take the turn of a lane; see `LaneStore.claim`."""
        place = self.place / check_name(name)
        path = place / "lanes" / _lane(lane) / "turn"
        if not path.parent.is_dir():
            raise _unknown(name)  # it may have been deleted while its turns were queued
        with _locked(path.with_name("turn.lock"), _CLAIMING):
            found = int(path.read_text(encoding="ascii")) if path.exists() else 0
            if turn < found and not redelivered:
                return None
            claimed = max(turn, found) + 1
            _replace(path, str(claimed))
            return claimed

    def idle(self, seconds: float) -> list[tuple[str, int, int]]:
        """Lanes that no worker has claimed for so long; see `LaneStore.idle`."""
        found = []
        for name in sorted(path.parent.name for path in self.place.glob("*/plan.json")):
            for lane in self.pending(name):
                path = self.place / name / "lanes" / _lane(lane) / "turn"
                if path.exists() and path.stat().st_mtime < time.time() - seconds:
                    path.touch()
                    found.append((name, lane, int(path.read_text(encoding="ascii"))))
        return found

    def pending(self, name: str) -> list[int]:
        """The numbers of the lanes that are not over."""
        over = {int(path.name) for path in _lanes_in(self.place / check_name(name) / "over")}
        return [lane for lane in range(len(self.plan(name).lanes)) if lane not in over]

    @contextlib.contextmanager
    def open(
        self, name: str, lane: int, after: int, columns: tuple[str, ...], identity: str
    ) -> Iterator[FolderRows | None]:
        """Open rows of a lane for one turn; see `LaneStore.open`."""
        plan, place = self.plan(name), self.place / name / "lanes" / _lane(lane)
        firsts = sorted(int(path.name) for path in (self.place / name / "rows" / _lane(lane)).iterdir())
        later = [first for first in firsts if first > after]
        # The part in which `after` is may have rows behind it; whether it has, only its rows say.
        earlier = [first for first in firsts if first <= after][-1:]
        with _locked(place / "lock"):
            for first in (*earlier, *later[:1]):
                numbered = list(_read_part(self.place / name / "rows" / _lane(lane) / str(first)))
                if numbered[-1].number <= after:
                    continue
                record = replace(plan.record, connections={plan.lanes[lane]: identity})
                with BatchFolder.open(place / str(first), record, columns, plan.format) as folder:
                    yield FolderRows(folder, [row for row in numbered if row.number > after])
                return
            yield None

    def end(self, name: str, lane: int, stopped: str | None) -> None:
        """Note that a lane is over; with the last one the files of results are written."""
        place, plan = self.place / name, self.plan(name)
        _replace(place / "ending" / _lane(lane), "")
        # Whoever ends last finds all others here, and is over when the files are there.
        if len(_lanes_in(place / "ending")) == len(plan.lanes):
            self._write_results(name, plan, place)
        _replace(place / "over" / _lane(lane), stopped or "")

    def status(self, name: str) -> LanesStatus:
        """How far a batch is; reads the journals of all parts."""
        plan, place = self.plan(name), self.place / name
        counts = dict.fromkeys(OUTCOMES, 0)
        for progress in map(read_progress, _parts(place, len(plan.lanes))):
            for outcome in OUTCOMES:
                counts[outcome] += progress.counts[outcome]
        over = {int(path.name): path.read_text(encoding="utf-8") for path in _lanes_in(place / "over")}
        stopped = {plan.lanes[lane]: why for lane, why in over.items() if why}
        return LanesStatus(plan.record.rows, counts, len(plan.lanes), len(over), stopped)

    def write_results(self, name: str, folder: Path, columns: tuple[str, ...]) -> None:
        """Write the files of results to a folder; see `LaneStore.write_results`."""
        del columns  # the parts have them already
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._write_results(name, self.plan(name), folder)

    def _write_results(self, name: str, plan: LanePlan, folder: Path) -> None:
        for outcome in OUTCOMES:
            file_name = f"{_FILES[outcome]}.{plan.format}"
            partial = folder / f".{file_name}.{secrets.token_hex(4)}"
            with partial.open("wb") as file:
                for number, part in enumerate(_parts(self.place / name, len(plan.lanes))):
                    with (part / file_name).open("rb") as results:
                        if number and plan.format == "csv":
                            results.readline()  # the header; its names have no line breaks
                        shutil.copyfileobj(results, file)
            partial.replace(folder / file_name)

    def close(self) -> None:
        """Nothing is held."""


class FolderRows:
    """The rows of a part, and the folder with what became of them; see `LaneRows`."""

    def __init__(self, folder: BatchFolder, rows: list[Row]) -> None:
        self._folder = folder
        self._rows = rows
        self.record: BatchRecord = folder.record
        self.progress: Progress = folder.progress
        self.ends_at = rows[-1].number
        self.undone = folder.undone
        self._departure = Departure()

    def started(self, row: int, now: float, *, durable: bool) -> None:
        """Note that a row's request is about to leave."""
        if durable:
            self._departure.begin(row)
        self._folder.started(row, now, durable=durable)

    def sent(self, row: int) -> None:
        """Let the next row leave."""
        self._folder.sent(row)
        self._departure.end(row)

    def finish(self, row: int, outcome: Outcome, values: dict[str, Any]) -> None:
        """Note that a row is finished; a worker may be killed before its next row."""
        self._folder.finish(row, outcome, values)
        self._folder.flush()

    def rows(self) -> Iterator[Row]:
        """Those that are not finished, in order."""
        return (row for row in self._rows if not self.progress.is_finished(row.number))


@contextlib.contextmanager
def _locked(path: Path, wait: float = 0.0) -> Iterator[None]:
    """Hold a lock that ends with this process, however it ends; wait for it at most so many seconds."""
    handle, _ = private_file.open_private(path)
    try:
        try:
            private_file.lock(handle, time.monotonic() + wait)
        except TimeoutError:
            raise LaneBusyError from None
        yield
    finally:
        private_file.close(handle)


def _write_parts(place: Path, rows: Iterable[tuple[LaneKey, Row]]) -> tuple[str, ...]:
    """Write every row to a part of its lane; the connections of the lanes."""
    lanes: dict[LaneKey, int] = {}
    buffered: dict[int, list[Row]] = defaultdict(list)
    parts: dict[int, tuple[int, int]] = {}

    def write(lane: int) -> None:
        found = buffered.pop(lane, [])
        if not found:
            return
        first, count = parts.get(lane, (found[0].number, 0))
        if count >= PART_ROWS:
            first, count = found[0].number, 0
        parts[lane] = first, count + len(found)
        path = place / _lane(lane) / str(first)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps([row.number, row.values, row.problem]) + "\n" for row in found)

    for key, row in rows:
        lane = lanes.setdefault(key, len(lanes))
        buffered[lane].append(row)
        if len(buffered[lane]) >= _BUFFERED:
            write(lane)
    for lane in list(buffered):
        write(lane)
    return tuple(connection for connection, _ in lanes)


def _read_part(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            number, values, problem = json.loads(line)
            yield Row(number, values, problem)


def _parts(place: Path, lanes: int) -> Iterator[Path]:
    """The folders of all parts that were opened, in order."""
    for lane in range(lanes):
        found = (path for path in (place / "lanes" / _lane(lane)).iterdir() if (path / "journal").is_file())
        yield from sorted(found, key=lambda path: int(path.name))


def _unknown(name: str) -> BatchError:
    return BatchError(f"There is no batch “{name}”.", code="unknown_batch")


def _lanes_in(place: Path) -> list[Path]:
    return [path for path in place.iterdir() if path.name.isdigit()]


def _lane(lane: int) -> str:
    return f"{lane:06d}"


def _replace(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    partial.write_text(text, encoding="utf-8")
    partial.replace(path)
