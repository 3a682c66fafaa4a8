"""Conformance vectors: what a runtime of any language does, in neutral JSON.

A file `<kind>/<name>.json` has a description, the connector that its cases are about (`courier`, this repository's
own, or `sample`, the folder beside the vectors), and cases. A case has an id, an action, what goes in, and under
`expect` what comes out. `python_runtime` and `tests/javascript/runtime.js` say per kind what goes in and comes out; of
`expect` every name that is there is compared. A change of behaviour begins here.

`python -m tests.vectors.make` writes the files named `examples.json` from the definitions' examples.
"""
