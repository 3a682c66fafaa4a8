"""A batch runs each row once, says what became of it, and goes on where it was."""

from __future__ import annotations

import csv
import json
import threading
from pathlib import Path

import pytest

from connector.batch.journal import BatchError, read_progress
from connector.batch.report import BATCH_INCOMPLETE, BatchProgress, duration
from connector.connections.connection import Connection
from connector.errors import AuthorizationError, InputError, UnavailableError
from tests.connector.batch.conftest import Desk, MakeDesk
from tests.connector.parcels import API_KEY

HUNDRED = "recipient,weight\n" + "".join(f"r{number},{number}.5\n" for number in range(100))


def test_every_row_has_its_effect_once_and_its_line_in_the_successes(desk: MakeDesk) -> None:
    made = desk()
    report = made.batch(HUNDRED).run()
    assert (report.rows, report.done, report.left, report.exit_status) == (100, 100, 0, 0)
    assert len(made.service.effects) == 100
    assert set(made.service.effects.values()) == {1}
    lines = list(csv.DictReader(made.result("success")))
    assert sorted(line["recipient"] for line in lines) == sorted(f"r{number}" for number in range(100))
    first = next(line for line in lines if line["_row"] == "1")
    assert (first["recipient"], first["weight"], first["_out.id"]) == ("r0", "0.5", "p-r0")
    assert first["_key"] in made.service.effects


def test_a_batch_that_is_finished_is_not_run_again(desk: MakeDesk) -> None:
    made = desk()
    made.batch(HUNDRED).run()
    before = (made.place / "rows.batch/success.csv").read_bytes()
    assert made.batch(HUNDRED).run().done == 100
    assert len(made.service.calls) == 100
    assert (made.place / "rows.batch/success.csv").read_bytes() == before


def test_rows_fail_each_with_its_reason_and_the_others_go_on(desk: MakeDesk) -> None:
    made = desk()
    report = made.batch("recipient,weight\nada,1\n,2\nrefused,3\ngrace,heavy\nlost,5\n").run()
    assert (report.done, report.failed, report.unknown, report.exit_status) == (1, 4, 0, BATCH_INCOMPLETE)
    failed = {line["_row"]: line for line in csv.DictReader(made.result("failed"))}
    assert failed["2"]["_error"] == "Recipient is required."
    assert failed["3"]["_code"] == "refused"
    assert failed["4"]["_error"] == "Weight must be a number, not the text “heavy”."
    assert failed["5"]["_code"] == "unavailable"
    # A corrected row is another request; one that may have arrived must keep its key.
    assert [failed[row]["_key"] != "" for row in "2345"] == [False, False, False, True]


def test_a_row_without_a_key_that_may_have_been_carried_out_is_unknown_and_never_repeated(desk: MakeDesk) -> None:
    made = desk()
    text = "recipient\nada\nlost\n"
    assert made.batch(text, "post_once").run().unknown == 1
    assert made.batch(text, "post_once").run().unknown == 1
    assert made.service.effects["lost"] == 1
    assert [line["_row"] for line in csv.DictReader(made.result("unknown"))] == ["2"]


def test_a_row_that_was_begun_goes_on_under_its_key(desk: MakeDesk) -> None:
    made = desk()
    batch = made.batch(HUNDRED)
    batch.run()
    place = made.place / "rows.batch"
    journal = (place / "journal").read_text().splitlines(keepends=True)
    cut = next(at for at, line in enumerate(journal) if line.startswith("done") and at > 100)
    begun = {line.split()[1] for line in journal[:cut] if line.startswith("started")}
    done = {line.split()[1] for line in journal[:cut] if line.startswith("done")}
    assert begun - done
    (place / "journal").write_text("".join(journal[:cut]) + journal[cut][: len(journal[cut]) // 2])
    report = made.batch(HUNDRED).run()
    assert (report.done, report.left) == (100, 0)
    assert len(made.service.effects) == 100  # the same keys: the service takes a repeated one for the same request
    lines = [line["_row"] for line in csv.DictReader(made.result("success"))]
    assert sorted(map(int, lines)) == list(range(1, 101))


def test_a_row_that_was_begun_without_a_key_is_unknown(desk: MakeDesk) -> None:
    made = desk()
    made.batch("recipient\nada\n", "post_once").run()
    journal = made.place / "rows.batch/journal"
    journal.write_text(next(line for line in journal.read_text().splitlines(keepends=True) if "started" in line))
    report = made.batch("recipient\nada\n", "post_once").run()
    assert (report.done, report.unknown) == (0, 1)
    assert made.service.effects["ada"] == 1


def test_rows_without_a_key_wait_for_their_responses_together(desk: MakeDesk) -> None:
    made = desk()
    together = threading.Barrier(4)

    def wait(_: str) -> None:
        together.wait(20)

    made.service.before_response = wait
    report = made.batch("recipient\n" + "".join(f"r{n}\n" for n in range(4)), "post_once", concurrency=4).run()
    assert (report.done, report.unknown, report.failed) == (4, 0, 0)


def test_a_key_that_the_service_may_have_forgotten_is_not_relied_on(desk: MakeDesk) -> None:
    made = desk()
    made.batch("recipient\nada\n").run()
    (made.place / "rows.batch/journal").write_text("started 1 1000000000\n")
    assert made.batch("recipient\nada\n").run().unknown == 1
    assert len(made.service.calls) == 1


def test_a_key_that_is_not_accepted_stops_the_batch_at_once_and_the_rows_are_left(desk: MakeDesk) -> None:
    made = desk()
    report = made.batch("recipient\n" + "locked\n" * 50, concurrency=1).run()
    assert isinstance(report.stopped, AuthorizationError)
    assert (report.failed, report.left, report.exit_status) == (0, 50, 4)
    assert len(made.service.calls) == 1
    assert read_progress(made.place / "rows.batch").begun == {}


def test_a_service_that_is_down_stops_the_batch_and_it_goes_on_later(desk: MakeDesk) -> None:
    made = desk()
    made.service.down_for = 1_000
    report = made.batch(HUNDRED, concurrency=1).run()
    assert isinstance(report.stopped, UnavailableError)
    assert (report.exit_status, report.failed, report.left) == (7, 0, 100)
    made.service.down_for = 0
    assert made.batch(HUNDRED).run().done == 100


def test_a_failure_that_passes_is_tried_once_more_after_the_others(desk: MakeDesk) -> None:
    made = desk()
    made.service.down_for = 2
    report = made.batch(HUNDRED, concurrency=1).run()
    assert (report.done, report.failed) == (100, 0)
    assert made.service.calls[-2:] == ["r0", "r1"]


def test_the_limit_is_kept_and_used(desk: MakeDesk) -> None:
    made = desk(throttle={"calls": 20, "renewalPeriod": 0.5})
    seen: list[BatchProgress] = []
    report = made.batch("recipient\n" + "".join(f"r{n}\n" for n in range(60))).run(seen.append)
    assert report.done == 60
    assert seen[-1].calls == 20
    assert max(progress.used for progress in seen) <= 20


def test_a_batch_ends_with_its_last_row_although_the_limit_is_used_up(desk: MakeDesk) -> None:
    made = desk(throttle={"calls": 5, "renewalPeriod": 600})
    seen: list[BatchProgress] = []
    assert made.batch("recipient\n" + "".join(f"r{n}\n" for n in range(5))).run(seen.append).done == 5
    assert seen[-1].seconds_left == 0


def test_the_end_is_foreseen_by_the_limit_while_the_batch_waits_for_it(desk: MakeDesk) -> None:
    made = desk(throttle={"calls": 10, "renewalPeriod": 600})
    left: list[float | None] = []

    def note(progress: BatchProgress) -> None:
        if progress.finished == 10 and not progress.in_flight:
            left.append(progress.seconds_left)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made.batch("recipient\n" + "".join(f"r{n}\n" for n in range(20)), concurrency=2).run(note)
    assert left[0] is not None
    assert 0 < left[0] < 610


def test_a_small_connection_never_waits_behind_a_large_one(desk: MakeDesk) -> None:
    made = desk(throttle={"calls": 5, "renewalPeriod": 60})
    rows = "".join(f"large,r{number}\n" for number in range(40)) + "".join(f"small,s{number}\n" for number in range(5))
    file = made.file("account,recipient\n" + rows)
    connections = {name: Connection(name=name, api_key=f"{API_KEY}-{name}") for name in ("large", "small")}
    stop = threading.Event()

    def calls(account: str) -> int:
        return sum(call.startswith(account) for call in made.service.calls)

    def until_small_is_done(_: BatchProgress) -> None:
        if calls("s") == 5 and calls("r") >= 5:  # the large one may be a moment behind
            stop.set()
            raise KeyboardInterrupt

    batch = made.connector.batch("send_parcel", file, connections, connection_column="account")
    with pytest.raises(KeyboardInterrupt):
        batch.run(until_small_is_done)
    assert stop.is_set()
    assert calls("r") == 5


def test_several_connections_need_a_column_that_names_one(desk: MakeDesk) -> None:
    made = desk()
    both = {"work": made.connection, "home": made.connection}
    with pytest.raises(InputError, match="name the column"):
        made.connector.batch("send_parcel", made.file(HUNDRED), both).run()
    assert made.service.calls == []


def test_a_row_may_bring_its_own_key(desk: MakeDesk) -> None:
    made = desk()
    made.batch("recipient,_key\nada,order-1042\ngrace,\n").run()
    assert made.service.effects["order-1042"] == 1
    assert len(made.service.effects) == 2
    assert "order-1042" in "".join(made.result("success"))


def test_rows_of_earlier_results_are_used_as_they_are(desk: MakeDesk) -> None:
    made = desk()
    made.batch("recipient\nlost\nada\n").run()
    (key,) = (line["_key"] for line in csv.DictReader(made.result("failed")))
    again = "\n".join(made.result("failed")) + "\n"
    before = made.service.effects[key]
    made.batch(again, name="again.csv").run()
    assert made.service.effects[key] > before  # as the same request
    assert len(made.service.effects) == 2


def test_how_long_it_takes_is_said_before_anything_is_sent(desk: MakeDesk) -> None:
    made = desk(throttle={"calls": 100, "renewalPeriod": 60})
    said: list[str] = []

    def note(progress: BatchProgress) -> None:
        said.append(f"{len(made.service.calls)} sent; {progress}")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made.batch("recipient\n" + "r\n" * 10_000).run(note)
    assert said[0].startswith("0 sent; 0 of 10,000 rows: 0 done, 0 failed, 0 unknown; 0 of 100 calls per 60 s used")
    assert said[0].endswith("about 1 h 39 min left")


def test_progress_is_said_in_a_line() -> None:
    progress = BatchProgress(1_000, 460, 2, 1, 16, 100, 100, 60, 540)
    assert str(progress) == (
        "463 of 1,000 rows: 460 done, 2 failed, 1 unknown; 100 of 100 calls per 60 s used; about 9 min left"
    )


def test_a_batch_is_stopped_by_another_thread_and_goes_on(desk: MakeDesk) -> None:
    made, stop = desk(), threading.Event()
    made.service.on_arrival = lambda recipient: stop.set() if recipient == "r9" else None
    report = made.batch(HUNDRED, concurrency=1).run(stop=stop)
    assert report.left > 0
    assert (report.stopped, report.exit_status) == (None, 130)
    made.service.on_arrival = None
    assert made.batch(HUNDRED).run().done == 100
    assert len(made.service.effects) == 100


def test_rows_that_name_no_known_connection_are_reported_before_anything_runs(desk: MakeDesk) -> None:
    made = desk()
    file = made.file("account,recipient\nwrok,ada\nwork,grace\n")
    batch = made.connector.batch("send_parcel", file, {"work": made.connection}, connection_column="account")
    with pytest.raises(InputError) as caught:
        batch.run()
    assert "Did you mean “work”?" in str(caught.value)
    assert made.service.calls == []


def test_a_batch_is_not_resumed_with_something_else(desk: MakeDesk) -> None:
    made = desk()
    made.batch(HUNDRED).run()
    with pytest.raises(BatchError, match="the content of the file of rows changed"):
        made.batch(HUNDRED + "one more,1\n").run()
    with pytest.raises(BatchError, match="the action"):
        made.batch("recipient\nada\n", "post_once", "rows.csv").run()
    other = Connection(name="work", api_key="another-key-0123456")
    with pytest.raises(BatchError, match="the connection changed"):
        made.connector.batch("send_parcel", made.file(HUNDRED), other).run()


def test_a_folder_of_somebody_else_is_left_alone(desk: MakeDesk, tmp_path: Path) -> None:
    (tmp_path / "rows.batch").mkdir()
    (tmp_path / "rows.batch/precious.txt").write_text("mine")
    with pytest.raises(BatchError, match=r"precious\.txt"):
        desk().batch(HUNDRED).run()
    assert [path.name for path in (tmp_path / "rows.batch").iterdir() if path.name != "lock"] == ["precious.txt"]


def test_two_processes_never_run_one_batch(desk: MakeDesk) -> None:
    made = desk()
    inner: list[BatchError] = []

    def again(_: str) -> None:
        if not inner:
            try:
                made.batch(HUNDRED).run()
            except BatchError as error:
                inner.append(error)

    made.service.on_arrival = again
    made.batch(HUNDRED, concurrency=1).run()
    assert inner[0].error_code == "batch_busy"


def test_nothing_of_the_folder_holds_a_secret(desk: MakeDesk) -> None:
    made = desk()
    made.batch("recipient,pin\nada,p1n-5ecret\n").run()
    folder = made.place / "rows.batch"
    assert all(API_KEY.encode() not in path.read_bytes() for path in folder.iterdir())


def test_json_lines_keep_their_types(desk: MakeDesk) -> None:
    made = desk()
    text = '{"recipient": "ada", "weight": 2}\n\nnot json\n{"recipient": "grace", "wieght": 2}\n[1]\n'
    report = made.batch(text, name="rows.jsonl").run()
    assert (report.done, report.failed) == (1, 3)
    folder = made.place / "rows.batch"
    done = json.loads((folder / "success.jsonl").read_text())
    assert (done["recipient"], done["weight"], done["_row"], done["_out.id"]) == ("ada", 2, 1, "p-ada")
    failed = [json.loads(line)["_error"] for line in (folder / "failed.jsonl").read_text().splitlines()]
    assert min(failed).startswith("The row is not a JSON object")
    assert any("Did you mean “weight”?" in text for text in failed)


def test_without_a_connection_nothing_is_made(desk: MakeDesk) -> None:
    made = desk()
    with pytest.raises(AuthorizationError):
        made.connector.batch("send_parcel", made.file(HUNDRED), {}).run()
    assert not (made.place / "rows.batch").exists()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.2, "1 s"), (59, "59 s"), (540, "9 min"), (12_000, "3 h 20 min"), (3_600, "1 h"), (612_000, "7 d 2 h")],
)
def test_a_duration_is_said_as_people_say_it(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_results_of_a_damaged_folder_are_not_thrown_away(desk: MakeDesk) -> None:
    made: Desk = desk()
    made.batch(HUNDRED + "refused,1\n").run()
    place = made.place / "rows.batch"
    journal = (place / "journal").read_text().splitlines(keepends=True)
    (place / "journal").write_text("".join(journal[:-1]))
    (place / "success.csv").write_text("recipient\n")
    with pytest.raises(BatchError, match="shorter than the journal says"):
        made.batch(HUNDRED + "refused,1\n").run()


@pytest.mark.parametrize("line", ["done 1", "done x 1 2 3", "what 1 2 3 4", "started 1", "done 1 2 3 x", ""])
def test_a_journal_that_nobody_can_have_written_is_reported(desk: MakeDesk, line: str) -> None:
    made = desk()
    made.batch(HUNDRED).run()
    (made.place / "rows.batch/journal").write_text(f"{line}\n")
    with pytest.raises(BatchError, match="journal of the batch is damaged"):
        made.batch(HUNDRED).run()


def test_rows_without_a_key_leave_one_at_a_time(desk: MakeDesk) -> None:
    made, arrived, waiting = desk(), set[str](), list[int]()

    def arrival(recipient: str) -> None:
        begun = (made.place / "rows.batch/journal").read_text().count("started")
        waiting.append(begun - len(arrived))
        arrived.add(recipient)

    made.service.on_arrival = arrival
    made.batch("recipient\n" + "".join(f"r{n}\n" for n in range(80)), "post_once").run()
    assert max(waiting) == 1


@pytest.mark.parametrize("name", ["rows.csv", "rows.jsonl"])
def test_a_row_whose_response_has_half_a_character_is_done_as_any_other(desk: MakeDesk, name: str) -> None:
    made = desk()
    text = "recipient\nhalf\nada\n" if name == "rows.csv" else '{"recipient": "half"}\n{"recipient": "ada"}\n'
    report = made.batch(text, name=name).run()
    assert (report.done, report.unknown, sorted(made.service.calls)) == (2, 0, ["ada", "half"])


@pytest.mark.parametrize("content", ["{", "[]", pytest.param("[" * 9_999, id="deep"), '{"version": 99}'])
def test_a_record_that_nobody_can_have_written_is_reported(desk: MakeDesk, content: str) -> None:
    made = desk()
    made.batch(HUNDRED).run()
    (made.place / "rows.batch/batch.json").write_text(content)
    with pytest.raises(BatchError, match=r"batch\.json cannot be read, or is damaged"):
        made.batch(HUNDRED).run()


def test_a_cell_that_is_nested_too_deeply_fails_its_row_alone(desk: MakeDesk) -> None:
    made = desk()
    report = made.batch(f"recipient,weight:=\nada,1\ngrace,{'[' * 9_999}\n").run()
    assert (report.done, report.failed, made.service.calls) == (1, 1, ["ada"])
