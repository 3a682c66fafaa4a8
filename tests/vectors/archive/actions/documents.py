"""Handlers of the archive: all of its actions are data."""

from connector.call import page, send

attach = send
convert_document = send
create_share = send
document_options = send
get_anything = send
get_content = send
get_document = send
get_numbers = send
get_object = send
get_open = send
get_summary = send
get_text = send
head_document = send
list_documents = page
patch_document = send
put_content = send
put_note = send
put_number = send
put_picture = send
put_settings = send
put_svg = send
rebuild_index = send
search = send
set_pages = send
set_tags = send
upload_document = send
