"""The models of the definition format, and those of them that describe what a runtime does."""

from __future__ import annotations

import importlib
import pkgutil

import connector.definition
from connector.definition.action import Effects
from connector.definition.bulk import BulkJob
from connector.definition.common import CommonDefinitions
from connector.definition.example import Example, Interaction, SampleError, SampleRequest, SampleResponse
from connector.definition.model import Model
from connector.definition.service import Group, IdempotencyHeader, Publication, Publisher

FOR_PEOPLE = {Publisher, Group, IdempotencyHeader, Publication, Effects}
"""Models that say something to people and hosts, and nothing to a runtime."""
FOR_BATCHES = {BulkJob}
"""Models of what a batch does with many runs; a host has batches of its own."""
FOR_TESTS = {Example, Interaction, SampleError, SampleRequest, SampleResponse}
"""Models of examples."""
FOR_LOADING = {CommonDefinitions}
"""Models whose content is written out in every action before anybody reads it."""


def models() -> list[type[Model]]:
    """Every other model, in the order of its name."""
    others = FOR_PEOPLE | FOR_BATCHES | FOR_TESTS | FOR_LOADING
    return [model for model in every_model() if model not in others]


def every_model() -> list[type[Model]]:
    """Every model of the format, in the order of its name."""
    for module in pkgutil.iter_modules(connector.definition.__path__):
        importlib.import_module(f"connector.definition.{module.name}")
    found = {model for model in _below(Model) if model.__module__.startswith("connector.definition.")}
    return sorted(found, key=lambda model: model.__name__)


def _below(model: type[Model]) -> set[type[Model]]:
    return {inner for child in model.__subclasses__() for inner in (child, *_below(child))}


def keywords_of(model: type[Model]) -> set[str]:
    """The keywords of a model as files spell them."""
    return {field.alias or name for name, field in model.model_fields.items()}
