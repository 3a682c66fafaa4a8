"""The Node-RED package has every action whole, and is what Node-RED loads."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from connector.catalogue.action import Action
from connector.definition.example import Example
from connector.definition.rules import Choice
from connector.export import ExportError, export
from connector.export.javascript import core_files
from connector.export.node_red import forms
from connector.export.node_red.example_flows import field_values
from tests.connector.export.whole import Json, bundle, definitions, document, exported, parcels, with_word
from tests.connector.parcels import GET, LIST, SEND, action, body, field

KEYS = sorted(definitions())
GROUPS = list(bundle().manifest.groups)
PACKAGE = "@courier-connector/node-red-contrib-courier-actions"
by_action = pytest.mark.parametrize("key", KEYS)
by_group = pytest.mark.parametrize("group", GROUPS)


def text(file: str) -> str:
    return exported("node-red")[file].decode()


def form_of(page: str) -> Json:
    return json.loads(re.search(r"const form = (.*);\n", page)[1])  # type: ignore[index, no-any-return]


def form(key: str) -> Json:
    return form_of(text(f"nodes/{definitions()[key].group}.html"))[key]  # type: ignore[no-any-return]


def field_of(key: str, name: str) -> Json:
    return next(made for made in form(key)["fields"] if made["name"] == name)


def flow(group: str) -> list[Json]:
    return json.loads(text(f"examples/{group}.json"))  # type: ignore[no-any-return]


def test_the_package_says_what_npm_and_node_red_ask_for() -> None:
    package = document("node-red", "package.json")
    assert package["name"] == PACKAGE
    assert package["license"] == "MIT"
    assert "node-red" in package["keywords"]
    assert package["homepage"].startswith("https://")
    assert package["node-red"]["version"] == ">=4.0.0"
    assert not {"dependencies", "peerDependencies", "scripts"} & set(package)


def test_every_file_that_the_package_names_is_in_it() -> None:
    package = document("node-red", "package.json")
    names = set(exported("node-red"))
    for script in package["node-red"]["nodes"].values():
        assert {script, script.replace(".js", ".html")} <= names
    assert {name.split("/")[0] for name in names} == {*package["files"], "package.json", "README.md", "LICENSE"}


def test_the_same_folder_gives_the_same_bytes() -> None:
    assert export(bundle(), "node-red") == exported("node-red")


def test_no_script_asks_for_more_than_node_and_the_package_have() -> None:
    for name, content in exported("node-red").items():
        for wanted in re.findall(r"require\('([^']+)'\)", content.decode() if name.endswith(".js") else ""):
            assert wanted.startswith(("node:", "./", "../lib/", "../core", "../definitions.json", "../package.json")), (
                name
            )


def test_nothing_of_this_machine_or_a_registry_is_in_it() -> None:
    for name, content in exported("node-red").items():
        found = re.search(rb"/work/|/root/|npmjs|pypi\.org|__PACKAGE__|__CONNECTION__", content)
        assert found is None, name


@by_group
def test_a_group_is_a_node_with_form_help_and_icon(group: str) -> None:
    kind = f"courier-{group.replace('_', '-')}"
    page = text(f"nodes/{group}.html")
    assert f"RED.nodes.registerType('{kind}'" in page
    assert f'data-template-name="{kind}"' in page
    assert f'data-help-name="{kind}"' in page
    assert f'icon: "{group}.svg"' in page
    assert f"nodes/icons/{group}.svg" in exported("node-red")
    assert f'registerGroup(RED, "{group}")' in text(f"nodes/{group}.js")
    assert document("node-red", "definitions.json")["types"]["groups"][group] == kind


@pytest.mark.parametrize("page", [*GROUPS, "connection"])
def test_a_page_is_whole(page: str) -> None:
    opened: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, _attrs: object) -> None:
            if tag not in {"input", "br"}:
                opened.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert opened.pop() == tag

    content = text(f"nodes/{page}.html")
    reader = Reader()
    # What is inside a template is a page of its own.
    for part in [re.sub(r"</?script[^>]*>", "", content.partition("data-template-name")[2].partition(">")[2])]:
        reader.feed(part)
    assert opened == []
    assert content.count("<script") == content.count("</script>")


@by_action
def test_an_action_is_in_the_runtime_the_form_the_help_an_example_and_the_readme(key: str) -> None:
    definition = definitions()[key]
    made = document("node-red", "definitions.json")["actions"][key]
    assert list(made["inputs"]["properties"]) == list(definition.inputs.properties)
    assert list(made["outputs"]["properties"]) == list(definition.outputs.properties)
    assert [made["name"] for made in form(key)["fields"]] == list(definition.inputs.properties)
    shown = text(f"nodes/{definition.group}.html").partition(f"<h3>{definition.summary}</h3>")[2].partition("<h3>")[0]
    for name in (*definition.inputs.properties, *definition.outputs.properties):
        assert re.search(rf"<dt[^>]*>{re.escape(name)} <", shown), name
    assert [node["action"] for node in flow(definition.group) if node.get("action") == key] == [key]
    assert f"`{key}`" in text("README.md")


@by_action
def test_a_field_is_what_its_input_is(key: str) -> None:
    definition = definitions()[key]
    for made in form(key)["fields"]:
        given = definition.input(made["name"])
        assert made["title"] == given.title
        assert made["description"] == given.description
        needed = made["name"] in definition.inputs.required and given.default is None
        assert made.get("required", False) == needed
        assert made.get("advanced", False) == (given.x_ms_visibility == "advanced" and not made.get("required"))
        assert (made["kind"] == "secret") == given.write_only
        assert made.get("values") == given.enum
        assert made.get("listed", False) == (given.x_ms_dynamic_values is not None)


def test_every_kind_of_field_is_drawn_by_the_script() -> None:
    drawn = text("resources/editor.js").partition("const KINDS = {")[2].partition("\n  };")[0]
    kinds = set(re.findall(r"^    '?([a-z ]+)'?: \(", drawn, re.MULTILINE))
    used = {made["kind"] for key in KEYS for made in form(key)["fields"]}
    assert used <= kinds
    assert {*KINDS.values(), "choice", "secret"} == kinds


KINDS = {
    ("string",): "text",
    ("string", "null"): "text",
    ("boolean",): "flag",
    ("integer",): "number",
    ("number", "integer"): "number",
    ("string", "number"): "text or number",
    ("array",): "json",
    ("object", "boolean"): "json",
    ("boolean", "integer"): "json",
    ("string", "boolean"): "json or text",
    ("string", "array", "object"): "json or text",
    (): "json or text",
}


@pytest.mark.parametrize("types", KINDS, ids=" ".join)
def test_each_type_of_input_has_a_control(types: tuple[str, ...], tmp_path: Path) -> None:
    loaded = parcels(tmp_path, action("send_parcel", {"thing": body(list(types), "Thing")}))
    assert forms.kind(Action(loaded, "send_parcel"), "thing") == KINDS[types]


@pytest.mark.parametrize(
    ("types", "values", "control"),
    [
        (["string", "null"], ["S", None], "choice"),
        (["string", "integer"], ["S", "M"], "choice"),
        (["integer"], [1, 2], "choice"),
        (["number", "integer"], [1, 2.5], "choice"),
        (["boolean"], [True], "flag"),
        (["string", "integer"], ["S", 1], "text or number"),
        (["string", "boolean"], ["S", True], "json or text"),
        (["array"], [["a"], []], "json"),
    ],
)
def test_allowed_values_are_a_choice_of_texts_or_of_numbers(
    types: list[str], values: list[Any], control: str, tmp_path: Path
) -> None:
    words: Any = {"items": {}} if types == ["array"] else {}
    loaded = parcels(tmp_path, action("send_parcel", {"thing": body(types, "Thing", enum=values, **words)}))
    assert forms.kind(Action(loaded, "send_parcel"), "thing") == control


@pytest.mark.parametrize(
    ("value", "field"),
    [
        (True, {"t": "json", "v": "true"}),
        (5, {"t": "json", "v": "5"}),
        ({"a": 1}, {"t": "json", "v": '{"a": 1}'}),
        ("x", {"t": "str", "v": "x"}),
    ],
)
def test_an_example_of_a_field_of_many_types_has_the_type_of_its_value(value: Any, field: Any, tmp_path: Path) -> None:
    document = action("send_parcel", {"thing": body([], "Thing")})
    found = Action(parcels(tmp_path, document), "send_parcel")
    assert field_values(found, Example(title="x", inputs={"thing": value})) == {"thing": field}


def test_fields_of_a_known_action() -> None:
    assert field_of("send_message", "user_id")["kind"] == "text"
    assert field_of("send_message", "webhook_method")["values"] == ["POST", "PUT"]
    assert field_of("send_message", "recipients")["kind"] == "json"
    assert "advanced" in field_of("send_message", "slack_channel")
    assert field_of("get_list", "list_id")["required"] is True


@by_action
def test_a_choice_is_a_select_of_its_options(key: str) -> None:
    rules = definitions()[key].inputs.x_rules
    expected = [rule for rule in rules if isinstance(rule, Choice) and rule.condition is None]
    made = form(key)["choices"]
    assert [(one["key"], one["title"], one["required"]) for one in made] == [
        (rule.key, rule.title, rule.required) for rule in expected
    ]
    for one, rule in zip(made, expected, strict=True):
        assert [(option["title"], option["fields"]) for option in one["options"]] == [
            (option.title, option.fields) for option in rule.options
        ]


def test_the_choices_of_a_known_action() -> None:
    send_to, message = form("send_message")["choices"]
    assert [option["title"] for option in send_to["options"]][:2] == ["A person", "A list"]
    assert [option["key"] for option in message["options"] if option.get("default")] == ["text"]
    [node] = [node for node in flow("messages") if node.get("action") == "send_message"]
    assert node["selected"].keys() == {"send_to", "message"}


@by_group
def test_an_example_flow_fills_in_what_the_editor_asks_for(group: str) -> None:
    """A node without one of these properties is marked with a red triangle."""
    for node in flow(group):
        if node["type"] == "inject":
            assert {"props", "repeat", "crontab", "once", "onceDelay", "topic", "name"} <= set(node)
            assert node["repeat"] == ""
        if node.get("action") is None:
            continue
        made = form(node["action"])
        shown = {
            name
            for choice in made["choices"]
            for option in choice["options"]
            for name in option["required"]
            if node["selected"].get(choice["key"]) == option["key"]
        }
        asked = {each["name"] for each in made["fields"] if each.get("required")} | shown
        assert asked <= set(node["fields"]), node["action"]
        assert {choice["key"] for choice in made["choices"] if choice["required"]} <= set(node["selected"])


def test_a_secret_is_never_written_into_an_example_flow() -> None:
    secret = {
        (key, name)
        for key in KEYS
        for name in definitions()[key].inputs.properties
        if definitions()[key].input(name).write_only
    }
    found = [
        value
        for group in GROUPS
        for node in flow(group)
        for name, value in node.get("fields", {}).items()
        if (node["action"], name) in secret
    ]
    assert {value["t"] for value in found} <= {"env"}
    assert not [node for group in GROUPS for node in flow(group) if "credentials" in node]


@by_group
def test_an_example_flow_is_wired_and_catches_errors(group: str) -> None:
    nodes = flow(group)
    ids = [node["id"] for node in nodes]
    assert len(set(ids)) == len(ids)
    assert {target for node in nodes for wire in node.get("wires", []) for target in wire} <= set(ids)
    assert {"inject", "catch", "debug", "courier-connection"} <= {node["type"] for node in nodes}
    assert all(node["active"] and node["tosidebar"] for node in nodes if node["type"] == "debug")
    assert all(node["connection"] in ids for node in nodes if "connection" in node)


def test_the_package_carries_the_shared_runtime_and_nothing_that_it_does() -> None:
    files = exported("node-red")
    carried = {name.removeprefix("core/"): content for name, content in files.items() if name.startswith("core/")}
    assert carried == core_files()
    assert {name for name in files if name.startswith("lib/")} == {
        f"lib/{name}.js" for name in ("host", "http_call", "node_error", "node_inputs", "nodes", "proxy")
    }


def test_a_part_of_the_catalogue_is_a_package_that_refers_to_nothing_outside() -> None:
    files = export(bundle(), "node-red", groups=["messages"])
    made = json.loads(files["definitions.json"])
    assert list(made["types"]["groups"]) == ["messages"]
    assert {name for name in files if name.startswith("nodes/")} == {
        *("nodes/connection.html", "nodes/connection.js", "nodes/messages.html", "nodes/messages.js"),
        *("nodes/icons/connection.svg", "nodes/icons/messages.svg"),
    }
    assert "x-ms-dynamic-values" not in json.dumps(made)
    fields = form_of(files["nodes/messages.html"].decode())["send_message"]["fields"]
    assert not any("listed" in made for made in fields)


def test_another_connector_is_exported_under_its_own_name(tmp_path: Path) -> None:
    files = export(parcels(tmp_path, SEND, GET, LIST), "node-red")
    assert b"courier" not in b"".join(files.values()).lower()
    assert json.loads(files["package.json"])["name"] == "@parcels-connector/node-red-contrib-parcels-actions"


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (
            {"x": field("object", "X", description="x", x_in="header")},
            "the input “x” is not a plain value, which the header requires",
        ),
    ],
)
def test_what_node_red_cannot_express_is_an_error_that_names_it(tmp_path: Path, inputs: Json, message: str) -> None:
    with pytest.raises(ExportError, match=re.escape("“send_parcel” cannot be exported")) as caught:
        export(parcels(tmp_path, action("send_parcel", inputs)), "node-red")
    assert message in str(caught.value)


def test_a_word_that_nobody_knows_is_an_error() -> None:
    changed = with_word("get_list", lambda action: action["inputs"]["properties"]["list_id"].update({"x-new": 1}))
    with pytest.raises(ExportError, match="x-new"):
        export(changed, "node-red")


def test_no_setting_of_a_node_has_a_name_that_the_editor_uses_itself() -> None:
    page = text("nodes/messages.html").partition("defaults: {")[2].partition("    inputs: 1")[0]
    names = set(re.findall(r"^      (\w+): ", page, re.MULTILINE))
    assert {"connection", "action", "fields", "selected", "source", "maxWait"} <= names
    assert not names & {
        "id",
        "type",
        "x",
        "y",
        "z",
        "g",
        "d",
        "l",
        "inputs",
        "outputs",
        "wires",
        "info",
        "icon",
        "valid",
    }


def test_text_from_a_definition_cannot_end_a_script(tmp_path: Path) -> None:
    hostile = action("send_parcel", {"note": body("string", "</script><b>", description="<!-- </script>")})
    page = export(parcels(tmp_path, hostile), "node-red")["nodes/parcels.html"].decode()
    assert page.count("</script>") == 4
    assert form_of(page)["send_parcel"]["fields"][0]["title"] == "</script><b>"


@by_group
def test_the_readme_lists_an_action_under_its_group(group: str) -> None:
    section = text("README.md").partition(f"### {bundle().manifest.groups[group].title} (")[2].partition("\n#")[0]
    rows = [line.split("|")[2].strip(" `") for line in section.splitlines() if line.startswith("| ") and "`" in line]
    assert rows == [key for key in KEYS if definitions()[key].group == group]


def test_the_readme_says_what_handlers_do_beyond_data() -> None:
    readme = text("README.md").partition("## Limitations")[2]
    listed = {key for key in KEYS if f"(`{key}`)" in readme}
    assert {"create_or_update_audience", "get_audience", "list_audiences"} <= listed
    assert "get_list" not in listed


def test_the_readme_says_how_to_install_a_package_and_not_a_link() -> None:
    packed = f"courier-connector-node-red-contrib-courier-actions-{bundle().manifest.version}.tgz"
    assert f'    npm pack\n    npm install --prefix ~/.node-red "$PWD/{packed}"\n' in text("README.md")


def test_allowed_values_are_drawn_as_what_they_are(tmp_path: Path) -> None:
    inputs = {
        "size": body("integer", "Size", description="x", enum=[1, 2]),
        "fast": body("boolean", "Fast", description="x", enum=[True, False]),
        "kind": body("string", "Kind", description="x", enum=["a", "b"]),
    }
    example = {"title": "One", "inputs": {"size": 2, "fast": True, "kind": "a"}, "interactions": []}
    made = parcels(tmp_path, action("send_parcel", inputs, examples=[example]))
    files = export(made, "node-red")
    fields = {each["name"]: each for each in form_of(files["nodes/parcels.html"].decode())["send_parcel"]["fields"]}
    assert {name: each["kind"] for name, each in fields.items()} == {"size": "choice", "fast": "flag", "kind": "choice"}
    assert fields["size"]["values"] == [1, 2]
    sent = Action(made, "send_parcel")
    types = {"size": {"t": "num", "v": "2"}, "fast": {"t": "flag", "v": "true"}, "kind": {"t": "choice", "v": "a"}}
    assert field_values(sent, sent.definition.examples[0]) == types
