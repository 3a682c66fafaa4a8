"""Connectors that were published elsewhere, read as they are: packages of the Power Platform.

A package is converted into the format of a connector folder in memory, an operation at a time when it is first used;
the runtime then runs it like any other connector. What cannot run is listed with the reason. The core never imports
this package: `connector.definition.files` names it, and loading a package folder brings it in. The command line, and
programs that want the report of an import, may import it.
"""
