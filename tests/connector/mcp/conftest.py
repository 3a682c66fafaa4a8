from __future__ import annotations

import pytest

from tests.connector.mcp.clients import Era


@pytest.fixture(params=["2025-11-25", "2026-07-28"])
def era(request: pytest.FixtureRequest) -> Era:
    """The protocol with the handshake, and the stateless one."""
    return "legacy" if request.param == "2025-11-25" else "2026-07-28"
