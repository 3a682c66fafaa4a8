"""`batch` on the command line: its files, its progress, its exit statuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.connector.cli.conftest import Cli
from tests.connector.dbos.sqlite import skip_if_old

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


def test_the_status_shows_the_retries_of_failed_rows(cli: Cli, rows: Path) -> None:
    cli("batch", "send_message", str(rows), "--sandbox")
    place = str(rows.with_name("rows.batch"))
    cli("batch", "retry", place, "--sandbox")
    assert (
        "  Retry: send_message over retry-1.csv: 1 of 1 rows finished: 0 done, 1 failed"
        in cli("batch", "status", place).out
    )
    (retry,) = json.loads(cli("batch", "status", place, "--json").out)["retries"]
    assert (retry["source"], retry["failed"]) == ("retry-1.csv", 1)


def test_rows_come_from_standard_input(cli: Cli, tmp_path: Path) -> None:
    line = json.dumps({"user_id": "ada", "title": "Hi", "body": "There"})
    where = ("--out", tmp_path / "sent", "--format", "jsonl")
    ran = cli("batch", "send_message", "-", "--sandbox", *where, stdin=f"{line}\n")
    assert (ran.status, "1 of 1 rows done" in ran.err) == (0, True)
    assert json.loads((tmp_path / "sent/success.jsonl").read_text())["user_id"] == "ada"


def test_a_bulk_job_is_used_on_request(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("email,title,body\n" + "".join(f"a{n}@example.com,Hi,There\n" for n in range(3)))
    ran = cli("batch", "send_message", path, "--sandbox", "--bulk")
    assert (ran.status, "3 of 3 rows done" in ran.err) == (0, True)
    again = cli("batch", "send_message", path, "--sandbox")
    assert (again.status, "changed" in again.err) == (2, True)


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
        (["batch", "send_message", "none.csv", "--sandbox"], 2, "No such file"),
        (["batch", "send_message", "{rows}"], 4, "--sandbox"),
        (["batch", "send_message", "-", "--sandbox"], 2, "--out"),
        (["batch", "send_message", "{rows}", "--sandbox", "--map", "x"], 2, "NAME=VALUE"),
        (["batch", "send_message", "{rows}", "--sandbox", "--set", "title={x}"], 3, "no column"),
        (["batch", "send_message", "{rows}", "--sandbox", "--map", "title=x"], 3, "add --map COLUMN=."),
        (["batch", "send_message", "{rows}", "--sandbox", "--connection", "a"], 2, "not both"),
        (["batch", "send_message", "{rows}", "--sandbox", "--concurrency", "0"], 2, "1 to 500"),
        (["batch", "send_message", "{rows}", "--bulk", "--workers", "celery"], 2, "not both"),
        (["batch", "cancel_message", "{rows}", "--sandbox", "--bulk"], 2, "has no bulk job"),
        (["batch", "status", "nowhere"], 2, "not the folder of a batch"),
        (["batch", "retry", "nowhere", "--sandbox"], 2, "not the folder of a batch"),
    ],
)
def test_what_is_wrong_is_said(words: list[str], status: int, said: str, cli: Cli, rows: Path) -> None:
    ran = cli(*[word.format(rows=rows) if word == "{rows}" else word for word in words])
    assert ran.status == status
    assert said in ran.err
    assert "Traceback" not in ran.err


def test_rows_are_handed_to_workers_and_their_results_are_written(
    cli: Cli, rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    skip_if_old()
    monkeypatch.setenv("CONNECTOR_BATCHES", f"sqlite:///{tmp_path / 'batches.sqlite'}")
    ran = cli("batch", "send_message", str(rows), "--workers", "dbos", "--connection", "work")
    assert (ran.status, ran.out) == (0, "")
    assert "The workers have 2 rows as “rows”." in ran.err
    shown = cli("batch", "status", "rows", "--json", "--results", str(tmp_path / "results"))
    assert json.loads(shown.out)["rows"] == 2
    assert json.loads(shown.out)["lanes_over"] == 0
    assert (tmp_path / "results/success.csv").read_text().startswith("user_id,title,body,_row,_key,")
    assert cli("batch", "status", "rows").out.startswith("0 of 2 rows finished: 0 done, 0 failed, 0 unknown.")
    assert cli("batch", "status", "other").status == 2


@pytest.mark.parametrize("option", [["--sandbox"], ["--base-url", "http://127.0.0.1:1"], ["--out", "x"]])
def test_workers_decide_for_themselves_where_they_send(cli: Cli, rows: Path, option: list[str]) -> None:
    ran = cli("batch", "send_message", str(rows), "--workers", "celery", *option)
    assert ran.status == 2
    assert option[0] in ran.err


def test_the_place_of_the_batches_must_be_known(cli: Cli, rows: Path) -> None:
    ran = cli("batch", "send_message", str(rows), "--workers", "dbos")
    assert ran.status == 2
    assert "CONNECTOR_BATCHES" in ran.err
