"""A run as a Python program that uses the public `Connector`."""

from __future__ import annotations

from connector.export.code_samples.sample import SampleRun
from connector.export.literals import FilePath, Notation, Variable, json_text, paths_in, variables_in


def _variable(variable: Variable) -> str:
    return f"os.environ[{json_text(variable.name)}]"


def _file(file: FilePath) -> str:
    return f"File({json_text(file.path)})"


_PYTHON = Notation(_variable, file=_file, constants=("True", "False", "None"), trailing_comma=True)


def python(run: SampleRun) -> str:
    """The program; it prints the output fields."""
    needs_environment = bool(variables_in(run.inputs)) or not (run.target.sandbox or run.target.connection)
    imports = ["import json", *(["import os"] if needs_environment else []), "", _imports(run), ""]
    load = f"Connector.load({json_text(run.target.connector)})"
    if run.target.sandbox:
        return _lines(*imports, f"with {load} as connector, connector.sandbox() as connection:", *_run(run))
    return _lines(*imports, f"with {load} as connector:", f"    connection = {_connection(run)}", *_run(run))


def _imports(run: SampleRun) -> str:
    files = ", File" if paths_in(run.inputs) else ""
    if run.target.sandbox:
        return f"from connector import Connector{files}"
    if run.target.connection:
        return f"from connector import Connector{files}\nfrom connector.connections.stored import stored_connection"
    return f"from connector import Connection, Connector{files}"


def _connection(run: SampleRun) -> str:
    if run.target.connection:
        return f"stored_connection(connector.definition, {json_text(run.target.connection)})"
    fields = ", ".join(f"{name}={_variable(variable)}" for name, variable in run.connection_variables.items())
    return f"Connection({fields})"


def _run(run: SampleRun) -> list[str]:
    inner = "    " * 2
    inputs = _PYTHON.write(run.inputs, inner)
    options = [f"{name}={value}" for name, value in run.options.items()]
    arguments = [json_text(run.action.key), inputs, "connection", *options]
    return [
        "    result = connector.run(",
        *(f"{inner}{argument}," for argument in arguments),
        "    )",
        "    print(json.dumps(result.fields, ensure_ascii=False, indent=2))",
    ]


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"
