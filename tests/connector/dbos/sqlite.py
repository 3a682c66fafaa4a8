"""Whether DBOS can use this machine's SQLite."""

from __future__ import annotations

import pytest

from connector.batch.journal import BatchError
from connector.dbos import check_sqlite


def skip_if_old() -> None:
    """Skip a test of DBOS in SQLite where that cannot work."""
    try:
        check_sqlite("sqlite://")
    except BatchError as error:
        pytest.skip(error.message)
