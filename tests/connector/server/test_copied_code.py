"""The curl command and the flow that people copy, run against the server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from typing import Any

import pytest

from connector.catalogue.action import Action
from connector.catalogue.loader import load
from connector.definition.files import find
from connector.export.code_samples import Target, code_samples
from tests.connector.web.serving import Site

BUNDLE = load(find("courier"))
MESSAGE = {"user_id": "ada", "title": '=1+1; it\'s "quoted" \\ `id` $HOME !x', "body": "Grüße, 世界 🎉\n{{name}}\ttab"}
SECRET = "a\"b\\n'c $HOME `id`"  # noqa: S105 - of this test


def sample(site: Site, language: str, key: str, inputs: dict[str, Any], **options: Any) -> str:
    target = Target("courier-connector", "courier", connection="sandbox", server=site.url)
    return code_samples(BUNDLE, Action(BUNDLE, key), inputs, target, languages=[language], **options)[0].code


def run(site: Site, command: str, **variables: str) -> Any:
    environment = {"PATH": os.environ["PATH"], "CONNECTOR_TOKEN": site.access.token.reveal(), **variables}
    done = subprocess.run(
        ["bash"], input=command, capture_output=True, text=True, check=True, timeout=30, env=environment
    )
    return json.loads(done.stdout)


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_the_curl_command_runs_as_it_was_copied(site: Site) -> None:
    assert run(site, sample(site, "http", "send_message", MESSAGE))["requestId"]
    rows = run(site, sample(site, "http", "list_messages", {}, max_items=2))["results"]
    assert len(rows) == 2
    long = {**MESSAGE, "body": "x$y\n" * 40_000}
    assert run(site, sample(site, "http", "send_message", long))["requestId"]


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl here")
def test_a_secret_reaches_the_service_from_the_environment_as_it_is(site: Site) -> None:
    inputs = {"recipient_id": "copied", "webhook_url": "https://a.example", "mode": "basic", "username": "u"}
    command = sample(site, "http", "create_profile", {**inputs, "password": SECRET})
    assert SECRET not in command
    run(site, command, PASSWORD=SECRET)
    profile = run(site, sample(site, "http", "get_profile", {"recipient_id": "copied"}))
    assert profile["profile.webhook.authentication.password"] == SECRET


def test_the_action_of_a_flow_runs_when_its_code_is_posted(site: Site) -> None:
    flow = json.loads(sample(site, "power-automate", "send_message", {**MESSAGE, "elements": None}))
    assert site.post("/actions/send_message/run", flow, X_Connection="sandbox").body["requestId"]
