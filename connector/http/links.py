"""URLs that a service names in a response: of the next page, or of the status of a long-running operation."""

from __future__ import annotations

import re
from urllib.parse import urldefrag, urljoin, urlsplit

_SENDABLE = re.compile(r"[!-\[\]-z|~]+")
"""What a URL may hold; a backslash means another thing to every reader, and braces are templates."""


def absolute(url: str, link: str) -> str:
    """The link as a whole URL without a fragment; a relative one starts from the URL of the request."""
    try:
        return urldefrag(urljoin(url, link)).url
    except ValueError:
        return link


def is_same_origin(url: str, before: str) -> bool:
    """Whether a URL is on the host of the request before, so that the connection's secret may go with it."""
    return _SENDABLE.fullmatch(url) is not None and _origin(url) == _origin(before)


def _origin(url: str) -> tuple[str, str | None, int | None] | None:
    """Scheme, host and port of a URL without a user's name; None for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return None
    return None if "@" in parts.netloc else (parts.scheme, parts.hostname, port)
