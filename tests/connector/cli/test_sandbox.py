"""`sandbox` and `run --sandbox`: the local service, with nothing to start by hand and no account."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.connector.cli.conftest import Cli, child_environment


@contextmanager
def running(*arguments: str | Path, connector: str | Path = "courier") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The sandbox as a program of its own, and the address it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "connector", "--connector", str(connector), "sandbox", *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=child_environment(),
    )
    try:
        assert process.stdout
        yield process, process.stdout.readline().strip()
    finally:
        process.kill()
        process.communicate()


def ask(url: str, method: str = "GET", body: object = None) -> int:
    request = urllib.request.Request(  # noqa: S310 - loopback
        url,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": "Bearer x", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:  # noqa: S310
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def test_an_action_runs_in_the_sandbox_without_an_account(cli: Cli) -> None:
    ran = cli("run", "get_list", "--example", "--sandbox")
    assert (ran.status, ran.err) == (0, "")
    assert json.loads(ran.out)["id"] == "news.weekly"


def test_what_one_run_did_the_next_one_finds(cli: Cli) -> None:
    assert cli("run", "update_list", "list_id=mine", "name=Mine", "--sandbox").status == 0
    assert json.loads(cli("run", "get_list", "list_id=mine", "--sandbox").out)["name"] == "Mine"


def test_a_run_in_the_sandbox_leaves_nothing_but_the_sandboxs_own_file(cli: Cli, tmp_path: Path) -> None:
    cli("run", "get_list", "--example", "--sandbox")
    assert {path.name.partition("-")[0] for path in (tmp_path / "state").iterdir()} == {"courier"}


def test_the_sandbox_rejects_requests_as_the_service_does(cli: Cli) -> None:
    ran = cli("run", "get_list", "list_id=nope", "--sandbox")
    assert (ran.status, ran.out) == (5, "")
    assert "nope" in ran.err
    assert "Input: list_id" in ran.err


def test_all_pages_of_the_sandbox_are_read(cli: Cli) -> None:
    one = json.loads(cli("run", "list_brands", "--sandbox", "--fields", "id").out)
    ran = cli("run", "list_brands", "--sandbox", "--fields", "id", "--all-pages", "--output", "json")
    assert len(json.loads(ran.out)) >= len(one)


def test_a_connector_without_a_sandbox_of_its_own_responds_as_its_examples(cli: Cli, shop_folder: Path) -> None:
    ran = cli("--connector", shop_folder, "run", "get_thing", "thing_id=t1", "--sandbox")
    assert (ran.status, json.loads(ran.out)) == (0, {"id": "t1", "name": "Lamp"}), ran.err


def test_a_sandbox_of_examples_keeps_no_data(cli: Cli, shop_folder: Path, tmp_path: Path) -> None:
    ran = cli("--connector", shop_folder, "sandbox", "--db", tmp_path / "shop.db")
    assert (ran.status, ran.out) == (2, "")
    assert "keeps no data" in ran.err
    assert not (tmp_path / "shop.db").exists()


def test_a_sandbox_of_examples_prints_its_address_and_ends_with_ctrl_c(shop_folder: Path) -> None:
    with running("--port", "0", connector=shop_folder) as (process, url):
        assert ask(f"{url}/things/t1") == 200
        assert ask(f"{url}/nothing") == 404
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "responds as the examples show" in err
    assert " GET /things/t1 200 (" in err
    assert err.endswith("Sandbox stopped.\n")


def test_it_prints_its_address_serves_and_ends_cleanly_with_ctrl_c(tmp_path: Path) -> None:
    file = tmp_path / "a folder" / "sandbox.sqlite3"
    with running("--port", "0", "--db", file) as (process, url):
        assert url.startswith("http://127.0.0.1:")
        assert ask(f"{url}/lists/news.weekly") == 200
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    assert (process.returncode, out, file.is_file()) == (0, "", True)
    assert "Press Ctrl-C to stop it." in err
    assert "Sandbox stopped. Its data is kept." in err
    assert "Traceback" not in err


def test_the_running_sandbox_and_run_share_their_state_until_it_is_reset(cli: Cli) -> None:
    assert cli("run", "update_list", "list_id=mine", "name=Mine", "--sandbox").status == 0
    with running("--port", "0") as (_, url):
        assert ask(f"{url}/lists/mine") == 200
        assert ask(f"{url}/lists/yours", "PUT", {"name": "Yours"}) < 300
        assert cli("run", "get_list", "list_id=yours", "--sandbox").status == 0
    ran = cli("sandbox", "--reset")
    assert (ran.status, ran.out) == (0, "")
    assert "has its original sample data again" in ran.err
    assert cli("run", "get_list", "list_id=mine", "--sandbox").status == 5
    assert cli("run", "get_list", "list_id=news.weekly", "--sandbox").status == 0


def test_every_request_is_printed_without_what_it_says(tmp_path: Path) -> None:
    with running("--port", "0", "--db", tmp_path / "sandbox.sqlite3") as (process, url):
        assert ask(f"{url}/lists/news.weekly") == 200
        assert ask(f"{url}/lists/%1b[31m?x=1") == 404
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
    assert re.search(r"^\d\d:\d\d:\d\d GET /lists/news.weekly 200 \(\d+ ms\)$", err, re.MULTILINE)
    assert " GET /lists/%1b[31m?x=1 404 (" in err
    assert "Bearer" not in err


def test_requests_are_not_printed_where_they_are_not_wanted(tmp_path: Path) -> None:
    with running("--port", "0", "--db", tmp_path / "sandbox.sqlite3", "--quiet") as (process, url):
        assert ask(f"{url}/lists/news.weekly") == 200
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=120)
    assert "GET" not in err


def test_a_taken_port_is_explained(cli: Cli) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        ran = cli("sandbox", "--port", str(port))
    assert (ran.status, ran.out) == (2, "")
    assert "The sandbox cannot start" in ran.err
    assert str(port) in ran.err
    assert "Choose another --port (0 picks a free one)" in ran.err


@pytest.mark.parametrize(
    "content", [b"no database at all, but long enough to be looked at " * 40, b"SQLite format 3\0xx"]
)
def test_a_damaged_file_is_explained_and_left_alone(cli: Cli, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "sandbox.sqlite3"
    file.write_bytes(content)
    ran = cli("sandbox", "--port", "0", "--db", file)
    assert (ran.status, ran.out) == (2, "")
    assert str(file) in ran.err
    assert "or another --db" in ran.err
    assert file.read_bytes() == content


def test_a_damaged_file_of_run_is_explained_too(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / "courier-sandbox.sqlite3").write_bytes(b"no database " * 100)
    ran = cli("run", "get_list", "--example", "--sandbox")
    assert (ran.status, ran.out) == (1, "")
    assert "courier-sandbox.sqlite3" in ran.err
    assert "move it away: it has only sandbox data" in ran.err


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_an_invalid_port_is_a_usage_error(cli: Cli, port: str) -> None:
    assert cli("sandbox", "--port", port).status == 2
