"""Completion in a shell: commands, actions, inputs, and the values that an input may have."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from connector.cli.app import run_command
from connector.connections import stored_names
from tests.connector.cli.conftest import Cli, child_environment

Complete = Callable[..., list[str]]


@pytest.fixture
def complete(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, shop_folder: Path) -> Complete:
    """What is proposed for the last of the words."""

    def propose(*words: str, kind: str = "bash", connector: bool = True) -> list[str]:
        start = ["--connector", str(shop_folder)] if connector else []
        line = ["courier-connector", *start, *words]
        monkeypatch.setenv("_COURIER_CONNECTOR_COMPLETE", f"{kind}_complete")
        monkeypatch.setenv("COMP_WORDS", " ".join(line if kind != "fish" else line[:-1] if line[-1] == "" else line))
        monkeypatch.setenv("COMP_CWORD", words[-1] if kind == "fish" else str(len(line) - 1))
        capsys.readouterr()
        with pytest.raises(SystemExit):
            run_command([])
        ran = capsys.readouterr()
        assert ran.err == ""
        return [line for line in ran.out.splitlines() if line]

    return propose


def test_commands_are_completed(complete: Complete) -> None:
    commands = complete("")
    assert commands[:3] == ["plain,list", "plain,show", "plain,run"]
    assert set(commands) >= {f"plain,{name}" for name in ("connection", "sandbox", "check", "new", "completion")}
    assert complete("co") == ["plain,connection", "plain,completion"]
    assert complete("connection", "re") == ["plain,remove"]


def test_options_are_completed(complete: Complete) -> None:
    assert "plain,--search" in complete("list", "--")
    assert complete("run", "get_thing", "--dry") == ["plain,--dry-run"]
    assert complete("run", "--output", "t") == ["plain,text", "plain,table"]


@pytest.mark.parametrize("command", ["run", "show"])
def test_actions_are_completed(complete: Complete, command: str) -> None:
    assert complete(command, "g") == ["plain,get_thing"]
    assert complete(command, "x") == []
    assert len(complete(command, "")) == 4


def test_inputs_are_completed_but_not_those_that_are_given(complete: Complete) -> None:
    assert complete("run", "make_thing", "n") == ["plain,name=", "plain,note="]
    assert complete("run", "make_thing", "name=Lamp", "n") == ["plain,note="]
    assert complete("run", "make_thing", "name", "=", "Lamp", "n") == ["plain,note="]
    assert complete("run", "make_thing", "tags=a", "t") == ["plain,tags="], "a list may be named again"
    assert complete("run", "no_such_thing", "n") == []


def test_values_are_completed_where_the_input_has_choices(complete: Complete) -> None:
    assert complete("run", "list_things", "colour", "=", "r") == ["plain,red", "plain,rose"]
    assert complete("run", "list_things", "colour", "=") == ["plain,red", "plain,green", "plain,rose"]
    assert complete("run", "make_thing", "active", "=", "t") == ["plain,true"]
    assert complete("run", "make_thing", "name", "=", "n") == [], "no names of inputs behind an equals sign"


def test_export_formats_are_completed(complete: Complete) -> None:
    assert complete("export", "o") == ["plain,openapi"]
    assert set(complete("export", "n")) == {"plain,n8n", "plain,node-red"}
    assert complete("export", "openapi", "--only", "d") == ["plain,documented"]


@pytest.mark.parametrize("command", [["list"], ["export", "openapi"], ["new", "get_cart"]])
def test_groups_are_completed(complete: Complete, command: list[str]) -> None:
    assert complete(*command, "--group", "") == ["plain,things", "plain,old"]
    assert complete(*command, "--group", "o") == ["plain,old"]
    assert complete(*command, "--group", "o", kind="fish") == ["plain,old\tOld stock"]


@pytest.mark.parametrize("command", [["run", "--connection"], ["connection", "test"], ["connection", "default"]])
def test_stored_connections_are_completed(complete: Complete, command: list[str]) -> None:
    assert complete(*command, "") == []
    stored_names.write("shop", {"prod": {}, "eu": {"base_url": "https://eu.shop.example"}})
    assert complete(*command, "") == ["plain,eu", "plain,prod"]
    assert complete(*command, "e", kind="fish") == ["plain,eu\thttps://eu.shop.example"]


def test_conditions_are_completed_with_their_values(complete: Complete) -> None:
    assert complete("run", "get_thing", "--wait-until", "") == ["plain,id=", "plain,name="]
    assert complete("run", "list_things", "--wait-until", "pag", kind="fish") == ["plain,paging.cursor=\tCursor"]
    assert complete("run", "list_things", "--wait-until", "things") == [], "rows are not waited for"


def test_rules_and_shells_and_files_are_completed(complete: Complete) -> None:
    assert "plain,D301" in complete("check", "--explain", "d30")
    assert complete("completion", "z") == ["plain,zsh"]
    assert complete("run", "get_thing", "--inputs", "x") == ["file,x"]


def test_output_fields_are_completed_also_after_a_comma(complete: Complete) -> None:
    assert complete("run", "list_things", "--fields", "") == [
        "plain,paging.cursor",
        "plain,things",
        "plain,id",
        "plain,name",
    ]
    assert complete("run", "list_things", "--fields", "n") == ["plain,name"]
    assert complete("run", "list_things", "--fields", "id,n") == ["plain,id,name"]
    assert complete("run", "list_things", "--fields", "id,i") == []
    assert complete("run", "--fields", "n") == [], "the action is not known yet"


def test_installed_connectors_are_completed(complete: Complete) -> None:
    assert complete("--connector", "cou", connector=False) == ["plain,courier"]


def test_zsh_and_fish_get_the_titles_as_well(complete: Complete) -> None:
    assert complete("run", "get", kind="zsh") == ["plain", "get_thing", "Get a thing"]
    assert complete("run", "list_things", "colour=g", kind="zsh") == ["plain", "colour=green", "_"]
    assert complete("run", "get", kind="fish") == ["plain,get_thing\tGet a thing"]
    assert complete("run", "get_thing", "th", kind="fish") == ["plain,thing_id=\tThing ID"]


def test_a_mistyped_command_and_a_broken_connector_complete_to_nothing(complete: Complete, tmp_path: Path) -> None:
    assert complete("rum", "g") == []
    assert complete("--connector", str(tmp_path), "run", "g", connector=False) == []


def test_the_installed_connector_is_completed_without_naming_it(complete: Complete) -> None:
    assert "plain,get_list" in complete("run", "get_l", connector=False)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_for_a_shell_is_printed_for_this_program(cli: Cli, shell: str) -> None:
    ran = cli("completion", shell)
    assert (ran.status, ran.err) == (0, "")
    assert f"_COURIER_CONNECTOR_COMPLETE={shell}_complete" in ran.out


def test_a_shell_that_is_not_known_and_a_program_that_is_not_installed_are_refused(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("completion", "tcsh").status == 2
    monkeypatch.setattr(sys, "argv", ["/x/connector/__main__.py"])
    ran = cli("completion", "bash")
    assert (ran.status, ran.out) == (2, "")
    assert "python -m" in ran.err


def test_completing_loads_neither_the_models_nor_an_http_library(shop_folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "from connector.cli import main; main()"],
        capture_output=True,
        text=True,
        check=True,
        env=child_environment(
            **{"__C_COMPLETE": "bash_complete", "_-C_COMPLETE": "bash_complete", "_C_COMPLETE": "bash_complete"},
            COMP_WORDS=f"-c --connector {shop_folder} run get",
            COMP_CWORD="4",
        ),
    )
    assert done.stdout == "plain,get_thing\n"
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert not loaded & {"pydantic", "requests", "jsonschema", "sqlite3"}


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_bash_itself_completes_with_the_script(tmp_path: Path, shop_folder: Path) -> None:
    program = tmp_path / "courier-connector"
    program.write_text(f"#!{sys.executable}\nfrom connector.cli import main\nmain()\n")
    program.chmod(0o700)
    script = f"""
        eval "$({program} completion bash)"
        compopt() {{ printf "option %s " "$@"; echo; }}
        try() {{
            COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
            _courier_connector_completion "$1"
            echo "${{COMPREPLY[*]}}"
        }}
        try {program} --connector {shop_folder} run get
        try {program} --connector {shop_folder} run get_thing th
        try {program} --connector {shop_folder} run list_things colour = g
    """
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env=child_environment(PATH=path),
    )
    assert done.stdout.splitlines() == ["get_thing", "option -o option nospace ", "thing_id=", "green"]
    assert done.stderr == ""
