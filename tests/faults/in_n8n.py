"""The built node of n8n meets the same faults through n8n's own helper, and ends as the table says.

`tests/hosts/n8n.sh` runs it: `python -m pytest tests/faults/in_n8n.py`, with `N8N_BUILD`, the folder of the built node,
and `N8N_HOST`, the folder that n8n is installed in.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from connector.export import export
from tests.faults.certificates import Certificates
from tests.faults.javascript_hosts import FaultTable
from tests.faults.scene import TRIES, bundle_with_timeouts
from tests.faults.table import N8N
from tests.javascript.package_process import PackageProcess

HOST = Path(__file__).parents[1] / "hosts/n8n_host.cjs"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory, certificates: Certificates) -> Iterator[PackageProcess]:
    build = tmp_path_factory.mktemp("n8n") / "build"
    shutil.copytree(os.environ["N8N_BUILD"], build, symlinks=True)
    (file,) = build.glob("dist/nodes/*/definitions.json")
    exported = export(bundle_with_timeouts(), "n8n")
    file.write_bytes(next(content for path, content in exported.items() if path.endswith(file.name)))
    command = ["node", str(HOST), str(build), os.environ["N8N_HOST"]]
    with PackageProcess(command, {"NODE_EXTRA_CA_CERTS": str(certificates.authority)}) as made:
        yield made


class TestN8n(FaultTable):
    specials = N8N
    without_proxy = ("NotSentError", "unavailable", TRIES)
    # The helper does not say whether the tunnel or the call failed.
    without_tunnel = ("OutcomeUnknownError", "outcome_unknown", 1)
