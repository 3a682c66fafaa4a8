"""Where a fault is tried: the service, another host that must hear nothing, and the names both are found by."""

from __future__ import annotations

import contextlib
import dataclasses
import random
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from connector import Connection, Connector
from connector.catalogue.loader import Bundle
from connector.clock import SystemClock
from connector.definition.service import Limits, RetryPolicy, Timeouts
from connector.throttle.memory_store import MemoryStore
from tests.courier import BUNDLE
from tests.faults.certificates import Certificates
from tests.faults.server import FaultServer, well
from tests.secrets.canary import CANARY

TRIES = 2
CAP_BYTES = 1_000_000
HOST = "service.localhost"
_PATIENT = 30.0
"""Seconds. A busy machine needs seconds for what takes milliseconds otherwise."""


class Scene:
    """A service that can be made to fail, and mended.

    Attributes:
        server: The service.
        elsewhere: Another host.
        host_known: Whether the service's name can be found.
        patch: What a test changes besides. Its own fixture `monkeypatch` would be undone after the scene, and put back
            what the scene had put there.
    """

    def __init__(
        self, server: FaultServer, elsewhere: FaultServer, certificates: Certificates, patch: pytest.MonkeyPatch
    ) -> None:
        self.server = server
        self.elsewhere = elsewhere
        self.certificates = certificates
        self.patch = patch
        self.host_known = True
        self.listening = False

    @property
    def base_url(self) -> str:
        host = HOST if self.server.tls is None else "127.0.0.1"
        return f"http{'s' if self.server.tls else ''}://{host}:{self.server.port}"

    @property
    def connection(self) -> Connection:
        return Connection(api_key=CANARY, base_url=self.base_url)

    def listen(self) -> None:
        """Let the service take connections; until then it refuses them."""
        if not self.listening:
            self.listening = True
            self.server.listen()

    def mend(self) -> None:
        """Let everything be as it should."""
        self.server.does = well
        self.server.greets = None
        self.server.tls = self.server.tls and self.certificates.right
        self.host_known = True
        self.listen()


@contextlib.contextmanager
def scene(certificates: Certificates) -> Iterator[Scene]:
    """A scene on loopback, in which every name leads to this machine."""
    with FaultServer() as server, FaultServer() as elsewhere, pytest.MonkeyPatch.context() as patch:
        elsewhere.listen()
        server.neighbour = elsewhere.port
        made = Scene(server, elsewhere, certificates, patch)
        truly = socket.getaddrinfo

        def found(host: Any, *args: Any, **options: Any) -> Any:
            if host == HOST and not made.host_known:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return truly("127.0.0.1", *args, **options)

        patch.setattr(socket, "getaddrinfo", found)
        patch.setenv("REQUESTS_CA_BUNDLE", str(certificates.authority))
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            patch.delenv(name, raising=False)
            patch.delenv(name.upper(), raising=False)
        yield made


def bundle_with_timeouts(*, seconds: float = _PATIENT) -> Bundle:
    """The Courier connector with short timeouts; the rest is as delivered.

    Args:
        seconds: Seconds to connect and between two bytes.
    """
    settings = {
        "timeouts": Timeouts(connect=seconds, read=seconds, total=2 * _PATIENT),
        "retry": RetryPolicy(attempts=TRIES, base=0.01, cap=0.02),
        "limits": Limits.model_validate({"responseBytes": CAP_BYTES}),
    }
    return dataclasses.replace(BUNDLE, manifest=BUNDLE.manifest.model_copy(update=settings))


def connector(*, seconds: float = _PATIENT) -> Connector:
    """The same on real time, with a throttle of its own."""
    clock = SystemClock()
    bundle = bundle_with_timeouts(seconds=seconds)
    return Connector(bundle, clock=clock, store=MemoryStore(clock), rng=random.Random(1))  # noqa: S311
