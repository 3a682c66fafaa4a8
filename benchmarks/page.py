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
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.counting import machine

ROOT = Path(__file__).resolve().parents[1]
FIGURES, PAGE, PICTURES = ROOT / "benchmarks/figures.json", ROOT / "docs/performance.md", ROOT / "docs/pictures"

Figures = Mapping[str, Any]
Row = Sequence[object]


def prose(text: str) -> str:
    """A paragraph; what is code stays on one line."""
    whole = re.sub("`[^`]+`", lambda code: code[0].replace(" ", "\0"), " ".join(text.split()))
    return textwrap.fill(whole, 120, break_long_words=False, break_on_hyphens=False).replace("\0", " ") + "\n"


def table(head: Row, rows: Sequence[Row]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(str(cell) for cell in line)} |\n" for line in lines)


def ratio(figure: float | None) -> str:
    """A ratio as it is printed; nothing where there is none."""
    return "" if figure is None else f"**{figure:.2f}**"


def introduction(figures: Figures) -> Iterator[str]:
    """What the page is."""
    yield "# Performance\n"
    yield prose("""
        What a run costs beside a bare request, and how loading, many calls at once, long lists and the call limit
        behave. Each command below prints these figures for your machine, beside a named alternative that is measured
        in turn in the same run: on a busy machine, only the ratios mean something.
        `pip install -e '.[test,benchmark]'` installs the alternatives, and `python -m benchmarks.page` measures
        everything and writes this page.""")
    yield prose(f"Measured on {figures['machine']}.")


def run_cost(figures: Figures) -> Iterator[str]:
    """One run."""
    yield "## One run\n"
    yield prose("""
        `python -m benchmarks.run_cost` makes the same call with `requests.Session`, with Courier's official SDK and
        with `Connector.run`, which also validates the inputs, keeps to the call limit and checks the outputs. The
        server is on loopback and responds at once. Milliseconds, and the median of the ratios:""")
    names = ("requests", "official SDK", "run")
    rows = []
    for key, found in figures.items():
        ratios = [ratio(found[f"run / {name}"]) for name in names[:2]]
        rows.append([f"`{key}`", *(f"{found[name]:.2f}" for name in names), *ratios])
    yield table(["action", *names, "run / requests", "run / official SDK"], rows)
    yield "![The time of a run and of the SDK beside a bare request](pictures/performance-run-cost.svg)\n"


def concurrency(figures: Figures) -> Iterator[str]:
    """Many calls at once."""
    yield "## Many calls at once\n"
    yield prose("""
        `python -m benchmarks.concurrency` makes `send_message` from threads and as tasks. The CPU time of the calling
        process per 1,000 calls decides how many calls a machine can make:""")
    rows = []
    for group, found in figures.items():
        if isinstance(found, dict):
            spent, ratios = found["CPU seconds per 1,000 calls"], found["ratios"]
            for name, rate in found["calls per second"].items():
                rows.append([group, name, f"{rate:,.0f}", f"{spent[name]:.2f}", ratio(ratios.get(f"run / {name}"))])
    yield table(["", "", "calls per second", "CPU seconds per 1,000 calls", "CPU time, run / this one"], rows)
    yield "![CPU seconds per 1,000 calls](pictures/performance-concurrency.svg)\n"
    yield prose(f"""
        2,000 `arun` at once, each with a response after a second, take {figures["2,000 at once, seconds"]:.1f} seconds
        where `max_in_flight` allows as many. A run that waits for the call limit holds no thread.""")


def loading(figures: Figures) -> Iterator[str]:
    """Loading."""
    yield "## Loading\n"
    yield prose("""
        `Connector.load` reads the names of actions; a definition is validated when its action is first used.
        `python -m benchmarks.loading` compares it with `json.loads` of the same files (milliseconds of CPU time), and
        two commands with Python alone (milliseconds):""")
    rows = []
    for count, found in figures["load"].items():
        times = (f"{found[name]:.0f}" for name in ("load", "json.loads"))
        rows.append([f"{int(count):,}", *times, ratio(found["load / json.loads"])])
    yield table(["actions", "load", "json.loads", "ratio"], rows)
    rows = []
    for name, found in figures["programs"].items():
        times = (f"{found[kind]:.0f}" for kind in ("program", "python"))
        rows.append([f"`{name}`", *times, ratio(found["program / python"])])
    yield table(["command", "takes", "Python alone", "ratio"], rows)
    yield "![Milliseconds of loading by number of actions](pictures/performance-loading.svg)\n"


def iteration(figures: Figures) -> Iterator[str]:
    """Long lists."""
    ours, other = (figures[way]["rows per second"] for way in ("iterate", "requests"))
    rows, grown = (figures["iterate"][name] for name in ("rows", "megabytes"))
    yield "## Long lists\n"
    yield prose(f"""
        `python -m benchmarks.iteration` walks {rows:,.0f} rows of `list_messages`, a hundred on a page, with
        `Connector.iterate`, and with `requests` and `.json()`: {ours:,.0f} and {other:,.0f} rows per second of CPU
        time. Iterating takes {ratio(figures["iterate / requests"])} times as much. After the first ten thousand rows
        the process grows by {grown:.1f} MB.""")


def stores(figures: Figures) -> Iterator[str]:
    """The call limit."""
    yield "## The call limit\n"
    yield prose("""
        `python -m benchmarks.stores` takes tokens from limits of 100 calls in 60 seconds, in turn with limits and
        pyrate-limiter. Microseconds of an acquire from one thread, where a token is free, and where none is:""")
    rows: list[Row] = []
    for group, kinds in figures["acquire"].items():
        for name in kinds["free"]:
            if " / " not in name:
                rows.append([group, name, *_costs(kinds["free"], name), *_costs(kinds["full"], name)])
    yield table(["kept in", "", "free", "ours / this one", "full", "ours / this one"], rows)
    yield "![Microseconds of an acquire](pictures/performance-stores.svg)\n"
    memory, files = (figures["10,000 connections"][name] for name in ("memory", "files"))
    yield prose(f"""
        10,000 connections with a limit each take {memory["megabytes"]:.0f} MB in memory; in files,
        {files["megabytes"]:.0f} MB and {files["descriptors"]:.0f} open files. Limits that are free again are
        forgotten. A sandbox's limits are kept in memory. Both others do less: they keep no line in which the first
        comes first, and no pause that the service asks for. [The call limit](call-limit.md) says what is promised.""")


def _costs(costs: Figures, name: str) -> list[str]:
    pair = next((value for key, value in costs.items() if key.endswith(f" / {name}")), None)
    return [f"{costs[name]:.1f}", ratio(pair)]


def transports(figures: Figures) -> Iterator[str]:
    """The decision about an async transport."""
    threads = next(iter(figures))
    yield "## Calls in threads or on the event loop\n"
    yield prose("""
        `arun` makes its calls in threads, `max_in_flight` at most. `python -m benchmarks.transports` makes the same
        runs with their calls on the event loop, 100 at a time. CPU seconds per 1,000 runs:""")
    rows = [
        [name, f"{found['CPU seconds per 1,000 runs']:.2f}", ratio(found[f"/ {threads}"])]
        for name, found in figures.items()
    ]
    yield table(["calls by", "CPU seconds", f"/ {threads}"], rows)
    change = figures["aiohttp"][f"/ {threads}"] - 1
    yield prose(f"""
        An async transport was to stay if it saved a third of the CPU time. With aiohttp, CPU time
        {"falls" if change < 0 else "rises"} by {abs(change):.0%}, without the deadlines and the errors of
        [the fault table](faults.md), of which aiohttp breaks two lines: it rejects a response whose Content-Length is
        not a number, and one with a header line without a colon. So there is none, and one transport is tested. The
        bare protocol shows what is left of a run when its call costs next to nothing; it knows neither TLS, proxies,
        deadlines nor broken responses.""")


def server(figures: Figures) -> Iterator[str]:
    """Over HTTP."""
    yield "## Over HTTP\n"
    yield prose("""
        `python -m benchmarks.server` runs `get_list` against the sandbox, from this process and over HTTP through a
        server of its own (milliseconds):""")
    alone = figures["run"]
    rows = [
        [name, f"{took:.2f}", ratio(took / alone)] for name, took in figures.items() if not name.startswith("serve")
    ]
    yield table(["", "takes", "/ run"], rows)
    yield prose(f"`serve` responds {figures['serve is ready, seconds']:.1f} seconds after its start.")


SECTIONS: dict[str, Callable[[Figures], Iterator[str]]] = {
    "run_cost": run_cost,
    "concurrency": concurrency,
    "loading": loading,
    "iteration": iteration,
    "stores": stores,
    "transports": transports,
    "server": server,
}
"""What is measured, by the module that does."""


def page(figures: Figures) -> str:
    """The page as Markdown."""
    parts = list(introduction(figures))
    for name, section in SECTIONS.items():
        if name in figures:
            parts += section(figures[name])
    return "\n".join(parts)


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
