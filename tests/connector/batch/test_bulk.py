"""A batch as a bulk job: a few calls, and each person gets one message, whenever it is interrupted."""

from __future__ import annotations

import csv
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from connector import Connector
from connector.batch.batch import Batch
from connector.batch.bulk_rows import parts
from connector.catalogue.sandbox import ObservableService, connection_to, started
from connector.clock import SystemClock
from connector.connections.auth import Auth
from connector.errors import InputError
from connector.http.request import HttpRequest
from connector.http.response import HttpResponse
from connector.http.transport import RequestsTransport, SendOptions
from connector.throttle.memory_store import MemoryStore
from tests.courier import BUNDLE

PEOPLE = ["ada@example.com", "grace@example.com", "alan@example.com", "ada@example.com"]
ROWS = "email,title,body\n" + "".join(f"{name},Tides,High at noon\n" for name in PEOPLE)


class Interrupting:
    """Sends requests; the one of a number is interrupted, before it is sent or after.

    Attributes:
        paths: Those of all requests.
    """

    def __init__(self) -> None:
        self._transport = RequestsTransport(SystemClock(), "test", 4)
        self.paths: list[str] = []
        self.number = -1
        self.after = False

    def send(self, request: HttpRequest, auth: Auth, options: SendOptions) -> HttpResponse:
        self.paths.append(f"{request.method} /{request.url.split('/', 3)[3]}")
        interrupted = len(self.paths) - 1 == self.number
        if interrupted and not self.after:
            raise KeyboardInterrupt
        response = self._transport.send(request, auth, options)
        if interrupted:
            raise KeyboardInterrupt
        return response

    def close(self) -> None:
        self._transport.close()


class Desk:
    """A connector to the sandbox, and batches over a file."""

    def __init__(self, place: Path, service: ObservableService) -> None:
        self.place, self.service = place, service
        self.transport = Interrupting()
        self.connector = Connector(BUNDLE, transport=self.transport, store=MemoryStore(SystemClock()))
        self.connection = connection_to(BUNDLE, service)

    def batch(self, text: str = ROWS, **options: Any) -> Batch:
        path = self.place / "people.csv"
        path.write_text(text, encoding="utf-8")
        return self.connector.batch("send_message", path, self.connection, **{"bulk": True, **options})

    def result(self, outcome: str) -> list[dict[str, str]]:
        text = (self.place / "people.batch" / f"{outcome}.csv").read_text(encoding="utf-8")
        return list(csv.DictReader(text.splitlines()))

    def received(self, title: str = "Tides") -> Counter[str]:
        messages = {each["id"]: each for each in self.service.messages() if each["title"] == title}
        return Counter(each["recipient"] for each in messages.values())


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with started(BUNDLE) as service:
        assert hasattr(service, "messages")
        yield Desk(tmp_path, cast(ObservableService, service))


def test_many_rows_take_a_few_calls_and_each_has_its_result(desk: Desk) -> None:
    report = desk.batch().run()
    assert (report.rows, report.done, report.exit_status) == (4, 4, 0)
    assert desk.received() == Counter(PEOPLE)
    assert len([path for path in desk.transport.paths if path.startswith("POST")]) == 3
    done = desk.result("success")
    assert [row["email"] for row in done] == PEOPLE
    assert len({row["_out.requestId"] for row in done}) == 4


@pytest.mark.slow
def test_whenever_it_is_interrupted_each_person_gets_one_message(desk: Desk) -> None:
    desk.batch().run()
    run = next(number for number, path in enumerate(desk.transport.paths) if path.endswith("/run"))
    # Before one call is after the one before it, but for what was written down in between.
    moments = [(number, True) for number in range(len(desk.transport.paths))] + [(run, False)]
    for moment, (number, after) in enumerate(moments):
        title = f"Tides {moment}"
        text = ROWS.replace("Tides", title)
        place = desk.place / f"at-{moment}.batch"
        desk.transport.paths.clear()
        desk.transport.number, desk.transport.after = number, after
        with pytest.raises(KeyboardInterrupt):
            desk.batch(text, folder=place).run()
        desk.transport.number = -1
        report = desk.batch(text, folder=place).run()
        assert (report.done, report.unknown, report.left) == (4, 0, 0), moment
        assert desk.received(title) == Counter(PEOPLE), moment
        assert not (place / "bulk.json").exists()


def test_a_batch_is_stopped_between_two_calls_and_goes_on(desk: Desk) -> None:
    stop = threading.Event()
    report = desk.batch().run(lambda _: stop.set(), stop)
    assert (report.left, report.exit_status) == (4, 130)
    assert desk.received() == Counter()
    assert desk.batch().run().done == 4
    assert desk.received() == Counter(PEOPLE)


def test_rows_that_a_job_cannot_send_fail_and_the_others_are_sent(desk: Desk) -> None:
    rows = "user_id,title,body,delay_duration\nada,Tides,Noon,\n,Tides,Noon,\ngrace,Waves,Noon,\nalan,Tides,Noon,5\n"
    report = desk.batch(rows).run()
    assert (report.done, report.failed) == (1, 3)
    said = {row["_row"]: row["_error"] for row in desk.result("failed")}
    assert said["2"].startswith("No recipient")
    assert said["3"] == "Title must be the same in every row of a bulk job."
    assert said["4"].startswith("A bulk job has no Delay")
    assert desk.received() == Counter(["ada"])


def test_the_dry_run_finds_the_same_and_counts_few_calls(desk: Desk) -> None:
    rows = "user_id,title,body\n" + "ada,Tides,Noon\n" * 600 + "ada,Waves,Noon\n"
    alone, bulk = desk.batch(rows, bulk=False).dry_run(), desk.batch(rows).dry_run()
    assert alone.bulk_offered
    assert "--bulk" in str(alone)
    assert (bulk.wrong, bulk.bulk_offered) == (1, False)
    assert bulk.seconds is not None
    assert alone.seconds is not None
    assert bulk.seconds < alone.seconds / 100
    assert desk.transport.paths == []


def test_an_action_without_a_bulk_job_says_so(desk: Desk) -> None:
    path = desk.place / "people.csv"
    path.write_text("message_id\n1-2\n")
    batch = desk.connector.batch("cancel_message", path, desk.connection, bulk=True)
    for act in (batch.run, batch.dry_run):
        with pytest.raises(InputError, match="has no bulk job"):
            act()


def test_rows_are_added_in_as_many_requests_as_it_takes() -> None:
    rows = [{"name": "x" * 10} for _ in range(10)]
    assert [len(part) for part in parts(rows, 4, 10_000)] == [4, 4, 2]
    assert [len(part) for part in parts(rows, 100, 50)] == [2] * 5
    assert list(parts([], 4, 100)) == []
