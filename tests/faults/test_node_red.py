"""The Node-RED package meets the same faults, through real sockets, and ends as the table says."""

from __future__ import annotations

import json
import statistics
import time
from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest

from tests.connector.export.node_red_package import Json, NodeRedPackage
from tests.faults.certificates import Certificates
from tests.faults.proxy import Proxy
from tests.faults.scene import HOST as SERVICE
from tests.faults.scene import TRIES, bundle_with_timeouts, scene
from tests.faults.server import Behaviour, FaultServer
from tests.faults.table import FAULTS, NODE_RED, Fault
from tests.faults.test_faults import ERRANDS
from tests.faults.test_proxies import HOST, KEYED, KINDS, LOSSES, ONCE
from tests.javascript.node import find_node
from tests.secrets.canary import CANARY, traces

NODE, WHY_NOT = find_node()
pytestmark = pytest.mark.skipif(NODE is None, reason=WHY_NOT)
MOMENT = 0.2
"""Seconds to wait for a service that says nothing; ten times what the last calls took where the machine is busy."""
_paces: deque[float] = deque(maxlen=10)
"""Seconds of the last calls that succeeded."""
KINDS_OF_UNAVAILABLE = {"NotSentError": "UnavailableError", "ConnectionLostError": "UnavailableError"}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[NodeRedPackage]:
    assert NODE is not None
    environment = {"NODE_EXTRA_CA_CERTS": str(certificates.authority)}
    with NodeRedPackage(NODE, bundle_with_timeouts(), tmp_path_factory.mktemp("node-red"), environment) as made:
        yield made


def ended(result: Json) -> tuple[str | None, str, int]:
    """The error's public name, its sentence, and how often the call was tried."""
    kind = result.get("kind")
    message = result["error"]["message"] if "error" in result else ""
    tries = 1 + sum(reason.endswith("trying again") for reason in result["waits"])
    return KINDS_OF_UNAVAILABLE.get(kind, kind) if kind else None, message, tries


@pytest.mark.parametrize("errand", ERRANDS)
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_node_red_ends_as_the_table_says(
    package: NodeRedPackage, certificates: Certificates, fault: Fault, errand: str
) -> None:
    special = NODE_RED.get(fault.name)
    expected = special or fault
    outcome = expected.once if errand == "write once" else expected.repeatable
    action, inputs = ERRANDS[errand]
    moment = max(MOMENT, 10 * statistics.median(_paces or [0.0]))
    silent = fault.silent or (special is not None and special.silent)
    timeout = moment if silent else 30
    with scene(certificates) as stage:
        fault.arrange(stage)
        started = time.monotonic()
        result = package.run(
            action,
            inputs,
            values={"api_key": CANARY},
            base_url=stage.base_url,
            timeouts={"connect": timeout, "read": timeout},
            options={"timeout": max(fault.seconds, 2 * moment)},
            lost_name=None if stage.host_known else SERVICE,
        )
        if not silent and not fault.large and outcome.error is None:
            _paces.append(time.monotonic() - started)
        heard = list(stage.server.heard)
        visitors = stage.elsewhere.accepted
    assert ended(result) == (outcome.error.__name__ if outcome.error else None, outcome.sentence, outcome.tries)
    assert len(heard) <= outcome.tries
    assert visitors == 0
    keys = {each.headers.get("idempotency-key") for each in heard}
    assert len(keys) <= 1
    assert errand != "write with a key" or None not in keys
    assert traces(json.dumps(result, ensure_ascii=False)) == []


class World:
    """A service behind a proxy, and the package that is told to use it."""

    def __init__(self, kind: str, server: FaultServer, certificates: Certificates, package: NodeRedPackage) -> None:
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


@pytest.fixture(params=KINDS)
def world(request: pytest.FixtureRequest, certificates: Certificates, package: NodeRedPackage) -> Iterator[World]:
    with FaultServer() as server:
        yield World(request.param, server, certificates, package)


def test_a_call_goes_through_the_proxy_once(world: World) -> None:
    with world.proxy() as proxy:
        assert ended(world.run(proxy, ONCE)) == (None, "", 1)
    assert len(proxy.heard) == len(world.server.heard) == 1


@pytest.mark.parametrize("loss", LOSSES)
def test_behind_a_proxy_what_may_have_arrived_is_not_repeated_without_a_key(world: World, loss: Behaviour) -> None:
    world.server.does = loss
    with world.proxy() as proxy:
        assert world.run(proxy, ONCE)["kind"] == "OutcomeUnknownError"
        assert len(world.server.heard) == 1
        world.server.heard.clear()
        assert world.run(proxy, KEYED)["kind"] == "ConnectionLostError"
    assert len({heard.headers["idempotency-key"] for heard in world.server.heard}) == 1
    assert len(world.server.heard) == TRIES


def test_a_proxy_that_cannot_be_reached_means_that_nothing_was_sent(world: World) -> None:
    with world.proxy() as proxy:
        pass
    result = world.run(proxy, ONCE)
    assert (result["kind"], result["error"]["code"]) == ("NotSentError", "proxy")
    assert ended(result)[2] == TRIES


@pytest.mark.parametrize("proxy_response", [b"", b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"])
def test_a_proxy_that_makes_no_tunnel_means_that_nothing_was_sent(world: World, proxy_response: bytes) -> None:
    if not world.is_https:
        pytest.skip("plain requests need no tunnel")
    with world.proxy(proxy_response) as proxy:
        result = world.run(proxy, ONCE)
    assert (result["kind"], result["error"]["code"]) == ("NotSentError", "proxy")
    assert len(proxy.heard) == TRIES
    assert world.server.heard == []
