"""The definition format: what `definitions/` may say, and reading the files of a connector folder.

`field` has the fields of forms and outputs, `action` one action, `service` the connector as a whole, `files` finds and
reads the JSON files, `json_schema` writes the format as JSON Schema. Loading a model validates the form of its file;
whether the whole folder makes sense is for `connector.lint`.
"""
