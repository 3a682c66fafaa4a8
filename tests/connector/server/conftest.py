from __future__ import annotations

from collections.abc import Iterator

import pytest

from connector import Connector
from connector.catalogue.loader import load
from connector.catalogue.sandbox import connection_to, started
from connector.definition.files import find
from connector.server import ServedConnector, create_app
from tests.connector.web.serving import Site, serving


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """The repository's own connector, served with its sandbox."""
    bundle = load(find("courier"))
    with started(bundle) as service, Connector(bundle) as connector:
        served = ServedConnector(bundle, connector, {"sandbox": connection_to(bundle, service)}, service)
        with serving(create_app(served)) as running:
            yield running
