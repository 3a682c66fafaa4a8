"""The JavaScript runtime passes its own tests and every vector, and is what its hosts can load."""

from __future__ import annotations

import re
import subprocess

import pytest

from connector.export.javascript import CORE
from connector.export.javascript.definitions import SCHEMA
from connector.validation.quick_check import KNOWN
from tests.javascript.format_models import keywords_of, models
from tests.javascript.keywords import LEFT_OUT, READ
from tests.javascript.node import files_with_tests, node_for, run_tests
from tests.vectors.files import vectors

FILES = sorted(path.name for path in CORE.glob("*.js"))
by_file = pytest.mark.parametrize("name", FILES)
LONGEST = 300


def code_of(name: str) -> str:
    """A file without its comments."""
    return re.sub(r"//.*|/\*[\s\S]*?\*/", "", (CORE / name).read_text(encoding="utf-8"))


def report(done: subprocess.CompletedProcess[str]) -> str:
    """What failed, with what Node.js says about it."""
    found = re.findall(r"^not ok .*\n(?: .*\n)*", done.stdout, re.MULTILINE)
    return "".join(found[:10]) or (done.stdout[-2000:] + done.stderr[-2000:])


@pytest.mark.parametrize("file", files_with_tests())
def test_javascript_passes(file: str) -> None:
    node, why_not = node_for(file)
    if node is None:
        pytest.skip(why_not)
    done = run_tests(node, file)
    assert done.returncode == 0, report(done)
    passed = int(re.findall(r"^# pass (\d+)$", done.stdout, re.MULTILINE)[-1])
    if file == "vectors.test.js":
        assert passed == sum(1 for _ in vectors())
    else:
        assert passed > 0


@by_file
def test_a_file_asks_only_for_files_beside_it(name: str) -> None:
    wanted = re.findall(r"require\('([^']+)'\)", code_of(name))
    assert [other for other in wanted if not re.fullmatch(r"\./[a-z_]+", other)] == []
    assert all(f"{other[2:]}.js" in FILES for other in wanted)


@by_file
def test_a_file_leaves_io_to_the_host(name: str) -> None:
    forbidden = (
        r"\b(setTimeout|setInterval|setImmediate|clearTimeout|process|globalThis|global|window|fetch|Buffer|console"
        r"|performance|crypto|Date\.now|Math\.random|__dirname|__filename|eval|Function)\b(?=[.(\[])|new Date\(\)"
    )
    assert re.findall(forbidden, code_of(name)) == []


@by_file
def test_a_file_is_small_and_says_what_it_is_for(name: str) -> None:
    text = (CORE / name).read_text(encoding="utf-8")
    assert text.startswith("'use strict';\n// ")
    assert "eslint" not in text
    assert len(text.splitlines()) <= LONGEST


def test_no_two_files_need_each_other() -> None:
    needs = {
        name: {f"{other}.js" for other in re.findall(r"require\('\./([a-z_]+)'\)", code_of(name))} for name in FILES
    }
    while free := {name for name, used in needs.items() if not used & set(needs)}:
        needs = {name: used for name, used in needs.items() if name not in free}
    assert needs == {}


def test_the_types_describe_everything_that_a_host_can_ask_for() -> None:
    exported = re.findall(r"\w+", re.search(r"module\.exports = \{(.*?)\}", code_of("index.js"), re.DOTALL)[1])  # type: ignore[index]
    errors = re.findall(r"^  (\w+),$", code_of("errors.js").partition("module.exports")[2], re.MULTILINE)
    types = (CORE / "types.d.ts").read_text(encoding="utf-8")
    declared = set(re.findall(r"export (?:declare )?(?:class|function|interface|type) (\w+)", types))
    assert len(errors) > 10
    assert {*exported, *errors} - {"errors"} <= declared


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_keyword_of_the_format_is_read_or_left_out_for_a_reason(model: type) -> None:
    read, left_out = READ.get(model, frozenset()), LEFT_OUT.get(model, frozenset())
    assert keywords_of(model) - (read | left_out) == set(), f"{model.__name__}: the JavaScript runtime does not know it"
    assert not read & left_out


def test_every_keyword_that_is_read_is_in_the_code() -> None:
    code = "\n".join(code_of(name) for name in FILES)
    words = SCHEMA | frozenset().union(*READ.values())
    # A name of the language as well: looked for where it is read.
    assert {word for word in words if not re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", code)} - UNREAD == set()


UNREAD = frozenset({"version", "group"})
"""What a host reads for the package around the runtime: its version, and which node has which action."""


def test_the_quick_check_knows_the_keywords_that_it_knows_in_python() -> None:
    words = set(re.findall(r"[$\w]+", code_of("quick_check.js")))
    assert words >= KNOWN
