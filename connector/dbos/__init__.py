"""Batches on DBOS, an engine that needs no server: SQLite on one machine, PostgreSQL when several share the work.

    export CONNECTOR_BATCHES=sqlite:////srv/batches.sqlite
    python -m connector.dbos --name worker-1

    from connector.dbos import submit

    submit(connector.batch("send_message", "people.csv", connection), "people", url)

Needs the extra `dbos`. Its own tables are in the database of the batches unless `DBOS_SYSTEM_DATABASE_URL` names
another one. The environment of a worker is described in `connector.lanes.environment`. What a turn does is
`connector.lanes`'s.
"""

try:
    from connector.dbos.workflows import check_sqlite, database_url, run_lane, started, submit
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in {"dbos", "sqlalchemy"}:
        raise
    raise ImportError("DBOS is not installed. Install the extra “dbos”.") from error

__all__ = ["check_sqlite", "database_url", "run_lane", "started", "submit"]
