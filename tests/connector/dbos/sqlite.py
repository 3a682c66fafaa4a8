"""Whether DBOS can use this machine's SQLite."""

from __future__ import annotations

import pytest

from connector.dbos import check_sqlite
from connector.errors import DefinitionError


def skip_if_old() -> None:
    """Skip a test of DBOS in SQLite where that cannot work."""
    try:
        check_sqlite("sqlite://")
    except DefinitionError as error:
        pytest.skip(error.message)
