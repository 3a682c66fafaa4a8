"""Whatever the network does: the right error, in time, once, with nothing leaked, and the next call works."""

from __future__ import annotations

import logging
import os
import pkgutil
import time
import tracemalloc
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import connector as product
from connector import Connector, ConnectorError, Result
from connector.call.events import Event
from tests.faults.certificates import Certificates
from tests.faults.page import ROWS, page
from tests.faults.scene import CAP_BYTES, Scene, connector, scene
from tests.faults.server import Heard, Talk, well
from tests.faults.table import FAULTS, N8N, NODE_RED, Fault, Outcome, begins_after_the_request
from tests.secrets.canary import shown, traces

ERRANDS: dict[str, tuple[str, dict[str, Any]]] = {
    "read": ("get_list", {"list_id": "news.weekly"}),
    "write once": ("create_bulk_job", {"message_event": "welcome-email"}),
    "write with a key": ("send_message", {"user_id": "ada", "title": "Hi", "body": "There"}),
}
PAGE = Path(__file__).parents[2] / "docs" / "faults.md"
MOMENT = 0.15
"""Seconds to wait for a service that says nothing; ten times what the last calls took where the machine is busy."""
LATE = 2.0
"""Seconds by which a busy machine may notice a deadline late; what knows of none waits much longer."""


_paces: deque[float] = deque(maxlen=10)
"""Seconds of the last calls in which nothing was wrong."""


@dataclass
class Observed:
    """What happened when an errand met a fault."""

    fault: Fault
    errand: str
    expected: Outcome
    error: ConnectorError | None = None
    result: Result | None = None
    deadline: float = 0.0
    seconds: float = 0.0
    tries: int = 1
    heard: list[Heard] = field(default_factory=list)
    visitors: int = 0
    left_open: int = 0
    files_left: int = 0
    peak: int = 0
    next_result: Result | None = None
    shown: str = ""


@pytest.fixture(
    scope="module",
    params=[(fault, errand) for fault in FAULTS for errand in ERRANDS],
    ids=lambda param: f"{param[0].name}-{param[1]}",
)
def observed(request: pytest.FixtureRequest, certificates: Certificates) -> Observed:
    fault, errand = request.param
    seen = Observed(fault, errand, fault.once if errand == "write once" else fault.repeatable)
    logged = _Log()
    with logged, scene(certificates) as stage:
        files = _open_files()
        moment = max(MOMENT, 10 * max(_paces, default=0.0))
        seen.deadline = max(fault.seconds, moment)
        with connector(seconds=moment) if fault.silent else connector() as running:
            fault.arrange(stage)
            if fault.large:
                tracemalloc.start()
            _meet(running, stage, seen)
            if fault.large:
                seen.peak = tracemalloc.get_traced_memory()[1]
                tracemalloc.stop()
            if seen.error is not None:
                seen.shown = "\n".join([*shown(seen.error, values=errand == "read"), str(seen.error.to_dict())])
                seen.error.__traceback__ = None
            # What it still does to the connection it does before the next call.
            _until(lambda: stage.server.busy == 0)
            _until(lambda: stage.server.open <= 1)
            seen.heard = list(stage.server.heard)
            stage.mend()
            started = time.monotonic()
            seen.next_result = running.run("get_list", {"list_id": "next"}, stage.connection)
            _paces.append(time.monotonic() - started)
            _until(lambda: stage.server.open <= 1)
            seen.left_open = stage.server.open
        _until(lambda: stage.server.open == 0 and _open_files() <= files)
        seen.left_open += stage.server.open
        seen.files_left = _open_files() - files
        seen.visitors = stage.elsewhere.accepted
    seen.shown += logged.text
    return seen


def _meet(running: Connector, stage: Scene, seen: Observed) -> None:
    action, inputs = ERRANDS[seen.errand]

    def count(event: Event) -> None:
        seen.tries += event.type == "wait"

    started = time.monotonic()
    try:
        seen.result = running.run(action, inputs, stage.connection, timeout=seen.deadline, on_event=count)
    except ConnectorError as error:
        seen.error = error
    seen.seconds = time.monotonic() - started


class _Log(logging.Handler):
    """Everything that anybody logs, at DEBUG."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.text = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.text += self.format(record) + "\n"

    def __enter__(self) -> None:
        root = logging.getLogger()
        self._level = root.level
        root.addHandler(self)
        root.setLevel(logging.DEBUG)

    def __exit__(self, *_: object) -> None:
        root = logging.getLogger()
        root.removeHandler(self)
        root.setLevel(self._level)


def _open_files() -> int:
    return len(os.listdir("/dev/fd")) if os.name == "posix" else 0  # noqa: PTH208 - it is no folder of files


def _until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    ends = time.monotonic() + seconds
    while not holds() and time.monotonic() < ends:
        time.sleep(0.002)


def _public(error: ConnectorError) -> type:
    """The class that people catch."""
    return next(kind for kind in type(error).__mro__ if kind.__name__ in product.__all__)


def test_the_error_is_of_the_right_kind_and_says_what_happened(observed: Observed) -> None:
    found = (None, "") if observed.error is None else (_public(observed.error), observed.error.message)
    assert found == (observed.expected.error, observed.expected.sentence)


def test_it_ends_within_its_deadline_and_its_memory(observed: Observed) -> None:
    assert observed.seconds < observed.deadline + LATE
    assert observed.peak < 5 * CAP_BYTES


def test_it_is_tried_again_only_where_that_is_safe_and_under_the_same_key(observed: Observed) -> None:
    assert observed.tries == observed.expected.tries
    assert len(observed.heard) <= observed.tries
    keys = {heard.headers.get("idempotency-key") for heard in observed.heard}
    assert len(keys) <= 1
    assert observed.errand != "write with a key" or None not in keys


def test_nothing_goes_to_another_host_or_another_path(observed: Observed) -> None:
    assert observed.visitors == 0
    assert len({heard.line for heard in observed.heard}) <= 1


def test_no_connection_stays_open(observed: Observed) -> None:
    assert (observed.left_open, observed.files_left) == (1, 0), "one was kept for the next call, and given back"


def test_the_next_call_works(observed: Observed) -> None:
    assert observed.next_result is not None
    assert observed.next_result["id"] == "news.weekly"
    assert len(observed.next_result.meta.attempts) == 1


def test_the_secret_is_in_no_error_and_no_log(observed: Observed) -> None:
    assert traces(observed.shown) == []


@pytest.mark.parametrize("errand", ["read", "write once"])
@pytest.mark.parametrize("fault", [*filter(begins_after_the_request, FAULTS)], ids=lambda fault: fault.name)
def test_on_a_connection_that_was_kept_it_ends_the_same_way(
    fault: Fault, errand: str, certificates: Certificates
) -> None:
    seen = Observed(fault, errand, fault.once if errand == "write once" else fault.repeatable)
    with scene(certificates) as stage:
        moment = max(MOMENT, 10 * max(_paces, default=0.0))
        seen.deadline = max(fault.seconds, moment)
        with connector(seconds=moment) if fault.silent else connector() as running:
            fault.arrange(stage)
            does, stage.server.does = stage.server.does, well
            running.run("get_list", {"list_id": "before"}, stage.connection)
            stage.server.heard.clear()
            opened: list[int] = []

            def does_it(talk: Talk) -> None:
                opened.append(stage.server.accepted)
                does(talk)

            stage.server.does = does_it
            _meet(running, stage, seen)
        heard = len(stage.server.heard)
    assert opened[0] == 1
    found = (None, "") if seen.error is None else (_public(seen.error), seen.error.message)
    assert found == (seen.expected.error, seen.expected.sentence)
    assert (heard, seen.tries) == (seen.expected.tries, seen.expected.tries)


def test_the_page_about_faults_is_current() -> None:
    assert PAGE.read_text() == page(), "python -m tests.faults.page > docs/faults.md"


def test_every_row_of_the_page_has_its_tests() -> None:
    assert {fault.name for fault in FAULTS} >= {*NODE_RED, *N8N}
    for name in (name for row in ROWS for name in row.tests):
        assert callable(pkgutil.resolve_name(name)), name


def test_as_delivered_an_answer_may_have_20_megabytes() -> None:
    assert Connector.load("courier").definition.limits.response_bytes == 20_000_000
