"""A run as a command: of the connector's own command line, and of curl against its HTTP server.

Secrets and inputs that are too long for an argument travel on stdin, because other programs can read arguments.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

from connector.export.code_samples.sample import SampleRun
from connector.export.literals import FilePath, Notation, Variable, json_text, paths_in, variables_in

_LONGEST_ARGUMENT = 100_000
"""Bytes. Linux accepts 131,072."""
_WIDTH = 100


def command_line(run: SampleRun) -> str:
    """The command, with inputs as HTTPie's request items."""
    parts = [run.target.program, "run", shlex.quote(run.action.key)]
    if run.target.sandbox:
        parts.append("--sandbox")
    elif run.target.connection:
        parts += ["--connection", shlex.quote(run.target.connection)]
    for name, value in run.options.items():
        parts.append(f"--{name.replace('_', '-')}" + ("" if value is True else f" {value}"))
    files = [f"{name}@{path.path}" for name, value in run.inputs.items() for path in _own_paths(value)]
    others = {name: value for name, value in run.inputs.items() if not _own_paths(value)}
    quoted = [shlex.quote(item) for item in files]
    if _needs_stdin(others):
        return _with_stdin([*parts, *quoted, "--inputs", "-"], others)
    return _wrapped(" ".join(parts), [*(shlex.quote(item) for item in _items(run, others)), *quoted])


def http(run: SampleRun) -> str:
    """The curl command that runs the action on the HTTP server."""
    query = urlencode({name: str(value).lower() for name, value in run.options.items()})
    url = f"{run.target.server}/actions/{quote(run.action.key)}/run{f'?{query}' if query else ''}"
    headers = [f'-H "Authorization: Bearer ${{{run.target.token_variable}:?}}"', "-H 'Content-Type: application/json'"]
    if connection := "sandbox" if run.target.sandbox else run.target.connection:
        headers.append(f"-H {shlex.quote(f'X-Connection: {connection}')}")
    start = f"curl -X POST {shlex.quote(url)}"
    if _needs_stdin(run.inputs):
        return _with_stdin([start, *headers, "--data-binary", "@-"], run.inputs)
    return _wrapped(start, [*headers, f"--data-raw {shlex.quote(_JSON.line(run.inputs))}"])


def _own_paths(value: Any) -> list[FilePath]:
    """The files that an input is, not those inside it."""
    found = value if isinstance(value, list) else [value]
    return found if found and all(isinstance(one, FilePath) for one in found) else []


def _items(run: SampleRun, inputs: dict[str, Any]) -> Iterator[str]:
    for name, value in inputs.items():
        yield f"{name}={value}" if _is_plain_text(run, name, value) else f"{name}:={_JSON.line(value)}"


def _is_plain_text(run: SampleRun, name: str, value: Any) -> bool:
    """Whether `name=value` means this text: not a file, and not a value of another type."""
    if not isinstance(value, str) or value.startswith("@") or re.search(r"[\0\ud800-\udfff]", value):
        return False
    inputs = run.action.definition.inputs
    types = inputs.resolve(inputs.properties[name]).types if name in inputs.properties else ()
    return not types or "string" in types


def _needs_stdin(inputs: dict[str, Any]) -> bool:
    return (
        bool(variables_in(inputs) or paths_in(inputs))
        or len(_JSON.line(inputs).encode(errors="replace")) > _LONGEST_ARGUMENT
    )


def _with_stdin(parts: list[str], inputs: dict[str, Any]) -> str:
    """The command with the inputs as a here-document, which fails at once where a variable is not set."""
    checks = "".join(f': "${{{variable.name}:?}}" && ' for variable in variables_in(inputs))
    return f"{checks}{' '.join(parts)} <<JSON\n{_HERE_DOCUMENT.write(inputs)}\nJSON\n"


def _wrapped(start: str, parts: list[str]) -> str:
    line = " ".join([start, *parts])
    return f"{line if len(line) <= _WIDTH else f' {chr(92)}{chr(10)}  '.join([start, *parts])}\n"


def _here_text(text: str) -> str:
    """JSON text as a here-document spells it."""
    return re.sub(r"[\\$`]", r"\\\g<0>", json_text(text))


def _here_variable(variable: Variable) -> str:
    """The variable as JSON text: the shell escapes the characters that would end or change it."""
    return f'"$(printf %s "${{{variable.name}}}" | sed \'s/[\\\\"]/\\\\&/g\')"'


def _here_file(file: FilePath) -> str:
    """The file as the JSON value that the shell makes of it."""
    name = _here_text(file.path.replace("\\", "/").rpartition("/")[2])
    content = f"\"$(base64 < {shlex.quote(file.path)} | tr -d '\\n')\""
    return f'{{"\\$content-type": {_here_text(file.content_type)}, "\\$filename": {name}, "\\$content": {content}}}'


def _in_argument(variable: Variable) -> str:
    raise ValueError(f"The secret {variable.name} cannot be an argument.")


_JSON = Notation(_in_argument)
_HERE_DOCUMENT = Notation(_here_variable, _here_text, _here_file)
