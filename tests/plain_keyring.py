"""A keyring for tests: a file in the state folder instead of the system's store."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, cast

from keyring.backend import KeyringBackend


def _file() -> Path:
    return Path(os.environ["CONNECTOR_STATE_DIR"] + "-keyring.json")


def _secrets() -> dict[str, str]:
    return cast("dict[str, str]", json.loads(_file().read_text())) if _file().exists() else {}


class PlainKeyring(KeyringBackend):
    """Keeps secrets in a plain file, which only a test may do."""

    priority = cast("Any", 1)

    def get_password(self, service: str, username: str) -> str | None:
        return _secrets().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        _file().write_text(json.dumps(_secrets() | {f"{service}/{username}": password}))

    def delete_password(self, service: str, username: str) -> None:
        _file().write_text(
            json.dumps({key: value for key, value in _secrets().items() if key != f"{service}/{username}"})
        )
