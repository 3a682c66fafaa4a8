"""Events of other systems, which trigger the automations that wait for them."""

from __future__ import annotations

import json

from . import automations, bodies
from .protocol import ACCEPTED, Call, Response, conflict
from .route import on
from .timestamps import new_id


@on("POST /inbound/courier", bodies.TRACK, audit_as="event/tracked", target="messageId")
def track(call: Call) -> Response:
    """Take an event and run the automations that it triggers. An event comes once."""
    name, message_id = call.body["event"], call.body["messageId"]
    if call.db.execute("SELECT 1 FROM inbound_events WHERE id = ?", (message_id,)).fetchone():
        raise conflict(f"Message {message_id} was already received")
    call.db.execute("INSERT INTO inbound_events (id, received) VALUES (?, ?)", (message_id, call.now))
    context = {"recipient": call.body.get("userId"), "data": call.body["properties"]}
    for row in call.db.execute("SELECT * FROM automations WHERE kind = 'automation' AND state = 'enabled'").fetchall():
        if json.loads(row["trigger"]).get("event") == name:
            automations.start_stored(call.db, row, context, call.now, source=f"courier/track/{name}")
    return Response(ACCEPTED, {"messageId": new_id(call.now)})
