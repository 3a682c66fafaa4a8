"""Waits are progress; a call that the client cancels gives its place in the throttle back."""

from __future__ import annotations

import asyncio

import pytest
from mcp import Client

from connector.testing import response
from tests.connector.mcp.clients import Era, server_of, talk, text_of
from tests.connector.parcels import MakeBench
from tests.connector.test_arun import OK, ONE_CALL, NotifyingStore, Sleeper, until

PAGES = [
    response(200, {"parcels": [{"id": "1"}], "paging": {"more": True, "cursor": "c2"}}),
    response(200, {"parcels": [{"id": "2"}], "paging": {"more": False}}),
]
Reports = list[tuple[float, float | None, str | None]]


def reported(made_server: object, era: Era, name: str, arguments: dict[str, object]) -> tuple[str, Reports]:
    """The text of a result, and the progress before it."""
    reports: Reports = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        reports.append((progress, total, message))

    async def say(client: Client) -> str:
        return text_of(await client.call_tool(name, arguments, progress_callback=on_progress))

    return talk(made_server, era, say), reports  # type: ignore[arg-type]


def test_a_wait_is_reported_before_the_result(bench: MakeBench, era: Era) -> None:
    made = bench([response(503, retry_after="7"), OK])
    text, reports = reported(server_of(made), era, "parcels_get_parcel", {"parcel_id": "a"})
    assert text == '{"id":"p1"}'
    ((number, total, message),) = reports
    assert (number, total) == (1, None)
    assert message is not None
    assert "503" in message


def test_pages_are_reported_with_growing_numbers(bench: MakeBench, era: Era) -> None:
    arguments: dict[str, object] = {"action": "list_parcels", "max_items": 5}
    _, reports = reported(server_of(bench(PAGES), tools="meta"), era, "parcels_read", arguments)
    assert reports == [(1, None, "Page 1: 1 rows."), (2, None, "Page 2: 2 rows.")]


def test_a_cancelled_call_gives_its_place_back(bench: MakeBench, era: Era) -> None:
    clock = Sleeper()
    store = NotifyingStore(clock)
    made = bench([OK], clock=clock, store=store, connector=ONE_CALL)
    made.run("get_parcel", {"parcel_id": "a"})

    async def say(client: Client) -> None:
        waiting = asyncio.create_task(client.call_tool("parcels_get_parcel", {"parcel_id": "b"}))
        await until(clock.fell_asleep)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await until(store.released)

    talk(server_of(made), era, say)
    assert len(made.requests) == 1
    assert store.reserve(store.limits, 1e9).wait == 60.25
    made.connector.close()
