"""`batch` on the command line: its files, its progress, its exit statuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.connector.cli.conftest import Cli

ROWS = "user_id,title,body\nada,Hi,There\n,Hi,There\n"


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    path.write_text(ROWS)
    return path


def test_a_dry_run_sums_up_what_is_wrong(cli: Cli, rows: Path) -> None:
    ran = cli("batch", "send_message", str(rows), "--sandbox", "--dry-run")
    assert ran.status == 3
    assert ran.out.startswith("2 rows: 1 right, 1 wrong.\n  1 row (2): ")
    assert not rows.with_name("rows.batch").exists()


def test_rows_run_and_those_that_failed_run_again_once_they_are_corrected(cli: Cli, rows: Path) -> None:
    ran = cli("batch", "send_message", str(rows), "--sandbox")
    assert ran.status == 10
    assert "1 of 2 rows done, 1 failed, 0 unknown." in ran.err
    failed = rows.with_name("rows.batch") / "failed.csv"
    failed.write_text(failed.read_text().replace("\n,Hi", "\ngrace,Hi"))
    again = cli("batch", "retry", str(rows.with_name("rows.batch")), "--sandbox")
    assert (again.status, "1 of 1 rows done" in again.err) == (0, True)
    assert cli("batch", "retry", str(rows.with_name("rows.batch")), "--sandbox").status == 0


def test_the_status_of_a_batch_is_shown(cli: Cli, rows: Path) -> None:
    cli("batch", "send_message", str(rows), "--sandbox")
    place = str(rows.with_name("rows.batch"))
    assert (
        "send_message over rows.csv: 2 of 2 rows finished: 1 done, 1 failed, 0 unknown."
        in cli("batch", "status", place).out
    )
    found = json.loads(cli("batch", "status", place, "--json").out)
    assert (found["done"], found["failed"], found["begun"]) == (1, 1, 0)


def test_progress_is_json_lines_on_request(cli: Cli, rows: Path) -> None:
    ran = cli("batch", "send_message", str(rows), "--sandbox", "--progress", "json")
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert [line["type"] for line in lines][-1] == "report"
    assert lines[0]["type"] == "progress"
    assert (lines[-1]["done"], lines[-1]["failed"], lines[-1]["left"]) == (1, 1, 0)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["batch"], 2, "Usage"),
        (["batch", "send_mesage", "{rows}", "--sandbox"], 3, "Did you mean"),
        (["batch", "send_message", "none.csv", "--sandbox"], 3, "No such file"),
        (["batch", "send_message", "{rows}"], 4, "--sandbox"),
        (["batch", "send_message", "-", "--sandbox"], 2, "--out"),
        (["batch", "send_message", "{rows}", "--sandbox", "--map", "x"], 2, "NAME=VALUE"),
        (["batch", "send_message", "{rows}", "--sandbox", "--set", "title={x}"], 3, "no column"),
        (["batch", "send_message", "{rows}", "--sandbox", "--connection", "a"], 2, "not both"),
        (["batch", "send_message", "{rows}", "--sandbox", "--concurrency", "0"], 2, "1 to 500"),
        (["batch", "status", "nowhere"], 2, "not the folder of a batch"),
        (["batch", "retry", "nowhere", "--sandbox"], 2, "not the folder of a batch"),
    ],
)
def test_what_is_wrong_is_said(words: list[str], status: int, said: str, cli: Cli, rows: Path) -> None:
    ran = cli(*[word.format(rows=rows) if word == "{rows}" else word for word in words])
    assert ran.status == status
    assert said in ran.err
    assert "Traceback" not in ran.err
