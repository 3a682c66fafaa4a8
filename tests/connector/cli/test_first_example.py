"""What `--help` tells people to try first works for every action: `run ACTION --example --sandbox`."""

from __future__ import annotations

import json

import pytest

from connector.catalogue.catalogue import Catalogue
from connector.catalogue.loader import load
from connector.definition.files import find
from tests.connector.cli.conftest import Cli

ACTIONS = {action.key: action for action in Catalogue(load(find("courier")))}


@pytest.mark.parametrize("key", ACTIONS)
def test_the_example_of_every_action_runs_in_a_fresh_sandbox(cli: Cli, key: str) -> None:
    ran = cli("run", key, "--example", "--sandbox")
    assert ran.status == 0, ran.err
    assert json.loads(ran.out).keys() == ACTIONS[key].definition.outputs.properties.keys()
    assert "Warning" not in ran.err
