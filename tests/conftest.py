"""What every test may rely on: state of its own, and none of the environment's secrets."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import progress

# The same cases every time, and as long as they take on a busy machine.
settings.register_profile(
    "ordinary", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ordinary")


@pytest.hookimpl(trylast=True)  # pytest's own reporter has to be there
def pytest_configure(config: pytest.Config) -> None:
    progress.install(config)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: many tests wait for a service that says nothing, or for a limit."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones first, so that no process is left with them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def _new_state(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    folder, numbers = tmp_path_factory.mktemp("state"), itertools.count()
    return lambda: folder / str(next(numbers))


@pytest.fixture(autouse=True)
def _own_state(request: pytest.FixtureRequest, _new_state: Callable[[], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """A state folder of the test's own, `tmp_path / "state"` where it has a `tmp_path`.

    No folder is made for the thousands that need none: making and removing it took longer than many of the tests.
    """
    state = request.getfixturevalue("tmp_path") / "state" if "tmp_path" in request.fixturenames else _new_state()
    monkeypatch.setenv("CONNECTOR_STATE_DIR", str(state))
    for name in ("COURIER_AUTH_TOKEN", "COURIER_API_KEY", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
