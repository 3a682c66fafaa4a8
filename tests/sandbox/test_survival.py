import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier

import requests

import sandbox
from sandbox import Sandbox, start

ROOT = Path(sandbox.__file__).parents[1]
AUTH = {"Authorization": "Bearer x"}
SEND = {"message": {"to": {"list_id": "news.weekly"}, "content": {"title": "T", "body": "B"}}}

WRITER = """
import sys, threading, time
from pathlib import Path
from sandbox import Sandbox, start

main = threading.get_ident()

def waiting():
    frame = sys._current_frames()[main].f_back
    while frame and frame.f_code is not Sandbox.wait.__code__:
        frame = frame.f_back
    return frame is not None

def say(url):
    while not waiting():
        time.sleep(0.001)
    print(url, flush=True)

with start(database=Path(sys.argv[1])) as running:
    threading.Thread(target=say, args=(running.url,)).start()
    running.wait()
"""
"""Says its address once it is inside of what `Sandbox.wait` calls: from then on, Ctrl-C ends it in peace."""


def launch(file: Path) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(file)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, process.stdout.readline().strip()


def end(process: subprocess.Popen[str], how: signal.Signals = signal.SIGKILL) -> None:
    process.send_signal(how)
    process.communicate(timeout=120)


def test_fifty_calls_at_the_same_time_all_succeed(server: Sandbox, call: Callable[..., requests.Response]) -> None:
    together = Barrier(50)

    def work(number: int) -> list[int]:
        with requests.Session() as session:
            session.headers.update(AUTH)
            together.wait()
            responses = [
                session.put(f"{server.url}/lists/l{number}", json={"name": "N"}, timeout=20),
                session.post(f"{server.url}/send", json=SEND, timeout=20),
                session.get(f"{server.url}/messages", timeout=20),
            ]
        return [response.status_code for response in responses]

    with ThreadPoolExecutor(50) as pool:
        results = list(pool.map(work, range(50)))
    assert results == [[204, 202, 200]] * 50
    assert call("GET", "/lists", params={"pattern": "l*"}).ok
    assert all(call("GET", f"/lists/l{number}").ok for number in range(50))


def test_a_sandbox_killed_while_it_writes_has_lost_nothing_it_confirmed(tmp_path: Path) -> None:
    file = tmp_path / "box.db"
    process, url = launch(file)
    confirmed: list[str] = []

    def write(worker: int) -> None:
        for number in range(10_000):
            try:
                name = f"w{worker}.{number}"
                requests.put(f"{url}/lists/{name}/subscriptions/ada", headers=AUTH, timeout=10).raise_for_status()
                requests.post(f"{url}/send", json=SEND, headers=AUTH, timeout=10)
            except requests.ConnectionError:
                return
            confirmed.append(name)
            if len(confirmed) == 25:
                end(process)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert len(confirmed) >= 25
    with start(database=file) as again:
        for name in confirmed:
            subscribed = requests.get(f"{again.url}/lists/{name}/subscriptions", headers=AUTH, timeout=10)
            assert [item["recipientId"] for item in subscribed.json()["items"]] == ["ada"]
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        # Each request is written whole or not at all: every send has all seven subscribers and its audit event.
        counts = db.execute(
            "SELECT count(*) FROM messages WHERE list_id = 'news.weekly' AND tenant_id IS NULL GROUP BY request_id"
        ).fetchall()
        events = db.execute("SELECT count(*) FROM audit_events WHERE type = 'message/sent'").fetchone()[0]
    assert {count for (count,) in counts} == {7}
    assert len(counts) == events >= 20


def test_a_message_goes_on_while_nobody_runs(tmp_path: Path) -> None:
    file = tmp_path / "box.db"
    with start(database=file, now=lambda: 1_790_000_000.0) as first:
        message = {"to": {"user_id": "ada"}, "content": {"title": "T", "body": "B"}}
        sent = requests.post(f"{first.url}/send", json={"message": message}, headers=AUTH, timeout=10)
        path = f"/messages/{sent.json()['requestId']}"
        assert requests.get(first.url + path, headers=AUTH, timeout=10).json()["status"] == "ENQUEUED"
    with start(database=file, now=lambda: 1_790_000_002.0) as second:
        assert requests.get(second.url + path, headers=AUTH, timeout=10).json()["status"] == "DELIVERED"


def test_two_processes_share_one_file(tmp_path: Path) -> None:
    file = tmp_path / "box.db"
    with ThreadPoolExecutor(2) as pool:
        (first, one), (second, two) = pool.map(launch, [file, file])
    try:

        def write(number: int) -> int:
            url = (one, two)[number % 2]
            headers = {**AUTH, "Idempotency-Key": f"k{number // 2}"}
            return requests.post(f"{url}/send", json=SEND, headers=headers, timeout=20).status_code

        with ThreadPoolExecutor(16) as pool:
            assert set(pool.map(write, range(40))) == {202}
        seen = [requests.get(f"{url}/audit-events", headers=AUTH, timeout=10).json()["results"] for url in (one, two)]
        assert seen[0] == seen[1]
    finally:
        end(first)
        end(second)
    with closing(sqlite3.connect(file)) as db:
        sends = db.execute("SELECT count(*) FROM audit_events WHERE type = 'message/sent'").fetchone()
        assert sends == (20,)


def test_ctrl_c_ends_a_waiting_sandbox_in_peace(tmp_path: Path) -> None:
    process, url = launch(tmp_path / "box.db")
    assert requests.get(f"{url}/lists", headers=AUTH, timeout=10).ok
    end(process, signal.SIGINT)
    assert process.returncode == 0
