"""The last requests and their responses, in memory, for people who look at what a client sends.

Headers are left out, because one of them is the API key; secrets in bodies are masked by the names of their keys.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import Any

from .protocol import JsonObject, Request, Response
from .timestamps import iso

_SIZE = 200
_MAX_BODY_BYTES = 64 * 1024
_MASK = "••••••"
_SECRETS = frozenset({"access_token", "headers", "incoming_webhook", "password", "routing_key", "token"})


class RequestLog:
    """The last 200 requests.

    Args:
        on_request: called with each entry as it is made.
    """

    def __init__(self, on_request: Callable[[JsonObject], None] | None = None) -> None:
        self._on_request = on_request
        self._entries: deque[tuple[int, float, Request, Response]] = deque(maxlen=_SIZE)
        self._lock = Lock()

    def add(self, timestamp: int, seconds: float, request: Request, response: Response) -> None:
        """Keep a request, when it came (epoch milliseconds) and how long it took."""
        if len(request.body) > _MAX_BODY_BYTES:
            request = replace(request, body=json.dumps(f"({len(request.body):,} bytes)").encode())
        with self._lock:
            self._entries.append((timestamp, seconds, request, response))
        if self._on_request is not None:
            self._on_request(_entry(timestamp, seconds, request, response))

    def clear(self) -> None:
        """Forget all requests."""
        with self._lock:
            self._entries.clear()

    def entries(self) -> list[JsonObject]:
        """The requests, newest first."""
        with self._lock:
            kept = list(self._entries)
        return [_entry(*each) for each in reversed(kept)]


def _entry(timestamp: int, seconds: float, request: Request, response: Response) -> JsonObject:
    return {
        "time": iso(timestamp),
        "method": request.method,
        "path": request.target,
        "status": response.status,
        "seconds": round(seconds, 4),
        "request": _masked(_json(request.body)),
        "response": _masked(response.body),
    }


def _json(body: bytes) -> Any:
    if not body:
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return "(not JSON)"


def _masked(value: Any, *, secret: bool = False) -> Any:
    if isinstance(value, dict):
        return {key: _masked(inner, secret=secret or key.lower() in _SECRETS) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, secret=secret) for inner in value]
    return _MASK if secret and isinstance(value, str) else value
