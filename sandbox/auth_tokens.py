"""Tokens with which a browser or an app may use the inbox of its user: JWTs that nothing but a sandbox accepts."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re

from . import bodies
from .protocol import OK, Call, JsonObject, Response, bad_request
from .route import on
from .timestamps import SECOND

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800, "y": 31_557_600}
_DURATION = re.compile(
    r"(\d{1,9}(?:\.\d{1,9})?)\s*(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|y|yrs?|years?)"
)
_SCOPE = re.compile(
    r"user_id:\S+|(?:read|write):(?:messages|events|user-tokens|preferences)|(?:read|write):brands(?::\S+)?"
    r"|inbox:(?:read:messages|write:events)"
)
_KEY = b"sandbox"


@on("POST /auth/issue-token", bodies.AUTH_TOKEN)
def issue(call: Call) -> Response:
    """Issue a token for some scopes and some time."""
    scope, lasting = call.body["scope"], _DURATION.fullmatch(call.body["expires_in"].strip().lower())
    unknown = [name for name in scope.split() if not _SCOPE.fullmatch(name)]
    if unknown or not scope.split():
        raise bad_request(f"scope: Unknown scope {unknown[0]}" if unknown else "scope: Required")
    if lasting is None:
        raise bad_request('expires_in: Expected a duration such as "2 days"')
    issued = call.now // SECOND
    claims = {"scope": scope, "iat": issued, "exp": issued + round(float(lasting[1]) * _UNITS[lasting[2][0]])}
    return Response(OK, {"token": _token(claims)})


def _token(claims: JsonObject) -> str:
    head = ".".join(_text(json.dumps(part).encode()) for part in ({"alg": "HS256", "typ": "JWT"}, claims))
    return f"{head}.{_text(hmac.new(_KEY, head.encode(), hashlib.sha256).digest())}"


def _text(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")
