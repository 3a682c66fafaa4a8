"""The SQLite file in which a sandbox keeps everything, and the transactions on it.

One connection per sandbox, used by one thread at a time, is fast enough for a sandbox. SQLite keeps other processes on
the same file apart (write-ahead log, busy timeout). Each request is one transaction: a process killed at any time
leaves the file as it was before or after a request. The resources decide what the tables hold; the caller fills a
new database.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock

Seeder = Callable[[sqlite3.Connection], None]

_APPLICATION = 0x53424F58  # "SBOX", written into the file's header, so that no other program's file is taken
_VERSION = 3
_BUSY_SECONDS = 30.0
_PRIVATE = 0o600

_TABLES = Path(__file__).with_name("tables.sql")


class DatabaseFileError(OSError):
    """The file cannot be used as a sandbox's database. It was not changed."""


class Store:
    """An open database.

    A file of an earlier format is set aside under another name, and a fresh one is made.

    Args:
        path: the file, made when missing; None for a private one in memory.
        seed: fills the tables of a fresh database.

    Raises:
        DatabaseFileError: the file is damaged, is another program's, or cannot be opened.
    """

    def __init__(self, path: Path | None, seed: Seeder) -> None:
        self._seed = seed
        self._lock = Lock()
        self._db = sqlite3.connect(":memory:", check_same_thread=False) if path is None else _open(path)
        if path is not None and 0 < (version := _format_of(self._db)) < _VERSION:
            self._db.close()
            path.replace(path.with_name(f"{path.name}.format-{version}"))
            self._db = _open(path)
        self._db.isolation_level = None
        self._db.row_factory = sqlite3.Row
        try:
            self._prepare(path)
        except sqlite3.DatabaseError as error:
            self._db.close()
            raise DatabaseFileError(f"{path} cannot be used as a sandbox database: {error}") from error
        except BaseException:
            self._db.close()
            raise

    def _prepare(self, path: Path | None) -> None:
        if path is not None:
            self._check(path)
            _switch_to_write_ahead_log(self._db)
        with self.transaction(write=True) as db:
            if db.execute("PRAGMA user_version").fetchone()[0] == 0:
                for statement in _TABLES.read_text(encoding="utf-8").split(";"):
                    db.execute(statement)
                db.execute(f"PRAGMA application_id = {_APPLICATION}")
                db.execute(f"PRAGMA user_version = {_VERSION}")
                self._seed(db)

    def _check(self, path: Path) -> None:
        tables = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if tables == 0:
            return
        if self._db.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
            raise DatabaseFileError(f"{path} is the database of another program; use another file")
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version != _VERSION:
            raise DatabaseFileError(
                f"{path} was made by a later version of the sandbox (format {version}, this one reads {_VERSION});"
                " delete it, or use another file"
            )
        finding = self._db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if finding != "ok":
            raise DatabaseFileError(f"{path} is damaged: {finding}")

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[sqlite3.Connection]:
        """One transaction: committed at the end of the block, rolled back when the block raises."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE" if write else "BEGIN")
            try:
                yield self._db
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    def reset(self) -> None:
        """Empty all tables and fill them with the original data."""
        with self.transaction(write=True) as db:
            names = [row["name"] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for name in names:
                db.execute(f"DELETE FROM {name}")  # noqa: S608 - the names are the database's own
            self._seed(db)

    def close(self) -> None:
        """Close the database. Closing it twice is fine."""
        with self._lock:
            self._db.close()


def _format_of(db: sqlite3.Connection) -> int:
    """The format of a sandbox's database; 0 for anything else, which is left for the checks to report."""
    try:
        if db.execute("PRAGMA application_id").fetchone()[0] == _APPLICATION:
            return int(db.execute("PRAGMA user_version").fetchone()[0])
    except sqlite3.DatabaseError:
        pass
    return 0


def _open(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=_PRIVATE)  # messages name people; SQLite gives its side files the same mode
        return sqlite3.connect(path, timeout=_BUSY_SECONDS, check_same_thread=False)
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DatabaseFileError(f"{path} cannot be opened as a database: {reason}") from error


def _switch_to_write_ahead_log(db: sqlite3.Connection) -> None:
    # The switch takes the whole file and, unlike a transaction, does not wait for its turn by itself.
    deadline = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            with closing(db.execute("PRAGMA journal_mode = WAL")) as cursor:
                cursor.fetchone()
            db.execute("PRAGMA synchronous = NORMAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
