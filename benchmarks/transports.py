"""Whether an async transport would pay: `python -m benchmarks.transports`; `--json FILE` writes the figures.

`send_message` as `arun` makes it, its calls in threads, and with its calls on the event loop instead, by aiohttp: CPU
seconds per 1,000 runs, 100 at a time, in turn. Then by a bare `asyncio.Protocol` that knows neither TLS, proxies,
deadlines nor broken responses: what no library can go below.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

from benchmarks import report
from benchmarks.loopback import serving
from benchmarks.runs import INPUTS, connector
from connector import Connection, Connector
from connector.call.options import RunSettings
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.run import Run
from connector.throttle.limiter import Permit

AT_ONCE, LIMIT, KEY = 100, 100_000, "k-0123456789"
BODY = {"message": {"to": {"user_id": "ada"}, "content": {"title": "Hi", "body": "There"}}}
HEADERS = {"Accept": "application/json", "Content-Type": "application/json", "Idempotency-Key": "k-1"}
SENT = {**HEADERS, "Authorization": "Bearer k-0", "User-Agent": "benchmark/1", "Accept-Encoding": "gzip"}
CONTENT = json.dumps(BODY, separators=(",", ":")).encode()
OURS, BARE = "calls in threads", "asyncio.Protocol"
AT_MOST = 2 / 3
"""Of the CPU time: an async transport is kept where it needs no more."""

Send = Callable[[], Awaitable[bytes]]


@asynccontextmanager
async def by_aiohttp(url: str) -> AsyncIterator[Send]:
    """With aiohttp."""
    aiohttp = importlib.import_module("aiohttp")
    jar, pool = aiohttp.DummyCookieJar(), aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=pool, cookie_jar=jar) as session:

        async def send() -> bytes:
            async with session.post(f"{url}/send", data=CONTENT, headers=SENT, allow_redirects=False) as response:
                return bytes(await response.read())

        yield send


class _Bare(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self.content += data
        head, found, body = self.content.partition(b"\r\n\r\n")
        if found and len(body) >= int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0]):
            self.response.set_result(body)

    async def send(self, request: bytes) -> bytes:
        self.content, self.response = b"", asyncio.get_running_loop().create_future()
        self.transport.write(request)
        async with asyncio.timeout(30):
            return bytes(await self.response)


@asynccontextmanager
async def by_protocol(url: str) -> AsyncIterator[Send]:
    """With hardly anything."""
    host, idle = urlsplit(url), list[_Bare]()

    async def send() -> bytes:
        loop = asyncio.get_running_loop()
        made = idle.pop() if idle else (await loop.create_connection(_Bare, host.hostname or "", host.port or 0))[1]
        head = "".join(f"{name}: {value}\r\n" for name, value in SENT.items())
        head = f"POST /send HTTP/1.1\r\nHost: {host.netloc}\r\nContent-Length: {len(CONTENT)}\r\n{head}\r\n"
        found = await made.send(head.encode() + CONTENT)
        idle.append(made)
        return found

    yield send
    for each in idle:
        each.transport.close()


async def spent(run: Callable[[], Awaitable[object]], runs: int) -> float:
    """CPU seconds of so many runs."""

    async def several(times: int) -> None:
        for _ in range(times):
            await run()

    await asyncio.gather(*(several(1) for _ in range(AT_ONCE)))
    began = time.process_time()
    await asyncio.gather(*(several(runs // AT_ONCE) for _ in range(AT_ONCE)))
    return time.process_time() - began


async def on_the_loop(opened: Callable[[str], Any], courier: Connector, url: str, runs: int) -> float:
    """CPU seconds of runs whose calls hold no thread; the limit is so high that none of them waits for it."""
    async with opened(url) as send:

        async def attempt(run: Run, request: HttpRequest, number: int) -> HttpResponse:
            permit = Permit(run.store, run.clock, run.rate_limits, run.max_wait, run.deadline)
            await permit.take()
            run.auth.sign(request)
            permit.depart()
            content = await send()
            permit.sent()
            return HttpResponse(202, {"content-type": "application/json", "attempt": str(number)}, content)

        action, connection = courier.find("send_message"), Connection(api_key=KEY, base_url=url)
        with patch.object(Run, "_attempt", attempt):
            return await spent(lambda: courier._client.run(action, INPUTS, connection, RunSettings()), runs)


def main() -> None:
    """Measure and print."""
    parser = report.parser(__doc__, rounds=5)
    parser.add_argument("--runs", type=int, default=2_000)
    options = parser.parse_args()
    ways = {"aiohttp": by_aiohttp, BARE: by_protocol}
    rounds: list[dict[str, float]] = []
    with serving() as url, connector(LIMIT, max_in_flight=AT_ONCE) as courier:
        run = partial(courier.arun, "send_message", INPUTS, Connection(api_key=KEY, base_url=url))
        for _ in range(options.rounds):
            found = {OURS: asyncio.run(spent(run, options.runs))}
            for name, opened in ways.items():
                found[name] = asyncio.run(on_the_loop(opened, courier, url, options.runs))
            rounds.append(found)
    figures = {}
    for name in rounds[0]:
        seconds = statistics.median(1_000 * each[name] / options.runs for each in rounds)
        ratio = statistics.median(each[name] / each[OURS] for each in rounds)
        figures[name] = {"CPU seconds per 1,000 runs": seconds, f"/ {OURS}": ratio}
        kept = "" if name in {OURS, BARE} else f"  {report.verdict(ratio, AT_MOST)}"
        report.show(f"{name:18} {seconds:6.3f} CPU s per 1,000 runs  {ratio:5.2f}{kept}")
    report.finish(figures, options.json)


if __name__ == "__main__":
    main()
