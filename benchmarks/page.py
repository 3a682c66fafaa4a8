"""Measures, and makes docs/performance.md with its plots of what was measured: `python -m benchmarks.page`.

`--only NAME` measures some of them again, `--draw` none. The figures are kept in benchmarks/figures.json.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from string import Template
from typing import Any

from benchmarks import report
from benchmarks.counting import machine

ROOT = Path(__file__).resolve().parents[1]
FIGURES, PAGE, PICTURES = ROOT / "benchmarks/figures.json", ROOT / "docs/performance.md", ROOT / "docs/pictures"
TEMPLATE = Path(__file__).with_suffix(".md")

Figures = Mapping[str, Any]
Row = Sequence[object]
Values = dict[str, str]


def prose(text: str) -> str:
    """A paragraph in lines of 120 characters, what is code on one line; a table as it is."""
    if text.startswith("|"):
        return f"{text}\n"
    whole = re.sub("`[^`]+`", lambda code: code[0].replace(" ", "\0"), " ".join(text.split()))
    return textwrap.fill(whole, 120, break_long_words=False, break_on_hyphens=False).replace("\0", " ") + "\n"


def table(head: Row, rows: Sequence[Row]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def ratio(figure: float | None) -> str:
    """A ratio as it is printed; nothing where there is none."""
    return "" if figure is None else f"**{figure:.2f}**"


def run_cost(figures: Figures) -> Values:
    """One run."""
    names = ("requests", "official SDK", "run")
    rows = []
    for key, found in figures.items():
        ratios = [ratio(found[f"run / {name}"]) for name in names[:2]]
        rows.append([f"`{key}`", *(f"{found[name]:.2f}" for name in names), *ratios])
    return {"table": table(["action", *names, "run / requests", "run / official SDK"], rows)}


def concurrency(figures: Figures) -> Values:
    """Many calls at once."""
    rows = []
    for group, found in figures.items():
        if isinstance(found, dict):
            spent, ratios = found["CPU seconds per 1,000 calls"], found["ratios"]
            for name, rate in found["calls per second"].items():
                rows.append([group, name, f"{rate:,.0f}", f"{spent[name]:.2f}", ratio(ratios.get(f"run / {name}"))])
    head = ["", "", "calls per second", "CPU seconds per 1,000 calls", "CPU time, run / this one"]
    return {"table": table(head, rows), "seconds": f"{figures['2,000 at once, seconds']:.1f}"}


def loading(figures: Figures) -> Values:
    """Loading."""
    loads, programs = [], []
    for count, found in figures["load"].items():
        times = (f"{found[name]:.0f}" for name in ("load", "json.loads"))
        loads.append([f"{int(count):,}", *times, ratio(found["load / json.loads"])])
    for name, found in figures["programs"].items():
        times = (f"{found[kind]:.0f}" for kind in ("program", "python"))
        programs.append([f"`{name}`", *times, ratio(found["program / python"])])
    return {
        "loads": table(["actions", "load", "json.loads", "ratio"], loads),
        "programs": table(["command", "takes", "Python alone", "ratio"], programs),
    }


def iteration(figures: Figures) -> Values:
    """Long lists."""
    ours, other = (f"{figures[way]['rows per second']:,.0f}" for way in ("iterate", "requests"))
    rows, grown = (figures["iterate"][name] for name in ("rows", "megabytes"))
    shown = {"ours": ours, "other": other, "ratio": ratio(figures["iterate / requests"])}
    return {**shown, "rows": f"{rows:,.0f}", "grown": f"{grown:.1f}"}


def stores(figures: Figures) -> Values:
    """The call limit."""
    rows: list[Row] = []
    for group, kinds in figures["acquire"].items():
        for name in kinds["free"]:
            if " / " not in name:
                rows.append([group, name, *_costs(kinds["free"], name), *_costs(kinds["full"], name)])
    memory, files = (figures["10,000 connections"][name] for name in ("memory", "files"))
    return {
        "table": table(["kept in", "", "free", "ours / this one", "full", "ours / this one"], rows),
        "memory": f"{memory['megabytes']:.0f}",
        "files": f"{files['megabytes']:.0f}",
        "descriptors": f"{files['descriptors']:.0f}",
    }


def _costs(costs: Figures, name: str) -> list[str]:
    pair = next((value for key, value in costs.items() if key.endswith(f" / {name}")), None)
    return [f"{costs[name]:.1f}", ratio(pair)]


def transports(figures: Figures) -> Values:
    """The decision about an async transport."""
    threads = next(iter(figures))
    rows = [
        [name, f"{found['CPU seconds per 1,000 runs']:.2f}", ratio(found[f"/ {threads}"])]
        for name, found in figures.items()
    ]
    change = figures["aiohttp"][f"/ {threads}"] - 1
    moved = f"{'falls' if change < 0 else 'rises'} by {abs(change):.0%}"
    return {"table": table(["calls by", "CPU seconds", f"/ {threads}"], rows), "moved": moved}


def server(figures: Figures) -> Values:
    """Over HTTP."""
    took = {name: figure for name, figure in figures.items() if not name.startswith("serve")}
    rows = [[name, f"{figure:.2f}", ratio(figure / figures["run"])] for name, figure in took.items()]
    return {"table": table(["", "takes", "/ run"], rows), "ready": f"{figures['serve is ready, seconds']:.1f}"}


SECTIONS: dict[str, Callable[[Figures], Values]] = {
    "run_cost": run_cost,
    "concurrency": concurrency,
    "loading": loading,
    "iteration": iteration,
    "stores": stores,
    "transports": transports,
    "server": server,
}
"""What is measured, by the module that does, with what its section of `page.md` shows."""


def page(figures: Figures) -> str:
    """The page as Markdown."""
    introduction, *rest = re.split(r"^<!-- (\w+) -->\n", TEMPLATE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    parts = [Template(introduction).substitute(machine=figures["machine"])]
    for name, text in zip(rest[::2], rest[1::2], strict=True):
        if name in figures:
            parts.append(Template(text).substitute(SECTIONS[name](figures[name])))
    return "\n".join(prose(block) for part in parts for block in part.strip().split("\n\n"))


def measured(name: str) -> Any:
    """The figures of one measurement."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "figures.json"
        command = [sys.executable, "-m", f"benchmarks.{name}", "--json", str(path)]
        subprocess.run(command, cwd=ROOT, check=True)  # noqa: S603 - this program
        return json.loads(path.read_bytes())


def main() -> None:
    """Measure, keep the figures, and write the page."""
    parser = report.parser(__doc__)
    parser.add_argument("--only", nargs="+", choices=SECTIONS, default=SECTIONS, metavar="NAME")
    parser.add_argument("--draw", action="store_true", help="measure nothing")
    options = parser.parse_args()
    figures = json.loads(FIGURES.read_bytes()) if FIGURES.exists() else {}
    for name in () if options.draw else options.only:
        figures = {**figures, "machine": machine(), name: measured(name)}
        FIGURES.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(figures), encoding="utf-8")
    from benchmarks import plots  # noqa: PLC0415 - matplotlib is an extra

    plots.draw(figures, PICTURES)


if __name__ == "__main__":
    main()
