"""Checking a connector folder: every problem of every file, with what to do about it.

`check` runs the rules, `rule` says what a rule is, `rules/` has them by subject, `folder_view` is a folder as they see
it, and `sample_folder` the folder that their examples change.
"""
