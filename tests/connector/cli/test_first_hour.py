"""The first hour of a newcomer: the commands and mistakes of first_hour.txt end as they should, without a traceback."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path

import keyring
import pytest

from tests.connector.cli.conftest import Cli
from tests.connector.cli.keyrings import MemoryKeyring

SCRIPT = Path(__file__).with_name("first_hour.txt")
PROGRAM = "courier-connector"


@dataclass
class Step:
    """A command, and how it ends."""

    command: str
    stdin: str = ""
    status: int = -1
    phrases: list[str] = field(default_factory=list)


def steps() -> list[Step]:
    """The script, step by step."""
    found: list[Step] = []
    stdin = ""
    for line in SCRIPT.read_text(encoding="utf-8").splitlines():
        if line.startswith("stdin "):
            stdin = line.removeprefix("stdin ")
        elif line.startswith(PROGRAM):
            found.append(Step(line.removeprefix(PROGRAM), stdin))
            stdin = ""
        elif line.startswith("  ") and found[-1].status < 0:
            found[-1].status = int(line)
        elif line.startswith("  "):
            found[-1].phrases.append(line[2:])
    return found


def write_files(folder: Path) -> None:
    """The files that the newcomer has lying about."""
    parameters = {"user_id": "@{triggerBody()?['id']}", "title": "Hi", "body": "There"}
    host = {"apiId": "/providers/x", "operationId": "MessageSendPost", "connection": "shared"}
    peek = {"type": "OpenApiConnection", "inputs": {"parameters": parameters, "host": host}, "runAfter": {}}
    (folder / "peek.json").write_text(json.dumps(peek))
    (folder / "bom.json").write_text('{"user_id": "ada", "title": "Hi", "body": "There"}', encoding="utf-8-sig")
    (folder / "twice.json").write_text('{"user_id": "ada", "user_id": "ben", "title": "Hi", "body": "There"}')
    (folder / "list.json").write_text("[1]")


def test_a_newcomers_first_hour(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    write_files(tmp_path / "here")
    before = keyring.get_keyring()
    keyring.set_keyring(MemoryKeyring())
    kept: dict[str, str] = {}
    wrong: list[str] = []
    try:
        for step in steps():
            words = shlex.split(re.sub(r"\$([A-Z]+)", lambda name: kept.get(name[1], name[0]), step.command))
            ran = cli(*words, stdin=step.stdin)
            if ran.status != step.status:
                wrong.append(f"{PROGRAM}{step.command}: {ran.status} instead of {step.status}\n{ran.err}")
            printed = ran.out + ran.err
            for phrase in [*step.phrases, "absent Traceback"]:
                word, _, rest = phrase.partition(" ")
                if word == "save":
                    kept[rest] = ran.out.split()[0] if ran.out else ""
                elif rest in printed if word == "absent" else phrase not in printed:
                    wrong.append(f"{PROGRAM}{step.command}: “{phrase}”\n{printed[:2_000]}")
    finally:
        keyring.set_keyring(before)
    assert not wrong, "\n".join(wrong)


def test_the_script_is_as_long_as_an_hour() -> None:
    statuses = [step.status for step in steps()]
    assert len(statuses) >= 60
    assert set(statuses) == {0, 2, 3, 4, 5, 7}
