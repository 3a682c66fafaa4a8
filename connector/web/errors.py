"""A request that an HTTP entry point refuses by itself, before any action runs."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from connector.errors import ConnectorError, ExitStatus
from connector.validation.text_values import json_text


class HttpError(ConnectorError):
    """A request that is refused, with the HTTP status that says so.

    Args:
        message: One sentence that says what is wrong.
        status: The HTTP status of the response.
        headers: Further headers of the response.
        **shown: As for `ConnectorError`.
    """

    code = "request"
    exit_status = ExitStatus.USAGE

    def __init__(
        self, message: str, *, http_status: HTTPStatus, headers: Mapping[str, str] | None = None, **shown: Any
    ) -> None:
        super().__init__(message, **shown)
        self.http_status = http_status
        self.headers = dict(headers or {})


def json_bytes(value: Any) -> bytes:
    """A value as compact JSON in UTF-8."""
    return json_text(value, separators=(",", ":"), allow_nan=False).encode()
