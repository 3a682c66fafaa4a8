"""Handlers of the papers: all of these actions are data."""

from connector.call import page, send

list_documents = page
attach = send
convert_document = send
create_share = send
document_options = send
get_content = send
get_document = send
get_numbers = send
get_summary = send
head_document = send
put_content = send
put_note = send
put_number = send
put_picture = send
put_settings = send
put_svg = send
search = send
set_tags = send
upload_document = send
