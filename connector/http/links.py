"""URLs that a service names in a response: of the next page, or of the status of a long-running operation.

They are resolved as RFC 3986 says and otherwise stay as the service wrote them, in every language.
"""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qs

_PARTS = re.compile(r"(?:([^:/?#]+):)?(?://([^/?#]*))?([^?#]*)(\?[^#]*)?", re.DOTALL)
"""Scheme, host with port, path and query (RFC 3986, appendix B)."""

_SENDABLE = re.compile(r"[!-\[\]-z|~]+")
"""What a URL may hold; a backslash means another thing to every reader, and braces are templates."""


class _Parts(NamedTuple):
    """The parts of a URL; None where one is missing, which is not the same as empty."""

    scheme: str | None
    host: str | None
    path: str
    query: str | None


def absolute(url: str, link: str) -> str:
    """The link as a whole URL without a fragment; a relative one starts from the URL of the request."""
    found, base = _parts(link), _parts(url)
    whole = link.partition("#")[0]
    if found.scheme is not None:
        return whole
    if found.host is not None:
        return f"{base.scheme}:{whole}"
    path, query = found.path, found.query
    if not path:
        path, query = base.path, base.query if query is None else query
    elif path.startswith("/"):
        path = _without_dots(path)
    else:
        path = _without_dots(f"{base.path.rpartition('/')[0]}/{path}")
    return f"{base.scheme}://{base.host}{path}{query or ''}"


def is_same_origin(url: str, before: str) -> bool:
    """Whether a URL is on the host of the request before, so that the connection's secret may go with it."""
    return _SENDABLE.fullmatch(url) is not None and _origin(url) == _origin(before) is not None


def query_value(link: str, name: str) -> str | None:
    """The last value that the query of a link has under a name; None where there is none, or an empty one."""
    values = parse_qs((_parts(link).query or "")[1:]).get(name)
    return values[-1] if values else None


def _parts(url: str) -> _Parts:
    found = _PARTS.match(url)
    assert found is not None  # noqa: S101 - every part may be missing
    return _Parts(found[1], found[2], found[3], found[4])


def _without_dots(path: str) -> str:
    """A path without its segments `.` and `..` (RFC 3986, 5.2.4)."""
    kept: list[str] = []
    for segment in path.split("/")[1:]:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    return "/" + "/".join([*kept, ""] if path.endswith(("/.", "/..")) else kept)


def _origin(url: str) -> tuple[str, str] | None:
    """Scheme and host of a URL, without the scheme's own port; None with a user's name, or without a host."""
    scheme, host, _, _ = _parts(url)
    port = {"https": ":443", "http": ":80"}.get((scheme or "").lower())
    if scheme is None or port is None or not host or "@" in host:
        return None
    return scheme.lower(), host.lower().removesuffix(port)
