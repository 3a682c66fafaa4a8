"""Behind a proxy the promises are the same: what may have arrived is not sent again, and what was not sent says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector import Connection, Connector, OutcomeUnknownError, UnavailableError
from connector.call.events import Event
from connector.errors import NotSentError
from tests.faults.certificates import Certificates
from tests.faults.proxy import Proxy
from tests.faults.scene import TRIES, connector
from tests.faults.server import Behaviour, FaultServer, Talk
from tests.secrets.canary import CANARY

HOST = "service.example"
ONCE = ("run_bulk_job", {"job_id": "job-1"})
KEYED = ("send_message", {"user_id": "ada", "template": "t"})


def close(talk: Talk) -> None:
    talk.hang_up()


def reset(talk: Talk) -> None:
    talk.reset()


def reset_in_body(talk: Talk) -> None:
    talk.reply(b'{"jobId"', length=100)
    talk.rest()
    talk.reset()


LOSSES = [close, reset, reset_in_body]
KINDS = ["HTTP", "HTTPS", "TLS-speaking, HTTP", "TLS-speaking, HTTPS"]


class World:
    """A service behind a proxy."""

    def __init__(self, kind: str, server: FaultServer, certificates: Certificates, patch: pytest.MonkeyPatch) -> None:
        self.server = server
        self._kind = kind
        self._certificates = certificates
        self._patch = patch
        server.tls = certificates.service if kind.endswith("HTTPS") else None
        server.listen()

    @property
    def connection(self) -> Connection:
        scheme = "https" if self._kind.endswith("HTTPS") else "http"
        return Connection(api_key=CANARY, base_url=f"{scheme}://{HOST}", allow_insecure=True)

    def proxy(self, refuses: bytes | None = None) -> Proxy:
        tls = self._certificates.right if self._kind.startswith("TLS") else None
        return Proxy(self.server.port, tls=tls, refuses=refuses)

    def use(self, url: str) -> None:
        self._patch.setenv("http_proxy", url)
        self._patch.setenv("https_proxy", url)


@pytest.fixture(params=KINDS)
def world(
    request: pytest.FixtureRequest, certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> Iterator[World]:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates.authority))
    with FaultServer() as server:
        yield World(request.param, server, certificates, monkeypatch)


@pytest.fixture
def running() -> Iterator[Connector]:
    with connector() as made:
        yield made


def test_a_call_goes_through_the_proxy_once(world: World, running: Connector) -> None:
    with world.proxy() as proxy:
        world.use(proxy.url)
        running.run(*ONCE, world.connection)
    assert len(proxy.heard) == len(world.server.heard) == 1


@pytest.mark.parametrize("loss", LOSSES)
def test_what_may_have_arrived_and_has_no_key_is_sent_once_and_reported_as_unknown(
    world: World, running: Connector, loss: Behaviour
) -> None:
    world.server.does = loss
    with world.proxy() as proxy:
        world.use(proxy.url)
        with pytest.raises(OutcomeUnknownError):
            running.run(*ONCE, world.connection)
    assert len(world.server.heard) == 1


@pytest.mark.parametrize("loss", LOSSES)
def test_what_may_have_arrived_and_has_a_key_is_tried_again_and_never_called_not_sent(
    world: World, running: Connector, loss: Behaviour
) -> None:
    world.server.does = loss
    with world.proxy() as proxy:
        world.use(proxy.url)
        with pytest.raises(UnavailableError) as caught:
            running.run(*KEYED, world.connection)
    assert not isinstance(caught.value, NotSentError)
    assert len({heard.headers["idempotency-key"] for heard in world.server.heard}) == 1
    assert len(world.server.heard) == TRIES


def test_a_proxy_that_cannot_be_reached_means_that_nothing_was_sent(world: World, running: Connector) -> None:
    with world.proxy() as proxy:
        pass
    world.use(proxy.url)
    events: list[Event] = []
    with pytest.raises(NotSentError, match="proxy"):
        running.run(*ONCE, world.connection, on_event=events.append)
    assert [event.type for event in events].count("wait") == TRIES - 1


TUNNEL = b"HTTP/1.1 200 OK\r\n\r\n"


@pytest.mark.parametrize(
    "rejection",
    [b"", b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n", TUNNEL, TUNNEL + b"\x15\x03\x01\x00\x02\x02\x50"],
    ids=["nothing", "no", "an end", "an alert"],
)
def test_a_proxy_that_makes_no_tunnel_means_that_nothing_was_sent(
    world: World, running: Connector, rejection: bytes
) -> None:
    if world.connection.base_url != f"https://{HOST}":
        pytest.skip("plain requests need no tunnel")
    with world.proxy(rejection) as proxy:
        world.use(proxy.url)
        with pytest.raises(NotSentError):
            running.run(*ONCE, world.connection)
    assert len(proxy.heard) == TRIES
    assert world.server.heard == []
