"""What this machine says about the way to a service: its proxy and its certificates.

The HTTP library looks through the whole environment for every call, which takes as long as the call itself. Here what
it found for an origin is kept while the variables that it reads are the same, and for a few seconds at most, because
macOS and Windows keep their proxies in other places as well.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from typing import Generic, TypeVar

_KEPT = 5.0
"""Seconds."""

_NEXT_LOOK = 0.1
"""Seconds between two looks at the variables, each of which costs a tenth of a call."""

_ORIGINS = 1_000
"""Origins that are remembered."""

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_VARIABLES = (*_PROXIES, *map(str.upper, _PROXIES), "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")

_T = TypeVar("_T")


class NetworkSettings(Generic[_T]):
    """The settings per origin, such as `https://api.example.com`.

    Args:
        look_up: Finds them for a URL of the origin.
        now: Seconds that never go back.
    """

    def __init__(self, look_up: Callable[[str], _T], now: Callable[[], float] = time.monotonic) -> None:
        self._look_up = look_up
        self._now = now
        self._known: dict[str, tuple[float, list[str | None], _T]] = {}
        self._variables: list[str | None] = []
        self._look_at = -math.inf

    def of(self, origin: str, url: str) -> _T:
        """The settings for a URL of an origin."""
        now = self._now()
        if now >= self._look_at:
            self._variables, self._look_at = [os.environ.get(name) for name in _VARIABLES], now + _NEXT_LOOK
        known, variables = self._known.get(origin), self._variables
        if known is not None and now < known[0] and known[1] == variables:
            return known[2]
        if len(self._known) >= _ORIGINS:
            self._known.clear()
        found = self._look_up(url)
        self._known[origin] = (now + _KEPT, variables, found)
        return found
