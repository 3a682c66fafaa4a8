"""The layers of `connector/`: a package imports only from packages below it."""

from __future__ import annotations

import ast
import importlib
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import connector
from connector import throttle

HOME = Path(connector.__file__).parent

LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"errors", "clock", "json_pointer", "secrets", "state_dir"}),
    frozenset({"definition"}),
    frozenset({"validation", "throttle"}),
    frozenset({"connections"}),
    frozenset({"http"}),
    frozenset({"call"}),
    frozenset({"catalogue"}),
    frozenset({"run"}),
    frozenset({"client"}),
    frozenset({"batch"}),
    frozenset({"connector"}),
    frozenset({"examples", "web", "lanes"}),
    # The package itself names what is public and loads it when it is first used.
    frozenset({"__init__", "lint", "export", "scaffold", "otel", "importing", "celery", "dbos"}),
    # They also read what an export writes.
    frozenset({"mcp", "server"}),
    frozenset({"cli", "testing"}),
    frozenset({"__main__"}),
)
"""The packages and modules of `connector/`, from the bottom up, as ARCHITECTURE.md draws them."""

LAYER_OF = {name: layer for layer, names in enumerate(LAYERS) for name in names}
ENTRY_POINTS = frozenset(
    {"lint", "export", "scaffold", "otel", "importing", "celery", "dbos", "mcp", "server", "cli", "testing"}
)
USE_ENTRY_POINTS = frozenset({"cli", "testing", "__main__"})
MAY_READ_EXPORTS = frozenset({"mcp", "server"})

SOCKETS = {
    "requests",
    "urllib3",
    "http.client",
    "http.server",
    "socket",
    "ssl",
    "socketserver",
    "urllib.request",
    "redis",
}
MAY_OPEN_SOCKETS = {
    "http/transport.py",
    "http/deadline.py",
    "http/deadline_response.py",
    "http/library_types.py",
    "throttle/redis_connection.py",
    "throttle/redis_store.py",
    "web/serve.py",  # listens; it calls nobody
    "catalogue/example_sandbox.py",  # so does this
}


def module_files() -> list[Path]:
    """Every source file of the runtime; the connectors that travel in an installed package are not part of it."""
    return sorted(
        path for path in HOME.rglob("*.py") if path.relative_to(HOME).parts[0] not in {"bundles", "__pycache__"}
    )


FILES = [pytest.param(path, id=path.relative_to(HOME).as_posix()) for path in module_files()]


def part(path: Path) -> str:
    """The package or module at the top of `connector/` that a file belongs to."""
    return path.relative_to(HOME).with_suffix("").parts[0]


@cache
def imported(path: Path) -> frozenset[str]:
    """The dotted names that a file imports, wherever in the file."""
    return frozenset(_imported(ast.parse(path.read_text(encoding="utf-8"))))


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert node.module is not None
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def parts_used(path: Path) -> set[str]:
    """The packages and modules at the top of `connector/` that a file imports from."""
    names = [name.split(".") for name in imported(path)]
    return {name[1] for name in names if name[0] == "connector" and len(name) > 1 and name[1] in known_parts()}


@cache
def known_parts() -> frozenset[str]:
    """Every package and module at the top of `connector/`."""
    return frozenset(part(path) for path in module_files())


def test_every_package_has_one_layer() -> None:
    assert sum(len(names) for names in LAYERS) == len(LAYER_OF)
    assert set(LAYER_OF) == known_parts()


@pytest.mark.parametrize("path", FILES)
def test_a_package_imports_only_from_those_below(path: Path) -> None:
    own = part(path)
    not_below = {name for name in parts_used(path) - {own} if LAYER_OF[name] >= LAYER_OF[own]}
    assert not_below - (LAYERS[0] if own in LAYERS[0] else set()) == set()


@pytest.mark.parametrize("path", FILES)
def test_no_entry_point_imports_another_except_the_command_line_and_tests(path: Path) -> None:
    own = part(path)
    allowed = {own} | ({"export"} if own in MAY_READ_EXPORTS else set())
    assert own in USE_ENTRY_POINTS or not parts_used(path) & (ENTRY_POINTS - allowed)


def test_no_two_modules_need_each_other() -> None:
    names = {dotted_name(path): path for path in module_files()}
    needs = {name: modules_used(path, set(names)) - {name} for name, path in names.items()}
    while free := {name for name, used in needs.items() if not used & set(needs)}:
        needs = {name: used for name, used in needs.items() if name not in free}
    assert needs == {}


def modules_used(path: Path, modules: set[str]) -> set[str]:
    """The modules a file imports: `from package import module` needs the module, not the package's own names."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    used = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            used |= (names & modules) | ({node.module} if names - modules else set())
    return used & modules


def dotted_name(path: Path) -> str:
    """The name under which a file is imported."""
    parts = path.relative_to(HOME.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_at_most_ten_modules_stand_beside_the_packages() -> None:
    assert len([path for path in module_files() if path.parent == HOME]) <= 10


def test_every_package_says_what_it_is_for() -> None:
    for path in module_files():
        if path.name == "__init__.py":
            assert len(ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "") > 30, path


def test_an_import_that_goes_up_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text("def f():\n    from connector import client\n    import connector.cli.app\n")
    assert parts_used(path) == {"client", "cli"}


@pytest.mark.parametrize("path", FILES)
def test_only_the_transport_opens_sockets(path: Path) -> None:
    opens = {name for name in imported(path) for opener in SOCKETS if f"{name}.".startswith(f"{opener}.")}
    assert not opens or path.relative_to(HOME).as_posix() in MAY_OPEN_SOCKETS


@pytest.mark.parametrize("path", FILES)
def test_no_module_grows_beyond_300_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


def test_the_runtime_knows_no_connector_by_name() -> None:
    word = "".join(["cou", "rier"])
    files = [
        path
        for path in HOME.rglob("*")
        if path.is_file() and not {"bundles", "__pycache__"} & set(path.relative_to(HOME).parts)
    ]
    assert len(files) > 30
    assert [path for path in files if word in path.name.lower() or word in path.read_text("utf-8").lower()] == []


def loaded_by(code: str) -> set[str]:
    """The modules that a fresh interpreter imports for `code`."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys\nprint(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        cwd=HOME.parent,
    )
    return set(done.stdout.split())


def test_importing_the_package_costs_a_host_nothing() -> None:
    loaded = loaded_by("import connector")
    assert "connector" in loaded
    assert {name for name in loaded if name.startswith("connector.")} == set()
    assert {"requests", "pydantic", "jsonschema", "click", "http.server", "sandbox"} & loaded == set()


def test_running_needs_no_entry_point_and_no_sandbox() -> None:
    loaded = loaded_by("from connector import Connection, Connector")
    assert "connector.connector" in loaded
    entry_points = ("connector.cli", "connector.lint", "connector.testing", "sandbox")
    assert {name for name in loaded if f"{name}.".startswith(tuple(f"{entry}." for entry in entry_points))} == set()
    assert {
        "click",
        "tabulate",
        "http.server",
        "redis",
        "pytest",
        "opentelemetry",
        "celery",
        "dbos",
        "sqlalchemy",
    } & loaded == set()


def test_every_public_name_is_there() -> None:
    assert all(hasattr(connector, name) for name in connector.__all__)
    assert sorted(connector.__all__) == connector.__all__
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = connector.nothing


def test_what_only_some_need_is_there_once_it_is_asked_for() -> None:
    redis_store = importlib.import_module("connector.throttle.redis_store")
    assert throttle.RedisStore is redis_store.RedisStore
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = throttle.nothing
