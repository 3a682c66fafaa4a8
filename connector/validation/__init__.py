"""Inputs made uniform and validated: every problem at once, in plain sentences.

`normalize` maps names, drops empty fields and fills defaults; `validator` checks values against the JSON Schema;
`formats` are the formats it knows; `messages` are the sentences. Nothing here sends or reads anything.
"""
