"""The built node of n8n meets the same faults through n8n's own helper, and ends as the table says.

`tests/hosts/n8n.sh` runs it: `python -m pytest tests/faults/in_n8n.py`, with `N8N_BUILD`, the folder of the built node,
and `N8N_HOST`, the folder that n8n is installed in.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.certificates import Certificates
from tests.faults.javascript_hosts import FaultTable
from tests.faults.scene import TRIES, bundle_with_timeouts
from tests.faults.table import N8N
from tests.hosts.n8n_package import N8nPackage


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[N8nPackage]:
    environment = {"NODE_EXTRA_CA_CERTS": str(certificates.authority)}
    with N8nPackage(bundle_with_timeouts(), tmp_path_factory.mktemp("n8n") / "build", environment) as made:
        yield made


class TestN8n(FaultTable):
    specials = N8N
    without_proxy = ("NotSentError", "unavailable", TRIES)
    # The helper does not say whether the tunnel or the call failed.
    without_tunnel = ("OutcomeUnknownError", "outcome_unknown", 1)
