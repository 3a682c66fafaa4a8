"""The reference pages are what the definitions say, and can be read back."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.definition.field import FieldSchema, ObjectSchema
from connector.export import ExportError, export
from connector.export.docs.markdown import anchor, code, text
from tests.connector.export.whole import ROOT, Json, bundle, definitions, exported, parcels
from tests.connector.parcels import action, body, manifest
from tests.definitions import gaps

REFERENCE = ROOT / "docs/reference"
RENEW = "Run: courier-connector export docs --out docs/reference (and delete pages that are no longer written)"
by_action = pytest.mark.parametrize("key", sorted(definitions()))

Row = dict[str, str]


@dataclass
class Section:
    """What stands between two headings."""

    heading: str
    level: int
    lines: list[str] = field(default_factory=list)

    @property
    def table(self) -> list[Row]:
        rows = [cells(line) for line in self.lines if line.startswith("|")]
        assert all(len(row) == len(rows[0]) for row in rows), self.heading
        return [dict(zip(rows[0], row, strict=True)) for row in rows[2:]]

    @property
    def blocks(self) -> list[Json]:
        return [json.loads(block) for block in re.findall(r"```json\n(.*?)```", "\n".join(self.lines), re.DOTALL)]


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip())[1:-1]]


def plain(markdown: str) -> str:
    """The text that a reader sees."""
    return re.sub(r"\\(.)", r"\1", markdown)


def typed(markdown: str) -> str:
    """The name that a reader sees in code."""
    assert markdown.startswith("`")
    assert markdown.endswith("`")
    return markdown.strip("`").replace("\\|", "|")


@cache
def page(name: str) -> list[Section]:
    found: list[Section] = [Section("", 0)]
    inside = False
    for line in exported("docs")[f"{name}.md"].decode().splitlines():
        inside ^= line.startswith("```")
        match = None if inside else re.match(r"(#+) (.*)", line)
        if match:
            found.append(Section(match[2], len(match[1])))
        else:
            found[-1].lines.append(line)
    return found


@cache
def parts(key: str) -> dict[str, Section]:
    """The sections of an action, by heading; its own text under the empty one."""
    definition = definitions()[key]
    found: dict[str, Section] = {}
    mine = False
    for section in page(definition.group):
        if section.level == 2:
            mine = plain(section.heading) == definition.summary
        if mine:
            found["" if section.level == 2 else section.heading] = section
    return found


def test_the_committed_pages_are_what_the_definitions_say() -> None:
    committed = {path.relative_to(REFERENCE).as_posix(): path.read_bytes() for path in REFERENCE.rglob("*.*")}
    assert sorted(committed) == sorted(exported("docs")), RENEW
    assert [name for name, content in exported("docs").items() if committed[name] != content] == [], RENEW


def test_there_is_an_index_and_a_page_per_group() -> None:
    assert sorted(exported("docs")) == sorted(f"{name}.md" for name in ("index", *bundle().manifest.groups))


def shown_type(schema: ObjectSchema, declared: FieldSchema) -> str:
    names = []
    for kind in schema.resolve(declared).types:
        items = schema.resolve(declared).items
        if kind == "array" and items is not None:
            names.append(f"array of {shown_type(schema, items)}")
        elif kind != "null":
            names.append(kind)
    return " or ".join(names)


def declared(schema: ObjectSchema) -> Iterator[tuple[str, str, FieldSchema, bool]]:
    """Every field of a definition: its key, its path, its schema, whether it is required."""

    def inside(
        row: FieldSchema | ObjectSchema, key: str, path: str, seen: tuple[str, ...]
    ) -> Iterator[tuple[str, str, FieldSchema, bool]]:
        for name, one in row.properties.items():
            yield key + name, path + name, one, name in row.required
            chain, own = [one], f"{key}{name}"
            while (items := schema.resolve(chain[-1]).items) is not None:
                chain.append(items)
                own += "[]"
            met = [step.ref for step in chain if step.ref]
            if not set(met) & set(seen):
                yield from inside(schema.resolve(chain[-1]), f"{own}.", f"{path}{name}.", (*seen, *met))

    yield from inside(schema, "", "", ())


@by_action
def test_parameters_read_back_are_the_inputs(key: str) -> None:
    schema = definitions()[key].inputs
    wanted = [
        (schema.resolve(one).title or own, own, str(required), shown_type(schema, one))
        for own, _, one, required in declared(schema)
    ]
    section = parts(key)["Parameters"]
    found = [(plain(row["Name"]), typed(row["Key"]), row["Required"], row["Type"]) for row in section.table]
    assert found == wanted
    assert all(list(row) == ["Name", "Key", "Required", "Type", "Description"] for row in section.table)


@by_action
def test_returns_read_back_are_the_outputs(key: str) -> None:
    schema = definitions()[key].outputs
    wanted = [(schema.resolve(one).title, path, shown_type(schema, one)) for _, path, one, _ in declared(schema)]
    section = parts(key)["Returns"]
    assert [(plain(row["Name"]), typed(row["Path"]), row["Type"]) for row in section.table] == wanted
    assert all(list(row) == ["Name", "Path", "Type", "Description"] for row in section.table)


@by_action
def test_every_field_is_described_in_its_own_words_and_with_its_choices(key: str) -> None:
    for heading, schema in (("Parameters", definitions()[key].inputs), ("Returns", definitions()[key].outputs)):
        rows = parts(key)[heading].table
        for row, (_, _, one, _) in zip(rows, declared(schema), strict=True):
            resolved = schema.resolve(one)
            assert plain(row["Description"]).startswith(" ".join((resolved.description or "").split()))
            for choice in resolved.enum or []:
                assert choice is None or code(str(choice)) in row["Description"]


def accepted_names(row: Row) -> list[str]:
    """The key of an input, and the other names that its row tells."""
    others = re.search(r"Also accepted: (.*)\.$", row["Description"])
    return [typed(row["Key"]), *(typed(name) for name in (others[1].split(", ") if others else []))]


def documented_key(path: str, where: str, names: dict[str, str]) -> str | None:
    """The key of the input that the documented table has at a path."""
    steps, _, rest = path.partition("[]")
    flow = "/".join(["body", *filter(None, steps.split("."))]) if where == "body" else steps
    own = names.get(flow)
    return own and own + (f"[]{rest}" if rest else "")


@pytest.mark.parametrize("operation_id", sorted(gaps.TABLE))
def test_the_documented_table_can_be_read_back(operation_id: str) -> None:
    definition = next(one for one in definitions().values() if one.operation_id == operation_id)
    table = gaps.TABLE[operation_id]
    parameters = {typed(row["Key"]): row for row in parts(definition.key)["Parameters"].table}
    names = {name: key for key, row in parameters.items() for name in accepted_names(row)}
    for _, where, path, kind, title, required in table["parameters"]:
        key = documented_key(path, where, names) or ""
        assert key in parameters, path
        row = parameters[key]
        assert f" {plain(row['Name'])}".endswith(f" {title}")
        # Where the service takes texts and objects, the table has only the texts.
        assert kind in {row["Type"], row["Type"].removesuffix(" or object")}
        # A row that is given at all must say whom it is about, which the table does not say.
        assert (
            row["Required"] == str(required)
            or "[]" in key
            or gaps.excused("documented_otherwise", definition, name=key, what="required")
        ), key
    returns = {(typed(row["Path"]), row["Type"]): plain(row["Name"]) for row in parts(definition.key)["Returns"].table}
    for path, kind, title in table["returns"]:
        assert f" {returns[path, kind]}".endswith(f" {title}")


def test_every_link_leads_to_a_heading() -> None:
    anchors = {
        f"{name.removesuffix('.md')}.md": [anchor(plain(section.heading)) for section in page(name.removesuffix(".md"))]
        for name in exported("docs")
    }
    links = 0
    for content in exported("docs").values():
        for target, name in re.findall(r"\]\(([\w]+\.md)(?:#([^)]*))?\)", content.decode()):
            links += 1
            assert target in anchors
            assert not name or anchors[target].count(name) == 1
    assert links > 100


@by_action
def test_the_example_is_a_call_and_its_result(key: str) -> None:
    example = next(example for example in definitions()[key].examples if example.outputs is not None)
    inputs, outputs = parts(key)["Example"].blocks
    assert outputs == example.outputs
    assert set(inputs) <= set(definitions()[key].inputs.properties)


@by_action
def test_known_errors_are_told(key: str) -> None:
    wanted = [(str(error.status), error.code, error.sentence, error.hint) for error in definitions()[key].errors]
    rows = parts(key)["Errors"].table if wanted else []
    found = [(row["Status"], typed(row["Code"]), plain(row["What happened"]), plain(row["What to do"])) for row in rows]
    assert found == [
        (status, name, " ".join(told.split()), " ".join(hint.split())) for status, name, told, hint in wanted
    ]


def index(heading: str) -> Section:
    return next(section for section in page("index") if section.heading == heading)


def test_the_index_tells_the_connection() -> None:
    [row] = index("Creating a connection").table
    assert (row["Name"], typed(row["Key"]), row["Required"], row["Type"]) == (
        "API key",
        "api_key",
        "True",
        "securestring",
    )
    assert "`COURIER_AUTH_TOKEN` or `COURIER_API_KEY`" in row["Description"]


def test_the_index_tells_whom_to_ask() -> None:
    rows = {row["Connector"]: row[""] for row in next(one for one in page("index") if one.level == 1).table}
    publication = bundle().manifest.publication
    assert publication is not None
    assert publication.contact.email in rows["Contact"]
    assert publication.privacy_policy in rows["Privacy policy"]


def test_the_index_tells_every_limit() -> None:
    rows = [
        (re.sub(r"\[(.*)\]\(.*\)", r"\1", row["Name"]), row["Calls"], row["Renewal period"])
        for row in index("Throttling limits").table
    ]
    tighter = [
        (
            f"{definition.summary}, per connection",
            str(definition.throttle.calls),
            f"{definition.throttle.renewal_period:g} seconds",
        )
        for definition in definitions().values()
        if definition.throttle
    ]
    assert rows == [("API calls per connection", "100", "60 seconds"), *tighter]


def test_the_index_lists_every_action_once() -> None:
    listed = [row["Action"] for section in page("index") if section.level == 3 for row in section.table]
    assert [re.sub(r"\[(.*)\]\(.*\)", r"\1", plain(link)) for link in listed] == [
        definition.summary for definition in definitions().values()
    ]


def test_rows_inside_themselves_are_told_once() -> None:
    rows = {typed(row["Key"]): row["Description"] for row in parts("create_or_update_audience")["Parameters"].table}
    assert "With the same fields as `filters`, to any depth." in rows["filters[].filters"]
    assert "filters[].filters[].path" not in rows


def test_what_a_field_must_be_like_is_told(tmp_path: Path) -> None:
    fields = {
        "size": body("integer", "Size", minimum=1, maximum=6000000, default=5),
        "name": body("string", "Na|me", pattern="^a|b$", minLength=1, writeOnly=True, description="Takes *all* <b>s."),
        "kinds": body("array", "Kinds", items={"type": "string"}, uniqueItems=True, maxItems=3),
        "labels": body("object", "Labels", additionalProperties={"type": "string", "title": "Label"}),
    }
    one = parcels(tmp_path, action(inputs=fields))
    lines = export(one, "docs")["parcels.md"].decode().splitlines()
    rows = {
        typed(cells(line)[1]): cells(line) for line in lines if line.startswith("| ") and cells(line)[1].startswith("`")
    }
    assert rows["size"][4].startswith("Default: `5`. 1 or more. 6000000 or less.")
    assert plain(rows["name"][0]) == "Na|me"
    assert r"Takes \*all\* \<b\>s. At least 1 character. In the form `^a\|b$`. Secret" in rows["name"][4]
    assert rows["kinds"][3:] == ["array of string", "At most 3 entries. No entry twice. Also accepted: `body/kinds`."]
    assert rows["labels.*"][3] == "string"


def test_a_group_called_like_the_index_is_refused(tmp_path: Path) -> None:
    group = {"title": "Index", "description": "Index.", "icon": "icons/parcels.svg"}
    connector = manifest(groups={"index": group})
    with pytest.raises(ExportError, match="“index”"):
        export(parcels(tmp_path, action() | {"group": "index"}, connector=connector), "docs")


@given(st.text())
def test_a_text_stays_a_text(anything: str) -> None:
    assert plain(text(anything)) == " ".join(anything.split())
    assert not re.search(r"(?<!\\)(?:\\\\)*[|*<>`\[\]~]", text(anything))
