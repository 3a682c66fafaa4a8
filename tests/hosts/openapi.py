"""Runs Schemathesis against a server, and openapi-python-client on its document; `openapi.sh` starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from connector import Connector
from connector.catalogue.loader import LoadedAction
from connector.catalogue.sandbox import connection_to, started
from connector.definition.action import Throttle
from connector.server import ServedConnector, create_app
from tests.connector.web.serving import Site, serving
from tests.courier import BUNDLE

# The runtime takes more than the schemas say: "" and null for an empty field, the keys of a flow. It also refuses more:
# rules across fields are not JSON Schema.
_UNSUITABLE = "positive_data_acceptance,negative_data_rejection"

_CLIENT = """
import os
from client import AuthenticatedClient
from client.api.messages import message_send_post
from client.models import MessageSendPostInputs, MessageSendPostOutputs

client = AuthenticatedClient(base_url=os.environ["SITE"], token=os.environ["TOKEN"])
inputs = MessageSendPostInputs.from_dict({
    "elements": [{"type": "text", "content": "There"}], "user_id": "ada",
    "routing_method": "all", "routing_channels": ["email", {"method": "single", "channels": ["sms"]}],
})
sent = message_send_post.sync(client=client, body=inputs)
assert isinstance(sent, MessageSendPostOutputs), sent
print("Sent by the generated client:", sent.request_id)
"""


def main(tools: Path, phases: str, examples: str) -> int:
    """Run both tools.

    Args:
        tools: The folder of their programs.
        phases: Those of Schemathesis.
        examples: How many generated examples of each operation it tries.
    """
    limit = Throttle.model_validate({"calls": 100_000, "renewalPeriod": 1})
    # Some actions have a tighter limit of their own, which the generated calls would wait for.
    actions = {
        key: LoadedAction.of(each.definition.model_copy(update={"throttle": None}), each.document)
        for key, each in BUNDLE.actions.items()
    }
    bundle = replace(BUNDLE, manifest=BUNDLE.manifest.model_copy(update={"throttle": limit}), actions=actions)
    with started(bundle) as service, Connector(bundle) as connector, tempfile.TemporaryDirectory() as scratch:
        served = ServedConnector(bundle, connector, {"sandbox": connection_to(bundle, service)}, service)
        with serving(create_app(served)) as site:
            _make_client(site, tools, Path(scratch))
            return _run_schemathesis(site, tools, Path(scratch), phases, examples)


def _make_client(site: Site, tools: Path, scratch: Path) -> None:
    """Make a client of the document, and send a message with it.

    Raises:
        SystemExit: The tool dropped something, or the client does not work.
    """
    (scratch / "openapi.json").write_bytes(site.get("/openapi.json").content)
    (scratch / "config.json").write_text(json.dumps({"package_name_override": "client"}))
    files = ["--path", "openapi.json", "--config", "config.json", "--meta", "none", "--output-path", "client"]
    # It formats what it makes with a ruff on the PATH.
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    made = subprocess.run(
        [tools / "openapi-python-client", "generate", *files],
        cwd=scratch,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    if "WARNING" in made.stdout or "Unable to" in made.stdout:
        raise SystemExit(made.stdout)
    environment |= {"SITE": site.url, "TOKEN": site.access.token.reveal()}
    subprocess.run([tools / "python", "-c", _CLIENT], cwd=scratch, env=environment, check=True)


def _run_schemathesis(site: Site, tools: Path, scratch: Path, phases: str, examples: str) -> int:
    """Its exit status; where it failed itself, and found nothing, that of another run in a single thread."""
    command: list[str | Path] = [
        *(tools / "schemathesis", "run", f"{site.url}/openapi.json"),
        *("-H", f"Authorization: {site.bearer['Authorization']}"),
        *("--phases", phases, "--max-examples", examples, "--exclude-checks", _UNSUITABLE),
        *("--continue-on-failure", "--no-color", "--warnings", "off"),
    ]
    ran = subprocess.run([*command, "--workers", "2"], cwd=scratch, check=False, stdout=subprocess.PIPE, text=True)
    print(ran.stdout, flush=True)  # noqa: T201 - what CI shows
    if ran.returncode and "Runtime Error" in ran.stdout and "FAILURES" not in ran.stdout:
        return subprocess.run([*command, "--workers", "1"], cwd=scratch, check=False).returncode
    return ran.returncode


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:4]))
