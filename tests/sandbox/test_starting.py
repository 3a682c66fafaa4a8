import ast
import contextlib
import importlib.util
import socket
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
import requests

import sandbox
from sandbox import DatabaseFileError, PortTakenError, Sandbox, start

FOLDER = Path(sandbox.__file__).parent
AUTH = {"Authorization": "Bearer x"}


def names(url: str) -> set[str]:
    response = requests.get(f"{url}/lists", headers=AUTH, timeout=10)
    return {item["id"] for item in response.json()["items"]}


def test_it_listens_on_loopback_only(server: Sandbox) -> None:
    assert server.url.startswith("http://127.0.0.1:")
    assert not server.url.endswith("/")


def test_a_fresh_one_starts_well_under_a_second() -> None:
    begun = time.process_time()
    with start():
        assert time.process_time() - begun < 0.5


def test_a_taken_port_is_told_with_its_number() -> None:
    with start() as first:
        port = int(first.url.rsplit(":", 1)[1])
        with pytest.raises(PortTakenError, match=str(port)) as caught:
            start(port=port)
    assert isinstance(caught.value, OSError)


def test_a_closed_one_gives_its_port_back() -> None:
    with start() as first:
        port = int(first.url.rsplit(":", 1)[1])
        assert requests.get(f"{first.url}/lists", headers=AUTH, timeout=10).ok
    with start(port=port) as second:
        assert requests.get(f"{second.url}/lists", headers=AUTH, timeout=10).ok


def test_closing_twice_and_with_open_connections_does_no_harm() -> None:
    running = start()
    with requests.Session() as session:
        assert session.get(f"{running.url}/lists", headers=AUTH, timeout=10).ok
        running.close()
        running.close()
    with socket.socket() as probe, pytest.raises(OSError, match="refused"):
        probe.connect(("127.0.0.1", int(running.url.rsplit(":", 1)[1])))


def test_wait_ends_when_it_is_closed() -> None:
    running = start()
    waiting = Thread(target=running.wait)
    waiting.start()
    running.close()
    waiting.join(5)
    assert not waiting.is_alive()


def test_reset_goes_back_to_the_fresh_data(call: Callable[..., requests.Response], server: Sandbox) -> None:
    before = call("GET", "/messages").json()
    call("DELETE", "/lists/news.weekly")
    call("PUT", "/lists/mine", {"name": "Mine"})
    call("DELETE", "/profiles/ada")
    call("POST", "/send", {"message": {"to": {"email": "a@example.com"}, "content": {"title": "T", "body": "B"}}})
    server.reset()
    assert call("GET", "/messages").json() == before
    assert call("GET", "/lists/news.weekly").status_code == 200
    assert call("GET", "/lists/mine").status_code == 404
    assert call("GET", "/profiles/ada").json()["profile"]["email"] == "ada@example.com"


def test_a_file_is_seeded_once_and_then_kept(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "box.db"
    with start(database=file) as first:
        assert "news.weekly" in names(first.url)
        requests.put(f"{first.url}/lists/a.kept", json={"name": "Kept"}, headers=AUTH, timeout=10)
        requests.delete(f"{first.url}/lists/news.daily", headers=AUTH, timeout=10)
    with start(database=file, page_size=50) as second:
        assert "a.kept" in names(second.url)
        assert "news.daily" not in names(second.url)


def test_two_private_ones_share_nothing() -> None:
    with start(page_size=50) as first, start(page_size=50) as second:
        requests.put(f"{first.url}/lists/mine", json={"name": "Mine"}, headers=AUTH, timeout=10)
        assert "mine" in names(first.url)
        assert "mine" not in names(second.url)


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough to be one" * 40, b"SQLite format 3\0" * 99]
)
def test_a_file_that_is_no_database_is_named_and_left_alone(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(content)
    with pytest.raises(DatabaseFileError, match=r"notes\.txt"):
        start(database=file)
    assert file.read_bytes() == content


def test_a_damaged_database_is_named_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "box.db"
    start(database=file).close()
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(DatabaseFileError, match=r"box\.db"):
        start(database=file)
    assert file.read_bytes() == content


def test_a_database_of_an_earlier_format_is_set_aside_and_a_fresh_one_made(tmp_path: Path) -> None:
    file = tmp_path / "data.db"
    with start(database=file) as first:
        requests.put(f"{first.url}/lists/mine", json={"name": "Mine"}, headers=AUTH, timeout=10)
    _set_format(file, 1)
    with start(database=file, page_size=50) as second:
        assert "mine" not in names(second.url)
        assert "news.weekly" in names(second.url)
    with contextlib.closing(sqlite3.connect(tmp_path / "data.db.format-1")) as kept:
        assert kept.execute("SELECT count(*) FROM lists WHERE id = 'mine'").fetchone() == (1,)


def test_a_database_of_a_later_format_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "data.db"
    start(database=file).close()
    _set_format(file, 999)
    with pytest.raises(DatabaseFileError, match="made by a later version"):
        start(database=file)


def _set_format(file: Path, number: int) -> None:
    with contextlib.closing(sqlite3.connect(file)) as db:
        db.execute(f"PRAGMA user_version = {number}")


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "accounts.db"
    other = sqlite3.connect(file)
    other.execute("CREATE TABLE accounts (id TEXT)")
    other.commit()
    other.close()
    with pytest.raises(DatabaseFileError, match="another program"):
        start(database=file)


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseFileError, match=tmp_path.name):
        start(database=tmp_path)


def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    start(database=tmp_path / "box.db").close()
    assert (tmp_path / "box.db").stat().st_mode & 0o077 == 0


def test_a_page_without_items_is_refused() -> None:
    with pytest.raises(ValueError, match="page_size"):
        start(page_size=0)


def test_it_works_under_another_package_name() -> None:
    spec = importlib.util.spec_from_file_location(
        "some_bundle_sandbox", FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["some_bundle_sandbox"] = module
    try:
        spec.loader.exec_module(module)
        assert module.start is not start
        with module.start() as running:
            assert "news.weekly" in names(running.url)
    finally:
        for name in [name for name in sys.modules if name.startswith("some_bundle_sandbox")]:
            del sys.modules[name]


def test_it_imports_the_standard_library_and_itself_only() -> None:
    for file in FOLDER.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                roots = {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                roots = {(node.module or "").split(".")[0]}
            else:
                continue
            assert roots <= set(sys.stdlib_module_names), f"{file.name} imports {roots}"


def test_no_module_is_longer_than_300_lines() -> None:
    for file in FOLDER.glob("*.py"):
        assert len(file.read_text().splitlines()) <= 300, file.name
