"""Real clients over stdio and streamable HTTP, in both eras; and who may not call."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp import Client, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client

from connector import Connector
from connector.catalogue.loader import load
from connector.definition.files import find
from connector.export import select
from connector.mcp.server import create_server
from connector.mcp.settings import McpSettings
from connector.mcp.transports import PATH, http_app
from connector.testing import response
from tests.connector.mcp.clients import Era, server_of, text_of
from tests.connector.parcels import SEND, MakeBench, write_folder
from tests.connector.test_arun import OK, ONE_CALL, NotifyingStore, Sleeper, until
from tests.connector.web.serving import Site, serving

ROOT = Path(__file__).resolve().parents[3]
MESSAGE = {"user_id": "ada", "title": "Hi", "body": "There"}
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
Say = Callable[[Client], Any]


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COURIER_", "CONNECTOR_"))}
    return {**kept, "CONNECTOR_STATE_DIR": str(tmp_path / "state"), "PYTHONPATH": str(ROOT), **more}


def over_stdio(tmp_path: Path, era: Era, say: Say, *options: str) -> Any:
    command = ["-m", "connector", "--connector", "courier", "mcp", *options]
    parameters = StdioServerParameters(command=sys.executable, args=command, env=environment(tmp_path), cwd=tmp_path)

    async def main() -> Any:
        async with Client(parameters, mode=era) as client:
            return await say(client)

    return asyncio.run(main())


def over_http(site: Site, era: Era, say: Say) -> Any:
    async def main() -> Any:
        async with httpx2.AsyncClient(headers=site.bearer) as http:
            transport = streamable_http_client(f"{site.url}{PATH}", http_client=http)
            async with Client(transport, mode=era) as client:
                return await say(client)

    return asyncio.run(main())


async def send_and_read(client: Client) -> str:
    """A message, sent; then its status, read."""
    names = {tool.name for tool in (await client.list_tools()).tools}
    assert {"courier_send_message", "courier_get_message", "courier_describe_action"} <= names
    sent = await client.call_tool("courier_send_message", MESSAGE)
    assert sent.structured_content is not None
    read = await client.call_tool("courier_get_message", {"message_id": sent.structured_content["requestId"]})
    return str(json.loads(text_of(read))["recipient"])


@pytest.mark.slow
def test_a_host_starts_it_and_sends_a_message_over_stdio(tmp_path: Path, era: Era) -> None:
    assert over_stdio(tmp_path, era, send_and_read, "--sandbox", "--group", "messages") == "ada"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The repository's own connector over HTTP, in its sandbox."""
    bundle = load(find("courier"))
    with Connector(bundle) as connector, connector.sandbox() as connection:
        server = create_server(McpSettings(connector, select(bundle), connection, tools="all"))
        with serving(http_app(server, 8_000_000)) as running:
            yield running


def test_a_host_connects_and_sends_a_message_over_http(site: Site, era: Era) -> None:
    assert over_http(site, era, send_and_read) == "ada"


def test_many_hosts_at_once_get_their_own_results(site: Site, era: Era) -> None:
    async def say(client: Client) -> list[str]:
        names = [f"reader-{number}" for number in range(20)]
        calls = (client.call_tool("courier_get_profile", {"recipient_id": name}) for name in names)
        return [text_of(result) for result in await asyncio.gather(*calls)]

    texts = over_http(site, era, say)
    assert all(f"reader-{number}" in text for number, text in enumerate(texts))


def test_progress_arrives_over_http(bench: MakeBench, era: Era) -> None:
    reports: list[str | None] = []

    async def on_progress(progress: float, total: float | None, message: str | None) -> None:
        del progress, total
        reports.append(message)

    async def say(client: Client) -> str:
        arguments = {"parcel_id": "a"}
        return text_of(await client.call_tool("parcels_get_parcel", arguments, progress_callback=on_progress))

    with serving(http_app(server_of(bench([response(503, retry_after="7"), OK])), 100_000)) as running:
        assert over_http(running, era, say) == '{"id":"p1"}'
    assert len(reports) == 1


def test_a_call_cancelled_over_http_gives_its_place_back(bench: MakeBench, era: Era) -> None:
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

    with serving(http_app(server_of(made), 100_000)) as running:
        over_http(running, era, say)
    assert store.reserve(store.limits, 1e9).wait == 60.25
    made.connector.close()


def test_nobody_calls_without_the_token(site: Site) -> None:
    assert site.post(PATH, PING, token=False).status == 401
    assert site.post(PATH, PING, token=False, Authorization="Bearer wrong").status == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1", "evil.example:{port}"])
def test_a_name_that_another_page_resolves_to_this_machine_is_refused(site: Site, host: str) -> None:
    assert site.post(PATH, PING, Host=host.format(port=site.access.port)).status == 421


@pytest.mark.parametrize("origin", ["http://127.0.0.1:1", "http://localhost:3000", "https://evil.example", "null"])
def test_a_page_of_another_origin_is_refused_on_this_machine_too(site: Site, origin: str) -> None:
    assert site.post(PATH, PING, Origin=origin).status == 403
    assert site.send("OPTIONS", PATH, Origin=origin, Access_Control_Request_Method="POST").status == 403


def test_a_form_that_a_page_posts_is_refused(site: Site) -> None:
    assert site.post(PATH, b"{}", Content_Type="text/plain").status == 415
    assert site.post(PATH, b" " * 9_000_000).status == 413


@contextlib.contextmanager
def program(
    tmp_path: Path, *options: str, connector: str | Path = "courier", **variables: str
) -> Iterator[subprocess.Popen[str]]:
    """The command as a program of its own."""
    process = subprocess.Popen(
        [sys.executable, "-m", "connector", "--connector", str(connector), "mcp", *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=tmp_path,
        env=environment(tmp_path, **variables),
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.slow
def test_only_the_protocol_reaches_stdout_and_the_end_of_stdin_ends_it(tmp_path: Path) -> None:
    handlers = "def send_parcel(call):\n    print('noise')\n    raise RuntimeError\n"
    folder = write_folder(tmp_path / "parcels", [SEND], handlers)
    info = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}
    send = {"name": "parcels_send_parcel", "arguments": {"recipient": "Ada"}}
    lines = [
        json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": info}),
        '{"jsonrpc":"2.0","method":"notifications/initialized"}',
        "this is not JSON",
        json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": send}),
    ]
    with program(tmp_path, connector=folder, PARCELS_API_KEY="k") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n".join(lines) + "\n")
        process.stdin.flush()
        received: list[Any] = []
        while not any(message.get("id") == 2 for message in received):
            received.append(json.loads(process.stdout.readline()))
        out, err = process.communicate(timeout=20)
        assert process.returncode == 0
    received += [json.loads(line) for line in out.splitlines()]
    assert {message["jsonrpc"] for message in received} == {"2.0"}
    assert "noise" in err
    by_id = {message.get("id"): message for message in received}
    assert by_id[1]["result"]["protocolVersion"] == "2025-06-18"
    assert by_id[2]["result"]["isError"] is True


@pytest.mark.slow
def test_over_http_it_prints_its_url_and_its_token_and_ends_in_peace(tmp_path: Path) -> None:
    with program(tmp_path, "--sandbox", "--http", "--port", "0", "--tools", "meta") as process:
        assert process.stdout is not None
        url, header = process.stdout.readline().strip(), process.stdout.readline().strip()
        assert url.endswith(PATH)
        name, _, value = header.partition(": ")
        asked = httpx2.post(url, json=PING, headers={name: value})
        assert asked.status_code not in {401, 403, 421}
        assert httpx2.post(url, json=PING).status_code == 401
        process.terminate()
        _, err = process.communicate(timeout=20)
        assert process.returncode == 0
        assert "Server stopped." in err
        assert value not in err


@pytest.mark.slow
def test_a_token_in_the_environment_stays_and_is_not_printed(tmp_path: Path) -> None:
    token = "a-token-that-stays-the-same"  # noqa: S105 - of this test
    with program(tmp_path, "--sandbox", "--http", "--port", "0", CONNECTOR_TOKEN=token) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        assert httpx2.post(url, json=PING, headers={"Authorization": f"Bearer {token}"}).status_code != 401
        process.terminate()
        out, err = process.communicate(timeout=20)
        assert token not in out + err
    with program(tmp_path, "--sandbox", "--http", CONNECTOR_TOKEN="short") as process:  # noqa: S106
        _, err = process.communicate(timeout=20)
        assert process.returncode == 2
        assert "CONNECTOR_TOKEN must have 16 or more letters" in err


@pytest.mark.slow
def test_without_a_secret_it_does_not_start_and_says_what_to_do(tmp_path: Path) -> None:
    with program(tmp_path) as process:
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out) == (4, "")
        assert "COURIER_AUTH_TOKEN" in err
        assert "--sandbox" in err
