"""Base URLs: which ones a secret may be sent to unencrypted."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


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
