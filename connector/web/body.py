"""The body of a request: JSON only, and never more bytes than allowed, however they arrive."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from http import HTTPStatus
from typing import Any

from connector.web.errors import HttpError

Message = MutableMapping[str, Any]

JSON_TYPES = ("application/json",)
UPLOAD_TYPES = ("text/csv", "application/x-ndjson")
"""The media types of files of rows. A browser sends none of these to another site without asking it first."""

_UTF_8 = re.compile(r'(?P<type>[\w/.+-]+) *(; *charset="?utf-8"? *)?', re.IGNORECASE)
_DRAIN_SECONDS = 2.0
_DRAIN_BYTES = 64 * 1024 * 1024


class LimitedBody:
    """The messages of one request and its response, counted.

    Args:
        receive: Gives the next message of the request.
        send: Takes a message of the response.
        limit: Bytes.
        types: Media types that the body may have.
    """

    def __init__(
        self,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
        limit: int,
        types: Sequence[str] = JSON_TYPES,
    ) -> None:
        self._receive = receive
        self._send = send
        self._limit = limit
        self._types = types
        self._count = 0
        self._whole = False
        self.started = False
        self.excess: HttpError | None = None

    def check_length(self, headers: dict[str, str]) -> None:
        """Refuse a body by what its headers say.

        Raises:
            HttpError: It is not JSON, or too large.
        """
        length = headers.get("content-length", "0")
        self._whole = length == "0" and "transfer-encoding" not in headers
        if self._whole and "content-type" not in headers:
            return
        found = _UTF_8.fullmatch(headers.get("content-type", ""))
        if not self._whole and not (found and found["type"].lower() in self._types):
            expected = "JSON" if self._types == JSON_TYPES else "a file of rows, as CSV or JSON Lines"
            raise HttpError(
                f"The body must be {expected}.",
                code="content_type",
                hint=f"Send the header “Content-Type: {self._types[0]}”.",
                http_status=HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                headers={"accept-post": ", ".join(self._types)},
            )
        if length.isdecimal() and int(length) > self._limit:
            raise self._too_large()

    async def receive(self) -> Message:
        """The next message of the request.

        Raises:
            HttpError: The body has become too large. What the application responds to that is not sent.
        """
        message = await self._receive()
        if message["type"] == "http.request":
            self._count += len(message.get("body", b""))
            self._whole = not message.get("more_body", False)
            if self._count > self._limit:
                self.excess = self._too_large()
                raise self.excess
        return message

    async def send(self, message: Message) -> None:
        """Pass a message of the response on."""
        if self.excess is None or self.started:
            self.started = True
            await self._send(message)

    async def drain(self) -> None:
        """Read on for a moment: closing a connection with unread bytes resets it, and the response would be lost."""
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                while not self._whole and self._count < _DRAIN_BYTES:
                    message = await self._receive()
                    self._count += len(message.get("body", b""))
                    self._whole = message["type"] != "http.request" or not message.get("more_body", False)
        except TimeoutError:
            return

    def _too_large(self) -> HttpError:
        return HttpError(
            f"The body is larger than {self._limit:,} bytes.",
            code="too_large",
            http_status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        )
