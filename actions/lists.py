"""Handlers of the list actions."""

from connector.call import page, send

get_list = send
get_all_recipient_lists = page
get_list_subscriptions = page
update_list = send
delete_list = send
restore_list = send
add_subscribers_to_list = send
replace_list_subscriptions = send
subscribe_user_to_list = send
unsubscribe_user_from_list = send
