"""A real PostgreSQL server for the tests, where one is installed: on a socket, and gone with the tests."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa


def programs() -> Path | None:
    """The folder with the server's programs; None where it is not installed."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "postgres").exists()), None)


def owner() -> str | None:
    """The user who runs the server, which refuses root; None where it is this one."""
    if os.getuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam("postgres").pw_name
    pytest.skip("PostgreSQL does not run as root, and there is no user postgres")


@contextlib.contextmanager
def server() -> Iterator[str]:
    """The URL of a server that runs as long as the block lasts."""
    folder = programs()
    if folder is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    user = owner()
    place = Path(tempfile.mkdtemp(prefix="pg-"))
    if user is not None:
        shutil.chown(place, user)
    place.chmod(0o700 if user is None else 0o711)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "user": user, "cwd": place}
    data = place / "data"
    subprocess.run([folder / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"], check=True, **quiet)  # type: ignore[call-overload]
    settings = ["-c", "listen_addresses=", "-c", "fsync=off", "-k", place, "-c", "max_connections=50"]
    running = subprocess.Popen([folder / "postgres", "-D", data, *settings], **quiet)  # type: ignore[call-overload]
    url = f"postgresql+psycopg://postgres@/postgres?host={place}"
    try:
        _wait_for(url)
        yield url
    finally:
        running.terminate()
        running.wait()
        shutil.rmtree(place)


def _wait_for(url: str) -> None:
    engine = sa.create_engine(url)
    try:
        ends = time.monotonic() + 60
        while True:
            try:
                with engine.connect():
                    return
            except sa.exc.OperationalError:
                assert time.monotonic() < ends, "PostgreSQL did not start."
                time.sleep(0.05)
    finally:
        engine.dispose()
