"""Requests and responses of the HTTP library with less in them: what a call needs, and nothing made for others."""

from __future__ import annotations

from typing import Any

import requests


class OutgoingHeaders(dict[str, str]):
    """Headers of plain text, as they are sent; found without regard to case, as the library's own are."""

    def __missing__(self, name: str) -> str:
        for own, value in self.items():
            if own.lower() == name.lower():
                return value
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or (isinstance(name, str) and self.get(name) is not None)

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a header."""
        try:
            return self[name]
        except KeyError:
            return default

    def copy(self) -> OutgoingHeaders:
        """The same headers; the library adds to a copy."""
        return OutgoingHeaders(self)


class OutgoingRequest(requests.PreparedRequest):
    """A request as it leaves.

    Attributes:
        origin: Scheme, host and port of its URL, as they are written there; empty where the URL is an unusual one.
    """

    origin: str = ""


class UnreadResponse(requests.Response):
    """A response whose body is still on the way."""

    def __init__(self) -> None:
        self._content = False  # type: ignore[assignment]
        self._content_consumed = False
        self.history, self.encoding = [], None
