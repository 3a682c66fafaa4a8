"""Whether a connector can be exported to every format. The exporters are handed in: lint imports none of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from connector.catalogue.loader import Bundle
from connector.definition.files import MANIFEST
from connector.definition.service import Publication, Publisher
from connector.errors import ConnectorError
from connector.lint.folder_view import FolderView
from connector.lint.rule import LintRule, Violation
from connector.lint.sample_folder import with_inputs

Exporter = Callable[[Bundle], object]
"""Exports a connector to one format; a `ConnectorError` says what the format cannot express."""

# A name that a node of n8n uses for itself.
_TWICE = {
    "sort-by": {"title": "Sort by", "description": "The field that comes first."},
    "sort_by": {"title": "Then by", "description": "The field that comes second."},
}
EXPORTABLE = LintRule(
    "D951",
    "Every action can be exported to every format.",
    "Change the definition so that the format can express it, or report the format's limit.",
    good=with_inputs(thing_id={"maxLength": 80}),
    bad=with_inputs(**_TWICE),
    reason="People use an action where they build their flows; one that cannot be exported is missing there.",
)


def export_violations(view: FolderView, exporters: Mapping[str, Exporter]) -> Iterator[Violation]:
    """What each format cannot express, at the action that it concerns.

    Problems of the connector as a whole, such as a file that is missing, count only for a connector that says whole
    under `publication` how it is published. The folder has to load otherwise; if two actions share a key, nothing is
    tried.
    """
    bundle = view.bundle
    if bundle is None or len(view.by_key) != len(view.actions):
        return
    published = with_publication(bundle) is bundle
    bundle = with_publication(bundle)
    for name, exporter in exporters.items():
        whole = _problem(exporter, bundle)
        if whole:
            found = dict(_problems_of_actions(exporter, bundle))
            yield from (Violation(view.by_key[key].file, "", f"{name}: {text}") for key, text in found.items())
            if not found and published:
                yield Violation(MANIFEST.as_posix(), "", f"{name}: {whole}")


def _problems_of_actions(exporter: Exporter, bundle: Bundle) -> Iterator[tuple[str, str]]:
    """The actions that cannot be exported, and why: an exporter stops at the first, so each is tried by itself.

    The action that tests connections stays, since formats need it. What goes wrong with any action is a problem of the
    connector, unless it names the action.
    """
    test = bundle.manifest.connection.test
    basis = {} if test is None else {test: bundle.actions[test]}
    texts = {
        key: _problem(exporter, replace(bundle, actions=basis | {key: bundle.actions[key]})) for key in bundle.actions
    }
    distinct = set(texts.values())
    shared = texts[test] if test is not None else distinct.pop() if len(distinct) == 1 else ""
    for key, text in texts.items():
        names = (f"“{key}”", f"“{bundle.actions[key].definition.summary}”")
        if text and (text != shared or any(name in text for name in names)):
            yield key, text


def with_publication(bundle: Bundle) -> Bundle:
    """The bundle; with placeholders for what it does not say of who publishes it, which some formats ask for."""
    given = bundle.manifest.publication or Publication()
    publisher = Publisher(name="Publisher", url="https://example.com", email="support@example.com")
    all_of_it = {"publisher": publisher, "privacy_policy": "https://example.com", "categories": ["Communication"]}
    missing = {name: value for name, value in all_of_it.items() if not getattr(given, name)}
    if not missing:
        return bundle
    publication = given.model_copy(update=missing)
    return replace(bundle, manifest=bundle.manifest.model_copy(update={"publication": publication}))


def _problem(exporter: Exporter, bundle: Bundle) -> str:
    """Why a bundle cannot be exported; empty when it can."""
    try:
        exporter(bundle)
    except ConnectorError as error:
        return error.message
    except (Exception, SystemExit) as error:  # a handler is asked what it does, and an exporter may have a gap
        return f"The export stops with {type(error).__name__}."
    return ""
