"""Example flows: every action of a group with the inputs of its first successful example, and a catch node."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from connector.catalogue.action import Action
from connector.definition.example import Example
from connector.export.examples import example_inputs, successful_examples
from connector.export.node_red import forms
from connector.export.node_red.package_names import PackageNames
from connector.export.selection import ExportSelection

_ROW = 80
"""Pixels between two actions."""


def flow(selection: ExportSelection, names: PackageNames, group: str) -> list[dict[str, Any]]:
    """The flow of a group, in Node-RED's import format."""
    manifest = selection.bundle.manifest
    tab, account, caught, shown = (_id(group, part) for part in ("tab", "account", "catch", "error"))
    title = f"{manifest.title}: {manifest.groups[group].title}"
    nodes: list[dict[str, Any]] = [
        {"id": tab, "type": "tab", "label": title, "disabled": False, "info": manifest.groups[group].description},
        {"id": account, "type": names.connection, "name": "", "baseUrl": "", "allowInsecure": False},
    ]
    place = 0
    for place, action in enumerate(selection.groups[group], start=1):
        start, node, result = (_id(action.key, part) for part in ("start", "action", "result"))
        position = {"z": tab, "y": _ROW * place}
        nodes += [
            {"id": start, "type": "inject", **position, "x": 140, **_INJECT, "wires": [[node]]},
            {
                "id": node,
                "type": names.groups[group],
                **position,
                "x": 380,
                **configuration(action, account),
                "wires": [[result]],
            },
            {"id": result, "type": "debug", **position, "x": 640, **_DEBUG, "complete": "payload", "wires": []},
        ]
    bottom = {"z": tab, "y": _ROW * (place + 1)}
    nodes += [
        {
            "id": caught,
            "type": "catch",
            **bottom,
            "x": 380,
            "name": "",
            "scope": None,
            "uncaught": False,
            "wires": [[shown]],
        },
        {"id": shown, "type": "debug", **bottom, "x": 640, **_DEBUG, "complete": "error", "wires": []},
    ]
    return nodes


# Every property that the editor checks: a node without one is marked as not configured.
_INJECT = {"name": "", "props": [], "repeat": "", "crontab": "", "once": False, "onceDelay": 0.1, "topic": ""}
_DEBUG = {
    **{"name": "", "active": True, "tosidebar": True, "console": False, "tostatus": False, "targetType": "msg"},
    **{"statusVal": "", "statusType": "auto"},
}


def configuration(action: Action, account: str) -> dict[str, Any]:
    """The configuration of a node that runs the action's first successful example, if it has one."""
    example = next(iter(successful_examples(action)), None)
    fields = field_values(action, example) if example is not None else {}
    return {
        "name": "",
        "connection": account,
        "action": action.key,
        "fields": fields,
        "selected": forms.selected(action, fields),
        "source": "",
        "allPages": example is not None and example.all_pages,
        "maxItems": {"t": "num", "v": ""},
        "maxWait": {"t": "num", "v": ""},
    }


def field_values(action: Action, example: Example) -> dict[str, dict[str, str]]:
    """The values of the form's fields for the inputs of an example; a secret comes from the environment."""
    given = example_inputs(action, example)
    made = {}
    # In the order of the form, so that opening and closing the node changes nothing.
    for name in (name for name in action.inputs["properties"] if name in given):
        value = given[name]
        kind = forms.kind(action, name)
        if kind == "secret":
            made[name] = {"t": "env", "v": name.upper()}
        elif kind == "flag":
            made[name] = {"t": kind, "v": json.dumps(value)}
        elif isinstance(value, str):
            made[name] = {"t": "choice" if kind == "choice" else "str", "v": value}
        else:
            made[name] = {
                "t": "json" if "json" in kind or isinstance(value, dict | list) else "num",
                "v": json.dumps(value, ensure_ascii=False),
            }
    return made


def _id(*words: str) -> str:
    """An id as Node-RED makes them, the same for the same words."""
    return hashlib.sha256("/".join(words).encode()).hexdigest()[:16]
