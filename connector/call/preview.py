"""The first request that a handler would send, without sending it."""

from __future__ import annotations

from typing import NoReturn

from connector.call.handler import Call, Handler
from connector.errors import DefinitionError
from connector.http.request import HttpRequest


class _RequestBuilt(Exception):  # noqa: N818 - it carries a request out of a handler and is not an error
    def __init__(self, request: HttpRequest) -> None:
        super().__init__()
        self.request = request


class _Stop:
    """A sender that shows the request and ends the handler."""

    async def send(self, request: HttpRequest) -> NoReturn:
        raise _RequestBuilt(request)

    def sent_url(self, url: str) -> str:
        """A preview sends nothing."""
        return url

    def in_time(self) -> None:
        """A preview reads no response."""

    def page_read(self) -> None:
        """A preview reads no page."""


def first_request(handler: Handler, call: Call) -> HttpRequest:
    """The request that the handler sends first; it goes no further.

    Raises:
        DefinitionError: It sends none.
    """
    call.sender = _Stop()
    try:
        handler(call).__await__().send(None)
    except _RequestBuilt as built:
        return built.request
    except StopIteration:
        pass
    raise DefinitionError(f"The handler of “{call.action.key}” sent nothing.")
