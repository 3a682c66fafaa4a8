"""A canary goes through everything a host does with the connector, and is then searched for: nowhere."""

from __future__ import annotations

import asyncio
import copy
import json
import logging
import os
import pickle
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from connector import (
    AuthorizationError,
    Connection,
    Connector,
    ConnectorError,
    InputError,
    OutcomeUnknownError,
    RefusedError,
    ThrottledError,
    UnavailableError,
)
from connector.call.events import Event
from connector.errors import ConnectionLostError, NotSentError
from connector.export import EXPORT_FORMATS, export
from connector.http.response import HttpResponse
from connector.testing import FakeClock, ScriptedTransport, response
from sandbox import start
from tests.courier import BUNDLE, courier
from tests.secrets.canary import CANARY, shown, traces

MESSAGE = {"user_id": "ada", "title": "Hi", "body": "There"}
ECHO = f"Bearer {CANARY} is odd: {CANARY}{CANARY}"


@pytest.fixture(autouse=True)
def _log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    caplog.set_level(logging.DEBUG)
    for name in ("urllib3", "requests", "connector"):
        caplog.set_level(logging.DEBUG, logger=name)
    yield
    assert traces(caplog.text, *(repr(vars(record)) for record in caplog.records)) == []


@pytest.fixture
def connection() -> Connection:
    return Connection(api_key=CANARY, name="canary")


def scripted(*replies: HttpResponse | Exception) -> Connector:
    return courier(transport=ScriptedTransport(replies), clock=FakeClock())


def test_a_connection_does_not_show_it(connection: Connection) -> None:
    shown = [repr(connection), str(connection), f"{connection}", repr([connection]), repr(vars(Connection))]
    assert traces(*shown, connection.identity("https://api.example.com")) == []
    assert not hasattr(connection, "__dict__")


@pytest.mark.parametrize("act", [pickle.dumps, copy.copy, copy.deepcopy, json.dumps], ids=lambda act: act.__name__)
def test_a_connection_is_not_carried_off(connection: Connection, act: Callable[[Any], Any]) -> None:
    with pytest.raises(TypeError) as caught:
        act(connection)
    assert traces(*shown(caught.value)) == []


def test_what_a_run_gives_back_does_not_hold_it(connection: Connection) -> None:
    connector = scripted(response(202, {"requestId": "1-2"}, x_request_id="r"))
    result = connector.run("send_message", MESSAGE, connection)
    preview = connector.preview("send_message", MESSAGE, connection)
    status = connector.throttle(connection)
    shown = [repr(result), json.dumps(result.to_dict()), repr(result.raw), repr(preview), preview.model_dump_json()]
    assert traces(*shown, repr(status), repr(connector), repr(vars(connector)), repr(connector.actions)) == []
    assert traces(pickle.dumps(result), pickle.dumps(preview)) == []


FAILURES: dict[str, tuple[type[ConnectorError], str, dict[str, Any], list[HttpResponse | Exception]]] = {
    "wrong inputs": (InputError, "get_list", {"list_id": [1]}, []),
    "refused": (RefusedError, "get_list", {"list_id": "x"}, [response(400, {"message": ECHO, "type": CANARY})]),
    "not accepted": (AuthorizationError, "get_list", {"list_id": "x"}, [response(401, {"message": ECHO})]),
    "limited": (ThrottledError, "get_list", {"list_id": "x"}, [response(429, {"message": ECHO})] * 4),
    "a fault": (UnavailableError, "get_list", {"list_id": "x"}, [response(500, {"message": ECHO})] * 4),
    "a web page": (ConnectorError, "get_list", {"list_id": "x"}, [response(200, text=f"<p>{ECHO}")]),
    "not sent": (UnavailableError, "get_list", {"list_id": "x"}, [NotSentError("No.")] * 4),
    "broken": (OutcomeUnknownError, "create_bulk_job", {"message_event": "x"}, [ConnectionLostError("No.")]),
    "a fault of a write": (OutcomeUnknownError, "create_bulk_job", {"message_event": "x"}, [response(502, text=ECHO)]),
}


@pytest.mark.parametrize("failure", FAILURES)
def test_no_error_and_no_traceback_shows_it(connection: Connection, failure: str) -> None:
    kind, action, inputs, replies = FAILURES[failure]
    with pytest.raises(kind) as caught:
        scripted(*replies).run(action, inputs, connection, max_wait=1_000)
    assert traces(*shown(caught.value), json.dumps(caught.value.to_dict())) == []
    assert traces(pickle.dumps(caught.value.to_dict())) == []


@pytest.mark.parametrize("failure", FAILURES)
def test_no_event_of_a_run_shows_it(connection: Connection, failure: str) -> None:
    _, action, inputs, replies = FAILURES[failure]
    events: list[Event] = []
    with pytest.raises(ConnectorError):
        scripted(*replies).run(action, inputs, connection, max_wait=1_000, on_event=events.append)
    assert len(events) > 1
    assert traces(*(f"{event} {event.to_dict(details=True)}" for event in events)) == []


def test_no_error_of_a_task_shows_it(connection: Connection) -> None:
    connector = scripted(response(400, {"message": ECHO}))
    with connector, pytest.raises(RefusedError) as caught:
        asyncio.run(connector.arun("get_list", {"list_id": "x"}, connection))
    assert traces(*shown(caught.value)) == []


def test_a_real_call_that_fails_shows_it_in_no_traceback() -> None:
    with courier(clock=FakeClock()) as connector:
        with start() as service:
            gone = Connection(api_key=CANARY, base_url=service.url)
            with pytest.raises(RefusedError) as refused:
                connector.run("get_list", {"list_id": "nowhere"}, gone)
        with pytest.raises(UnavailableError) as unreachable:
            connector.run("get_list", {"list_id": "nowhere"}, gone)
    assert traces(*shown(refused.value), *shown(unreachable.value)) == []


@pytest.mark.parametrize("odd", [f"{CANARY}\n{CANARY}", f"{CANARY} {CANARY}", f"{CANARY}ä", f"{CANARY}\x00"])
def test_a_secret_that_cannot_be_one_is_refused_without_being_shown(odd: str) -> None:
    with pytest.raises(AuthorizationError) as caught:
        scripted().run("get_list", {"list_id": "x"}, Connection(api_key=odd))
    assert traces(*shown(caught.value)) == []


@pytest.mark.parametrize(
    "url", [f"https://{quote(CANARY, safe='')}@api.example.com", f"https://api.example.com?key={CANARY}"]
)
def test_a_secret_in_the_address_is_refused_without_being_shown(url: str) -> None:
    with pytest.raises(AuthorizationError) as caught:
        Connection(api_key="x", base_url=url)
    assert traces(str(caught.value), repr(caught.value), json.dumps(caught.value.to_dict())) == []


@pytest.mark.parametrize("format_name", EXPORT_FORMATS)
def test_no_export_holds_it(format_name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("COURIER_AUTH_TOKEN", "COURIER_API_KEY"):
        monkeypatch.setenv(variable, CANARY)
    try:
        files = export(BUNDLE, format_name)
    except ModuleNotFoundError:
        pytest.skip("this format is not there yet")
    assert files
    assert traces(*files.values(), *files) == []


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_neither_the_sandbox_nor_the_state_of_this_user_keeps_it(tmp_path: Path) -> None:
    database, state = tmp_path / "database" / "sandbox.db", Path(os.environ["CONNECTOR_STATE_DIR"])
    database.parent.mkdir()
    with start(database=database) as service, courier() as connector:
        account = Connection(api_key=CANARY, base_url=service.url)
        connector.test(account)
        for _ in range(2):
            connector.run("send_message", MESSAGE, account, idempotency_key="once")
        connector.run("create_bulk_job", {"message_event": "welcome-email"}, account)
        identity = account.identity("")
        written = [*_files(database.parent), *_files(state)]
        held = [path.read_bytes() for path in written]
    held += [path.read_bytes() for path in (*_files(database.parent), *_files(state))]
    assert _files(database.parent)
    assert _files(state)
    assert traces(*held, *map(str, written)) == []
    assert not any(identity in path.name for path in written), "a name that the secret alone gives could be guessed"


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the account's folder is private by itself")
def test_the_state_is_private_to_this_user() -> None:
    state = Path(os.environ["CONNECTOR_STATE_DIR"])
    with start() as service, courier() as connector:
        connector.test(Connection(api_key=CANARY, base_url=service.url))
    assert state.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in _files(state)} == {0o600}
