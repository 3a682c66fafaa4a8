"""What a package that sends from Node.js keeps of the table of faults, through real sockets."""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import pytest

from tests.faults.certificates import Certificates
from tests.faults.proxy import Proxy
from tests.faults.scene import HOST as SERVICE
from tests.faults.scene import TRIES, scene
from tests.faults.server import Behaviour, FaultServer, Talk
from tests.faults.table import FAULTS, Fault, Special
from tests.faults.test_faults import ERRANDS
from tests.faults.test_proxies import HOST, KEYED, KINDS, LOSSES, ONCE
from tests.javascript.package_process import Json, PackageProcess
from tests.secrets.canary import CANARY, traces

MOMENT = 0.2
"""Seconds to wait for a service that says nothing; ten times what the last calls took where the machine is busy."""
_paces: deque[float] = deque(maxlen=10)
"""Seconds of the last calls that succeeded."""
KINDS_OF_UNAVAILABLE = {"NotSentError": "UnavailableError", "ConnectionLostError": "UnavailableError"}
BEGINNING = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
LATE = 5.0
"""Seconds that a busy machine may need to notice that a run is over."""


def ended(result: Json) -> tuple[str | None, str, int]:
    """The error's public name, its sentence, and how often the call was tried."""
    kind = result.get("kind")
    message = result["error"]["message"] if "error" in result else ""
    tries = 1 + sum(reason.endswith("trying again") for reason in result["waits"])
    return KINDS_OF_UNAVAILABLE.get(kind, kind) if kind else None, message, tries


def unsent(result: Json) -> tuple[str, str, int]:
    """The error's name and code, and how often the call was tried."""
    return result["kind"], result["error"]["code"], ended(result)[2]


class World:
    """A service behind a proxy, and the package that is told to use it."""

    def __init__(self, kind: str, server: FaultServer, certificates: Certificates, package: PackageProcess) -> None:
        self.server = server
        self._kind = kind
        self._certificates = certificates
        self._package = package
        server.tls = certificates.service if kind.endswith("HTTPS") else None
        server.listen()

    @property
    def is_https(self) -> bool:
        return self._kind.endswith("HTTPS")

    def proxy(self, refuses: bytes | None = None) -> Proxy:
        tls = self._certificates.right if self._kind.startswith("TLS") else None
        return Proxy(self.server.port, tls=tls, refuses=refuses)

    def run(self, proxy: Proxy, errand: tuple[str, Any]) -> Json:
        return self._package.run(
            *errand,
            values={"api_key": CANARY},
            base_url=f"http{'s' if self.is_https else ''}://{HOST}",
            allow_insecure=True,
            timeouts={"connect": 30, "read": 30},
            env={"http_proxy": proxy.url, "https_proxy": proxy.url},
        )


class FaultTable:
    """The tests of one host, whose module has a fixture `package`.

    Attributes:
        specials: The faults that end in another way in this host, by name.
        without_proxy: How a run ends whose proxy cannot be reached: its error, its code, and how often it was tried.
        without_tunnel: The same for a write without a key whose proxy makes no tunnel.
    """

    specials: ClassVar[Mapping[str, Special]]
    without_proxy: ClassVar[tuple[str, str, int]]
    without_tunnel: ClassVar[tuple[str, str, int]]

    @pytest.mark.parametrize("errand", ERRANDS)
    @pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
    def test_it_ends_as_the_table_says(
        self, package: PackageProcess, certificates: Certificates, fault: Fault, errand: str
    ) -> None:
        special = self.specials.get(fault.name)
        expected = special or fault
        outcome = expected.once if errand == "write once" else expected.repeatable
        action, inputs = ERRANDS[errand]
        moment = max(MOMENT, 10 * statistics.median(_paces or [0.0]))
        silent = special.silent if special is not None else fault.silent
        timeout = moment if silent else 30
        deadline = max((special and special.seconds) or fault.seconds, 2 * moment)
        with scene(certificates) as stage:
            fault.arrange(stage)
            started = time.monotonic()
            result = package.run(
                action,
                inputs,
                values={"api_key": CANARY},
                base_url=stage.base_url,
                timeouts={"connect": timeout, "read": timeout},
                options={"timeout": deadline},
                lost_name=None if stage.host_known else SERVICE,
            )
            took = time.monotonic() - started
            if not silent and not fault.large and outcome.error is None:
                _paces.append(took)
            heard = list(stage.server.heard)
            visitors = stage.elsewhere.accepted
        assert ended(result) == (outcome.error.__name__ if outcome.error else None, outcome.sentence, outcome.tries)
        assert took < deadline + LATE
        assert len(heard) <= outcome.tries
        assert visitors == 0
        keys = {each.headers.get("idempotency-key") for each in heard}
        assert len(keys) <= 1
        assert errand != "write with a key" or None not in keys
        assert traces(json.dumps(result, ensure_ascii=False)) == []

    @pytest.mark.parametrize("errand", ERRANDS)
    @pytest.mark.parametrize("begins", [b"", BEGINNING], ids=["while the request is out", "while the response is read"])
    def test_a_run_that_is_given_up_ends_at_once_and_says_that_it_had_left(
        self, package: PackageProcess, certificates: Certificates, begins: bytes, errand: str
    ) -> None:
        gone = threading.Event()
        with scene(certificates) as stage:

            def does(talk: Talk) -> None:
                talk.send(begins)
                talk.rest()
                package.interrupt("cancel")
                talk.stall()
                gone.set()

            stage.server.does = does
            stage.listen()
            result = package.run(*ERRANDS[errand], values={"api_key": CANARY}, base_url=stage.base_url)
            assert gone.wait(4 * LATE)
        kind, message, tries = ended(result)
        assert kind == ("OutcomeUnknownError" if errand == "write once" else "UnavailableError")
        assert message.startswith("The run was cancelled before the response came.")
        assert (tries, len(stage.server.heard)) == (1, 1)

    @pytest.mark.parametrize("code", ["EHOSTUNREACH", "ENETUNREACH", "ECONNREFUSED", "ETIMEDOUT"])
    def test_a_network_that_goes_away_after_the_request_has_left_does_not_mean_that_nothing_was_sent(
        self, package: PackageProcess, certificates: Certificates, code: str
    ) -> None:
        with scene(certificates) as stage:

            def does(talk: Talk) -> None:
                package.interrupt("break", code=code)
                talk.stall()

            stage.server.does = does
            stage.listen()
            result = package.run(*ERRANDS["write once"], values={"api_key": CANARY}, base_url=stage.base_url)
        assert result["kind"] == "OutcomeUnknownError"
        assert len(stage.server.heard) == 1

    @pytest.fixture(params=KINDS)
    def world(
        self, request: pytest.FixtureRequest, certificates: Certificates, package: PackageProcess
    ) -> Iterator[World]:
        with FaultServer() as server:
            yield World(request.param, server, certificates, package)

    def test_a_call_goes_through_the_proxy_once(self, world: World) -> None:
        with world.proxy() as proxy:
            assert ended(world.run(proxy, ONCE)) == (None, "", 1)
        assert len(proxy.heard) == len(world.server.heard) == 1

    @pytest.mark.parametrize("loss", LOSSES)
    def test_behind_a_proxy_what_may_have_arrived_is_not_repeated_without_a_key(
        self, world: World, loss: Behaviour
    ) -> None:
        world.server.does = loss
        with world.proxy() as proxy:
            assert world.run(proxy, ONCE)["kind"] == "OutcomeUnknownError"
            assert len(world.server.heard) == 1
            world.server.heard.clear()
            assert world.run(proxy, KEYED)["kind"] == "ConnectionLostError"
        assert len({heard.headers["idempotency-key"] for heard in world.server.heard}) == 1
        assert len(world.server.heard) == TRIES

    def test_a_proxy_that_cannot_be_reached_means_that_nothing_was_sent(self, world: World) -> None:
        with world.proxy() as proxy:
            pass
        assert unsent(world.run(proxy, ONCE)) == self.without_proxy

    @pytest.mark.parametrize("proxy_response", [b"", b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"])
    def test_a_proxy_that_makes_no_tunnel_lets_nothing_through(self, world: World, proxy_response: bytes) -> None:
        if not world.is_https:
            pytest.skip("plain requests need no tunnel")
        with world.proxy(proxy_response) as proxy:
            assert unsent(world.run(proxy, ONCE)) == self.without_tunnel
        assert len(proxy.heard) == self.without_tunnel[2]
        assert world.server.heard == []
