"""The Node-RED package meets the same faults, through real sockets, and ends as the table says."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connector.export.node_red_package import NodeRedPackage
from tests.faults.certificates import Certificates
from tests.faults.javascript_hosts import FaultTable
from tests.faults.scene import TRIES, bundle_with_timeouts
from tests.faults.table import NODE_RED
from tests.javascript.node import find_node

NODE, WHY_NOT = find_node()
pytestmark = pytest.mark.skipif(NODE is None, reason=WHY_NOT)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[NodeRedPackage]:
    assert NODE is not None
    environment = {"NODE_EXTRA_CA_CERTS": str(certificates.authority)}
    with NodeRedPackage(NODE, bundle_with_timeouts(), tmp_path_factory.mktemp("node-red"), environment) as made:
        yield made


class TestNodeRed(FaultTable):
    specials = NODE_RED
    without_proxy = without_tunnel = ("NotSentError", "proxy", TRIES)
