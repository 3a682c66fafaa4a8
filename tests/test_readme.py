"""Everything the README shows works."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
import requests

from connector import Connector

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
_BLOCKS = re.compile(r"<!-- ([a-z-]+) -->\n```\w+\n(.*?)```", re.DOTALL)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform == "win32", reason="the README's commands are for a POSIX shell"),
]


def block(name: str) -> str:
    found = dict(_BLOCKS.findall(README))
    return str(found[name])


def run(command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=ROOT,
        env={**os.environ, "PATH": path, **environment},
        input="the-key-of-the-test\n",
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_first_command_ends_by_sending_a_message_in_the_sandbox() -> None:
    making, installing, sending = block("first-command").strip().split(" && ")
    assert making == "python3 -m venv .venv"
    assert installing == ".venv/bin/pip install --quiet ."
    ran = run(sending.removeprefix(".venv/bin/"))
    assert ran.returncode == 0, ran.stderr
    assert re.fullmatch(r"1-[0-9a-f]{8}-[0-9a-f]{24}", json.loads(ran.stdout)["requestId"])
    assert json.loads(block("output")).keys() == json.loads(ran.stdout).keys()


def test_the_command_for_the_browser_serves_the_page() -> None:
    installing, serving = block("page").strip().split(" && ")
    assert installing == ".venv/bin/pip install --quiet '.[server]'"
    program, *arguments, opening = serving.split()
    assert opening == "--open"
    # Another port, in case somebody uses that one, and no browser.
    command = [str(Path(sys.executable).parent / Path(program).name), *arguments, "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        with requests.Session() as session:
            assert session.get(server.stdout.readline().strip(), timeout=20).ok
        server.terminate()


def test_the_test_command_runs_all_tests() -> None:
    # No path and no marker that would leave one out.
    assert block("test-command").strip().endswith(".venv/bin/python -m pytest -n auto --dist worksteal")


def test_every_command_of_the_look_around_works() -> None:
    ran = run(block("shell"))
    assert ran.returncode == 0, ran.stderr
    assert "send_message" in ran.stdout
    assert "ada@" in ran.stdout


def test_the_commands_with_an_account_work_against_a_service() -> None:
    keyring = pytest.importorskip("keyring", reason="the extra “keyring” is not installed")
    assert keyring
    with Connector.load("courier").sandbox() as connection:
        # The service's own address is the only thing that is replaced.
        commands = block("account").replace(
            "connection add work", f"connection add work --base-url {connection.base_url}"
        )
        ran = run(commands, PYTHON_KEYRING_BACKEND="tests.plain_keyring.PlainKeyring", PYTHONPATH=str(ROOT))
    assert ran.returncode == 0, ran.stderr
    assert "harbour-books" in ran.stdout
    assert "the-key-of-the-test" not in ran.stdout + ran.stderr


def test_the_server_is_started_and_called_as_shown(tmp_path: Path) -> None:
    installing, serving = block("serve").strip().split("\n")
    assert installing == "pip install --quiet '.[server]'"
    browser = tmp_path / "browser"
    browser.write_text(f"#!/bin/sh\ntouch {tmp_path}/opened\n")
    browser.chmod(0o700)
    token = "a-token-for-this-test"  # noqa: S105
    environment = {**os.environ, "CONNECTOR_TOKEN": token, "BROWSER": f"{browser} %s"}
    command = [*serving.replace("courier-connector", f"{sys.executable} -m connector --connector courier").split()]
    popen = partial(subprocess.Popen, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    with popen([*command, "--port", "0"]) as server:
        assert server.stdout
        url = server.stdout.readline().strip()
        ran = run(block("http").replace("http://127.0.0.1:8765", url.partition("/?")[0]), TOKEN=token)
        server.terminate()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert list(json.loads(ran.stdout)) == ["requestId"]
    assert (tmp_path / "opened").exists()


def test_every_export_of_the_readme_works(tmp_path: Path) -> None:
    ran = run(block("exports"), EXPORTS=str(tmp_path))
    assert ran.returncode == 0, ran.stderr
    assert json.loads((tmp_path / "openapi.json").read_text())["openapi"].startswith("3.1")
    assert (tmp_path / "power-platform" / "apiDefinition.swagger.json").exists()
    assert (tmp_path / "n8n" / "package.json").exists()
    assert (tmp_path / "node-red" / "package.json").exists()


def test_the_command_for_agent_hosts_serves_until_its_input_ends() -> None:
    ran = run(f"({block('agents')}) < /dev/null")
    assert (ran.returncode, ran.stdout) == (0, ""), ran.stderr


def test_the_python_example_works() -> None:
    ran = run("python - <<'PYTHON'\n" + block("python") + "PYTHON")
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == ""


def test_the_store_in_redis_can_be_made_as_shown() -> None:
    ran = run("python - <<'PYTHON'\n" + block("redis") + "PYTHON")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_every_block_of_the_readme_is_run() -> None:
    fenced = README.count("```sh") + README.count("```python") + README.count("```json")
    assert fenced == len(_BLOCKS.findall(README))


def test_a_batch_runs_over_the_example_file(tmp_path: Path) -> None:
    ran = run(block("batch"), RESULTS=str(tmp_path), CONNECTOR_STATE_DIR=str(tmp_path / "state"))
    assert ran.returncode == 0, ran.stderr
    assert "3 rows: 3 right, 0 wrong." in ran.stdout
    assert "3 of 3 rows finished: 3 done" in ran.stdout


def test_a_connector_of_ones_own_is_made_as_shown(tmp_path: Path) -> None:
    ran = run(block("own"), RESULTS=str(tmp_path), CONNECTOR_STATE_DIR=str(tmp_path / "state"))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert json.loads(ran.stdout.partition("{")[1] + ran.stdout.partition("{")[2].partition("}")[0] + "}")["id"]
    assert "No problems found." in ran.stdout + ran.stderr


def test_a_package_runs_with_its_policies(tmp_path: Path) -> None:
    ran = run(block("import"), RESULTS=str(tmp_path), CONNECTOR_STATE_DIR=str(tmp_path / "state"))
    assert ran.returncode == 0, ran.stderr
    assert "113 of 113 operations can run." in ran.stdout
    assert ran.stdout.count('"Authorization"') == 2
