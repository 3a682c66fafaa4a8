"""The same mistake ends with the same exit status, whatever the command."""

from __future__ import annotations

import shlex
import socket
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest

from connector.cli import app
from connector.errors import ExitStatus
from tests.connector.cli.conftest import SECRET, Cli
from tests.connector.cli.keyrings import MemoryKeyring
from tests.connector.cli.shop import Shop

COMMANDS = (
    *app._COMMANDS,
    *(f"batch {name}" for name in ("get_thing rows.csv", "status folder", "retry folder")),
    *(f"connection {name}" for name in ("add a", "list", "test", "default", "remove a")),
    "throttle status",
)
WITHOUT_CONNECTOR = {
    "batch",
    "batch retry folder",
    "batch status folder",
    "completion",
    "connection",
    "import",
    "init",
    "throttle",
}
"""Commands that need no connector, or are groups of commands."""
UNFINISHED = 10
"""The exit status of a batch with failed or unknown rows."""

# Mistake: how each command that one can make it with ends. {shop} is the URL of a service that fails, {nobody} of none.
TABLE: dict[str, tuple[int, tuple[str, ...]]] = {
    "an unknown action": (
        ExitStatus.INPUT,
        (
            "run nothing",
            "run nothing --help",
            "run nothing --dry-run",
            "show nothing",
            "docs nothing",
            "throttle status --action nothing",
            "batch nothing rows.csv --out out",
            "batch nothing rows.csv --dry-run",
        ),
    ),
    "an unknown connection": (
        ExitStatus.CONNECTION,
        (
            "run get_thing thing_id=t1 --connection nobody",
            "connection test nobody",
            "connection default nobody",
            "connection remove nobody",
            "throttle status --connection nobody",
            "batch get_thing rows.csv --connection nobody --out out",
            "batch get_thing rows.csv --connection nobody --dry-run",
            "serve --connections nobody --port 0",
            "mcp --connection nobody",
        ),
    ),
    "a required input that is missing": (
        ExitStatus.INPUT,
        (
            "run get_thing",
            "run get_thing --dry-run",
            "run get_thing --curl",
            "run get_thing --code python",
        ),
    ),
    "an unknown input": (
        ExitStatus.INPUT,
        (
            "run get_thing thing_id=t1 thing=t1",
            "run get_thing thing_id=t1 thing=t1 --dry-run",
            "batch get_thing rows.csv --set thing=t1 --out out",
            "batch get_thing rows.csv --map thing_id=thing --dry-run",
        ),
    ),
    "a file that cannot be read": (
        ExitStatus.USAGE,
        (
            "run get_thing --inputs nothing.json",
            "run get_thing --inputs folder",
            "run get_thing --inputs bytes",
            "run get_thing thing_id=@nothing.txt",
            "batch get_thing nothing.csv --out out",
            "batch get_thing nothing.csv --dry-run",
            "batch get_thing folder --out out",
            "batch get_thing bytes --format csv --out out",
            "batch get_thing empty.csv --out out",
            "batch get_thing rows.txt --out out",
            "batch status folder",
            "batch retry folder",
            "check nothing",
            "import nothing",
            "new --from nothing.json --all --dir {folder}",
            "new --from https://api.example.com/openapi.json --all --dir {folder}",
            "init there --from nothing.json --all",
        ),
    ),
    "a place that cannot be written": (
        ExitStatus.USAGE,
        (
            "batch get_thing rows.csv --out bytes",
            "export openapi --out bytes",
            "export openapi --out bytes/below",
            "init bytes",
            "sandbox --db folder",
        ),
    ),
    "an unknown group": (
        ExitStatus.USAGE,
        (
            "list --group nothing",
            "export openapi --group nothing",
            "mcp --group nothing",
            "new get_cart --group nothing --dir {folder}",
        ),
    ),
    "an option that the action cannot use": (
        ExitStatus.USAGE,
        (
            "run get_thing thing_id=t1 --all-pages",
            "run get_thing thing_id=t1 --max-items 3",
            "run get_thing thing_id=t1 --download folder",
            "run get_thing thing_id=t1 --fields nothing",
            "run get_thing thing_id=t1 --wait-until nothing=1",
            "run make_thing name=Lamp --watch",
            "batch get_thing rows.csv --bulk --out out",
            "batch get_thing rows.csv --bulk --dry-run",
        ),
    ),
    "no network": (
        ExitStatus.LATER,
        (
            "run get_thing thing_id=t1 --base-url {nobody}",
            "run list_things --all-pages --base-url {nobody}",
            "run get_thing thing_id=t1 --wait-until name=x --timeout 1 --base-url {nobody}",
            "connection test offline",
        ),
    ),
    "a service that fails": (
        ExitStatus.LATER,
        (
            "run get_thing thing_id=t1 --base-url {shop}",
            "run list_things --all-pages --base-url {shop}",
            "connection test failing",
        ),
    ),
    "rows that fail": (
        UNFINISHED,
        (
            "batch get_thing names.csv --map name= --out out",
            "batch get_thing rows.csv --out out --base-url {shop}",
            "batch get_thing rows.csv --out out --base-url {nobody}",
        ),
    ),
}
CASES = [
    pytest.param(command, status, id=f"{mistake}: {command}")
    for mistake, (status, commands) in TABLE.items()
    for command in commands
]


@pytest.fixture(autouse=True)
def _folder_of_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    Path("folder").mkdir()
    for name, content in {
        "rows.csv": b"thing_id\nt1\n",
        "names.csv": b"name\nLamp\n",
        "rows.txt": b"thing_id\nt1\n",
        "empty.csv": b"",
        "bytes": b"\xff\xfe",
    }.items():
        Path(name).write_bytes(content)


@pytest.fixture
def nobody() -> Iterator[str]:
    """The URL of a service that cannot be reached."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"


@pytest.fixture
def connections(cli: Cli, shop_folder: Path, shop: Shop, nobody: str) -> Iterator[None]:
    """Two stored connections, to a service that fails and to none."""
    before = keyring.get_keyring()
    keyring.set_keyring(MemoryKeyring())
    for name, url in (("failing", shop.url), ("offline", nobody)):
        add = ("--connector", shop_folder, "connection", "add", name, "--base-url", url)
        assert cli(*add, stdin=SECRET).status == 0
    shop.responds(500, {"message": "no"})
    yield
    keyring.set_keyring(before)


@pytest.mark.usefixtures("connections")
@pytest.mark.parametrize(("command", "status"), CASES)
def test_the_same_mistake_ends_alike(
    cli: Cli, shop_folder: Path, shop: Shop, nobody: str, command: str, status: int
) -> None:
    words = shlex.split(command.format(folder=shop_folder, shop=shop.url, nobody=nobody))
    ran = cli("--connector", shop_folder, *words)
    assert (ran.status, ran.out) == (status, ""), ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_option_is_a_wrong_command_line(cli: Cli, shop_folder: Path, command: str) -> None:
    ran = cli("--connector", shop_folder, *shlex.split(command), "--nothing")
    assert (ran.status, ran.out) == (ExitStatus.USAGE, "")
    assert "Unknown option “--nothing”." in ran.err


@pytest.mark.parametrize("command", [command for command in COMMANDS if command not in WITHOUT_CONNECTOR])
def test_an_unknown_connector_is_a_wrong_command_line(cli: Cli, command: str) -> None:
    words = [
        *shlex.split(command),
        *{"run": ["x"], "show": ["x"], "export": ["openapi"], "new": ["x"]}.get(command, []),
    ]
    ran = cli("--connector", "nothing", *words)
    assert (ran.status, ran.out) == (ExitStatus.USAGE, "")
    assert "--connector: There is no connector “nothing”" in ran.err


def test_a_row_that_would_fail_is_a_wrong_input(cli: Cli, shop_folder: Path) -> None:
    ran = cli("--connector", shop_folder, "batch", "get_thing", "names.csv", "--map", "name=", "--dry-run")
    assert ran.status == ExitStatus.INPUT
    assert ran.out.startswith("1 row: 0 right, 1 wrong.\n")


def test_the_version_is_that_of_the_connector_that_was_chosen(cli: Cli, shop_folder: Path) -> None:
    for words in (("--connector", shop_folder, "--version"), ("--version", "--connector", shop_folder)):
        assert cli(*words).out == "shop 1.2.3\n"
    ran = cli("--connector", "nothing", "--version")
    assert (ran.status, ran.out) == (ExitStatus.USAGE, "")
