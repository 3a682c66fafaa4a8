"""Random faults, direct and through a proxy: what the service did and what the client says agree in every run.

    python -m tests.storms.random_faults --runs 10000 --seed 1

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

from connector import Connection, Connector, ThrottledError
from connector.errors import ConnectorError, NotSentError, OutcomeUnknownError, RefusedError, UnavailableError
from tests.faults import certificates
from tests.faults.proxy import Proxy
from tests.faults.scene import connector
from tests.faults.server import Behaviour, FaultServer, Heard, Talk

HOST = "service.example"
WAYS = ("direct", "direct TLS", "proxy", "proxy TLS", "TLS proxy", "TLS proxy, TLS")
PROXIED = WAYS[2:]
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

    way: str
    server: FaultServer
    connector: Connector
    connection: Connection
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
        error: ConnectorError | None = None
        try:
            self.connector.run(action, inputs, self.connection, timeout=5)
        except ConnectorError as caught:
            error = caught
        while self.server.busy:
            time.sleep(0.001)
        return verdict_on(error, list(self.server.heard), carried_out, keyed=keyed)


@contextlib.contextmanager
def world(way: str, made: certificates.Certificates, rng: random.Random) -> Iterator[World]:
    """A service that is reached in that way."""
    secure, proxied = way.endswith("TLS") and way != "TLS proxy", way in PROXIED
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(FaultServer())
        server.tls = (made.service if proxied else made.right) if secure else None
        server.listen()
        scheme = "https" if secure else "http"
        base_url = f"{scheme}://{HOST}" if proxied else f"{scheme}://127.0.0.1:{server.port}"
        if proxied:
            proxy = stack.enter_context(Proxy(server.port, tls=made.right if way.startswith("TLS") else None))
            os.environ["http_proxy"] = os.environ["https_proxy"] = proxy.url
        stack.callback(lambda: [os.environ.pop(name, None) for name in ("http_proxy", "https_proxy")])
        running = stack.enter_context(connector())
        connection = Connection(api_key="key-of-nobody", base_url=base_url, allow_insecure=True)
        yield World(way, server, running, connection, rng)


def storm(runs: int, seed: int, report: Callable[[str], None] = lambda _line: None, batch: int = 50) -> Counter[str]:
    """So many runs, spread over the ways; how often each outcome came.

    Args:
        runs: How many in all.
        seed: For the faults.
        report: Called with a line per way.
        batch: Runs by one connector, which has tokens for twice fifty calls.

    Raises:
        AssertionError: What the service did and what the client said do not agree.
    """
    outcomes: Counter[str] = Counter()
    rng = random.Random(seed)  # noqa: S311 - a storm that can be repeated
    with tempfile.TemporaryDirectory() as folder:
        made = certificates.make(Path(folder))
        os.environ["REQUESTS_CA_BUNDLE"] = str(made.authority)
        for way in WAYS:
            found: Counter[str] = Counter()
            for _ in range(0, runs // len(WAYS), batch):
                with world(way, made, rng) as place:
                    for _ in range(batch):
                        verdict = place.run()
                        if verdict.faults:
                            raise AssertionError(f"{way}, {verdict.outcome}: {'; '.join(verdict.faults)}")
                        found[verdict.outcome] += 1
            outcomes += found
            report(f"{way:<16} {found.total():>6} runs  {dict(found.most_common())}")
    return outcomes


def main() -> None:
    """Parse the command line, run the storm, print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    outcomes = storm(options.runs, options.seed, lambda line: print(line, flush=True))  # noqa: T201
    sys.stdout.write(f"{outcomes.total()} runs, seed {options.seed}: all agree\n")


if __name__ == "__main__":
    main()
