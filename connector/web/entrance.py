"""What a browser sees at the door: the page that exchanges a token for a cookie, and the one that asks for it."""

from __future__ import annotations

from html import escape
from http import HTTPStatus

from connector.web.errors import HttpError

_HEAD = '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'

# A redirect would count as one by the page or file that had the link, and a strict cookie would not go with it.
REDIRECT = f'{_HEAD}<title>Opening</title><meta http-equiv="refresh" content="0; url=/"><a href="/">Open</a>'.encode()
"""The page that goes on to `/`, now with the cookie."""

_FORM = (
    '<form action="/"><p><label>Token <input name="token" type="password" autocomplete="off" autofocus required>'
    "</label> <button>Open</button></form>"
)


def refused(error: HttpError) -> bytes:
    """The page for a person whose request was refused; where the token is missing, with a field for it."""
    form = _FORM if error.http_status == HTTPStatus.UNAUTHORIZED else ""
    text = f"<h1>{escape(error.message)}</h1><p>{escape(error.hint)}{form}"
    return f"{_HEAD}<title>{error.http_status:d}</title>{text}".encode()
