"""What every test may rely on: state of its own, and none of the environment's secrets."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECTOR_STATE_DIR", str(tmp_path / "state"))
    for name in ("COURIER_AUTH_TOKEN", "COURIER_API_KEY", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
