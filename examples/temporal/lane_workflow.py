"""A lane as a Temporal workflow: a turn, a timer for as long as the call limit wants, and the next turn.

The activity is what touches the world. Its arguments are names and numbers, so nothing secret is in the history.
"""

from __future__ import annotations

from datetime import timedelta

from temporalio import workflow

TASK_QUEUE = "lanes"
_TURNS = 500
"""Turns until the workflow goes on as a new one, so that its history stays short."""


@workflow.defn(name="Lane")
class LaneWorkflow:
    """All turns of a lane."""

    @workflow.run
    async def run(self, name: str, lane: int, position: list[int]) -> None:
        """Give the lane its turns until it is over.

        Args:
            name: Of the batch.
            lane: The lane's number.
            position: Where the lane goes on.
        """
        for _ in range(_TURNS):
            # An activity whose worker was killed is given to another one after the timeout; retries have no end.
            result: tuple[list[int] | None, float] = await workflow.execute_activity(
                "give_turn", args=[name, lane, position], start_to_close_timeout=timedelta(seconds=10)
            )
            following, delay = result
            if following is None:
                return
            position = following
            if delay > 0:
                await workflow.sleep(delay)
        workflow.continue_as_new(args=[name, lane, position])
