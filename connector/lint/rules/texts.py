"""What people read: labels, descriptions, sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from connector.lint.folder_view import PARTS, ActionView, Node
from connector.lint.rule import action_rule
from connector.lint.sample_folder import ACTION

_STOP_WORDS = """
    a about all also an and any are as associated at be been being by can contain corresponding data defined describe
    field follow following for from given has if in information input into is it its may more must not of on one
    optional or output parameter particular property related represent required return returned set should some
    specific specified specify string such that the their them there these they this those to unique uniquely use used
    value want was what when where which who whose will with wish you your
"""
# A sentence may end inside quotation marks or brackets.
_END = re.compile(r"[.!?…][”\u2019)\"']*$")


def _input(**words: Any) -> dict[str, Any]:
    return {ACTION: {"inputs": {"properties": {"thing_id": words}}}}


@action_rule(
    "D301",
    "Add “title”: what the form calls the field.",
    good=_input(title="Thing ID"),
    bad=_input(title=None),
)
def fields_have_a_label(action: ActionView) -> Iterator[tuple[str, str]]:
    """Every input, output and field of a row has a title."""
    for node in action.nodes():
        if node.name and not (node.field.title or "").strip():
            yield node.place, f"“{node.name[:80]}” has no title."


@action_rule(
    "D302",
    "Put the parent's name before the label, as in “Facebook URL”.",
    good={ACTION: {"outputs": {"properties": {"name": {"title": "Thing ID"}}}}},
    bad={
        ACTION: {
            "inputs": {
                "properties": {
                    "other": {
                        "type": "string",
                        "title": "Thing ID",
                        "description": "A second number.",
                        "x-in": "query",
                    }
                }
            }
        }
    },
)
def labels_are_unique(action: ActionView) -> Iterator[tuple[str, str]]:
    """No two fields have the same title: among the inputs, among the outputs, and in a row."""
    for part in PARTS:
        owners: dict[tuple[str, str], Node] = {}
        for node in action.nodes(part):
            title = (node.field.title or "").strip().casefold()
            around = node.place.rpartition("/")[0]
            if node.name and title and owners.setdefault((around, title), node) is not node:
                other = owners[around, title].name
                yield node.place, f"“{node.field.title}” is the title of “{other}” as well."


@action_rule(
    "D303",
    "Add “description”: what the field does, and what happens when it is left empty.",
    good=_input(description="Which one to read."),
    bad=_input(description=None),
)
def fields_are_described(action: ActionView) -> Iterator[tuple[str, str]]:
    """Every input, output and field of a row has a description."""
    for node in action.nodes():
        if node.name and not (node.field.description or "").strip():
            yield node.place, f"“{node.name[:80]}” has no description."


@action_rule(
    "D304",
    "Say what the label does not: what it is for, its unit or form, what happens when it is empty.",
    good=_input(description="The thing's ID, as it was numbered when it was made."),
    bad=_input(description="The ID of the thing."),
)
def descriptions_are_no_echo(action: ActionView) -> Iterator[tuple[str, str]]:
    """A description says more than the label, the name and what surrounds them do."""
    summary = action.definition.summary
    if not _content(action.definition.description) - _content(summary):
        yield "/description", "The description repeats the summary."
    # What the action is about; its verb is left to the descriptions.
    about = _content(summary.partition(" ")[2])
    for node in action.nodes():
        if not node.name or not (node.field.description or "").strip():
            continue
        told = _content(node.field.description or "")
        around: Node | None = node
        known: set[str] = set(about)
        while around is not None:
            known |= _content(f"{around.field.title or ''} {_split(around.name)}")
            around = around.parent
        if not told - known:
            yield f"{node.place}/description", f"The description of “{node.name[:80]}” only repeats its label."


@action_rule(
    "D305",
    "End it with a full stop.",
    good={ACTION: {"description": "Reads what one thing is called."}},
    bad={ACTION: {"description": "Reads what one thing is called"}},
)
def sentences_end(action: ActionView) -> Iterator[tuple[str, str]]:
    """Descriptions, and the sentences and hints of errors, end with a full stop."""
    definition = action.definition
    texts = [("/description", definition.description)]
    texts += [(f"{node.place}/description", node.written.description or "") for node in action.nodes()]
    for index, error in enumerate(definition.errors):
        texts += [(f"/errors/{index}/sentence", error.sentence), (f"/errors/{index}/hint", error.hint)]
    for place, text in texts:
        if text and not _END.search(text):
            yield place, f"“…{text[-30:]}” does not end with a full stop."


def _content(text: str) -> set[str]:
    """The words that carry the meaning of a text, in a crude common form; a quotation counts as one word."""
    quoted = set(re.findall("“[^”]*”", text))
    for quotation in quoted:
        text = text.replace(quotation, " ")
    words = re.findall(r"[a-z0-9]+", text.lower().replace("\u2019", "'").replace("'s", ""))
    return quoted | (set(map(_stem, words)) - _STOPS)


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "s"):
        if len(word) > len(ending) + 3 and word.endswith(ending) and not word.endswith("ss"):
            return word.removesuffix(ending)
    return {"ids": "id", "identifier": "id"}.get(word, word)


_STOPS = frozenset(map(_stem, _STOP_WORDS.split()))


def _split(name: str) -> str:
    """A name as words: `listId`, `list_id`, `list.id`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_.\-]", " ", name)
