"""`docs`: the reference pages of the connector, in the browser."""

from __future__ import annotations

import re
import sys
import webbrowser
from html import escape
from pathlib import Path

import click

from connector import state_dir
from connector.cli import completers, console, context

_STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem }
table { border-collapse: collapse; display: block; overflow-x: auto }
td, th { border: 1px solid #8886; padding: .3rem .6rem; text-align: left; vertical-align: top }
code, pre { font-family: ui-monospace, monospace; font-size: .9em }
pre { overflow-x: auto }
"""


@click.command(
    short_help="Open the reference in the browser.",
    help="""Open the reference of the actions in the browser, at ACTION if one is named. Prints where it is.

    Without the markdown package, or if there is no browser, only its place is printed. show prints the same in the
    terminal.
    """,
)
@click.argument("action", required=False, shell_complete=completers.actions)
@click.pass_obj
def docs(connector_name: str | None, action: str | None) -> None:
    """Open the reference."""
    # The models.
    from connector.catalogue.catalogue import Catalogue  # noqa: PLC0415
    from connector.export import export  # noqa: PLC0415
    from connector.export.docs.markdown import anchor  # noqa: PLC0415

    bundle = context.load_bundle(connector_name, whole=True)
    found = Catalogue(bundle).find(action) if action else None
    folder = state_dir.folder() / f"{bundle.manifest.key}-reference"
    folder.mkdir(mode=0o700, exist_ok=True)
    pages = {name: content.decode() for name, content in export(bundle, "docs").items()}
    try:
        import markdown  # noqa: F401, PLC0415 - an extra
    except ImportError:
        console.message("To read the reference in the browser, install markdown: pip install markdown")
    else:
        pages = {name.replace(".md", ".html"): _html(content) for name, content in pages.items()}
    for name, content in pages.items():
        state_dir.write_private(folder / name, content.encode())
    suffix = Path(next(iter(pages))).suffix
    page = folder / f"{found.group if found else 'index'}{suffix}"
    url = page.as_uri() + (f"#{anchor(found.summary)}" if found else "")
    click.echo(url)
    if suffix == ".html" and console.is_terminal(sys.stdout) and not _opened(url):
        console.message("No browser was found. Open the address above in one.")


def _opened(url: str) -> bool:
    try:
        return webbrowser.open(url)
    except (webbrowser.Error, OSError):
        return False


def _html(page: str) -> str:
    """A page of the reference as HTML, with the anchors that its links expect and links between the HTML pages."""
    import markdown  # noqa: PLC0415

    from connector.export.docs.markdown import anchor  # noqa: PLC0415

    slugs = {"toc": {"slugify": lambda heading, _separator: anchor(heading)}}
    body = markdown.markdown(page, extensions=["tables", "fenced_code", "toc", "sane_lists"], extension_configs=slugs)
    body = re.sub(r'href="(\w+)\.md([#"])', r'href="\1.html\2', body)
    title = re.search(r"^# (.+)$", page, re.MULTILINE)
    name = escape(title[1]) if title else "Reference"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>{body}</body></html>'
    )
