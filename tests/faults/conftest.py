"""Certificates once for all tests of faults, and a scene for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.certificates import Certificates, make
from tests.faults.scene import Scene, scene


@pytest.fixture(scope="package")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def stage(certificates: Certificates) -> Iterator[Scene]:
    with scene(certificates) as made:
        yield made
