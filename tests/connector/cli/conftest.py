"""What the tests of the command line share: a small connector, its service, and three ways to start the program."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from connector.cli.app import run_command
from tests.connector.cli import shop as shops
from tests.connector.cli.terminal import Terminal

ROOT = Path(__file__).resolve().parents[3]
SECRET = "canary-5f1e0c-secret"  # noqa: S105 - nobody's


@dataclass(frozen=True)
class Ran:
    """What a command line did."""

    status: int
    out: str
    err: str


Cli = Callable[..., Ran]


@pytest.fixture(scope="session")
def shop_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small connector, for reading."""
    return shops.write_folder(tmp_path_factory.mktemp("connector") / "shop")


@pytest.fixture
def own_folder(tmp_path: Path) -> Path:
    """The small connector, for a test that changes it."""
    return shops.write_folder(tmp_path / "shop")


@pytest.fixture(scope="session")
def _open_shop() -> Iterator[shops.Shop]:
    with shops.open_shop() as shop:
        yield shop


@pytest.fixture
def shop(_open_shop: shops.Shop) -> shops.Shop:
    """The service of the small connector, without requests and responses."""
    _open_shop.requests.clear()
    _open_shop.responses.clear()
    return _open_shop


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["courier-connector"])
    monkeypatch.setenv("SHOP_TOKEN", SECRET)
    monkeypatch.delenv("SHOP_KEY", raising=False)
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Run a command line in this process."""

    def run(*arguments: str | Path, stdin: str | bytes = "") -> Ran:
        raw = stdin if isinstance(stdin, bytes) else stdin.encode()
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))
        capsys.readouterr()
        status = run_command([str(argument) for argument in arguments])
        ran = capsys.readouterr()
        return Ran(int(status), ran.out, ran.err)

    return run


@pytest.fixture
def shop_cli(cli: Cli, shop_folder: Path, shop: shops.Shop) -> Cli:
    """Run an action of the small connector against its service: `shop_cli("get_thing", "thing_id=t1")`."""

    def run(*arguments: str | Path, stdin: str | bytes = "") -> Ran:
        return cli("--connector", shop_folder, "run", "--base-url", shop.url, *arguments, stdin=stdin)

    return run


@pytest.fixture
def make_thing(shop_cli: Cli, shop: shops.Shop) -> Callable[..., Any]:
    """The body that goes out when a thing is made with these arguments."""

    def make(*arguments: str | Path, stdin: str = "") -> Any:
        ran = shop_cli("make_thing", *arguments, stdin=stdin)
        assert ran.status == 0, ran.err
        return shop.requests[-1].json

    return make


def child_environment(**more: str) -> dict[str, str]:
    """The environment of a program that runs in another process."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "CONNECTOR_STATE_DIR", "SHOP_TOKEN", "COLUMNS")}
    return {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", "LANG": "C.UTF-8", **more}


@pytest.fixture
def program() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a command line in a process of its own."""

    def run(*arguments: str | Path, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "connector", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            text=True,
            env=child_environment(**env),
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def terminal() -> Iterator[Callable[..., Terminal]]:
    """Start a command line on a terminal."""
    started: list[Terminal] = []

    def start(*arguments: str | Path, stdout: Path | None = None, columns: int = 80, **env: str) -> Terminal:
        command = [sys.executable, "-m", "connector", *map(str, arguments)]
        environment = child_environment(**env)
        environment.pop("COLUMNS")
        started.append(Terminal(command, environment, stdout, columns))
        return started[-1]

    yield start
    for each in started:
        each.close()
