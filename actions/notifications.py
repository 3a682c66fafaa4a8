"""Handlers of the template actions."""

from connector.call import page, send

list_notifications = page
get_template = send
create_template = send
replace_template = send
archive_template = send
publish_template = send
list_template_versions = page
get_template_content = send
replace_template_content = send
update_template_element = send
translate_template = send
get_submission_checks = send
replace_submission_checks = send
cancel_submission = send
get_template_metrics = send
