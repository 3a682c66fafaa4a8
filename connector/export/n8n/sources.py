"""The TypeScript files of the node that are made from data; those in `package/` are the same for every connector."""

from __future__ import annotations

from pathlib import Path

from connector.export.n8n import parameters, style
from connector.export.n8n.credentials import icon_paths
from connector.export.n8n.expressions import without_braces
from connector.export.n8n.node import NodeData
from connector.export.n8n.typescript import Code, source, text
from connector.export.templates import filled


def sources(node: NodeData) -> dict[str, str]:
    """Path in the package: its content."""
    home = f"nodes/{node.class_name}"
    return {
        f"{home}/{node.class_name}.node.ts": _node(node),
        f"{home}/names.ts": _names(node),
        **{f"{home}/resources/{style.camel(group)}.ts": _resource(node, group) for group in node.selection.groups},
    }


def _node(node: NodeData) -> str:
    manifest = node.manifest
    groups = [style.camel(group) for group in node.selection.groups]
    data = {
        "displayName": manifest.title,
        "name": node.node_name,
        "icon": icon_paths(node, 2),
        "group": ["output"],
        "version": 1,
        "subtitle": subtitle(node),
        "description": style.description(manifest.description),
        "defaults": {"name": manifest.title},
        "usableAsTool": True,
        "inputs": [Code("NodeConnectionTypes.Main")],
        "outputs": [Code("NodeConnectionTypes.Main")],
        "credentials": [{"name": node.credential_name, "required": True}],
        "properties": parameters.properties(node),
    }
    methods = {"listSearch": {name: Code(f"searchIn({source(values, 3)})") for name, values in node.searches.items()}}
    imports = [f"import {{ {group}Properties }} from './resources/{group}';\n" for group in groups]
    if node.searches:
        imports.append("import { searchIn } from './search';\n")
    return filled(
        Path(__file__).with_name("node_template.ts"),
        imports="".join(imports),
        class_name=node.class_name,
        description=source(data, 1),
        methods=f"\n\tmethods = {source(methods, 1)};\n" if node.searches else "",
    )


def subtitle(node: NodeData) -> str:
    """The expression for the line below the node's name: “Send: Message”."""
    words = {
        action.key: Code(without_braces(text(f"{node.operation_names[action.key]}: {node.resource_name(group)}")))
        for group, actions in node.selection.groups.items()
        for action in actions
    }
    return f'={{{{ ({source(words).replace(chr(10), " ").replace(chr(9), "")})[$parameter["operation"]] }}}}'


def _names(node: NodeData) -> str:
    return (
        f"export const credential = {source(node.credential_name)};\n\n"
        f"export const userAgent = {source(f'{node.package_name}/{node.manifest.version}')};\n"
    )


def _resource(node: NodeData, group: str) -> str:
    return (
        "import type { INodeProperties } from 'n8n-workflow';\n\n"
        f"export const {style.camel(group)}Properties: INodeProperties[] = "
        f"{source(parameters.group_properties(node, group))};\n"
    )
