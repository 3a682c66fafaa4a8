"""Handlers of the bulk job actions."""

from connector.call import page, send

create_bulk_job = send
add_users_to_bulk_job = send
get_bulk_job = send
get_bulk_job_users = page
run_bulk_job = send
