"""docs/faults.md, made from the table of faults: `python -m tests.faults.page > docs/faults.md` writes it anew."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from tests.faults.table import FAULTS, NODE_RED, Fault, Outcome

_UNAVAILABLE = "`UnavailableError`"
_AGAIN = f"{_UNAVAILABLE}, after it was tried again"
_SAME = "the same"
_BY_CODE = "by the error's code"


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
_NODE = "tests.faults.test_node_red"
ROWS = [
    Row(
        *(f"{_BEHIND}no response arrives, or half of one", "The connection broke before a response came."),
        *(_AGAIN, "`OutcomeUnknownError`", _SAME, _BY_CODE),
        (
            f"{_PYTHON}.test_what_may_have_arrived_and_has_no_key_is_sent_once_and_reported_as_unknown",
            f"{_PYTHON}.test_what_may_have_arrived_and_has_a_key_is_tried_again_and_never_called_not_sent",
            f"{_NODE}.test_behind_a_proxy_what_may_have_arrived_is_not_repeated_without_a_key",
        ),
    ),
    Row(
        *(f"{_BEHIND}the proxy cannot be reached", "The proxy could not be reached.", _AGAIN, _AGAIN, _SAME, _BY_CODE),
        (
            f"{_PYTHON}.test_a_proxy_that_cannot_be_reached_means_that_nothing_was_sent",
            f"{_NODE}.test_a_proxy_that_cannot_be_reached_means_that_nothing_was_sent",
        ),
    ),
    Row(
        *("Behind a proxy for HTTPS: it makes no tunnel", "The proxy could not be reached.", _AGAIN, _AGAIN),
        *(_SAME, _BY_CODE),
        (
            f"{_PYTHON}.test_a_proxy_that_makes_no_tunnel_means_that_nothing_was_sent",
            f"{_NODE}.test_a_proxy_that_makes_no_tunnel_means_that_nothing_was_sent",
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
reports. The Node-RED package sends with Node.js's own `http` and `https`, and the tests send it through the same faulty
server: “the same” is how a run ends, the sentence, and the number of attempts. Node.js reads HTTP more strictly than
Python in places; such a response counts as lost. The n8n node sends with n8n's own helper. Where the response is whole,
it ends as in Python. Otherwise the code of the helper's error decides: what is not known to be unsent counts as sent,
so that nothing is repeated that could happen twice.

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
    return fault.name, said, _cell(fault.repeatable), _cell(fault.once), _node_red(fault), _n8n(fault)


def _node_red(fault: Fault) -> str:
    other = NODE_RED.get(fault.name)
    if other is None:
        return _SAME
    return f"“{other.repeatable.sentence}”: {_cell(other.repeatable)}; without a key {_cell(other.once)}"


def _n8n(fault: Fault) -> str:
    is_whole = fault.once.tries == 1 and fault.once == fault.repeatable and fault.name not in NODE_RED
    is_read = fault.repeatable.error is None or "certificate" not in fault.repeatable.sentence
    return _SAME if is_whole and is_read else _BY_CODE


def _cell(outcome: Outcome) -> str:
    again = ", after it was tried again" if outcome.tries > 1 else ""
    return (f"`{outcome.error.__name__}`" if outcome.error is not None else "succeeds") + again


if __name__ == "__main__":
    sys.stdout.write(page())
