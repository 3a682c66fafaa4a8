"""The folder where this user's state lives: private, and the same for a shell, a service and a cron job."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from connector.errors import ConnectorError

OVERRIDE = "CONNECTOR_STATE_DIR"
"""Environment variable that names another folder, for tests and for containers without a home."""


class StateError(ConnectorError):
    """The state folder cannot be used."""

    code = "state"


def folder() -> Path:
    """The folder; created private (0700) where it does not exist.

    Its place comes from the account, not from `HOME` or `XDG_*`: a job that runs without them must find the
    same state as the shell. The mode of a folder that exists is never changed: in one that other users may enter, or
    that belongs to another user, a private folder named by the user's id is used.

    Raises:
        StateError: It cannot be created, is a link, or belongs to another user.
    """
    chosen = os.environ.get(OVERRIDE)
    place = Path(chosen) if chosen else _default()
    try:
        _create(place)
        if os.name == "posix" and not _is_private(place):
            place /= f"connector-{os.getuid()}"
            _create(place)
            if not _is_private(place):
                raise StateError(
                    f"The state folder {place} belongs to another user, or other users may enter it.",
                    hint=f"Set {OVERRIDE} to a folder of this user.",
                )
    except OSError as error:
        raise StateError(
            f"The state folder {place} cannot be used: {error.strerror}.",
            hint=f"Set {OVERRIDE} to a folder that this user may write to.",
        ) from None
    return place


def _create(place: Path) -> None:
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    if place.is_symlink() or not place.is_dir():
        raise StateError(
            f"The state folder {place} is a link, or not a folder.", hint=f"Set {OVERRIDE} to the folder itself."
        )


def _is_private(place: Path) -> bool:
    found = place.stat()
    return found.st_uid == os.getuid() and not found.st_mode & 0o077


def _default() -> Path:
    """Below the account's home; where the account has none, below `HOME` if it is this user's, else a temporary one."""
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "connector"
    import pwd  # noqa: PLC0415 - not there on Windows

    uid = os.getuid()
    try:
        home = Path(pwd.getpwuid(uid).pw_dir)
    except KeyError:
        # A container that runs as a user id of its own, without an entry in its list of users.
        home = Path(os.environ.get("HOME", ""))
        if not home.is_absolute() or not home.is_dir() or home.stat().st_uid != uid:
            return Path(tempfile.gettempdir()) / f"connector-{uid}"
    return home / ".local" / "state" / "connector"


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
