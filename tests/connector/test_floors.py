"""The floors of `connector/`: a module imports only from its own floor or from those below."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import connector

HOME = Path(connector.__file__).parent

FLOORS: dict[int, set[str]] = {
    0: {"errors", "pointer", "redact", "clock", "file_lock"},
    1: {
        "field",
        "definition",
        "manifest",
        "formats",
        "sentences",
        "schema",
        "given",
        "throttle",
        "throttle_file",
        "throttle_record",
        "throttle_redis",
        "retry",
        "connection",
        "folder",
        "state",
        "result",
    },
    2: {"complete", "request", "response", "refusal", "sign", "bounded", "transport"},
    3: {
        "paginate",
        "handler",
        "bundle",
        "action",
        "catalogue",
        "exchange",
        "calls",
        "local",
        "format",
    },
    4: {"runtime"},
    # The package itself is a face: it names what is public and loads it when it is first used.
    5: {"__init__", "__main__", "check", "testing", "cli", "rules", "export"},
}
FLOOR_OF = {name: floor for floor, names in FLOORS.items() for name in names}

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
MAY_OPEN_SOCKETS = {"transport", "bounded", "throttle_redis"}


def module_files() -> list[Path]:
    """Every source file of the runtime; the connectors that travel in an installed package are not part of it."""
    return sorted(
        path for path in HOME.rglob("*.py") if path.relative_to(HOME).parts[0] not in {"bundles", "__pycache__"}
    )


FILES = [pytest.param(path, id=path.relative_to(HOME).as_posix()) for path in module_files()]


def room(path: Path) -> str:
    """The name by which the table knows a file: its own, or that of the package it is in."""
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


def rooms_used(path: Path) -> set[str]:
    """The rooms of the table that a file imports from."""
    parts = [name.split(".") for name in imported(path)]
    return {part[1] for part in parts if part[0] == "connector" and len(part) > 1 and part[1] in known_rooms()}


@cache
def known_rooms() -> frozenset[str]:
    """Every name that the table must hold."""
    return frozenset(room(path) for path in module_files())


def test_the_table_holds_every_module_once_and_no_other() -> None:
    assert sum(len(names) for names in FLOORS.values()) == len(FLOOR_OF)
    assert set(FLOOR_OF) == known_rooms()


@pytest.mark.parametrize("path", FILES)
def test_a_module_imports_from_its_own_floor_or_below(path: Path) -> None:
    mine = FLOOR_OF[room(path)]
    assert {name: FLOOR_OF[name] for name in rooms_used(path) if FLOOR_OF[name] > mine} == {}


def test_below_the_faces_no_two_modules_need_each_other() -> None:
    needs = {room(path): rooms_used(path) for path in module_files() if FLOOR_OF[room(path)] <= 4}
    while free := {name for name, used in needs.items() if not used & set(needs)}:
        needs = {name: used for name, used in needs.items() if name not in free}
    assert needs == {}


def test_the_test_sees_an_import_that_goes_up(tmp_path: Path) -> None:
    path = tmp_path / "bad.py"
    path.write_text("def f():\n    from connector import runtime\n    import connector.cli.app\n")
    assert rooms_used(path) == {"runtime", "cli"}


@pytest.mark.parametrize("path", FILES)
def test_only_the_transport_opens_sockets(path: Path) -> None:
    opens = {name for name in imported(path) for opener in SOCKETS if f"{name}.".startswith(f"{opener}.")}
    assert not opens or room(path) in MAY_OPEN_SOCKETS


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


def test_running_needs_no_face_and_no_sandbox() -> None:
    loaded = loaded_by("from connector import Connection, Connector")
    assert "connector.runtime" in loaded
    faces = ("connector.cli", "connector.check", "connector.rules", "connector.testing", "sandbox")
    assert {name for name in loaded if name.startswith(faces)} == set()
    assert {"click", "tabulate", "http.server", "redis", "pytest"} & loaded == set()


def test_every_public_name_is_there() -> None:
    assert all(hasattr(connector, name) for name in connector.__all__)
    assert sorted(connector.__all__) == connector.__all__
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = connector.nothing
