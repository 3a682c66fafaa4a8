"""Random faults, direct and through a proxy: what the service did and what the client says agree in every run.

    python -m tests.storms.random_faults --runs 10000 --seed 1
    python -m tests.storms.random_faults --runs 2000 --seed 1 --host Node-RED
    N8N_BUILD=... N8N_HOST=... python -m tests.storms.random_faults --runs 2000 --seed 1 --host n8n

Each run calls an action against a service that misbehaves at random, and is compared with what the service has seen:

- success: the service carried the call out
- not sent: the service has not heard of it
- without a key, the service hears a call at most once, whatever happens
- with a key, every attempt carries the same key, and an error that may be repeated names it
- after an attempt that may have been carried out, no error says that nothing was sent
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from connector import Connection, ThrottledError, errors
from connector.errors import ConnectorError, NotSentError, OutcomeUnknownError, RefusedError, UnavailableError
from tests.connector.export.node_red_package import NodeRedPackage
from tests.faults import certificates
from tests.faults.proxy import Proxy
from tests.faults.scene import bundle_with_timeouts, connector
from tests.faults.server import Behaviour, FaultServer, Heard, Talk
from tests.hosts.n8n_package import N8nPackage
from tests.javascript.node import find_node
from tests.javascript.package_process import Json, PackageProcess

HOST = "service.example"
WAYS = ("direct", "direct TLS", "proxy", "proxy TLS", "TLS proxy", "TLS proxy, TLS")
PROXIED = WAYS[2:]
PROXIES = ("http_proxy", "https_proxy")
TIMEOUT = 5.0
"""Seconds for a run."""
Run = Callable[[str, Json], ConnectorError | None]
"""Runs an action with its inputs; how that ended, None for success."""
KEYED, CARRIED, GREETED_BADLY = 0.5, 0.6, 0.1
"""Shares: of calls with a key, of requests that are carried out, of connections that are reset before they are used."""


def _well(talk: Talk) -> None:
    talk.reply()


def _closed(talk: Talk) -> None:
    talk.hang_up()


def _reset(talk: Talk) -> None:
    talk.reset()


def _cut_head(talk: Talk) -> None:
    talk.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/js")
    talk.hang_up()


def _cut_body(talk: Talk) -> None:
    talk.reply(b'{"jobId"', length=100)
    talk.hang_up()


def _status(status: str) -> Behaviour:
    return lambda talk: talk.reply(b'{"message": "Oh no."}', status=status)


CARRIED_OUT = (_well, _closed, _reset, _cut_head, _cut_body)
"""After these the service has carried the call out; it says so in the first alone."""
REJECTED = tuple(
    _status(text) for text in ["400 Bad Request", "503 Service Unavailable"] * 15 + ["429 Too Many Requests"]
)
"""One in thirty asks for a pause, which costs a second."""


@dataclass(frozen=True)
class Verdict:
    """What a run showed."""

    outcome: str
    faults: tuple[str, ...]


def verdict_on(error: ConnectorError | None, heard: list[Heard], carried_out: int, *, keyed: bool) -> Verdict:
    """Whether what the client says agrees with what the service saw.

    Args:
        error: How the run ended; None for success.
        heard: The requests that the service has read.
        carried_out: How many of them it carried out.
        keyed: Whether the call has an idempotency key.
    """
    faults = []
    keys = {request.headers.get("idempotency-key") for request in heard}
    if not keyed and len(heard) > 1:
        faults.append(f"without a key the service heard it {len(heard)} times")
    if keyed and len(keys) > 1:
        faults.append(f"the attempts had {len(keys)} keys")
    if error is None and carried_out == 0:
        faults.append("success, though the service carried nothing out")
    if isinstance(error, NotSentError | ThrottledError) and carried_out:
        faults.append(f"{type(error).__name__}, though the service carried it out")
    if error is not None and carried_out and not keyed and not isinstance(error, OutcomeUnknownError):
        faults.append(f"{type(error).__name__}, though the outcome is not known")
    if keyed and isinstance(error, UnavailableError) and heard and error.idempotency_key not in keys:
        faults.append("the error names another key than was sent")
    if isinstance(error, RefusedError) and carried_out and not keyed:
        faults.append("a refusal, though the service carried it out")
    return Verdict("success" if error is None else type(error).__name__, tuple(faults))


@dataclass
class World:
    """A service that misbehaves, and a way to it."""

    server: FaultServer
    client: Run
    rng: random.Random

    def run(self) -> Verdict:
        """One call and its verdict."""
        keyed = self.rng.random() < KEYED
        action, inputs = (
            ("send_message", {"user_id": "ada", "template": "t"}) if keyed else ("run_bulk_job", {"job_id": "job-1"})
        )
        carried_out = 0

        def does(talk: Talk) -> None:
            nonlocal carried_out
            behaviour = self.rng.choice(CARRIED_OUT if self.rng.random() < CARRIED else REJECTED)
            carried_out += behaviour in CARRIED_OUT
            behaviour(talk)

        def greets(talk: Talk) -> None:
            if self.rng.random() < GREETED_BADLY:
                talk.reset()

        self.server.heard.clear()
        self.server.does, self.server.greets = does, greets
        error = self.client(action, inputs)
        while self.server.busy:
            time.sleep(0.001)
        return verdict_on(error, list(self.server.heard), carried_out, keyed=keyed)


Host = Callable[[certificates.Certificates], contextlib.AbstractContextManager[Callable[[str, str], Run]]]
"""Starts a host; it makes a client of the service at a base URL, behind a proxy or, where that is empty, none."""


@contextlib.contextmanager
def in_python(made: certificates.Certificates) -> Iterator[Callable[[str, str], Run]]:
    """The Python runtime in this process, with a call limit of its own for each service."""
    names = (*PROXIES, "REQUESTS_CA_BUNDLE")
    before = {name: os.environ.pop(name, None) for name in names}
    os.environ["REQUESTS_CA_BUNDLE"] = str(made.authority)
    with contextlib.ExitStack() as stack:

        def client(base_url: str, proxy: str) -> Run:
            running = stack.enter_context(connector())
            connection = Connection(api_key="key-of-nobody", base_url=base_url, allow_insecure=True)

            def run(action: str, inputs: Json) -> ConnectorError | None:
                os.environ.update(dict.fromkeys(PROXIES, proxy))
                try:
                    running.run(action, inputs, connection, timeout=TIMEOUT)
                except ConnectorError as error:
                    return error
                return None

            return run

        try:
            yield client
        finally:
            for name in names:
                os.environ.pop(name, None)
            os.environ.update({name: value for name, value in before.items() if value is not None})


@contextlib.contextmanager
def in_package(start: Callable[[Path, dict[str, str]], PackageProcess], made: certificates.Certificates) -> Any:
    """An exported package in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"NODE_EXTRA_CA_CERTS": str(made.authority)}
        with start(Path(folder) / "package", environment) as package:

            def client(base_url: str, proxy: str) -> Run:
                to = {"base_url": base_url, "allow_insecure": True, "values": {"api_key": "key-of-nobody"}}
                asked = {**to, "env": dict.fromkeys(PROXIES, proxy), "options": {"timeout": TIMEOUT}}
                return lambda action, inputs: error_of(package.run(action, inputs, **asked))

            yield client


def error_of(result: Json) -> ConnectorError | None:
    """What a package says of a run, as the error that Python would have raised."""
    if "error" not in result:
        return None
    error: ConnectorError = getattr(errors, result["kind"])(result["error"]["message"])
    error.idempotency_key = result["error"].get("idempotency_key")
    return error


def in_node_red(made: certificates.Certificates) -> Any:
    """The Node-RED package."""
    node, why_not = find_node()
    assert node is not None, why_not
    return in_package(lambda folder, more: NodeRedPackage(node, bundle_with_timeouts(), folder, more), made)


def in_n8n(made: certificates.Certificates) -> Any:
    """The built node of n8n, with the helpers of a real n8n."""
    return in_package(lambda folder, more: N8nPackage(bundle_with_timeouts(), folder, more), made)


HOSTS: dict[str, Host] = {"Python": in_python, "Node-RED": in_node_red, "n8n": in_n8n}


@contextlib.contextmanager
def world(
    way: str, made: certificates.Certificates, client: Callable[[str, str], Run], rng: random.Random
) -> Iterator[World]:
    """A service that is reached in that way."""
    secure, proxied = way.endswith("TLS") and way != "TLS proxy", way in PROXIED
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(FaultServer())
        server.tls = (made.service if proxied else made.right) if secure else None
        server.listen()
        scheme = "https" if secure else "http"
        base_url = f"{scheme}://{HOST}" if proxied else f"{scheme}://127.0.0.1:{server.port}"
        tls = made.right if way.startswith("TLS") else None
        proxy = stack.enter_context(Proxy(server.port, tls=tls)).url if proxied else ""
        yield World(server, client(base_url, proxy), rng)


def storm(
    runs: int, seed: int, report: Callable[[str], None] = lambda _line: None, batch: int = 50, host: str = "Python"
) -> Counter[str]:
    """So many runs, spread over the ways; how often each outcome came.

    Args:
        runs: How many in all.
        seed: For the faults.
        report: Called with a line per way.
        batch: Runs by one connector, which has tokens for twice fifty calls.
        host: What runs the actions; one of `HOSTS`.

    Raises:
        AssertionError: What the service did and what the client said do not agree.
    """
    outcomes: Counter[str] = Counter()
    rng = random.Random(seed)  # noqa: S311 - a storm that can be repeated
    with tempfile.TemporaryDirectory() as folder:
        made = certificates.make(Path(folder))
        with HOSTS[host](made) as client:
            for way in WAYS:
                found: Counter[str] = Counter()
                for _ in range(0, runs // len(WAYS), batch):
                    with world(way, made, client, rng) as place:
                        for _ in range(batch):
                            verdict = place.run()
                            if verdict.faults:
                                raise AssertionError(f"{host}, {way}, {verdict.outcome}: {'; '.join(verdict.faults)}")
                            found[verdict.outcome] += 1
                outcomes += found
                report(f"{way:<16} {found.total():>6} runs  {dict(found.most_common())}")
    return outcomes


def main() -> None:
    """Parse the command line, run the storm, print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--host", choices=HOSTS, default="Python")
    options = parser.parse_args()
    outcomes = storm(options.runs, options.seed, lambda line: print(line, flush=True), host=options.host)  # noqa: T201
    sys.stdout.write(f"{outcomes.total()} runs in {options.host}, seed {options.seed}: all agree\n")


if __name__ == "__main__":
    main()
