"""A server on loopback, in a process of its own, that says what it was given: what the measurements call."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import multiprocessing
from collections.abc import Iterator, Mapping
from typing import Any

ACCEPTED = (202, b'{"requestId": "1-2"}')
"""What it says where nothing else was given: status, and body."""

COUNT = b"count-000000000"
"""In a body it becomes another text, as long, in every response: a cursor, for instance."""

Responses = Mapping[str, tuple[int, bytes]]
"""Status and body by method and path, such as `GET /lists`."""

_HEAD = "HTTP/1.1 {} OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n"


@contextlib.contextmanager
def serving(responses: Responses | None = None, delay: float = 0.0) -> Iterator[str]:
    """The URL of a server that runs as long as the block lasts, and responds after `delay` seconds."""
    here, there = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_serve, args=(there, dict(responses or {}), delay), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        process.terminate()
        process.join()


class _Responding(asyncio.Protocol):
    """Responds to every request whose body has come."""

    _numbers = itertools.count(1)

    def __init__(self, replies: Mapping[bytes, bytes], delay: float) -> None:
        self._replies, self._delay, self._content = replies, delay, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: Any = transport

    def data_received(self, data: bytes) -> None:
        self._content += data
        head, found, body = self._content.partition(b"\r\n\r\n")
        if not found or len(body) < _length(head):
            return
        self._content = b""
        method, target, _ = head.split(b" ", 2)
        reply = self._replies.get(method + b" " + target.partition(b"?")[0], self._replies[b""])
        if COUNT in reply:
            reply = reply.replace(COUNT, b"count-%09d" % next(self._numbers))
        if self._delay:
            asyncio.get_running_loop().call_later(self._delay, self._transport.write, reply)
        else:
            self._transport.write(reply)


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


def _serve(port: Any, responses: Responses, delay: float) -> None:
    replies = {
        name.encode(): _HEAD.format(status, len(body)).encode() + body
        for name, (status, body) in {"": ACCEPTED, **responses}.items()
    }

    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Responding(replies, delay), "127.0.0.1", 0, backlog=4_096)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())
