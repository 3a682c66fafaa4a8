"""A run as code to copy: every sample says the same run, and no sample holds a secret."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import unquote

import pytest

import connector
from connector.catalogue.action import Action
from connector.catalogue.catalogue import Catalogue
from connector.cli.input_items import parse
from connector.connections.endpoint import Endpoint
from connector.export.code_samples import LANGUAGES, CodeSample, Target, code_samples
from connector.export.examples import own_inputs, successful_examples
from connector.export.literals import Variable, variables_in, with_variables
from connector.export.n8n.filled_form import is_shown
from connector.export.n8n.node import NodeData
from connector.export.n8n.parameters import action_properties, properties
from connector.export.power_platform.body_tree import BodyTree
from connector.export.selection import ExportSelection
from connector.http.request import body_of, build, secret_texts
from tests.connector.export.power_platform_package import left_out, operations
from tests.connector.export.test_power_platform_run import put
from tests.connector.export.whole import Json, bundle, parcels
from tests.connector.parcels import action as parcel_action
from tests.connector.parcels import body, manifest

ACTIONS = {action.key: action for action in Catalogue(bundle())}
TRICKY: Json = {
    "user_id": "@ada",
    "title": '=1+1; it\'s "quoted" \\ `id` $HOME !x',
    "body": "Grüße, 世界 🎉\n{{name}} and @{name}\ttab",
    "data": {"a=b": [1, 2.5, True, None, "x\n'y'", {"{{z}}": "}}"}], "": ""},
    "tags": ["-n", ""],
}
EXAMPLES = [
    pytest.param(action, example.inputs, id=f"{action.key}-{example.title}")
    for action in ACTIONS.values()
    for example in successful_examples(action)
] + [pytest.param(ACTIONS["send_message"], TRICKY, id="tricky")]
by_example = pytest.mark.parametrize(("action", "inputs"), EXAMPLES)


def samples(action: Action, inputs: Json, target: Target | None = None, **options: Any) -> dict[str, CodeSample]:
    return {sample.language: sample for sample in code_samples(bundle(), action, inputs, target, **options)}


def code(language: str, action: Action, inputs: Json, target: Target | None = None, **options: Any) -> str:
    return code_samples(bundle(), action, inputs, target, languages=[language], **options)[0].code


def secrets_of(action: Action, inputs: Json) -> list[str]:
    return secret_texts(action.definition, own_inputs(action, inputs))


def environment(action: Action, inputs: Json) -> dict[str, str]:
    """The variables of a sample, each with the secret that it stands for."""
    own = own_inputs(action, inputs)
    names = [variable.name for variable in variables_in(with_variables(action, own))]
    return dict(zip(names, secret_texts(action.definition, own), strict=True))


@by_example
def test_every_language_has_code_for_every_example(action: Action, inputs: Json) -> None:
    found = samples(action, inputs)
    assert list(found) == list(LANGUAGES)
    for sample in found.values():
        assert bool(sample.code) != bool(sample.reason)
        if sample.reason:
            assert sample.language == "power-automate"
            assert missing_field(action, sample.reason) in {
                name for summary, name in left_out("input") if summary == action.summary
            }


def missing_field(action: Action, reason: str) -> str:
    """The field that a reason names, as the readme of the Power Platform package lists it."""
    found = re.fullmatch(r"A flow has (?:only one value|no field) for ([^:]+?)(?:: .+)?\.", reason)
    assert found
    fields = action.definition.inputs
    (name,) = [name for name, declared in fields.properties.items() if fields.resolve(declared).title == found[1]]
    return name


@by_example
def test_no_sample_holds_a_secret(action: Action, inputs: Json) -> None:
    for sample in samples(action, inputs).values():
        for secret in secrets_of(action, inputs):
            assert secret not in sample.code


@by_example
def test_the_python_program_runs_the_same_inputs(
    action: Action, inputs: Json, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runs: list[tuple[Any, ...]] = []

    class Recorder:
        definition = bundle().manifest

        @classmethod
        def load(cls, name: str) -> Recorder:
            assert name == "courier"
            return cls()

        def __enter__(self) -> Recorder:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def run(self, *arguments: Any) -> Any:
            runs.append(arguments)
            return SimpleNamespace(fields={"done": True})

    monkeypatch.setattr(connector, "Connector", Recorder, raising=False)
    for name, secret in {**environment(action, inputs), "COURIER_AUTH_TOKEN": "k"}.items():
        monkeypatch.setenv(name, secret)
    exec(compile(code("python", action, inputs), "sample.py", "exec"), {})  # noqa: S102 - what people copy
    ((key, given, connection),) = runs
    assert (key, given) == (action.key, own_inputs(action, inputs))
    assert connection.reveal() == {"api_key": "k"}
    assert json.loads(capsys.readouterr().out) == {"done": True}


def typed(command: str, program: str, variables: Mapping[str, str]) -> tuple[list[str], str]:
    """The arguments and the standard input that a shell gives a program for a command."""
    spy = f'{program}() {{ printf "%s\\0" "$@"; printf "\\0"; case "$*" in *" -"|*@-) cat ;; esac; }}\n'
    done = subprocess.run(
        ["bash", "-euo", "pipefail"],
        input=(spy + command).encode(),
        capture_output=True,
        check=True,
        timeout=20,
        env={"PATH": os.environ["PATH"], **variables},
    )
    arguments, _, stdin = done.stdout.decode().partition("\0\0")
    return arguments.split("\0"), stdin


@by_example
def test_the_command_runs_the_same_inputs(action: Action, inputs: Json, tmp_path: Path) -> None:
    command = code("command-line", action, inputs)
    arguments, stdin = typed(command, "courier-connector", environment(action, inputs))
    assert arguments[:2] == ["run", action.key]
    file = None
    if stdin:
        file = str(tmp_path / "inputs.json")
        Path(file).write_text(stdin, encoding="utf-8")
        assert arguments[2:] == ["--inputs", "-"]
    assert parse(action, [] if file else arguments[2:], file) == own_inputs(action, inputs)


@by_example
def test_the_curl_command_posts_the_same_inputs(action: Action, inputs: Json) -> None:
    variables = {**environment(action, inputs), "CONNECTOR_TOKEN": "t-1"}
    arguments, stdin = typed(code("http", action, inputs), "curl", variables)
    assert arguments[:3] == ["-X", "POST", f"http://127.0.0.1:8765/actions/{action.key}/run"]
    assert arguments[3:7] == ["-H", "Authorization: Bearer t-1", "-H", "Content-Type: application/json"]
    assert arguments[7] in {"--data-raw", "--data-binary"}
    assert json.loads(stdin if arguments[8] == "@-" else arguments[8]) == own_inputs(action, inputs)


def called(operation_id: str, parameters: Json) -> tuple[str, str, Any]:
    """The request that the cloud makes of the parameters of a flow's action, which must be in our package."""
    operation = operations()[operation_id]
    places = {each["name"]: each["in"] for each in operation.beside_the_body}
    beside = {key: value for key, value in parameters.items() if not key.startswith("body/")}
    content: Any = beside.pop("body") if "body" in beside else {}
    for key in parameters.keys() - beside.keys() - {"body"}:
        place = tuple(key.split("/")[1:])
        assert place in operation.inputs()
        put(content, list(place), parameters[key])
    path = operation.path
    for key, value in beside.items():
        assert places[key] in {"path", "query", "header"}
        path = path.replace(f"{{{key}}}", value) if places[key] == "path" else path
    return operation.method, path, content


@by_example
def test_the_action_of_a_flow_makes_the_same_request_with_keys_of_our_package(action: Action, inputs: Json) -> None:
    sample = code("power-automate", action, inputs)
    if not sample:
        return
    step = json.loads(sample)["inputs"]
    assert step["host"]["operationId"] == action.operation_id
    secrets = {f"@parameters('{name}')": secret for name, secret in environment(action, inputs).items()}
    parameters = json.loads(json.dumps(step["parameters"]))
    own = own_inputs(action, inputs)
    wanted = body_of(action.definition, own)
    request = build(action.definition, own, Endpoint(""), wanted)
    method, path, content = called(action.operation_id, filled(parameters, secrets))
    assert method == request.method
    assert path == bare(request.url)
    if action.key == "create_bulk_job":
        # Objects that the runtime copies to a second place, where the form has no field for them; the readme says so.
        for name in ("content", "data"):
            wanted["message"].get("message", {}).pop(name, None)
    assert without_empty_objects(content) == without_empty_objects(wanted or {})


@by_example
def test_the_action_of_a_flow_can_be_pasted_into_the_runtime(action: Action, inputs: Json) -> None:
    sample = code("power-automate", action, inputs)
    if not sample or "@@" in sample or shares_a_place(action, inputs):
        return
    secrets = {f"@parameters('{name}')": secret for name, secret in environment(action, inputs).items()}
    pasted, problems = action.validate_inputs(filled(json.loads(sample), secrets))
    assert problems == []
    given, _ = action.validate_inputs(inputs)
    assert body_of(action.definition, pasted) == body_of(action.definition, given)
    assert build(action.definition, pasted, Endpoint(""), None) == build(action.definition, given, Endpoint(""), None)


def shares_a_place(action: Action, inputs: Json) -> bool:
    """Whether a row has a field that stands where another one does, so that the other one is read back."""
    for field in BodyTree(action, "input").left_out:
        rows, separator, name = field.name.partition("[].")
        if separator and any(name in row for row in inputs.get(rows, []) if isinstance(row, dict)):
            return True
    return False


def test_a_secret_that_is_left_as_an_expression_is_pointed_out() -> None:
    action = ACTIONS["create_profile"]
    sample = code("power-automate", action, {"recipient_id": "ada", "access_token": "xoxb-1", "slack_email": "a@b.c"})
    _, problems = action.validate_inputs(json.loads(sample))
    assert [(problem.field, problem.rule) for problem in problems] == [("access_token", "expression")]


def bare(url: str) -> str:
    return unquote(url.split("?", maxsplit=1)[0])


def filled(value: Any, secrets: Mapping[str, str]) -> Any:
    """The value as a flow evaluates it."""
    match value:
        case str():
            return secrets.get(value, value.replace("@@", "@"))
        case dict():
            return {key: filled(item, secrets) for key, item in value.items()}
        case list():
            return [filled(item, secrets) for item in value]
        case _:
            return value


def without_empty_objects(value: Any) -> Any:
    """The body without the objects that the runtime fills in, for which a form has no field."""
    if not isinstance(value, dict):
        return value
    kept = {key: without_empty_objects(item) for key, item in value.items()}
    return {key: item for key, item in kept.items() if item not in ({}, None)}


@cache
def node() -> NodeData:
    return NodeData.of(ExportSelection(bundle(), list(ACTIONS.values())))


@by_example
def test_every_parameter_of_the_n8n_node_is_one_that_its_form_shows(action: Action, inputs: Json) -> None:
    (step,) = json.loads(code("n8n", action, inputs))["nodes"]
    whole = node()
    assert step["type"] == f"{whole.package_name}.{whole.node_name}"
    resources = {option["value"] for option in properties(whole)[0]["options"]}
    given = step["parameters"]
    assert given.pop("resource") in resources
    assert given.pop("operation") == action.key
    shown = {field["name"]: field for field in action_properties(whole, action) if is_shown(field, given)}
    check(shown, given, given)


def check(fields: Mapping[str, Json], given: Json, chosen: Json) -> None:
    """Each value has a field of its name and of its kind."""
    for name, value in given.items():
        field = fields[name]
        if field["type"] == "collection":
            check({each["name"]: each for each in field["options"] if is_shown(each, chosen)}, value, chosen)
        elif field["type"] == "fixedCollection":
            rows = value["rows"] if isinstance(value["rows"], list) else [value["rows"]]
            for row in rows:
                check({each["name"]: each for each in field["options"][0]["values"]}, row, {})
        elif field["type"] == "json":
            json.loads(value.removeprefix("=").replace("{{ JSON.stringify(", '"').replace(") }}", '"'))
        elif field["type"] == "options" and not str(value).startswith("="):
            assert value in [option["value"] for option in field["options"]]


def test_a_text_that_n8n_would_evaluate_is_a_text_in_an_expression() -> None:
    (step,) = json.loads(code("n8n", ACTIONS["send_message"], TRICKY))["nodes"]
    start, text, end = step["parameters"]["title"].partition(json.dumps(TRICKY["title"]))
    assert (start, text, end) == ("={{ ", json.dumps(TRICKY["title"]), " }}")
    braces = {"user_id": "ada", "title": "={{ $env }} }}", "body": "There"}
    (step,) = json.loads(code("n8n", ACTIONS["send_message"], braces))["nodes"]
    inside = step["parameters"]["title"].removeprefix("={{ ").removesuffix(" }}")
    assert "{" not in inside
    assert "}" not in inside
    assert json.loads(inside) == braces["title"]


def test_a_text_that_a_flow_would_evaluate_has_its_sign_doubled() -> None:
    parameters = json.loads(code("power-automate", ACTIONS["send_message"], TRICKY))["inputs"]["parameters"]
    assert parameters["body/message/to/user_id"] == "@@ada"
    assert "and @@{name}" in parameters["body/message/content/body"]


@pytest.mark.parametrize("secret", ['a"b', "a\\nb", "$HOME `id`", "it's", "@file"])
def test_a_secret_with_characters_of_a_shell_or_of_json_arrives_as_it_is(secret: str) -> None:
    action = ACTIONS["create_profile"]
    inputs = {"recipient_id": "ada", "webhook_url": "https://example.com", "mode": "basic", "password": secret}
    for language, program in (("command-line", "courier-connector"), ("http", "curl")):
        variables = {"PASSWORD": secret, "CONNECTOR_TOKEN": "t"}
        _, stdin = typed(code(language, action, inputs), program, variables)
        assert json.loads(stdin) == inputs


def test_a_command_without_its_secret_runs_nothing() -> None:
    command = code("command-line", ACTIONS["create_profile"], {"recipient_id": "ada", "password": "x"})
    with pytest.raises(subprocess.CalledProcessError) as raised:
        typed(command, "courier-connector", {})
    assert raised.value.stdout == b""


def test_inputs_too_long_for_an_argument_travel_on_stdin() -> None:
    inputs = {"user_id": "ada", "title": "Hi", "body": "x$y\n" * 40_000}
    _, stdin = typed(code("command-line", ACTIONS["send_message"], inputs), "courier-connector", {})
    assert json.loads(stdin) == inputs


def test_the_place_to_run_is_the_one_that_was_chosen() -> None:
    send, inputs = ACTIONS["send_message"], {"user_id": "ada", "title": "Hi", "body": "There"}
    work = Target("my-tool --connector ./x", "./x", connection="wo'rk", server="https://flows.example.com")
    found = {language: sample.code for language, sample in samples(send, inputs, work).items()}
    assert shlex.split(found["command-line"])[:6] == [
        "my-tool",
        "--connector",
        "./x",
        "run",
        "send_message",
        "--connection",
    ]
    assert shlex.split(found["command-line"])[6] == "wo'rk"
    assert 'Connector.load("./x")' in found["python"]
    assert 'stored_connection(connector.definition, "wo\'rk")' in found["python"]
    assert "https://flows.example.com/actions/send_message/run" in found["http"]
    assert "X-Connection: wo'rk" in shlex.split(found["http"])
    sandbox = Target.installed(bundle().manifest, sandbox=True)
    assert "X-Connection: sandbox" in shlex.split(code("http", send, inputs, sandbox))


def test_all_pages_and_the_largest_number_of_rows_are_part_of_the_run() -> None:
    lists = ACTIONS["list_messages"]
    every = {language: sample.code for language, sample in samples(lists, {}, all_pages=True).items()}
    assert "--all-pages" in every["command-line"]
    assert "all_pages=True" in every["python"]
    assert "/run?all_pages=true" in every["http"]
    assert json.loads(every["n8n"])["nodes"][0]["parameters"]["returnAll"] is True
    some = {language: sample.code for language, sample in samples(lists, {}, max_items=7).items()}
    assert "--max-items 7" in some["command-line"]
    assert "max_items=7" in some["python"]
    assert "/run?max_items=7" in some["http"]
    limits = json.loads(some["n8n"])["nodes"][0]["parameters"]
    assert (limits["returnAll"], limits["limit"]) == (False, 7)


def test_inputs_with_problems_have_code_where_the_program_reports_them() -> None:
    found = samples(ACTIONS["send_message"], {"usr_id": "ada", "title": 7, "recipients": "x"})
    assert "usr_id=ada" in found["command-line"].code
    assert "title:=7" in found["command-line"].code
    assert '"title": 7' in found["python"].code
    assert {found[language].reason for language in ("n8n", "power-automate")} == {"Fix the inputs first."}


def test_any_connector_has_samples(tmp_path: Path) -> None:
    fields = {"size": body("integer"), "secret": body(writeOnly=True)}
    folder = parcels(tmp_path, parcel_action(inputs=fields), connector=manifest(key="post_office"))
    action = Action(folder, "send_parcel")
    found = {each.language: each.code for each in code_samples(folder, action, {"size": 3, "secret": "s3cret"})}
    assert found["command-line"].startswith(
        ': "${SECRET:?}" && post-office-connector run send_parcel --inputs - <<JSON\n'
    )
    assert with_variables(action, {"size": 3, "secret": "x"}) == {"size": 3, "secret": Variable("SECRET")}
    assert json.loads(found["power-automate"])["inputs"]["host"]["apiId"].endswith("/shared_postoffice")


WHOLE = parcel_action(inputs={"all": body("object", "All", x_pointer="")})
SPREAD = parcel_action(inputs={"to": body("object", "To"), "town": body(title="Town", x_pointer="/to/town")})


@pytest.mark.parametrize(
    ("document", "inputs", "parameters"),
    [
        (WHOLE, {"all": {"town": "@home", "size": 3}}, {"body": {"town": "@@home", "size": 3}}),
        (WHOLE, {}, {}),
        (SPREAD, {"to": {"town": "Delft"}}, {"body/to/town": "Delft"}),
        (SPREAD, {"to": {"name": "Ann"}, "town": "Delft"}, "A flow has no field for “name” in To."),
    ],
)
def test_a_flow_loses_nothing_of_a_free_object(document: Json, inputs: Json, parameters: Any, tmp_path: Path) -> None:
    folder = parcels(tmp_path, document)
    (sample,) = code_samples(folder, Action(folder, "send_parcel"), inputs, languages=["power-automate"])
    assert (json.loads(sample.code)["inputs"]["parameters"] if sample.code else sample.reason) == parameters


@pytest.fixture
def program(tmp_path: Path) -> dict[str, str]:
    """An environment in which `courier-connector` is this checkout's, with a state folder of its own."""
    script = tmp_path / "bin/courier-connector"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m connector "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    path = f"{script.parent}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "CONNECTOR_STATE_DIR": str(tmp_path / "state"), "PYTHONPATH": str(Path.cwd())}


@pytest.mark.slow
def test_the_program_and_the_command_run_in_the_sandbox_as_they_were_copied(program: dict[str, str]) -> None:
    target = Target.installed(bundle().manifest, sandbox=True)
    found = samples(ACTIONS["send_message"], TRICKY | {"user_id": "ada"}, target)
    for command in ([sys.executable, "-c", found["python"].code], ["bash", "-c", found["command-line"].code]):
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60, env=program)
        assert json.loads(done.stdout)["requestId"]
