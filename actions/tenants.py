"""Handlers of the tenant actions."""

from connector.call import page, send

list_tenants = page
get_tenant = send
create_or_replace_tenant = send
delete_tenant = send
list_tenant_users = page
set_tenant_default_preference = send
remove_tenant_default_preference = send
list_user_tenants = page
add_user_to_tenant = send
add_user_to_tenants = send
remove_user_from_tenant = send
remove_user_from_all_tenants = send
list_tenant_templates = page
get_tenant_template = send
get_tenant_template_version = send
save_tenant_template = send
publish_tenant_template = send
delete_tenant_template = send
