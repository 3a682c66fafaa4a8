"""The private methods of the HTTP libraries that are overridden here exist, and are called as they were.

Neither urllib3 nor `http.client` promises anything about them, so a new version may drop or change one without a
word, and the deadline it kept would be gone. `requests` below 3 keeps urllib3 below 3; this test watches the rest.
"""

from __future__ import annotations

import http.client
import inspect
import platform
from collections.abc import Iterator
from importlib.metadata import requires, version

import pytest
import urllib3.connection

from connector.http import deadline, deadline_response

OVERRIDDEN: dict[tuple[type, str], list[str]] = {
    (http.client.HTTPResponse, "_close_conn"): ["self"],
    (http.client.HTTPResponse, "_read_next_chunk_size"): ["self"],
    (http.client.HTTPResponse, "_read_status"): ["self"],
    (urllib3.connection.HTTPConnection, "_new_conn"): ["self"],
}
"""What is overridden, and the parameters it has there."""

CALLED: dict[tuple[type, str], list[str]] = {(http.client.HTTPConnection, "_output"): ["self", "s"]}
"""The same for what is called."""


def private_overrides() -> Iterator[tuple[type, str]]:
    """Every private method of our connections and responses that a library's class has too, and who owns it."""
    modules = (deadline, deadline_response)
    for ours in [value for module in modules for value in vars(module).values()]:
        if inspect.isclass(ours) and ours.__module__ in {module.__name__ for module in modules}:
            for name, value in vars(ours).items():
                owners = [base for base in ours.__mro__[1:] if name in vars(base)]
                if callable(value) and name.startswith("_") and not name.startswith("__") and owners:
                    yield owners[-1], name


@pytest.mark.parametrize(("owner", "name"), OVERRIDDEN | CALLED, ids=lambda value: getattr(value, "__name__", value))
def test_the_library_still_has_the_private_method(owner: type, name: str) -> None:
    found = getattr(owner, name, None)
    library = f"Python {platform.python_version()}, urllib3 {version('urllib3')}"
    assert found is not None, (
        f"{owner.__module__}.{owner.__name__} has no method {name} in {library}. connector/http overrides "
        "or calls it, and that does nothing now: find what took its place, or bound the version in pyproject.toml."
    )
    parameters = list(inspect.signature(found).parameters)
    assert parameters == (OVERRIDDEN | CALLED)[owner, name], (
        f"{owner.__module__}.{owner.__name__}.{name} takes {parameters} in {library}. connector/http "
        "overrides or calls it: adapt it, or bound the version in pyproject.toml."
    )


def test_what_is_required_keeps_urllib3_below_3() -> None:
    (needed,) = (need for need in requires("requests") or () if need.startswith("urllib3"))
    assert "<3" in needed
    assert any(need.startswith("requests") and "<3" in need for need in requires("courier-connector") or ())


def test_no_other_private_method_is_overridden() -> None:
    assert set(private_overrides()) <= set(OVERRIDDEN), "add it to the list above, or better use a public hook"
