"""The folder where this user's state lives: private, and the same for a shell, a service and a cron job."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from connector.errors import ConnectorError

OVERRIDE = "CONNECTOR_STATE_DIR"
"""Environment variable that names another folder, for tests and for containers without a home."""


class StateError(ConnectorError):
    """The state folder cannot be used."""

    code = "state"


def folder() -> Path:
    """The folder, made private (0700) where it did not exist.

    Its place comes from the account, not from `HOME` or `XDG_*`: a job that runs without them must find the
    same state as the shell.

    Raises:
        StateError: It cannot be made, is a link, or belongs to somebody else.
    """
    place = Path(os.environ.get(OVERRIDE) or _default())
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if place.is_symlink() or not place.is_dir():
            raise StateError(f"The state folder {place} is not a folder of its own.")
        if os.name == "posix":
            if place.stat().st_uid != os.getuid():
                raise StateError(f"The state folder {place} belongs to another user.")
            place.chmod(0o700)
    except OSError as error:
        raise StateError(
            f"The state folder {place} cannot be used: {error.strerror}.",
            hint=f"Set {OVERRIDE} to a folder that this user may write.",
        ) from None
    return place


def _default() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "connector"
    import pwd  # noqa: PLC0415 - not there on Windows

    return Path(pwd.getpwuid(os.getuid()).pw_dir) / ".local" / "state" / "connector"


def write_private(path: Path, content: bytes) -> None:
    """Replace a file whole, readable for its owner alone, following no link."""
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    partial.unlink(missing_ok=True)
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
