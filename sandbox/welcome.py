"""The page that a browser sees at ``/``: what this is, what was sent, and the last requests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from .protocol import JsonObject
from .routes import ROUTES

POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""The page loads nothing, runs nothing and is shown in no other page: it quotes what clients sent."""

_SHOWN = 20
_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem }
table { border-collapse: collapse; display: block; overflow-x: auto; margin-bottom: 2rem }
td, th { text-align: left; padding: .2rem 1rem .2rem 0; vertical-align: top }
code, pre { font-family: ui-monospace, monospace; font-size: .9em }
pre { overflow-x: auto }
"""


def page(url: str, messages: Sequence[JsonObject], requests: Sequence[JsonObject]) -> str:
    """The page as HTML: the URL of this sandbox, what was sent, and the last requests, both newest first."""
    example = f"curl {url}/lists -H 'Authorization: Bearer any-key'"
    sent = [
        (m["time"], m["status"], m["channel"], m["to"] or m["recipient"], m["title"] or m["text"]) for m in messages
    ]
    received = [(r["time"], r["method"], r["path"], r["status"]) for r in requests]
    operations = [(route.method, "/" + "/".join(route.pattern)) for route in ROUTES]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sandbox</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>'
        "<h1>Sandbox</h1><p>A local service with the same REST API as Courier. It accepts any API key and delivers "
        f"nothing. Use <code>{escape(url)}</code> as the base URL of a client:</p><pre>{escape(example)}</pre>"
        f"{_table('Messages', ('Time', 'Status', 'Channel', 'To', 'Message'), sent[:_SHOWN])}"
        f"{_table('Requests', ('Time', 'Method', 'Path', 'Status'), received[:_SHOWN])}"
        f"{_table('Operations', ('Method', 'Path'), operations)}</body></html>"
    )


def _table(title: str, headers: Iterable[str], rows: Sequence[Sequence[object]]) -> str:
    if not rows:
        return f"<h2>{title}</h2><p>None yet.</p>"
    head = "".join(f'<th scope="col">{header}</th>' for header in headers)
    body = "".join(f"<tr>{''.join(f'<td>{_text(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<h2>{title}</h2><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _text(cell: object) -> str:
    return "" if cell is None else escape(str(cell))
