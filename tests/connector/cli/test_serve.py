"""`serve`: a server of its own process, from its first line to its end."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from connector.web.serve import listen
from tests.connector.cli.conftest import Cli, child_environment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


@contextmanager
def running(*arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The server as a program of its own, on a free port, and the URL it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "connector", "--connector", "courier", "serve", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=child_environment() | environment,
    )
    try:
        assert process.stdout
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def ask(url: str, path: str, body: object = None) -> tuple[int, bytes]:
    """A request with the token of the URL."""
    token = parse_qs(urlsplit(url).query)["token"][0]
    request = urllib.request.Request(
        f"http://{urlsplit(url).netloc}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_its_url_serves_the_page_and_the_sandbox_and_ends_at_a_signal(number: signal.Signals) -> None:
    with running() as (process, url):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=[\w-]{43}", url)
        assert b'<script type="module" src="/page/main.js">' in ask(url, "/")[1]
        status, content = ask(url, "/actions/send_message/run", {"user_id": "ada", "title": "Hi", "body": "There"})
        assert (status, list(json.loads(content))) == (200, ["requestId"])
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (0, "")
    assert err == "Actions run with: sandbox. Press Ctrl-C to stop.\nServer stopped.\n"


@pytest.mark.slow
def test_without_the_page_the_api_is_there_and_each_request_is_logged_without_the_token() -> None:
    with running("--no-page", "--log", **{"CONNECTOR_TOKEN": "chosen-by-this-test"}) as (process, url):
        assert url.endswith("/?token=chosen-by-this-test")
        assert ask(url, "/?token=chosen-by-this-test")[0] == 200
        assert ask(url, "/page/main.js")[0] == 404
        assert ask(url, "/openapi.json")[0] == 200
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
    assert re.findall(r"^GET (\S+) (\d+) \d+ ms$", err, re.MULTILINE) == [
        ("/", "200"),
        ("/page/main.js", "404"),
        ("/openapi.json", "200"),
    ]
    assert "chosen" not in err


@pytest.mark.slow
def test_the_browser_is_not_started_with_the_token_which_other_users_could_read(tmp_path: Path) -> None:
    browser = tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" > {tmp_path}/opened\nstat -c %a "${{1#file://}}" >> {tmp_path}/opened\n')
    browser.chmod(0o700)
    with running("--open", BROWSER=f"{browser} %s") as (process, url):
        assert process.stderr
        process.stderr.readline()
        assert ask(url, "/healthz")[0] == 200
        opened, mode = (tmp_path / "opened").read_text().split()
        assert (url in opened, mode) == (False, "600")
        file = Path(opened.removeprefix("file://"))
        assert f'content="0; url={url}"' in file.read_text()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=20)
    assert not file.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--host", "0.0.0.0"], "--host 0.0.0.0: also name the server with --host-name"),  # noqa: S104
        (["--open", "--no-page"], "Use either --open or --no-page, not both."),
        (["--port", "70000"], "from 0 to 65535, not “70000”"),
    ],
)
def test_a_wrong_command_line_is_explained(cli: Cli, arguments: list[str], said: str) -> None:
    ran = cli("serve", *arguments)
    assert (ran.status, said in ran.err) == (2, True)


@pytest.mark.parametrize("token", ["short", "with a blank in it", "ümlaut-ümlaut-ümlaut", "line\nline-line-line"])
def test_a_token_that_could_be_guessed_or_fits_no_header_is_refused(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("CONNECTOR_TOKEN", token)
    ran = cli("serve")
    assert (ran.status, "CONNECTOR_TOKEN must have 16 or more" in ran.err) == (2, True)
    assert token not in ran.err


def test_a_port_in_use_is_a_sentence(cli: Cli) -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        ran = cli("serve", "--port", str(port))
    assert (ran.status, ran.out) == (2, "")
    assert ran.err == f"Port {port} is in use.\nChoose another --port; 0 picks a free one.\n"


def test_a_connection_that_does_not_exist_is_reported_before_anything_is_served(cli: Cli) -> None:
    ran = cli("serve", "--connections", "nothing")
    assert (ran.status, ran.out) == (4, "")
    assert ran.err.startswith("Connection “nothing” not found.")


def test_a_connection_without_its_secret_is_too(cli: Cli) -> None:
    ran = cli("serve", "--connections", "environment")
    assert (ran.status, ran.out) == (4, "")


def test_without_the_extra_it_says_what_to_install(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "connector.server", None)
    ran = cli("serve")
    assert (ran.status, "pip install starlette uvicorn" in ran.err) == (2, True)
