"""Walking pages: one after another, never twice, never without end."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Protocol

from connector import json_pointer
from connector.definition.action import ActionDefinition, Pagination
from connector.errors import DefinitionError, OutputError
from connector.http.links import absolute, is_same_origin, query_value
from connector.http.response import HttpResponse
from connector.validation.json_values import is_encodable, misplaced_rule


class PagedCall(Protocol):
    """What walking needs of a call."""

    action: ActionDefinition
    inputs: dict[str, Any]
    all_pages: bool
    max_items: int
    response: HttpResponse | None
    warnings: list[str]
    next_url: str | None

    @property
    def sent_url(self) -> str:
        """The URL of the last request as it was sent, with the connection's secrets."""

    def set_input(self, name: str, value: Any) -> None:
        """Change an input for the next page."""

    async def send(self) -> dict[str, Any]:
        """Fetch the page that the cursor input names."""


async def walk(
    call: PagedCall, fetch: Callable[[], Awaitable[dict[str, Any]]] | None = None
) -> AsyncIterator[dict[str, Any]]:
    """The outputs of page after page, from the cursor input on; each is fetched when it is asked for.

    Args:
        call: A call whose inputs name the first page.
        fetch: Gives the outputs of the page that the call's inputs name now; `call.send` when left out.

    Raises:
        OutputError: The service names a page that was already read.
        DefinitionError: The action has no pages.
    """
    paging = _paging(call)
    seen = {call.inputs.get(paging.input)}
    while True:
        outputs = await (fetch() if fetch is not None else call.send())
        seen.add(call.sent_url if paging.follow else None)
        yield outputs
        cursor = next_cursor(call, outputs)
        if cursor is None:
            return
        if cursor in seen:
            raise OutputError(
                "The service returned a next page that was already read, so reading stopped.",
                code="cursor_repeats",
            )
        seen.add(cursor)
        place = None if paging.follow else call.action.input(paging.input).x_in
        if isinstance(cursor, str) and (not is_encodable(cursor) or misplaced_rule(cursor, place)):
            message = "The service returned a next page that cannot be requested, so reading stopped."
            raise OutputError(message, code="next_url")
        if paging.follow:
            if not is_same_origin(str(cursor), call.sent_url):
                message = "The next page is not on the host of the base URL, so reading stopped."
                raise OutputError(message, code="next_url")
            call.next_url = str(cursor)
        else:
            call.set_input(paging.input, cursor)


async def pages(call: PagedCall, fetch: Callable[[], Awaitable[dict[str, Any]]]) -> AsyncIterator[list[Any]]:
    """The rows of page after page, at most `max_items` in all; `fetch` gives the outputs of one page."""
    paging = _paging(call)
    left = call.max_items
    async for outputs in walk(call, fetch):
        rows = _rows(paging, outputs)[:left]
        left -= len(rows)
        yield rows
        if left <= 0:
            return


async def gather(call: PagedCall) -> dict[str, Any]:
    """One page; or, when the call asks for all, the rows of all pages under the fields of the last one."""
    paging = _paging(call)
    outputs: dict[str, Any] = {}
    if not call.all_pages:
        outputs = await call.send()
        _warn_without_rows(call, paging, outputs)
        return outputs
    collected: list[Any] = []
    async for outputs in walk(call):
        _warn_without_rows(call, paging, outputs)
        collected += _rows(paging, outputs)
        if len(collected) >= call.max_items:
            cut = len(collected) - call.max_items
            if cut or next_cursor(call, outputs) is not None:
                call.warnings.append(
                    f"There are more rows; only {call.max_items} {'is' if call.max_items == 1 else 'are'} shown."
                )
            del collected[call.max_items :]
            break
    return outputs | {paging.rows: collected}


def next_cursor(call: PagedCall, outputs: Mapping[str, Any]) -> str | int | None:
    """The cursor, offset or URL of the page after the last response; None on the last page."""
    paging = _paging(call)
    body = call.response.body if call.response is not None else None
    if json_pointer.get(body, paging.more) is False:
        return None
    if paging.offset:
        rows_read = len(_rows(paging, outputs))
        return int(call.inputs.get(paging.input) or 0) + rows_read if rows_read else None
    if paging.follow:
        link = json_pointer.get(body, paging.next_url or "")
        return absolute(call.sent_url, link) if isinstance(link, str) and link else None
    cursor = json_pointer.get(body, paging.cursor)
    if paging.next_url is not None and not isinstance(cursor, str):
        link = json_pointer.get(body, paging.next_url)
        name = call.action.input(paging.input).x_name or paging.input
        cursor = query_value(link, name) if isinstance(link, str) else None
    return cursor if isinstance(cursor, str) and cursor else None


def _rows(paging: Pagination, outputs: Mapping[str, Any]) -> list[Any]:
    """The rows of a page; none where the response has something else in their place."""
    rows = outputs[paging.rows]
    return rows if isinstance(rows, list) else []


def _warn_without_rows(call: PagedCall, paging: Pagination, outputs: dict[str, Any]) -> None:
    if not isinstance(outputs.get(paging.rows), list):
        call.warnings.append(f"The response has no list “{paging.rows}”, so no rows are shown.")


def _paging(call: PagedCall) -> Pagination:
    if call.action.pagination is None:
        raise DefinitionError(f"The action “{call.action.key}” has no pages.")
    return call.action.pagination
