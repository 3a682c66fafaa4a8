"""In a storm of random faults, what the service did and what the client says agree; benchmarks has the long one."""

from __future__ import annotations

import pytest

from connector.errors import ConnectorError, NotSentError, OutcomeUnknownError, UnavailableError
from tests.faults.server import Heard
from tests.hosts.n8n_package import is_there
from tests.javascript.node import find_node
from tests.storms.random_faults import HOSTS, WAYS, storm, verdict_on

NODE, WHY_NOT = find_node()
ONE = Heard("POST /bulk/job-1/run HTTP/1.1", {}, b"")


# Python's ssl module leaves the socket to be collected where the other side is gone before the handshake begins.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.slow
@pytest.mark.parametrize("host", [name for name in HOSTS if name != "n8n" or is_there()])
def test_what_the_service_did_and_what_the_client_says_agree(host: str) -> None:
    if host == "Node-RED" and NODE is None:
        pytest.skip(WHY_NOT)
    assert storm(len(WAYS) * 10, seed=7, batch=10, host=host).total() == len(WAYS) * 10


@pytest.mark.parametrize(
    ("error", "heard", "carried_out", "keyed"),
    [
        (None, [], 0, False),
        (None, [ONE, ONE], 2, False),
        (NotSentError("No."), [ONE], 1, False),
        (UnavailableError("Later."), [ONE], 1, False),
        (UnavailableError("Later."), [Heard("POST /send HTTP/1.1", {"idempotency-key": "k"}, b"")], 0, True),
    ],
)
def test_a_run_that_does_not_agree_is_seen(
    error: ConnectorError | None, heard: list[Heard], carried_out: int, keyed: bool
) -> None:
    assert verdict_on(error, heard, carried_out, keyed=keyed).faults


def test_a_run_that_agrees_has_no_faults() -> None:
    assert verdict_on(OutcomeUnknownError("Unknown."), [ONE], 1, keyed=False).faults == ()
