"""Lanes run each row once, hold no worker while the limit is used up, and starve nobody."""

from __future__ import annotations

import csv
import json
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from connector.batch.journal import BatchError
from connector.errors import InputError
from connector.http.response import HttpResponse
from connector.lanes import folder_store
from connector.lanes.lane import MAX_WAIT, TURN_ROWS, Position
from connector.lanes.store import LaneBusyError, check_name
from tests.connector.lanes.conftest import MakeLine

HUNDRED = "recipient,weight\n" + "".join(f"r{number},{number}.5\n" for number in range(100))


def test_every_row_has_its_effect_once_and_its_line_in_the_successes(line: MakeLine) -> None:
    made = line()
    made.submit(HUNDRED)
    made.run()
    status = made.store.status("b")
    assert (status.rows, status.counts["done"], status.is_over) == (100, 100, True)
    assert len(made.service.effects) == len(made.service.calls) == 100
    found = list(csv.reader(made.results("success")))
    assert [row[0] for row in found] == [f"r{number}" for number in range(100)]
    assert made.results("failed") == made.results("unknown") == []


def test_a_turn_is_a_few_rows(line: MakeLine) -> None:
    made = line()
    made.submit(HUNDRED)
    made.run()
    assert max(turn.runs for _, turn in made.turns) == TURN_ROWS


def test_no_worker_sleeps_for_the_limit(line: MakeLine) -> None:
    made = line(throttle={"calls": 10, "renewalPeriod": 60})
    made.submit(HUNDRED)
    made.run()
    assert made.store.status("b").counts["done"] == 100
    assert all(slept <= MAX_WAIT for slept in made.clock.slept)
    assert len(made.service.calls) == 100  # and the queue holds a lane until there is room for it
    assert len(made.turns) < 40


def test_a_large_connection_never_starves_a_small_one(line: MakeLine) -> None:
    made = line(throttle={"calls": 100, "renewalPeriod": 3})
    text = "account,recipient\n" + "".join(f"large,l{number}\n" for number in range(1_000))
    made.submit(text + "".join(f"small,s{number}\n" for number in range(10)), connection_column="account")
    while not all(f"s{number}" in made.service.calls for number in range(10)):
        made.give_turn()
    assert made.clock.monotonic() - 1_000 < 10
    assert len(made.service.calls) < 250
    made.run()
    assert set(Counter(made.service.calls).values()) == {1}


def test_a_connection_with_a_high_limit_has_as_many_lanes_as_use_it_up(line: MakeLine) -> None:
    made = line(throttle={"calls": 1_000, "renewalPeriod": 60})
    made.submit(HUNDRED)
    assert len(made.queued) == made.store.status("b").lanes == 5  # 16.7 calls a second of 0.3 seconds
    made.run()
    assert made.store.status("b").counts["done"] == 100
    assert set(Counter(made.service.calls).values()) == {1}


def test_a_connection_with_few_rows_has_one_lane(line: MakeLine) -> None:
    made = line(throttle={"calls": 1_000, "renewalPeriod": 1})
    made.submit("recipient\nada\ngrace\n")
    assert len(made.queued) == 1


def test_a_turn_that_is_delivered_again_goes_on_alone(line: MakeLine) -> None:
    made = line()
    made.submit(HUNDRED)
    before = list(made.queued)
    made.give_turn()
    made.queued += before  # its worker was killed after it had queued the next turn
    made.give_turn(redelivered=True)
    made.run()
    assert made.store.status("b").counts["done"] == 100
    assert len(made.service.calls) == 100
    assert len(made.queued) == 0
    assert len(made.turns) == 6  # five of twenty rows, and one to find the end: the other turn was dropped


def test_a_turn_that_another_one_has_overtaken_is_dropped(line: MakeLine) -> None:
    made = line()
    made.submit(HUNDRED)
    first = made.queued[0]
    made.give_turn()
    made.queued.append(first)
    made.run()
    assert len(made.turns) == 6


def test_a_lane_whose_worker_was_killed_sends_a_row_again_under_its_key(line: MakeLine) -> None:
    made = line()
    made.submit(HUNDRED)
    first = made.queued[0]

    def killed(recipient: str) -> None:
        if recipient == "r7":
            raise KeyboardInterrupt

    made.service.on_arrival = killed
    with pytest.raises(KeyboardInterrupt):
        made.give_turn()
    made.service.on_arrival = None
    made.queued.append(first)
    made.give_turn(redelivered=True)
    made.run()
    assert len(made.service.effects) == 100
    assert Counter(made.service.calls)["r3"] == 1
    assert len(made.results("success")) == 100


def test_a_row_without_a_key_that_was_begun_is_unknown_and_never_sent_again(line: MakeLine) -> None:
    made = line()
    made.submit("recipient\n" + "".join(f"r{number}\n" for number in range(30)), "post_once")
    first = made.queued[0]

    def killed(recipient: str) -> None:
        if recipient == "r7":
            raise KeyboardInterrupt

    made.service.on_arrival = killed
    with pytest.raises(KeyboardInterrupt):
        made.give_turn()
    made.service.on_arrival = None
    made.queued.append(first)
    made.give_turn(redelivered=True)
    made.run()
    assert (made.store.status("b").counts["done"], made.store.status("b").counts["unknown"]) == (29, 1)
    assert set(made.service.effects.values()) == {1}
    assert "r7" not in made.service.effects
    assert made.results("unknown")[0].startswith("r7,8,,")


def test_a_batch_goes_on_when_it_is_submitted_again(line: MakeLine) -> None:
    made = line()
    made.submit(HUNDRED)
    made.give_turn()
    made.queued.clear()  # the queue has lost everything
    made.submit(HUNDRED)
    made.run()
    assert made.store.status("b").counts["done"] == 100
    assert len(made.service.calls) == 100
    made.submit(HUNDRED)
    assert made.queued == []


def test_a_turn_that_the_queue_has_lost_is_found_and_one_that_it_has_still_is_not_run_twice(line: MakeLine) -> None:
    made = line()
    made.submit(HUNDRED)
    made.give_turn()
    assert made.store.idle(3_600) == []
    found = made.store.idle(-1)
    assert found == [("b", 0, 2)]
    made.put(0.0, *found[0], Position())  # and the queue has lost nothing
    made.run()
    assert made.store.status("b").counts["done"] == 100
    assert len(made.service.calls) == 100
    assert len(made.turns) == 6
    assert made.store.idle(-1) == []


def test_another_batch_of_the_same_name_is_refused(line: MakeLine) -> None:
    made = line()
    made.submit(HUNDRED)
    with pytest.raises(BatchError, match="another batch “b”"):
        made.submit(HUNDRED + "one,1\n")
    with pytest.raises(BatchError, match="no batch “other”"):
        made.store.plan("other")


def test_the_turns_of_a_batch_that_is_not_there_are_refused(line: MakeLine) -> None:
    made = line()
    with pytest.raises(BatchError, match="no batch “gone”"):
        made.store.claim("gone", 0, 1, redelivered=False)


def test_columns_that_do_not_fit_are_refused_before_anything_is_kept(line: MakeLine) -> None:
    made = line()
    with pytest.raises(InputError, match="columns do not fit"):
        made.submit("recipent\nada\n")
    with pytest.raises(BatchError, match="no batch"):
        made.store.plan("b")


def test_rows_fail_each_with_its_reason_and_the_others_go_on(line: MakeLine) -> None:
    made = line()
    made.submit("recipient,weight\nada,1\n,2\nrefused,3\ngrace,4\n")
    made.run()
    assert made.store.status("b").counts == {"done": 2, "failed": 2, "unknown": 0}
    failed = made.results("failed")
    assert "Recipient is required." in failed[0]
    assert failed[1].startswith("refused,3,3,,refused,")


def test_a_key_that_is_not_accepted_stops_its_lane_and_no_other(line: MakeLine) -> None:
    made = line()
    made.submit("account,recipient\na,locked\na,x\nb,y\nb,z\n", connection_column="account")
    made.run()
    status = made.store.status("b")
    assert (status.counts["done"], status.counts["failed"], status.is_over) == (2, 0, True)
    assert list(status.stopped) == ["a"]
    assert "was not accepted" in status.stopped["a"]
    assert json.dumps(status.to_dict())
    made.submit("account,recipient\na,locked\na,x\nb,y\nb,z\n", connection_column="account")
    assert len(made.queued) == 1


def test_a_connection_that_became_another_account_stops_its_lane(line: MakeLine) -> None:
    made = line()
    made.submit(HUNDRED)
    made.give_turn()
    made.keys["work"] = "another-key-of-another-account"
    made.run()
    assert "connection" in made.store.status("b").stopped["work"]
    assert len(made.service.calls) == TURN_ROWS


def test_a_service_that_is_down_is_waited_for_and_no_row_is_lost(line: MakeLine) -> None:
    made = line()
    made.service.down_for = 9
    made.submit(HUNDRED)
    made.run()
    assert made.store.status("b").counts["done"] == 100
    assert len(made.service.calls) <= 110
    assert all(slept <= MAX_WAIT for slept in made.clock.slept)


def test_a_service_that_stays_down_stops_the_lane_and_the_batch_goes_on_later(line: MakeLine) -> None:
    made = line()
    made.service.down_for = 10_000
    made.submit(HUNDRED)
    made.run()
    status = made.store.status("b")
    assert status.is_over
    assert status.stopped
    assert status.counts["failed"] == 0
    made.service.down_for = 0
    made.submit(HUNDRED)
    made.run()
    assert made.store.status("b").counts["done"] == 100


def test_few_rows_outlast_a_short_outage(line: MakeLine) -> None:
    made = line()
    made.submit("recipient\nada\ngrace\n")
    made.service.down_for = 6
    made.run()
    assert made.store.status("b").counts["done"] == 2
    assert made.clock.monotonic() - 1_000 > 20


def test_a_row_that_always_finds_the_service_unavailable_fails_and_the_others_go_on(line: MakeLine) -> None:
    made = line()
    made.submit("recipient\nada\ndown\ngrace\n")
    made.run()
    assert made.store.status("b").counts == {"done": 2, "failed": 1, "unknown": 0}
    assert made.service.calls.count("down") == 4  # the attempts that the definition allows


def test_a_worker_does_nothing_for_a_lane_that_another_one_runs(line: MakeLine) -> None:
    made = line()
    made.submit("recipient\nada\n")
    worker = made.worker()
    with made.store.open("b", 0, 0, ("recipient",), "same"):
        if isinstance(made.store, folder_store.FolderStore):
            with pytest.raises(LaneBusyError), made.store.open("b", 0, 0, ("recipient",), "same"):
                pass
            turn = worker.turn("b", 0, Position())
            assert turn.position == Position()  # the queue may know of no other turn, so the lane must go on
            assert turn.delay > 0
            assert made.service.calls == []


def test_of_two_workers_one_begins_a_row_without_a_key(line: MakeLine, monkeypatch: pytest.MonkeyPatch) -> None:
    made = line()
    if isinstance(made.store, folder_store.FolderStore):
        pytest.skip("a folder is opened by one worker at a time")
    made.submit("recipient\nada\ngrace\n", "post_once")

    send = made.service.send

    def and_another(*args: Any) -> HttpResponse:
        response = send(*args)
        monkeypatch.setattr(made.service, "send", send)
        made.worker().turn("b", 0, Position())  # while the first row is on its way, another worker has the lane
        return response

    monkeypatch.setattr(made.service, "send", and_another)
    made.run()
    status = made.store.status("b")
    assert status.counts == {"done": 2, "failed": 0, "unknown": 0}
    assert set(made.service.effects.values()) == {1}


def test_of_rows_that_cannot_be_sent_twice_one_at_a_time_is_begun_and_not_sent(line: MakeLine) -> None:
    made = line()
    made.submit("account,recipient\na,ada\nb,grace\n", "post_once", connection_column="account")
    arrived: list[str] = []
    other = threading.Thread(target=made.worker().turn, args=("b", 1, Position()))

    def on_arrival(recipient: str) -> None:
        arrived.append(recipient)
        if recipient == "ada":
            other.start()
            other.join(0.3)  # it waits until this row has left
            assert arrived == ["ada"]

    made.service.on_arrival = on_arrival
    made.worker().turn("b", 0, Position())
    other.join()
    assert arrived == ["ada", "grace"]


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "x" * 101, "a\nb"])
def test_a_name_that_could_be_a_path_is_refused(name: str) -> None:
    with pytest.raises(BatchError, match="not a valid name"):
        check_name(name)


def test_parts_of_a_lane_follow_one_another(line: MakeLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_store, "PART_ROWS", 7)
    monkeypatch.setattr(folder_store, "_BUFFERED", 3)
    made = line()
    rows = "".join(f"{name},{name}{number}\n" for number in range(25) for name in ("a", "b"))
    made.submit("account,recipient\n" + rows, connection_column="account")
    made.run()
    assert made.store.status("b").counts["done"] == 50
    assert set(made.service.effects.values()) == {1}
    assert len(made.results("success")) == 50


def test_the_files_of_results_are_in_the_batch_folder_at_the_end(tmp_path: Path, line: MakeLine) -> None:
    made = line()
    made.submit(HUNDRED)
    made.run()
    if isinstance(made.store, folder_store.FolderStore):
        assert len((tmp_path / "batches/b/success.csv").read_text().splitlines()) == 101


def test_what_a_queue_carries_are_names_and_numbers(line: MakeLine) -> None:
    made = line()
    made.submit(HUNDRED)
    made.give_turn()
    _, _, name, lane, turn, position = made.queued[0]
    assert json.loads(json.dumps([name, lane, turn, position.to_list()])) == ["b", 0, 2, [20, 1, 0, 0]]


def test_a_row_whose_response_has_half_a_character_is_done_as_any_other(line: MakeLine) -> None:
    made = line()
    made.submit("recipient\nhalf\nada\n")
    made.run()
    assert (made.store.status("b").counts["done"], sorted(made.service.calls)) == (2, ["ada", "half"])
    assert len(made.results("success")) == 2
