"""Keyrings for tests; none of them is the system's."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import KeyringLocked, PasswordDeleteError


class MemoryKeyring(KeyringBackend):
    """Keeps secrets until the test is over."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.secrets: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.secrets.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.secrets[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if (service, username) not in self.secrets:
            raise PasswordDeleteError("not found")
        del self.secrets[service, username]


class FileKeyring(KeyringBackend):
    """Keeps secrets in the file that TEST_KEYRING names, for programs that run in another process."""

    priority = 1

    def _read(self) -> dict[str, str]:
        path = Path(os.environ["TEST_KEYRING"])
        return json.loads(path.read_text()) if path.exists() else {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._read().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        content = self._read() | {f"{service} {username}": password}
        Path(os.environ["TEST_KEYRING"]).write_text(json.dumps(content))

    def delete_password(self, service: str, username: str) -> None:
        content = self._read()
        del content[f"{service} {username}"]
        Path(os.environ["TEST_KEYRING"]).write_text(json.dumps(content))


class LockedKeyring(KeyringBackend):
    """Refuses everything, quoting the secret as careless backends do."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]

    def get_password(self, service: str, username: str) -> str | None:
        raise KeyringLocked(f"locked: {service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        raise KeyringLocked(f"locked: {service} {username} {password}")

    def delete_password(self, service: str, username: str) -> None:
        raise KeyringLocked(f"locked: {service} {username}")


class ForgetfulKeyring(MemoryKeyring):
    """Takes everything and keeps nothing, like `keyring`'s null backend."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Forget it."""
