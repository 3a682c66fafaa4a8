"""docs/faults.md, made from the table of faults: `python -m tests.faults.page > docs/faults.md` writes it anew."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass

from tests.faults.table import FAULTS, N8N, NODE_RED, Fault, Outcome, Special

_UNAVAILABLE = "`UnavailableError`"
_AGAIN = f"{_UNAVAILABLE}, after it was tried again"
_SAME = "the same"


@dataclass(frozen=True)
class Row:
    """A fault that needs more than one server, with the tests that try it.

    Attributes:
        tests: Names of test functions, after the module's path.
    """

    fault: str
    says: str
    repeatable: str
    once: str
    node_red: str
    n8n: str
    tests: tuple[str, ...]


_BEHIND = "Behind a proxy (for HTTP, for HTTPS, or speaking TLS itself): "
_PYTHON = "tests.faults.test_proxies"
_HOSTS = "tests.faults.javascript_hosts.FaultTable"
ROWS = [
    Row(
        *(f"{_BEHIND}no response arrives, or half of one", "The connection broke before a response came."),
        *(_AGAIN, "`OutcomeUnknownError`", _SAME, _SAME),
        (
            f"{_PYTHON}.test_what_may_have_arrived_and_has_no_key_is_sent_once_and_reported_as_unknown",
            f"{_PYTHON}.test_what_may_have_arrived_and_has_a_key_is_tried_again_and_never_called_not_sent",
            f"{_HOSTS}.test_behind_a_proxy_what_may_have_arrived_is_not_repeated_without_a_key",
        ),
    ),
    Row(
        *(f"{_BEHIND}the proxy cannot be reached", "The proxy could not be reached.", _AGAIN, _AGAIN, _SAME),
        f"“The service could not be reached.”: {_AGAIN}",
        (
            f"{_PYTHON}.test_a_proxy_that_cannot_be_reached_means_that_nothing_was_sent",
            f"{_HOSTS}.test_a_proxy_that_cannot_be_reached_means_that_nothing_was_sent",
        ),
    ),
    Row(
        *("Behind a proxy for HTTPS: it makes no tunnel", "The proxy could not be reached.", _AGAIN, _AGAIN),
        *(_SAME, f"{_AGAIN}; without a key `OutcomeUnknownError`"),
        (
            f"{_PYTHON}.test_a_proxy_that_makes_no_tunnel_means_that_nothing_was_sent",
            f"{_HOSTS}.test_a_proxy_that_makes_no_tunnel_lets_nothing_through",
        ),
    ),
    Row(
        "The process forks while connections are open",
        *("(nothing: each child makes its own)", "succeeds", "succeeds", "does not fork", "does not fork"),
        ("tests.connector.http.test_fork.test_parent_and_children_read_their_own_responses_only",),
    ),
]

_HEAD = """\
# Faults

What a run does when the network or the service misbehaves. The tests try every line with an action that reads, one
that writes under an idempotency key, and one that writes without; this page is made from their table
(`python -m tests.faults.page > docs/faults.md`).

For every line it also holds that the run ends within its deadline; that what cannot be repeated is sent at most once;
that neither the secret nor anything else reaches another host; that no connection stays open; that no more is kept in
memory than the definition's limit of a response (here 1 MB; 20 MB as delivered); that the secret is in no error and no
log, even where the service repeats it; and that the next call works. What goes wrong after the request has arrived
ends the same way on a new connection and on a kept one.

“Tried again” means up to the number of attempts that the definition allows, each with a token of its own. The
sentence of an `OutcomeUnknownError` goes on: “The service may have carried it out, so it was not sent again.”

The hosts that run JavaScript decide as Python does, from the same vectors. What differs is what their HTTP library
reports, so both meet the same faulty server in the tests: “the same” is how a run ends, the sentence, and the number of
attempts. The Node-RED package sends with Node.js's own `http` and `https`, which read HTTP more strictly than Python in
places; such a response counts as lost. The n8n node sends with the helper of the n8n that it runs in (here 2.41.1),
which does not say whether a connection was made: what is not known to be unsent counts as sent, so that nothing is
repeated that could happen twice.

| fault | what the run says | reads, or writes under a key | writes without a key | Node-RED | n8n |
|---|---|---|---|---|---|
"""


def page() -> str:
    """docs/faults.md, whole."""
    lines = [_of_fault(fault) for fault in FAULTS]
    lines += [(row.fault, row.says, row.repeatable, row.once, row.node_red, row.n8n) for row in ROWS]
    return _HEAD + "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _of_fault(fault: Fault) -> tuple[str, ...]:
    said = fault.repeatable.sentence or "(nothing: the response is complete)"
    return fault.name, said, _cell(fault.repeatable), _cell(fault.once), _special(fault, NODE_RED), _special(fault, N8N)


def _special(fault: Fault, specials: Mapping[str, Special]) -> str:
    other = specials.get(fault.name)
    if other is None:
        return _SAME
    if other.repeatable == other.once:
        return f"“{other.once.sentence}”: {_cell(other.once)}"
    return f"“{other.repeatable.sentence}”: {_cell(other.repeatable)}; without a key {_cell(other.once)}"


def _cell(outcome: Outcome) -> str:
    again = ", after it was tried again" if outcome.tries > 1 else ""
    return (f"`{outcome.error.__name__}`" if outcome.error is not None else "succeeds") + again


if __name__ == "__main__":
    sys.stdout.write(page())
