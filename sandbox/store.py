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

_TABLES = """
CREATE TABLE profiles (
    id TEXT PRIMARY KEY, profile TEXT NOT NULL, preferences TEXT, created INTEGER NOT NULL,
    updated INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE lists (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, preferences TEXT, created INTEGER NOT NULL,
    updated INTEGER NOT NULL, deleted INTEGER) WITHOUT ROWID;
CREATE TABLE subscriptions (
    list_id TEXT NOT NULL, user_id TEXT NOT NULL, preferences TEXT, created INTEGER NOT NULL,
    PRIMARY KEY (list_id, user_id)) WITHOUT ROWID;
CREATE INDEX subscriptions_by_user ON subscriptions (user_id, list_id);
CREATE TABLE brands (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, settings TEXT, snippets TEXT, created INTEGER NOT NULL,
    updated INTEGER NOT NULL, is_default INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE audiences (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, description TEXT NOT NULL, operator TEXT, filter TEXT,
    version INTEGER NOT NULL, created INTEGER NOT NULL, updated INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE audit_events (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, type TEXT NOT NULL, target TEXT NOT NULL,
    source TEXT NOT NULL, at INTEGER NOT NULL);
CREATE TABLE templates (
    id TEXT PRIMARY KEY, summary TEXT NOT NULL, content TEXT NOT NULL, routing TEXT NOT NULL,
    event_ids TEXT NOT NULL, published INTEGER NOT NULL, draft TEXT, version INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0, archived INTEGER) WITHOUT ROWID;
CREATE TABLE template_versions (
    template_id TEXT NOT NULL, number INTEGER NOT NULL, payload TEXT NOT NULL, created INTEGER NOT NULL,
    PRIMARY KEY (template_id, number)) WITHOUT ROWID;
CREATE TABLE submissions (
    template_id TEXT NOT NULL, id TEXT NOT NULL, checks TEXT NOT NULL, PRIMARY KEY (template_id, id)) WITHOUT ROWID;
CREATE TABLE routing_strategies (
    id TEXT PRIMARY KEY, body TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER) WITHOUT ROWID;
CREATE TABLE messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, request_id TEXT NOT NULL, trace_id TEXT,
    run_id TEXT, recipient TEXT NOT NULL, event TEXT NOT NULL, notification TEXT NOT NULL, list_id TEXT,
    tenant_id TEXT, tags TEXT NOT NULL, enqueued INTEGER NOT NULL, events TEXT NOT NULL, outputs TEXT NOT NULL,
    canceled INTEGER, archived INTEGER);
CREATE INDEX messages_by_request ON messages (request_id);
CREATE INDEX messages_by_trace ON messages (trace_id);
CREATE INDEX messages_by_run ON messages (run_id);
CREATE TABLE bulk_jobs (
    id TEXT PRIMARY KEY, message TEXT NOT NULL, started INTEGER) WITHOUT ROWID;
CREATE TABLE bulk_users (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, job_id TEXT NOT NULL, user TEXT NOT NULL, message_id TEXT,
    failed INTEGER NOT NULL DEFAULT 0);
CREATE INDEX bulk_users_by_job ON bulk_users (job_id, seq);
CREATE TABLE automations (
    id TEXT PRIMARY KEY, alias TEXT NOT NULL UNIQUE, steps TEXT NOT NULL, kind TEXT NOT NULL, name TEXT NOT NULL,
    version TEXT NOT NULL, state TEXT NOT NULL, trigger TEXT NOT NULL, created INTEGER NOT NULL,
    updated INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, automation_id TEXT,
    source TEXT NOT NULL, cancelation_token TEXT, started INTEGER NOT NULL, steps TEXT NOT NULL, canceled INTEGER);
CREATE INDEX runs_by_token ON runs (cancelation_token);
CREATE TABLE tenants (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, parent_id TEXT, brand_id TEXT, properties TEXT NOT NULL,
    user_profile TEXT NOT NULL, defaults TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tenant_users (
    tenant_id TEXT NOT NULL, user_id TEXT NOT NULL, profile TEXT, PRIMARY KEY (tenant_id, user_id)) WITHOUT ROWID;
CREATE INDEX tenant_users_by_user ON tenant_users (user_id, tenant_id);
CREATE TABLE topics (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, section_id TEXT NOT NULL, section_name TEXT NOT NULL,
    default_status TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE user_topics (
    user_id TEXT NOT NULL, tenant_id TEXT NOT NULL, topic_id TEXT NOT NULL, preference TEXT NOT NULL,
    PRIMARY KEY (user_id, tenant_id, topic_id)) WITHOUT ROWID;
CREATE TABLE device_tokens (
    user_id TEXT NOT NULL, token TEXT NOT NULL, body TEXT NOT NULL, expires INTEGER,
    PRIMARY KEY (user_id, token)) WITHOUT ROWID;
CREATE TABLE providers (
    id TEXT PRIMARY KEY, body TEXT NOT NULL, created INTEGER NOT NULL, updated INTEGER) WITHOUT ROWID;
CREATE TABLE tenant_templates (
    tenant_id TEXT NOT NULL, template_id TEXT NOT NULL, number INTEGER NOT NULL, template TEXT NOT NULL,
    created INTEGER NOT NULL, published INTEGER, PRIMARY KEY (tenant_id, template_id, number)) WITHOUT ROWID;
CREATE TABLE inbound_events (id TEXT PRIMARY KEY, received INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE translations (locale TEXT PRIMARY KEY, content TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE idempotency (
    endpoint TEXT NOT NULL, key TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    expires INTEGER NOT NULL, PRIMARY KEY (endpoint, key)) WITHOUT ROWID;
CREATE INDEX idempotency_by_expiry ON idempotency (expires);
"""


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
                for statement in _TABLES.split(";"):
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
