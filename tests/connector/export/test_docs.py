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
from connector.definition.service import Publisher
from connector.export import ExportError, export
from connector.export.docs.field_rows import MOST_WORDS
from connector.export.docs.markdown import anchor, code, text
from tests.connector.export.whole import ROOT, Json, bundle, definitions, exported, parcels
from tests.connector.parcels import action, body, manifest
from tests.definitions import gaps

REFERENCE = ROOT / "docs/reference"
RENEW = "Run: courier-connector export docs --out docs/reference --force (and delete pages that it no longer writes)"
by_action = pytest.mark.parametrize("key", sorted(definitions()))

Row = dict[str, str]


@dataclass
class Section:
    """What stands between two headings."""

    heading: str
    level: int
    lines: list[str] = field(default_factory=list)

    @property
    def tables(self) -> list[list[Row]]:
        found: list[list[list[str]]] = []
        for before, line in zip(["", *self.lines], self.lines, strict=False):
            if line.startswith("|"):
                found += [] if before.startswith("|") else [[]]
                found[-1].append(cells(line))
        assert all(len(row) == len(table[0]) for table in found for row in table), self.heading
        return [[dict(zip(table[0], row, strict=True)) for row in table[2:]] for table in found]

    @property
    def table(self) -> list[Row]:
        return self.tables[0]

    @property
    def fields(self) -> list[Row]:
        """The rows of the tables of fields: those of the action itself, then those of each list."""
        return [row for table in self.tables if "Name" in table[0] for row in table]

    @property
    def details(self) -> dict[str, str]:
        """What the list of details says, by the key of the field."""
        found: dict[str, str] = {}
        for line in self.lines:
            if match := re.match(r"- `([^`]+)` \([^`]*?\):(.*)", line):
                found[match[1]] = match[2].strip()
            elif line.startswith("  - "):
                found[list(found)[-1]] += f" {line.removeprefix('  - ')}"
        return {key: shown.strip() for key, shown in found.items()}

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
    committed = {path.relative_to(REFERENCE).as_posix(): path.read_bytes() for path in REFERENCE.rglob("*.md")}
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


def list_of(key: str) -> str:
    return key.rpartition("[].")[0]


def by_list(schema: ObjectSchema) -> list[tuple[str, str, FieldSchema, bool]]:
    """The fields of a definition in the order of the tables: those of the action itself, then those of each list."""
    fields = list(declared(schema))
    lists = list(dict.fromkeys(["", *(list_of(own) for own, *_ in fields)]))
    return sorted(fields, key=lambda field: lists.index(list_of(field[0])))


@by_action
def test_inputs_read_back_are_the_inputs(key: str) -> None:
    schema = definitions()[key].inputs
    wanted = [
        (schema.resolve(one).title or own, own, "Yes" if required else "No", shown_type(schema, one))
        for own, _, one, required in by_list(schema)
    ]
    rows = parts(key)["Inputs"].fields
    assert [(plain(row["Name"]), typed(row["Key"]), row["Required"], row["Type"]) for row in rows] == wanted
    assert all(list(row) == ["Name", "Key", "Type", "Required", "Description"] for row in rows)


@by_action
def test_outputs_read_back_are_the_outputs(key: str) -> None:
    schema = definitions()[key].outputs
    wanted = [(schema.resolve(one).title, path, shown_type(schema, one)) for _, path, one, _ in by_list(schema)]
    rows = parts(key)["Outputs"].fields
    assert [(plain(row["Name"]), typed(row["Path"]), row["Type"]) for row in rows] == wanted
    assert all(list(row) == ["Name", "Path", "Type", "Description"] for row in rows)


@by_action
def test_a_field_has_its_whole_description_and_its_values_in_its_row_and_its_details(key: str) -> None:
    for heading, schema in (("Inputs", definitions()[key].inputs), ("Outputs", definitions()[key].outputs)):
        rows, details = parts(key)[heading].fields, parts(key)[heading].details
        for row, (own, path, one, _) in zip(rows, by_list(schema), strict=True):
            resolved = schema.resolve(one)
            more = details.get(own if heading == "Inputs" else path, "")
            shown = plain(f"{row['Description']} {more}".replace("See the details below. ", ""))
            assert shown.startswith(" ".join((resolved.description or "").split())), own
            for choice in resolved.enum or []:
                assert choice is None or code(str(choice)) in more
            if resolved.default is not None:
                assert "Default: `" in more


def test_no_cell_is_longer_than_a_reader_takes_in_at_a_glance() -> None:
    longest = {"Description": MOST_WORDS, "What happened": MOST_WORDS, "What to do": 50, "Also accepted": 12}
    for name in exported("docs"):
        for section in page(name.removesuffix(".md")):
            for heading, cell in (
                (head, cell) for table in section.tables for row in table for head, cell in row.items()
            ):
                assert len(cell.split()) <= longest.get(heading, 20), (name, section.heading, cell)


def other_keys(key: str) -> dict[str, list[str]]:
    """The other accepted keys of the inputs of an action."""
    rows = [row for table in parts(key)["Inputs"].tables for row in table if "Also accepted" in row]
    return {typed(row["Key"]): [typed(name) for name in row["Also accepted"].split(", ")] for row in rows}


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
    inputs = {typed(row["Key"]): row for row in parts(definition.key)["Inputs"].fields} if table["parameters"] else {}
    names = {name: key for key in inputs for name in (key, *other_keys(definition.key).get(key, []))}
    for _, where, path, kind, title, required in table["parameters"]:
        key = documented_key(path, where, names) or ""
        assert key in inputs, path
        row = inputs[key]
        assert f" {plain(row['Name'])}".endswith(f" {title}")
        # Where the service takes texts and objects, the table has only the texts.
        assert kind in {row["Type"], row["Type"].removesuffix(" or object")}
        # A row that is given at all must say whom it is about, which the table does not say.
        assert (
            row["Required"] == ("Yes" if required else "No")
            or "[]" in key
            or gaps.excused("documented_otherwise", definition, name=key, what="required")
        ), key
    outputs = {(typed(row["Path"]), row["Type"]): plain(row["Name"]) for row in parts(definition.key)["Outputs"].fields}
    for path, kind, title in table["returns"]:
        assert f" {outputs[path, kind]}".endswith(f" {title}")


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
        (status, name, " ".join(shown.split()), " ".join(hint.split())) for status, name, shown, hint in wanted
    ]


def index(heading: str) -> Section:
    return next(section for section in page("index") if section.heading == heading)


def test_the_index_tells_the_connection() -> None:
    [row] = index("Creating a connection").table
    assert (row["Name"], typed(row["Key"]), row["Required"], row["Type"]) == (
        "API key",
        "api_key",
        "Yes",
        "securestring",
    )
    assert (
        "Environment variables: `COURIER_AUTH_TOKEN`, `COURIER_API_KEY`."
        in index("Creating a connection").details["api_key"]
    )


def test_the_index_names_the_service_s_privacy_policy_and_the_publisher_unless_it_is_the_placeholder() -> None:
    publication = bundle().manifest.publication
    assert publication is not None
    assert publication.publisher is not None
    rows = {row["Connector"]: row[""] for row in next(one for one in page("index") if one.level == 1).table}
    assert str(publication.privacy_policy) in rows["Privacy policy"]
    assert publication.publisher.is_placeholder != ("Publisher" in rows)
    pages = export(bundle(), "docs", publisher=Publisher(name="Ada", email="ada@ada.test", url="https://ada.test"))
    assert b"| Publisher | Ada, <https://ada.test>, <ada@ada.test> |" in pages["index.md"]


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


def test_rows_nested_in_themselves_are_described_once() -> None:
    section = parts("create_or_update_audience")["Inputs"]
    assert "Same fields as `filters`, nested to any depth." in section.details["filters[].filters"]
    assert "filters[].filters[].path" not in {typed(row["Key"]) for row in section.fields}


def test_allowed_values_defaults_examples_and_constraints_are_in_the_details(tmp_path: Path) -> None:
    fields = {
        "size": body("integer", "Size", minimum=1, maximum=6000000, default=5, examples=[7]),
        "name": body("string", "Na|me", pattern="^a|b$", minLength=1, writeOnly=True, description="Takes *all* <b>s."),
        "kinds": body("array", "Kinds", items={"type": "string"}, uniqueItems=True, maxItems=3, deprecated=True),
        "labels": body("object", "Labels", additionalProperties={"type": "string", "title": "Label"}),
        "long": body("string", "Long", description=" ".join(["word"] * 31)),
    }
    page = export(parcels(tmp_path, action(inputs=fields)), "docs")["parcels.md"].decode()
    section = Section("Inputs", 3, page.split("### Inputs\n")[1].split("\n### ")[0].splitlines())
    rows = {typed(row["Key"]): row for row in section.table}
    assert section.details["size"] == "Default: `5`. Example: `7`. 1 or more. 6,000,000 or less."
    assert plain(rows["name"]["Name"]) == "Na|me"
    assert rows["name"]["Description"] == r"Takes \*all\* \<b\>s."
    assert section.details["name"] == "At least 1 character. Pattern: `^a|b$`. Secret: never shown or logged."
    assert section.details["kinds"] == "At most 3 items. No duplicates. Deprecated."
    assert rows["labels.*"]["Type"] == "string"
    assert rows["long"]["Description"] == "See the details below."
    assert section.details["long"] == " ".join(["word"] * 31)
    assert ["`kinds`", "`body/kinds`"] in [list(row.values()) for row in section.tables[1]]


def test_a_group_called_like_the_index_is_refused(tmp_path: Path) -> None:
    group = {"title": "Index", "description": "Index.", "icon": "icons/parcels.svg"}
    connector = manifest(groups={"index": group})
    with pytest.raises(ExportError, match="“index”"):
        export(parcels(tmp_path, action() | {"group": "index"}, connector=connector), "docs")


@given(st.text())
def test_a_text_stays_a_text(anything: str) -> None:
    assert plain(text(anything)) == " ".join(anything.split())
    assert not re.search(r"(?<!\\)(?:\\\\)*[|*<>`\[\]~]", text(anything))
