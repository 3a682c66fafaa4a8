"""The n8n package as data: that it says all the definitions say, in the way n8n wants it. No Node is needed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from connector.call.handler import checks_of
from connector.catalogue.action import Action
from connector.catalogue.catalogue import Catalogue
from connector.definition.rules import Option
from connector.export import ExportError, ExportSelection, export
from connector.export.javascript import core_files
from connector.export.n8n import style
from connector.export.n8n.expressions import authenticate, in_credentials, optional
from connector.export.n8n.filled_form import _best, parameters
from connector.export.n8n.layout import _TAKEN, OBJECT_NAMES, empty_switch, parameter_name
from connector.export.n8n.node import NodeData
from connector.export.n8n.operations import default_operation
from connector.export.n8n.parameters import group_properties, properties
from connector.export.n8n.readme import adds_something, readme
from connector.export.n8n.selects import ANY
from connector.export.n8n.sources import subtitle
from connector.export.n8n.typescript import source
from tests.connector.export.whole import bundle, exported, parcels
from tests.connector.parcels import GET, LIST, POST_ONCE, SEND, action, body, field, manifest, rows
from tests.hosts.n8n_examples import OTHERWISE, samples

Json = dict[str, Any]

_LISTED: Any = GET["inputs"]["properties"]["parcel_id"]["x-ms-dynamic-values"]
_NOBODYS_CHOICES: Any = {"operationId": "NobodyOp", "value-collection": "a", "value-path": "b", "value-title": "c"}

EMPTIED: Json = {"list_id": "news", "recipients": []}
PUBLICATION = {
    "publisher": {"name": "Parcels", "url": "https://parcels.example/contact", "email": "help@parcels.example"},
    "privacyPolicy": "https://parcels.example/privacy",
    "categories": ["Communication"],
}


@cache
def node() -> NodeData:
    return NodeData.of(ExportSelection(bundle(), list(Catalogue(bundle()))))


@cache
def drawn() -> list[Json]:
    return [
        *properties(node())[:1],
        *(found for group in node().selection.groups for found in group_properties(node(), group)),
    ]


ACTIONS = list(Catalogue(bundle()))
by_key = pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.key)


def operation(key: str) -> Json:
    return next(
        option
        for found in drawn()
        if found["name"] == "operation"
        for option in found["options"]
        if option["value"] == key
    )


def fields(key: str) -> list[Json]:
    return [
        found
        for found in drawn()
        if found["name"] not in {"resource", "operation"} and found["displayOptions"]["show"]["operation"] == [key]
    ]


def parameters_of(key: str) -> dict[str, Json]:
    """The parameters of an action by name, those in the collection too."""
    found = {parameter["name"]: parameter for parameter in fields(key)}
    return found | {option["name"]: option for option in found.get("additionalFields", {}).get("options", [])}


def everything(value: Any) -> Iterator[Json]:
    """Every parameter and every choice, at any depth."""
    if isinstance(value, dict):
        if "displayName" in value or ("name" in value and "value" in value):
            yield value
        for inner in value.values():
            yield from everything(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from everything(inner)


def parcels_node(tmp_path: Path, *actions: Json, **more: Any) -> NodeData:
    document = manifest(publication=PUBLICATION, **more)
    folder = parcels(tmp_path, *(actions or (SEND, POST_ONCE, GET, LIST)), connector=document)
    return NodeData.of(ExportSelection(folder, list(Catalogue(folder))))


def test_the_same_definitions_give_the_same_bytes() -> None:
    assert export(bundle(), "n8n") == exported("n8n")


def test_nothing_of_this_machine_and_no_registry_is_in_it() -> None:
    whole = b"\n".join(exported("n8n").values())
    assert str(bundle().folder).encode() not in whole
    assert re.findall(rb"registry\.|package-lock|npm-shrinkwrap", whole) == []
    assert [path for path in exported("n8n") if "lock" in path] == []


@by_key
def test_every_action_is_an_operation_of_its_group(action: Action) -> None:
    found = operation(action.key)
    assert found["name"] == node().operation_names[action.key]
    assert found["action"] == style.sentence(action.definition.summary)


@by_key
def test_every_input_has_a_field(action: Action) -> None:
    inputs = action.definition.inputs
    assert {parameter_name(name) for name in inputs.properties} <= set(parameters_of(action.key))
    marked = {
        parameter["name"]
        for parameter in fields(action.key)
        if parameter.get("required") and _conditions(parameter).keys() <= {empty_switch(parameter["name"])}
    }
    assert marked == {parameter_name(name) for name in inputs.required}


@by_key
def test_a_field_is_in_one_place_at_a_time(action: Action) -> None:
    # Two fields of one name are for different values of a select.
    own = [(parameter["name"], _conditions(parameter)) for parameter in fields(action.key)]
    for name, conditions in own:
        for other, others in own:
            if name == other and conditions is not others:
                assert any(not set(values) & set(others.get(key, ())) for key, values in conditions.items())


def _conditions(parameter: Json) -> Json:
    show = parameter["displayOptions"]["show"]
    return {name: values for name, values in show.items() if name not in {"resource", "operation"}}


@by_key
def test_only_paged_actions_have_a_limit(action: Action) -> None:
    names = set(parameters_of(action.key))
    if action.definition.pagination is None:
        assert not names & {"returnAll", "limit", "wholePage"}
        return
    assert names >= {"returnAll", "limit", "wholePage", action.definition.pagination.input}


def test_no_operation_is_destructive_by_default() -> None:
    by_operation = {found.key: found for found in ACTIONS}
    for found in drawn():
        if found["name"] == "operation":
            default = found["default"]
            assert default in [option["value"] for option in found["options"]]
            assert not default or not by_operation[default].definition.effects.destructive
            assert bool(default) != bool(found.get("required"))
    assert drawn()[0]["default"] == "messages"
    assert next(found for found in drawn() if found["name"] == "operation")["default"] == "send_message"


@pytest.mark.parametrize(
    ("actions", "chosen"),
    [
        ([("a", "none", False, "POST"), ("b", "none", False, "GET")], "b"),
        ([("a", "none", False, "GET"), ("b", "none", True, "POST")], "b"),
        ([("a", "none", True, "GET"), ("b", "important", False, "POST")], "b"),
        ([("a", "important", False, "GET"), ("b", "important", True, "POST")], "b"),
        ([("a", "none", False, "GET"), ("b", "advanced", False, "GET")], "a"),
        ([("a", "important", True, "DELETE"), ("b", "none", False, "POST")], "b"),
        ([("a", "important", True, "DELETE")], ""),
    ],
)
def test_the_default_operation_is_the_important_one_that_may_be_repeated_or_only_reads(
    actions: list[tuple[str, str, bool, str]], chosen: str
) -> None:
    def made(key: str, visibility: str, keyed: bool, method: str) -> Any:
        effects, request = SimpleNamespace(destructive=method == "DELETE"), SimpleNamespace(method=method)
        known = {"effects": effects, "request": request, "visibility": visibility}
        return SimpleNamespace(key=key, definition=SimpleNamespace(**known, idempotency=keyed or None))

    assert default_operation([made(*action) for action in actions]) == chosen


def test_operations_are_named_in_few_words() -> None:
    names = node().operation_names
    assert names["send_message"] == "Send"
    assert names["get_message_content"] == "Get Content"
    assert names["get_all_audit_events"] == "Get Many"
    assert names["add_users_to_bulk_job"] == "Add Users"
    assert names["delete_profile_subscriptions"] == "Delete List Subscriptions"
    assert names["get_all_recipient_lists"] == "Get All Recipient Lists"
    assert "Send: Message" in subtitle(node())
    for actions in node().selection.groups.values():
        assert len({names[found.key] for found in actions}) == len(actions)


def test_a_choice_is_a_select_that_shows_the_fields_of_one_option() -> None:
    form = [
        (parameter["name"], _conditions(parameter), parameter.get("required", False))
        for parameter in fields("send_message")
    ]
    assert form[0] == ("send_to", {}, False)
    assert ("email", {"send_to": ["person", ANY]}, False) in form
    assert ("tenant_id", {"send_to": ["tenant"]}, True) in form
    assert ("title", {"message": ["text"]}, True) in form
    assert ("title", {"message": [ANY]}, False) in form
    assert ("slack_channel", {"send_to": ["slack"], "slack_target": ["channel"]}, False) in form
    more = {
        option["name"]: option.get("displayOptions")
        for option in parameters_of("send_message")["additionalFields"]["options"]
    }
    assert more["tenant_id"] == {"show": {"/send_to": ["person", ANY]}}
    assert more["recipients"] == {"show": {"/send_to": [ANY]}}
    assert [name for name, _, _ in form].index("message") > [name for name, _, _ in form].index("recipients")
    assert parameters_of("send_message")["message"]["default"] == "text"
    titles = [parameters_of("send_message")[name]["displayName"] for name in ("send_to", "message", "slack_target")]
    assert titles == ["Send To", "Message Type", "Slack Target"]


def test_a_field_that_may_be_sent_empty_has_a_switch_that_hides_it() -> None:
    found = parameters_of("replace_list_subscriptions")
    assert _conditions(found["recipients"]) == {"recipients_empty": [False]}
    assert (found["recipients_empty"]["displayName"], found["recipients_empty"]["default"]) == (
        "Send Empty Recipients",
        False,
    )
    filled = parameters(node(), next(one for one in ACTIONS if one.key == "replace_list_subscriptions"), EMPTIED)
    assert (filled["recipients_empty"], "recipients" in filled) == (True, False)


def test_choices_among_additional_fields_are_no_selects() -> None:
    assert {"profile_email", "phone_number"} <= {parameter["name"] for parameter in fields("create_profile")}
    assert "discord_target" not in parameters_of("create_profile")


def test_important_json_can_be_empty() -> None:
    assert (parameters_of("send_message")["data"]["type"], parameters_of("send_message")["data"]["default"]) == (
        "json",
        "",
    )


def test_a_text_with_variables_of_the_service_says_how_to_send_them() -> None:
    assert "{{order}}" in parameters_of("send_message")["body"]["hint"]
    assert "hint" not in parameters_of("send_message")["title"]


def test_the_package_carries_the_runtime_and_its_definitions() -> None:
    files = exported("n8n")
    home = "nodes/Courier"
    for name, content in core_files().items():
        assert files[f"{home}/core/{name}"] == content
    assert json.loads(files[f"{home}/definitions.json"]) == json.loads(json.dumps(node().definitions))
    assert {found.key for found in ACTIONS} <= set(node().definitions["actions"])


def test_an_output_called_error_needs_its_other_name(tmp_path: Path) -> None:
    outputs = {
        "error": {"type": ["string", "null"], "title": "E"},
        "error_message": {"type": ["string", "null"], "title": "M"},
    }
    with pytest.raises(ExportError, match="error_message"):
        _ = parcels_node(
            tmp_path, {**GET, "outputs": {"type": "object", "properties": outputs}, "examples": []}, LIST
        ).definitions


def test_the_picker_finds_the_node_by_what_it_sends() -> None:
    codex = json.loads(exported("n8n")["nodes/Courier/Courier.node.json"])
    assert {"email", "sms", "notification", "push", "slack", "webhook"} <= set(codex["alias"])


def test_every_example_can_be_filled_in() -> None:
    filled = [parameters(node(), sample.action, sample.example.inputs) for sample in samples(node())]
    assert len(filled) > 150
    assert all({"resource", "operation"} <= set(values) for values in filled)


def test_names_are_written_as_n8n_wants_them() -> None:
    for found in everything(drawn()):
        name = found.get("displayName") or found["name"]
        assert style.title(name) == name
        description = found.get("description", "")
        assert description == description.strip()
        assert not re.search(r"\b(?:id|Id|url|json)\b", description), description
        assert not (len(description.split(". ")) == 1 and description.endswith(".")), description
        if found.get("type") == "boolean":
            assert description.startswith("Whether")


def test_long_lists_are_sorted_and_defaults_are_among_the_choices() -> None:
    for found in everything(drawn()):
        if found.get("type") in {"options", "multiOptions"}:
            choices = found["options"]
            assert choices == sorted(choices, key=lambda choice: style.listed(choice["name"])) or len(choices) < 5
            assert len({choice["name"] for choice in choices}) == len(choices)
            if found["type"] == "options":
                assert found["default"] in [choice["value"] for choice in choices]
        elif found.get("type") == "collection":
            inner = found["options"]
            assert inner == sorted(inner, key=lambda option: style.listed(option["displayName"])) or len(inner) < 5


def test_nothing_inside_a_collection_is_marked_as_required() -> None:
    # n8n would look for it outside the collection, in a field of the same name of another operation.
    for found in everything(drawn()):
        if found.get("type") == "collection":
            assert [inner["name"] for inner in everything(found["options"]) if inner.get("required")] == []


def test_secrets_are_typed_unseen() -> None:
    for key in ("send_message", "create_profile"):
        inputs = bundle().actions[key].definition.inputs
        for name, declared in inputs.properties.items():
            if inputs.resolve(declared).write_only:
                assert parameters_of(key)[name]["typeOptions"]["password"] is True


@pytest.mark.parametrize(
    ("name", "words", "unseen"),
    [
        ("client_secret", {}, True),
        ("Password", {}, True),
        ("access_token", {}, True),
        ("apikey", {}, True),
        ("pin", {"writeOnly": True}, True),
        ("note", {}, False),
    ],
)
def test_a_text_is_typed_unseen_if_it_is_a_secret_or_is_called_one(
    tmp_path: Path, name: str, words: Json, unseen: bool
) -> None:
    document = action("send_parcel", {name: body(title="Thing", **words)}, required=[name])
    (found,) = (
        each for each in group_properties(parcels_node(tmp_path, document, LIST), "parcels") if each["name"] == name
    )
    assert found.get("typeOptions", {}).get("password", False) is unseen


def test_rows_without_end_end() -> None:
    elements = parameters_of("send_message")["elements"]["options"][0]["values"]
    inner = {parameter["name"]: parameter for parameter in everything(elements)}
    assert inner["elements"]["type"] == "fixedCollection"
    filters = parameters_of("create_or_update_audience")["filters"]["options"][0]["values"]
    assert {parameter["name"]: parameter.get("type") for parameter in everything(filters)}["filters"] == "json"


def test_an_object_inside_one_of_its_kind_is_json(tmp_path: Path) -> None:
    owner = {"type": "object", "properties": {"name": {"title": "Name"}, "deputy": {"$ref": "#/$defs/owner"}}}
    document = action(
        "send_parcel", {"owner": {"$ref": "#/$defs/owner", "title": "Owner", "x-in": "body"}}, defs={"owner": owner}
    )
    (drawn_owner,) = (
        each
        for each in everything(group_properties(parcels_node(tmp_path, document, LIST), "parcels"))
        if each.get("name") == "owner"
    )
    assert "json" in {each.get("type") for each in everything(drawn_owner["options"]) if each["name"] == "deputy"}


def test_lists_are_of_the_type_that_the_name_asks_for(tmp_path: Path) -> None:
    texts = {"items": {"type": "string"}}
    inputs = {name: body("array", name, **texts) for name in ("colors", "email", "notes")}
    made = parcels_node(tmp_path, action("send_parcel", inputs, required=list(inputs)), LIST)
    form = {each["name"]: each for each in group_properties(made, "parcels") if each["name"] in inputs}
    assert [form[name]["type"] for name in inputs] == ["color", "string", "string"]
    assert [form[name].get("placeholder") for name in inputs] == [None, "name@email.com", None]


def test_choices_come_from_the_actions_that_list_them() -> None:
    parameter = parameters_of("get_brand")["brand_id"]
    assert parameter["type"] == "resourceLocator"
    method = parameter["modes"][0]["typeOptions"]["searchListMethod"]
    assert node().searches[method] == {"action": "list_brands", "rows": "results", "value": "id", "label": "name"}
    used = set(re.findall(r'"searchListMethod": "(\w+)"', json.dumps(drawn(), default=str)))
    assert used == set(node().searches)


def test_choices_may_come_from_any_action_whose_inputs_are_known(tmp_path: Path) -> None:
    source_of = {"operationId": "FindOp", "value-collection": "parcels", "value-path": "id", "value-title": "note"}
    fields = {
        state: body(title=state, x_ms_dynamic_values={**source_of, "parameters": {"state": state}})
        for state in ("new", "old")
    }
    found = action(
        "find", {"state": body(title="State")}, LIST["outputs"]["properties"], required=["state"], path="/find"
    )
    made = parcels_node(tmp_path, action("send_parcel", fields), found, LIST)
    rest = {"rows": "parcels", "value": "id", "label": "note"}
    assert made.searches == {
        "searchFind": {"action": "find", "inputs": {"state": "new"}, **rest},
        "searchFind2": {"action": "find", "inputs": {"state": "old"}, **rest},
    }


def test_the_credentials_sign_and_try() -> None:
    text = exported("n8n")["credentials/CourierActionsApi.credentials.ts"].decode()
    signature = r'=Bearer {{ $credentials.apiKey.trim().replace(/^(?:Bearer)\s+/i, "") }}'
    assert authenticate(bundle().manifest) == {"headers": {"Authorization": signature}}
    assert source(signature) in text
    assert "url: '/brands'" in text
    assert "password: true" in text
    assert re.search(r"name: 'callsPerMinute',[^}]*maxValue: 100 },\s+default: 100", text)


def test_a_field_of_the_connection_may_begin_with_a_digit() -> None:
    assert in_credentials("Code {connection.2fa_code}") == '=Code {{ $credentials["2faCode"].trim() }}'
    assert optional("{connection.2fa}") == '={{ $credentials["2fa"] ? $credentials["2fa"].trim() : undefined }}'
    assert in_credentials("{connection.code2}") == "={{ $credentials.code2.trim() }}"


def test_the_package_is_what_n8n_takes() -> None:
    found = json.loads(exported("n8n")["package.json"])
    assert found["name"] == "n8n-nodes-courier-actions"
    assert found["peerDependencies"] == {"n8n-workflow": "*"}
    assert not {"dependencies", "overrides"} & set(found)
    assert not {"postinstall", "preinstall", "prepare"} & set(found["scripts"])
    assert "n8n-community-node-package" in found["keywords"]
    for built in (*found["n8n"]["nodes"], *found["n8n"]["credentials"]):
        assert built.removeprefix("dist/").removesuffix(".js") + ".ts" in exported("n8n")
    assert found["license"] == "MIT"
    assert "MIT" in exported("n8n")["LICENSE.md"].decode()
    codex = json.loads(exported("n8n")["nodes/Courier/Courier.node.json"])
    assert codex["node"] == "n8n-nodes-courier-actions.courier"


def test_there_is_an_icon_for_light_and_one_for_dark_screens() -> None:
    light, dark = (exported("n8n")[f"icons/courier{kind}.svg"] for kind in ("", ".dark"))
    assert light != dark
    for icon in (light, dark):
        assert ElementTree.fromstring(icon).tag.endswith("svg")  # noqa: S314 - our own file


def test_the_readme_says_what_the_node_does_not_do() -> None:
    text = readme(node())
    beyond = {found.key for found in ACTIONS if adds_something(found.handler)}
    assert beyond == {key for key, _ in OTHERWISE}
    for found in ACTIONS:
        mentioned = text.count(f"  - {node().resource_name(found.group)}, {node().operation_names[found.key]}")
        assert mentioned >= (found.key in beyond) + bool(checks_of(found.handler)), found.key


_HANDLERS = """
from connector.call import check, page, send


def _refused(inputs):
    yield from ()


def _counted(call):
    \"\"\"Counts what it finds.\"\"\"
    found = call.send()
    return {"results": len(found)}


send_parcel = %s
list_parcels = page
"""


@pytest.mark.parametrize(
    ("handler", "limits"),
    [
        ("send", []),
        ("_counted", ["code in the connector"]),
        ("check(_refused)(send)", ["further checks"]),
        ("check(_refused)(_counted)", ["code in the connector", "further checks"]),
    ],
)
def test_the_limitations_of_a_node_are_its_code_and_its_checks(tmp_path: Path, handler: str, limits: list[str]) -> None:
    document = manifest(publication=PUBLICATION)
    folder = parcels(tmp_path, SEND, LIST, connector=document, handlers=_HANDLERS % handler)
    text = readme(NodeData.of(ExportSelection(folder, list(Catalogue(folder)))))
    assert ("## Limitations" in text) is bool(limits)
    said = [words for words in ("code in the connector", "further checks") if words in text]
    assert said == limits


def test_a_file_of_the_package_imports_only_files_of_the_package_and_what_n8n_allows() -> None:
    files = exported("n8n")
    for path, content in files.items():
        if not path.endswith(".ts"):
            continue
        for imported in re.findall(r"from '([^']+)'", content.decode()):
            if not imported.startswith("."):
                assert imported in {"n8n-workflow", "crypto"}
                continue
            way = Path(path).parent.joinpath(imported).as_posix().split("/")
            target = "/".join(_straight(way))
            assert {target, f"{target}.ts", f"{target}.js", f"{target}.d.ts"} & set(files), (path, imported)


def _straight(way: list[str]) -> list[str]:
    found: list[str] = []
    for part in way:
        found = found[:-1] if part == ".." else [*found, part]
    return found


def test_another_connector_gives_a_package_under_its_own_name(tmp_path: Path) -> None:
    made = parcels_node(tmp_path)
    folder = parcels(tmp_path / "again", SEND, POST_ONCE, GET, LIST, connector=manifest(publication=PUBLICATION))
    files = export(folder, "n8n")
    assert made.package_name == "n8n-nodes-parcels-actions"
    assert "nodes/Parcels/Parcels.node.ts" in files
    assert [path for path, content in files.items() if b"ourier" in content] == []


def test_some_groups_only_still_have_their_choices() -> None:
    files = export(bundle(), "n8n", groups=["messages"])
    assert "nodes/Courier/resources/messages.ts" in files
    assert "nodes/Courier/resources/brands.ts" not in files
    assert b"searchListBrands" in files["nodes/Courier/Courier.node.ts"]
    assert "list_brands" in json.loads(files["nodes/Courier/definitions.json"])["actions"]


def test_a_number_begins_at_a_number_that_is_allowed() -> None:
    numbers = [found for found in everything(drawn()) if found.get("type") == "number"]
    assert numbers
    for found in numbers:
        assert isinstance(found["default"], int | float), found["name"]
        assert found["default"] >= found.get("typeOptions", {}).get("minValue", 0), found["name"]


def test_results_are_limited_to_one_or_more() -> None:
    limits = [found for found in drawn() if found["displayName"] == "Limit"]
    assert limits
    assert all((limit["typeOptions"], limit["default"]) == ({"minValue": 1}, 50) for limit in limits)


def test_a_form_that_is_filled_in_prefers_the_default_of_a_choice() -> None:
    options = [Option(key=key, title=key, fields=["a"]) for key in ("first", "usual")]
    assert _best(options, {"a"}, ["first", "usual"], "usual") == "usual"
    assert _best(options, set(), ["first", "usual"], "usual") == "usual"
    assert _best(options, {"a"}, ["first", "usual"], None) == "first"


def test_a_form_chooses_the_option_that_has_what_it_asks_for() -> None:
    options = [
        Option.model_validate({"key": key, "title": key, "fields": ["a", "b", "c"], "required": asked})
        for key, asked in {"all": ["a", "b"], "one": ["c"]}.items()
    ]
    keys = [option.key for option in options]
    assert _best(options, {"c"}, keys, "all") == "one"
    assert _best(options, {"a", "b", "c"}, keys, None) == "all"
    assert _best(options, {"a", "b"}, keys, "one") == "all"
    assert _best(options, {"a"}, keys, "one") == "one"
    any_of = [Option(key=key, title=key, fields=list(fields)) for key, fields in {"ab": "ab", "cd": "cd"}.items()]
    assert _best(any_of, {"a"}, ["ab", "cd"], "cd") == "ab"


def test_what_belongs_to_the_node_itself_is_put_where_its_form_has_it() -> None:
    paged = next(one for one in ACTIONS if one.key == "get_list_subscriptions")
    made = parameters(node(), paged, {"list_id": "a"}, returnAll=False, wholePage=True)
    assert (made["returnAll"], made["additionalFields"]) == (False, {"wholePage": True})


def test_a_default_is_sent_without_being_asked_for(tmp_path: Path) -> None:
    speed = body(title="Speed", default="slow", enum=["slow", "fast"], **{"x_ms_visibility": "advanced"})
    made = parcels_node(tmp_path, action("send_parcel", {"speed": speed}), LIST)
    (found,) = (parameter for parameter in group_properties(made, "parcels") if parameter["name"] == "speed")
    assert found["default"] == "slow"


@pytest.mark.parametrize(
    ("kind", "words", "default"),
    [
        ("string", {}, ""),
        ("string", {"default": "slow"}, "slow"),
        ("string", {"format": "date-time"}, ""),
        ("string", {"enum": ["slow", "fast"]}, "slow"),
        ("boolean", {}, False),
        ("boolean", {"default": True}, True),
        ("integer", {}, 0),
        ("integer", {"default": 7, "minimum": 3}, 7),
        ("integer", {"minimum": 3, "maximum": 5}, 3),
        ("integer", {"minimum": -3}, 0),
        ("number", {"minimum": 0.5}, 0.5),
        ("object", {}, ""),
        ("object", {"default": {"a": 1}}, '{"a": 1}'),
        (["string", "boolean"], {}, ""),
        (["string", "number", "boolean", "object", "array"], {}, ""),
        ([], {}, ""),
        (["boolean", "integer"], {"default": True}, "true"),
        (["object", "number"], {}, ""),
        ("array", {"items": {"type": "string"}}, []),
        ("array", {"items": {"type": "string", "enum": ["a", "b"]}}, []),
        ("array", {"items": {"type": "object"}}, ""),
        ("string", {"x-ms-dynamic-values": _LISTED}, {"mode": "list", "value": ""}),
        ("string", {"x-ms-dynamic-values": _LISTED, "default": "p-1"}, {"mode": "list", "value": "p-1"}),
    ],
)
def test_a_parameter_begins_with_the_default_of_the_input_or_an_empty_value_of_its_type(
    tmp_path: Path, kind: str | list[str], words: Json, default: Any
) -> None:
    made = parcels_node(
        tmp_path, action("send_parcel", {"thing": body(kind, "Thing", **words)}, required=["thing"]), LIST
    )
    (found,) = (parameter for parameter in group_properties(made, "parcels") if parameter["name"] == "thing")
    assert found["default"] == default


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"thing": body("null", "Thing")}, "thing"),
        ({"operation": body(title="A"), "operation_": body(title="B")}, "operation_"),
        ({"a-b": body(title="A"), "a_b": body(title="B")}, "a_b"),
        ({"a": body(title="A", x_keep_empty=True), "a_empty": body(title="Empty")}, "a_empty"),
        ({"of": body("string", "Of", **{"x-ms-dynamic-values": _NOBODYS_CHOICES})}, "NobodyOp"),
    ],
    ids=[
        "nothing but null",
        "one that another is called",
        "two of one name",
        "a name of a switch",
        "no such source",
    ],
)
def test_what_n8n_cannot_express_is_named(tmp_path: Path, inputs: Json, message: str) -> None:
    folder = parcels(tmp_path, action("send_parcel", inputs), LIST, connector=manifest(publication=PUBLICATION))
    with pytest.raises(ExportError, match="send_parcel") as refused:
        export(folder, "n8n")
    assert message in str(refused.value)


def test_without_somebody_to_ask_there_is_no_package(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="publication"):
        export(parcels(tmp_path, SEND, LIST), "n8n")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ('it\'s "so"\n', "'it\\'s \"so\"\\n'"),
        ("a\\b\u2028", "'a\\\\b\\u2028'"),
        ({"a-b": [1, True, None]}, "{ 'a-b': [1, true, null] }"),
        ({}, "{}"),
        ([{"name": "x" * 40}], "[\n\t{\n\t\tname: '" + "x" * 40 + "',\n\t},\n]"),
    ],
)
def test_data_becomes_typescript(value: Any, text: str) -> None:
    assert source(value) == text


@pytest.mark.parametrize(
    ("words_given", "titled", "said"),
    [
        ("Get a bulk job's users", "Get a Bulk Job's Users", "Get a bulk job users"),
        ("Run an ad-hoc automation", "Run an ad-Hoc Automation", "Run an ad hoc automation"),
        ("Add subscriber(s) to a list", "Add Subscriber(s) to a List", "Add subscribers to a list"),
        ("recipient id", "Recipient ID", "Recipient id"),
        ("Get A list by ID", "Get A List by ID", "Get a list by ID"),
        ("ids of Urls in json", "IDs of URLs in JSON", "Ids of urls in json"),
        ("a list’s e-mail", "A List’s E-Mail", "A list e mail"),  # noqa: RUF001 - as people type it
    ],
)
def test_names_are_cased_as_n8n_reckons_it(words_given: str, titled: str, said: str) -> None:
    assert style.title(words_given) == titled
    assert style.sentence(words_given) == said


@pytest.mark.parametrize(
    ("many", "one"),
    [("Categories", "Category"), ("Bulk jobs", "Bulk job"), ("Address", "Address"), ("Inbox", "Inbox")],
)
def test_a_resource_is_named_in_the_singular(many: str, one: str) -> None:
    assert style.singular(many) == one


@pytest.mark.parametrize(
    ("words", "beside", "text"),
    [
        ("", "", ""),
        ("  the   name ", "Name", ""),
        ("Name.", "name", ""),
        ("the id of a <b>.", "Name", "The ID of a &lt;b&gt;"),
        ("One. Two", "", "One. Two."),
        ("One. Two.", "", "One. Two."),
    ],
)
def test_a_description_is_a_phrase_or_sentences_and_says_more_than_the_name(words: str, beside: str, text: str) -> None:
    assert style.description(words, beside=beside) == text


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("Turn on to send it.", "Whether to send it"),
        ("Whether it is sent. Really.", "Whether it is sent. Really."),
        ("Sends it.", "Whether this applies. Sends it."),
    ],
)
def test_the_description_of_a_switch_begins_with_whether(words: str, text: str) -> None:
    assert style.description(words, boolean=True) == text


def test_names_are_sorted_as_a_browser_sorts_them() -> None:
    ordered = ["a b", "a-b", "a1", "ab", "Ab", "e", "é", "É", "f", "Z"]
    assert sorted(["Z", "É", "é", "f", "e", "Ab", "ab", "a1", "a-b", "a b"], key=style.listed) == ordered


def test_marks_are_sorted_as_a_browser_sorts_them() -> None:
    ordered = ["!=", "(a)", "{{x}}", "/", "=", "=~", ">", "$a", "1", "a_b", "a-b", "a$", "aa"]
    assert sorted(sorted(ordered), key=style.listed) == ordered


NAMES = ["resource", "operation", "additionalFields", "rows", "toolDescription", "simple", "constructor", "__proto__"]


def test_names_that_n8n_or_javascript_has_are_other_ones_in_the_form(tmp_path: Path) -> None:
    inputs = {name: body(title=f"Thing {name}") for name in NAMES}
    row = rows({name: field(title=name) for name in NAMES}, title="Things")
    document = action("send_parcel", {**inputs, "things": row}, required=["things"])
    made = parcels_node(tmp_path, document, LIST)
    form = {each["name"]: each for each in group_properties(made, "parcels")[1:]}
    drawn_rows = form["things"]["options"][0]["values"]
    shown = [inner["name"] for each in form.values() for inner in ([each] if each["type"] == "string" else [])]
    assert {f"{name}_" for name in NAMES} <= {*shown, *(one["name"] for one in form["additionalFields"]["options"])}
    assert {f"{name}_" for name in NAMES} == {one["name"] for one in drawn_rows}
    values = dict.fromkeys(NAMES, "x")
    loaded = next(one for one in made.actions if one.key == "send_parcel")
    filled = parameters(made, loaded, {**values, "things": [values]})
    assert filled["things"] == {"rows": [{f"{name}_": "x" for name in NAMES}]}


def test_a_field_of_several_types_is_a_text_where_it_may_be_one_else_json(tmp_path: Path) -> None:
    types = {
        "any": [],
        "text": ["string", "boolean", "object"],
        "count": ["integer", "number"],
        "plain": ["boolean", "array"],
    }
    inputs = {name: body(kind, name.title()) for name, kind in types.items()}
    made = parcels_node(tmp_path, action("send_parcel", inputs, required=list(inputs)), LIST)
    form = {each["name"]: each["type"] for each in group_properties(made, "parcels") if each["name"] in inputs}
    assert form == {"any": "string", "text": "string", "count": "string", "plain": "json"}
    loaded = next(one for one in made.actions if one.key == "send_parcel")
    values = {"any": 5, "text": {"a": "=1"}, "count": 2.5, "plain": True}
    filled = parameters(made, loaded, values)
    parsed = '={{ JSON.parse("\\u007b\\"a\\": \\"=1\\"\\u007d") }}'
    assert {name: filled[name] for name in values} == {**values, "text": parsed, "plain": "true"}


def test_the_node_reads_fields_under_the_names_of_the_form() -> None:
    listed = re.search(r"const TAKEN =\s*'([^']+)'", exported("n8n")["nodes/Courier/inputs.ts"].decode())
    assert listed is not None
    assert {*listed[1].split()} == _TAKEN - OBJECT_NAMES


def test_a_value_that_looks_like_an_expression_is_none(tmp_path: Path) -> None:
    inputs = {
        "compare": body(title="Compare", enum=["=", "!="], default="="),
        "formula": body(title="Formula", default="={a}"),
        "several": body("array", title="Several", items={"type": "string", "enum": ["=", "<"]}),
    }
    made = parcels_node(tmp_path, action("send_parcel", inputs), LIST)
    form = {each["name"]: each for each in group_properties(made, "parcels")[1:]}
    assert [option["value"] for option in form["compare"]["options"]] == ["", " =", "!="]
    assert form["compare"]["default"] == " ="
    assert form["formula"]["default"] == '={{ "=\\u007ba\\u007d" }}'
    assert [option["value"] for option in form["several"]["options"]] == [" =", "<"]
    loaded = next(one for one in made.actions if one.key == "send_parcel")
    filled = parameters(made, loaded, {"compare": "=", "several": ["=", "<"], "formula": "=1"})
    assert [filled["compare"], filled["several"], filled["formula"]] == [" =", [" =", "<"], '={{ "=1" }}']


def test_the_subtitle_is_one_expression_whatever_the_names(tmp_path: Path) -> None:
    document = {**action("send_parcel", {}), "summary": "Send {{ a }} 'b' }} parcel"}
    line = subtitle(parcels_node(tmp_path, document, LIST))
    assert line.startswith("={{ ({ ")
    assert line.endswith(' })[$parameter["operation"]] }}')
    inside = line.removeprefix("={{").removesuffix("}}")
    assert "}}" not in inside
    assert "{{" not in inside


def test_allowed_values_that_would_have_one_name_are_numbered(tmp_path: Path) -> None:
    sizes = body(title="Size", description="x", enum=["d-Temp", "d-temp", "other"])
    made = parcels_node(tmp_path, action("send_parcel", {"size": sizes}, required=["size"]), LIST)
    (found,) = (parameter for parameter in group_properties(made, "parcels") if parameter["name"] == "size")
    names = {option["value"]: option["name"] for option in found["options"]}
    assert names == {"d-Temp": "D-Temp (1)", "d-temp": "D-Temp (2)", "other": "Other"}


def test_allowed_values_are_options_where_n8n_has_such(tmp_path: Path) -> None:
    inputs = {
        "size": body(["string", "null"], "Size", enum=["S", None]),
        "shape": body(["string", "object"], "Shape", enum=["round", {"sides": 4}]),
    }
    made = parcels_node(tmp_path, action("send_parcel", inputs, required=list(inputs)), LIST)
    form = {each["name"]: each for each in group_properties(made, "parcels") if each["name"] in inputs}
    assert form["size"]["options"] == [{"name": "S", "value": "S"}]
    assert form["shape"]["type"] == "string"
