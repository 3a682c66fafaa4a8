"""Base URLs: which ones are valid, and which ones a secret may be sent to unencrypted."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import urlsplit

from pydantic_core import PydanticCustomError

_ADDRESS = re.compile(r"(?:[^@]*@)?\[[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\](?::[0-9]*)?")
_HOST = re.compile(r"[^\x00-\x20\x7f#%/:<>?@\[\\\]^|]+")
_ODD = re.compile(r"[\s\x00-\x20\x7f{}\\\ufeff\ud800-\udfff]")


def host_of(url: str) -> str | None:
    """The host of an `http` or `https` URL, in lower case; None if the URL is not valid."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    odd = _ODD.search(url) or ("[" in parts.netloc and not _ADDRESS.fullmatch(parts.netloc))
    if parts.scheme not in {"http", "https"} or not host or not _is_host(host) or port == 0 or odd:
        return None
    return host


def check_url(url: str) -> str:
    """The URL.

    Raises:
        PydanticCustomError: It is not valid; the error has the type `invalid_url`.
    """
    if host_of(url) is None:
        raise PydanticCustomError("invalid_url", "it must be a valid URL")
    return url


def check_template(url: str) -> str:
    """The template of a URL, such as `https://{connection.region}.example.com`.

    Raises:
        PydanticCustomError: It is not valid, whatever its placeholders are filled with.
    """
    if not url.startswith("{"):
        check_url(re.sub(r"\{[^{}]*\}", "x", re.sub(r":\{[^{}]*\}", "", url)))
    return url


def _is_host(host: str) -> bool:
    """Whether a text can be a host (WHATWG URL, 3.5); one that ends in a number is an IP address."""
    last = host.removesuffix(".").rpartition(".")[2]
    if ":" in host or (last.isascii() and last.isdigit()):
        return is_ip_address(host)
    return _HOST.fullmatch(host) is not None


def is_loopback(host: str) -> bool:
    """Whether the host is this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_ip_address(host: str) -> bool:
    """Whether the host is an address of version 4 or 6."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_plain(url: str) -> bool:
    """Whether the URL, or the template of one, is `http://` on another machine."""
    try:
        return url.startswith("http://") and not is_loopback(urlsplit(url).hostname or "")
    except ValueError:
        return True
