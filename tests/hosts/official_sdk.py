"""The published tests of the official SDK against the sandbox: as they are, each against a fresh one.

A plugin of pytest, loaded by `tests/hosts/official_sdk.sh` in the folder of the SDK's source package. The tests come
with a mark that skips them where no mock server runs; the sandbox is that server. What they name is there under its
placeholder (`official_sdk_seed`). At the end: how many of the tests pass whose operation the sandbox has, and every
other one with its reason. A failure without a reason fails the run, and so does a reason that has no failure.
"""

from __future__ import annotations

import dataclasses
import os
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest

from sandbox import start
from sandbox.app import App, find_route
from sandbox.protocol import ApiError, Request, Response
from tests.hosts import official_sdk_seed

LEAST = 0.95
"""The share of the tests of the operations that the sandbox has that must pass."""

REASONS = {
    r"automations/test_runs.*method_list_with_all": "“start_date” is no date; documented: any other format is a 400.",
    r"test_auth.*issue_token": "“$YOUR_NUMBER days” is no duration.",
    r"test_journeys.*(response|method)_invoke(?!_with)": "An invocation of nobody: neither a user nor a profile.",
    r"test_messages.*method_list_with_all": "“enqueued_after” is no date.",
    r"test_notifications.*get_metrics_with_all": "The start is the end; documented: the start is earlier.",
    r"test_notifications.*publish_with_all": "Version 321669910225 does not exist.",
    r"test_notifications.*(response|method)_retrieve_content(?!_with)": "The SDK cannot read any response: its own "
    "recursive model of an element is not fully defined.",
    r"test_notifications.*retrieve_content_with_all": "The same.",
    r"test_providers.*(create|update)(?!_with)": "No settings; documented: a missing required field is a 400.",
    r"test_providers.*patch_with_all": "Another provider than the stored one; documented: a 400.",
    r"test_send.*(response|method)_message(?!_with)": "A message to nobody and without content.",
    r"users/test_tokens.*add_single_with_all": "“string” is no expiry date.",
}

_counted: Counter[str] = Counter()
_failed: dict[str, str] = {}
_respond = App.handle


def _handle(app: App, request: Request) -> Response:
    return _respond(app, dataclasses.replace(request, target=official_sdk_seed.resolved(request.target)))


App.handle = _handle  # type: ignore[method-assign,assignment]
_sandbox = start(now=lambda: official_sdk_seed.NOW / 1000)
os.environ["TEST_API_BASE_URL"] = _sandbox.url


def _offered() -> bool:
    """Whether the sandbox has the operation of the request that was made, if one was."""
    for entry in _sandbox.requests():
        try:
            find_route(entry["method"], [unquote(part) for part in entry["path"].partition("?")[0].split("/")[1:]])
        except ApiError:
            return False
    return True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the synchronous tests, without the mark that skips them."""
    items[:] = [item for item in items if "Async" not in item.nodeid]
    for item in items:
        item.own_markers = [mark for mark in item.own_markers if mark.name != "skip"]


@pytest.fixture(autouse=True)
def _fresh(request: pytest.FixtureRequest) -> None:
    _sandbox.reset()
    with _sandbox._store.transaction(write=True) as db:
        official_sdk_seed.seed(db, request.node.nodeid.partition("::")[0])


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Count the test, once it has run."""
    del call
    outcome: Any = yield
    report = outcome.get_result()
    if report.when != "call":
        return
    if not _offered():
        _counted["elsewhere"] += 1
    elif report.passed:
        _counted["passed"] += 1
    else:
        _counted["failed"] += 1
        _failed[item.nodeid] = next((why for pattern, why in REASONS.items() if re.search(pattern, item.nodeid)), "")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Say what was found, and fail unless it is what is known."""
    say = session.config.get_terminal_writer().line
    all_of_them = _counted["passed"] + _counted["failed"]
    share = _counted["passed"] / max(1, all_of_them)
    unused = [pattern for pattern in REASONS if not any(re.search(pattern, each) for each in _failed)]
    say(f"\n\n{_counted['elsewhere']} tests of operations that are not offered; of {all_of_them} others")
    say(f"{_counted['passed']} pass: {share:.1%} (at least {LEAST:.0%} must)\n")
    for why, number in Counter(_failed.values()).items():
        say(f"  {number:3} fail: {why or 'NO REASON KNOWN'}")
    for name in (name for name, why in _failed.items() if not why):
        say(f"      {name}")
    for pattern in unused:
        say(f"  NOTHING FAILS for {pattern}")
    session.exitstatus = int(share < LEAST or not all(_failed.values()) or bool(unused))
    _sandbox.close()
