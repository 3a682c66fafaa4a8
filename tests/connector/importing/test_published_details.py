"""Details that published packages have, each run against the service that it describes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from connector import Connection
from connector.errors import AuthorizationError
from tests.connector.importing.test_authorization import SECRET
from tests.connector.importing.test_published_shapes import Bench, operation

Json = dict[str, Any]

KEY: Json = {"securityDefinitions": {"k": {"type": "apiKey", "in": "header", "name": "Authorization"}}}


def test_a_key_that_is_a_whole_header_can_have_a_blank_inside(tmp_path: Path) -> None:
    bench = Bench(tmp_path, operation(), {"connectionParameters": {"api_key": SECRET}}, **KEY)
    bench.run(Connection(api_key=" Token abc "))
    assert bench.sent.headers["authorization"] == "Token abc"
    with pytest.raises(AuthorizationError, match="invalid characters"):
        bench.run(Connection(api_key="Token\nabc"))
