"""Handlers of the journey actions."""

from connector.call import page, send

list_journeys = page
invoke_journey = send
cancel_journey_runs = send
