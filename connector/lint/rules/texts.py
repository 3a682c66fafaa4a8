"""Texts that people read: titles, descriptions, error messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from connector import json_pointer
from connector.definition.files import MANIFEST
from connector.lint.folder_view import PARTS, ActionView, FolderView, LocatedField
from connector.lint.rule import Violation, action_rule, folder_rule
from connector.lint.sample_folder import ACTION, with_inputs, with_outputs

_STOP_WORDS = """
    a about all also an and any are as associated at be been being by can contain corresponding data defined describe
    field follow following for from given has if in information input into is it its may more must not of on one
    optional or output parameter particular property related represent required return returned set should some
    specific specified specify string such that the their them there these they this those to unique uniquely use used
    value want was what when where which who whose will with wish you your
"""
_TODO = re.compile(r"\bTODO\b")
# A sentence may end inside quotation marks or brackets.
_END = re.compile(r"[.!?…][”\u2019)\"']*$")


def _input(**keywords: Any) -> dict[str, Any]:
    return with_inputs(thing_id=keywords)


@action_rule("D301", "Give the field a title.", good=_input(title="Thing ID"), bad=_input(title=None))
def fields_have_a_label(action: ActionView) -> Iterator[tuple[str, str]]:
    """Every field has a title.

    Forms show the title instead of the name.
    """
    for node in action.nodes():
        if node.name and not (node.field.title or "").strip():
            yield node.place, f"“{node.name[:80]}” has no title."


@action_rule(
    "D302",
    "Add what distinguishes the fields, as in “Facebook URL”.",
    good=with_outputs(name={"title": "Thing ID"}),
    bad=with_inputs(
        other={"type": "string", "title": "Thing ID", "description": "The number on its label.", "x-in": "query"}
    ),
)
def labels_are_unique(action: ActionView) -> Iterator[tuple[str, str]]:
    """Titles are unique among the inputs, among the outputs, and in a row.

    People could not distinguish two fields with one title.
    """
    for part in PARTS:
        owners: dict[tuple[str, str], LocatedField] = {}
        for node in action.nodes(part):
            title = (node.field.title or "").strip().casefold()
            around = node.place.rpartition("/")[0]
            if node.name and title and owners.setdefault((around, title), node) is not node:
                other = owners[around, title].name
                yield node.place, f"“{other}” has the same title, “{node.field.title}”."


@action_rule(
    "D303", "Give the field a description.", good=_input(description="Which one to read."), bad=_input(description=None)
)
def fields_are_described(action: ActionView) -> Iterator[tuple[str, str]]:
    """Every field has a description.

    It is the help text of the field in forms and in the reference.
    """
    for node in action.nodes():
        if node.name and not (node.field.description or "").strip():
            yield node.place, f"“{node.name[:80]}” has no description."


@action_rule(
    "D304",
    "Describe what the title does not say: the purpose, the unit or format, the default.",
    good=_input(description="The thing's ID, as it was numbered when it was made."),
    bad=_input(description="The ID of the thing."),
)
def descriptions_are_no_echo(action: ActionView) -> Iterator[tuple[str, str]]:
    """A description adds something to the title.

    “The ID of the list” does not help anyone who reads “List ID”.
    """
    summary = action.definition.summary
    if not _content(action.definition.description) - _content(summary):
        yield "/description", "The description only repeats the summary."
    # What the action is about; its verb is left to the descriptions.
    about = _content(summary.partition(" ")[2])
    for node in action.nodes():
        if not node.name or not (node.field.description or "").strip():
            continue
        words = _content(node.field.description or "")
        around: LocatedField | None = node
        known: set[str] = set(about)
        while around is not None:
            known |= _content(f"{around.field.title or ''} {_split(around.name)}")
            around = around.parent
        if not words - known:
            yield f"{node.place}/description", f"The description of “{node.name[:80]}” only repeats its title."


@action_rule(
    "D305",
    "End the text with a period.",
    good={ACTION: {"description": "Reads what one thing is called."}},
    bad={ACTION: {"description": "Reads what one thing is called"}},
)
def sentences_end(action: ActionView) -> Iterator[tuple[str, str]]:
    """Descriptions and the messages and hints of errors end with a period.

    Hosts put other sentences after them.
    """
    definition = action.definition
    texts = [("/description", definition.description)]
    texts += [(f"{node.place}/description", node.written.description or "") for node in action.nodes()]
    for index, error in enumerate(definition.errors):
        texts += [(f"/errors/{index}/sentence", error.sentence), (f"/errors/{index}/hint", error.hint)]
    for place, text in texts:
        if text.strip() and not _END.search(text):
            yield place, f"“…{text[-30:]}” does not end with a period."


@folder_rule(
    "D306",
    "Replace the TODO with the text.",
    good={ACTION: {"description": "Returns the name of a thing. Everything to do with it is read only."}},
    bad={ACTION: {"errors": [{"status": 410, "code": "thing_gone", "sentence": "TODO: what happened."}]}},
)
def todos_are_done(view: FolderView) -> Iterator[Violation]:
    """No text of a definition is an unfinished TODO.

    A new action is created with a TODO for each text that only its author can write, and users would read it.
    """
    documents = [(action.home, action.document) for action in view.actions]
    for home, document in [*documents, (_in_manifest, view.document)]:
        for pointer, text in _strings(document, ""):
            if _TODO.search(text):
                yield Violation(*home(pointer), f"“{text[:60]}” is not finished.")


def _in_manifest(pointer: str) -> tuple[str, str]:
    return MANIFEST.as_posix(), pointer


def _strings(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Every string in a document, and where it is."""
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(inner, pointer + json_pointer.join([key]))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _strings(inner, f"{pointer}/{index}")


def _content(text: str) -> set[str]:
    """The words that carry the meaning of a text, roughly stemmed; a quotation counts as one word."""
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
