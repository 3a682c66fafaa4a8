"""What a run prints on stderr while it goes on: waits and pages on a terminal, requests and responses on request."""

from __future__ import annotations

import json

import pytest

from connector.batch.report import BatchProgress
from connector.call.events import AttemptFailed, PageRead, WaitStarted
from connector.cli import batch_run, console, progress
from connector.testing import FakeClock
from tests.connector.cli.conftest import SECRET, Cli
from tests.connector.cli.shop import Shop


@pytest.mark.parametrize("on_terminal", [True, False])
def test_pages_are_counted_every_two_seconds_on_a_terminal_alone(
    on_terminal: bool, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = FakeClock()
    monkeypatch.setattr(console, "is_terminal", lambda _stream: on_terminal)
    show = progress.Progress(clock=clock)
    for number in range(1, 7):
        clock.advance(0.9)
        show(PageRead(number, 5 * number))
    ran = capsys.readouterr()
    lines = [
        "Pages read: 3 with 15 rows (3 s). Press Ctrl-C to stop.",
        "Pages read: 6 with 30 rows (5 s). Press Ctrl-C to stop.",
    ]
    assert ran.err.splitlines() == (lines if on_terminal else [])
    assert ran.out == ""


def test_a_wait_too_short_to_be_read_about_is_not_mentioned(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "is_terminal", lambda _stream: True)
    show = progress.Progress(clock=FakeClock())
    show(WaitStarted(0.9, "backoff", "The service failed; trying again."))
    show(WaitStarted(7.2, "throttle", "Waiting for the call limit."))
    assert capsys.readouterr().err == "Waiting for the call limit: 7 s. Press Ctrl-C to stop.\n"


def test_every_request_and_response_is_printed_with_the_secrets_masked(shop_cli: Cli, shop: Shop) -> None:
    shop.responds(503, {"message": f"no {SECRET}"})
    shop.responds(200, {"id": "t1", "name": "1234 in 4711-pin"}, X_Request_Id="r-1")
    arguments = ["make_thing", "name=Lamp", "pin=4711-pin", "-v"]
    ran = shop_cli(*arguments)
    assert ran.status == 7, "a POST without a key is not repeated"
    assert SECRET not in ran.err
    ran = shop_cli(*arguments)
    assert (ran.status, json.loads(ran.out)["id"]) == (0, "t1")
    sent, _, received = ran.err.partition("< ")
    assert sent.splitlines()[:2] == [f"> POST {shop.url}/things", "> Accept: application/json"]
    assert "> Authorization: Bearer ••••••\n>\n> {\n" in sent
    assert '>   "name": "Lamp",\n>   "pin": "••••••"\n> }\n' in sent
    assert received.startswith("200 OK (0.")
    assert "< x-request-id: r-1\n" in received
    assert '<   "id": "t1",\n' in received
    for secret in (SECRET, "4711-pin"):
        assert secret not in ran.err


def test_an_attempt_without_a_response_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    progress.Progress(verbose=True)(AttemptFailed(1, 0.1, {"message": "The service could not be reached."}))
    assert capsys.readouterr().err == "< The service could not be reached.\n"


def test_a_body_without_end_is_cut(shop_cli: Cli, shop: Shop) -> None:
    shop.responds(200, {"id": "x" * 30_000, "name": ""})
    ran = shop_cli("get_thing", "thing_id=t1", "--verbose")
    assert "more characters)" in ran.err
    assert len(ran.err) < 21_000


def test_a_response_steers_no_terminal(shop_cli: Cli, shop: Shop) -> None:
    shop.responds(404, "\x1b[31mred")
    ran = shop_cli("get_thing", "thing_id=t1", "--verbose")
    assert "\x1b" not in ran.err


def test_a_batch_that_never_began_leaves_no_empty_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "is_terminal", lambda _stream: True)
    with batch_run.reported("text"):
        pass
    assert capsys.readouterr().err == ""


def test_the_progress_of_a_batch_is_a_line_every_ten_seconds_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = FakeClock()
    with batch_run.reported("text", clock=clock) as report:
        for done in range(1, 31):
            report(BatchProgress(100, done, 0, 0, 1, done, 100, 60.0, None))
            clock.advance(1.0)
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["1", "11", "21"]
