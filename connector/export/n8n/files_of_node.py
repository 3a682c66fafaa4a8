"""The TypeScript files of the node that are made from data; the hooks beside them are the same for every connector."""

from __future__ import annotations

from connector.export.n8n import package_json, parameters, style
from connector.export.n8n.node import NodeData
from connector.export.n8n.typescript import Code, source

_HOOKS = ("prepare", "receive", "walk")


def sources(node: NodeData) -> dict[str, str]:
    """Path in the package: its content."""
    home = f"nodes/{node.class_name}"
    made = {f"{home}/{node.class_name}.node.ts": _node(node)}
    for group in node.groups:
        made[f"{home}/resources/{style.camel(group)}.ts"] = _resource(node, group)
        made[f"{home}/shapes/{style.camel(group)}.ts"] = _shapes(node, group)
    made[f"{home}/shapes/index.ts"] = _index(node)
    made[f"{home}/shapes/service.ts"] = _service(node)
    made[f"{home}/shapes/searches.ts"] = _searches(node)
    # Last: making the others is what fills it.
    made[f"{home}/shapes/shared.ts"] = _shared(node)
    return made


def _node(node: NodeData) -> str:
    manifest = node.manifest
    groups = [style.camel(group) for group in node.groups]
    data = {
        "displayName": manifest.title,
        "name": node.node_name,
        "icon": package_json.icon_words(node, 2),
        "group": ["output"],
        "version": 1,
        "subtitle": '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
        "description": style.description(manifest.description),
        "defaults": {"name": manifest.title},
        "usableAsTool": True,
        "inputs": [Code("NodeConnectionTypes.Main")],
        "outputs": [Code("NodeConnectionTypes.Main")],
        "credentials": [{"name": node.credential_name, "required": True}],
        "requestDefaults": {
            "baseURL": package_json.base_url(),
            "headers": {"Accept": "application/json", "Content-Type": "application/json"},
            "arrayFormat": "repeat",
            "encoding": "text",
            "ignoreHttpStatusErrors": True,
        },
        "properties": parameters.properties(node),
    }
    methods = {"listSearch": {name: Code(f"searchIn(searches.{name})") for name in node.searches}}
    searching = (
        "import { searchIn } from './hooks/search';\n",
        "import { searches } from './shapes/searches';\n",
    )
    imports = "".join(f"import {{ {group}Properties }} from './resources/{group}';\n" for group in groups)
    return (
        "import { NodeConnectionTypes, type INodeType, type INodeTypeDescription } from 'n8n-workflow';\n"
        + (searching[0] if node.searches else "")
        + imports
        + (searching[1] if node.searches else "")
        + f"\nexport class {node.class_name} implements INodeType {{\n"
        + f"\tdescription: INodeTypeDescription = {source(data, 1)};\n"
        + (f"\n\tmethods = {source(methods, 1)};\n" if node.searches else "")
        + "}\n"
    )


def _resource(node: NodeData, group: str) -> str:
    properties = source(parameters.group_properties(node, group))
    used = [
        hook for hook in _HOOKS if f"[{hook}]" in properties or f": {hook} " in properties or f": {hook}," in properties
    ]
    imports = "".join(f"import {{ {hook} }} from '../hooks/{hook}';\n" for hook in used)
    return (
        "import type { INodeProperties } from 'n8n-workflow';\n"
        f"{imports}\nexport const {style.camel(group)}Properties: INodeProperties[] = {properties};\n"
    )


def _shapes(node: NodeData, group: str) -> str:
    return (
        "import type { Shape } from '../hooks/shape';\n\n"
        f"export const {style.camel(group)}Shapes: Record<string, Shape> = {source(node.shapes[group])};\n"
    )


def _index(node: NodeData) -> str:
    groups = [style.camel(group) for group in node.groups]
    imports = "".join(f"import {{ {group}Shapes }} from './{group}';\n" for group in groups)
    every = source([Code(f"...{group}Shapes") for group in groups]).replace("[", "{").replace("]", "}")
    return (
        "import type { Shape } from '../hooks/shape';\n"
        f"{imports}\nconst shapes: Record<string, Shape> = {every};\n\n"
        "/** What the hooks must know of an operation. */\n"
        "export function shapeOf(operation: string): Shape {\n\treturn shapes[operation];\n}\n"
    )


def _service(node: NodeData) -> str:
    return (
        "import type { Service } from '../hooks/shape';\n\n"
        f"export const credential = {source(node.credential_name)};\n\n"
        f"export const service: Service = {source(node.service)};\n"
    )


def _searches(node: NodeData) -> str:
    return (
        "import type { Source } from '../hooks/search';\n\n"
        f"export const searches: Record<string, Source> = {source(node.searches)};\n"
    )


def _shared(node: NodeData) -> str:
    return (
        "import type { Field } from '../hooks/shape';\n\n"
        f"export const shared: Record<string, Field> = {source(node.shared.fields)};\n"
    )
