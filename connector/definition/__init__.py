"""The definition format: what `definitions/` may say, and reading the files of a connector folder.

`field` has the fields of forms and outputs, `action` one action, `common` what actions share, `service` the connector
as a whole. `files` finds and reads the JSON files. `expand` makes the whole document out of a file, with what is
`shared` and the `defaults` of the format; `outline` is a folder at a glance. `json_schema` writes the format as JSON
Schema, `formatter` lays files out. Loading a model validates the form of its file; whether the whole folder makes sense
is for `connector.lint`.
"""
