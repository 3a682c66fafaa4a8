from __future__ import annotations

from tests.connector.batch.test_kills import counting
from tests.connector.throttle.conftest import own_server

__all__ = ["counting", "own_server"]
