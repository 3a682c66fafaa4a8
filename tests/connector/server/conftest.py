from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from connector import Connector
from connector.catalogue.sandbox import connection_to, started
from connector.definition.action import Throttle
from connector.server import ServedConnector, create_app
from tests.connector.web.serving import Site, serving
from tests.courier import BUNDLE


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The repository's own connector, served with its sandbox; its call limit is too high to wait for."""
    limit = Throttle.model_validate({"calls": 100_000, "renewalPeriod": 1})
    bundle = replace(BUNDLE, manifest=BUNDLE.manifest.model_copy(update={"throttle": limit}))
    with started(bundle) as service, Connector(bundle) as connector:
        served = ServedConnector(bundle, connector, {"sandbox": connection_to(bundle, service)}, service)
        with serving(create_app(served)) as running:
            yield running
