"""The handler of a new action: the standard one, bound to the action's key in the module of its group."""

from __future__ import annotations

import ast
from pathlib import Path

from connector.errors import DefinitionError


def with_standard_handler(path: Path, key: str, title: str) -> str:
    """The source of a module, which need not exist, with the standard handler bound to a key.

    Raises:
        DefinitionError: The module is not valid Python, or already defines the name.
    """
    text = path.read_text(encoding="utf-8") if path.exists() else f'"""Handlers of the group “{title}”."""\n'
    try:
        statements = ast.parse(text).body
    except SyntaxError as error:
        raise DefinitionError(f"{path} is not valid Python (line {error.lineno}). Nothing was changed.") from None
    if key in _names(statements):
        raise DefinitionError(f"{path} already defines “{key}”. Nothing was changed.")
    lines = text.rstrip().split("\n")
    if "send" not in _names(statements):
        lines[_end_of_imports(statements) :] = [*_import(statements), *lines[_end_of_imports(statements) :]]
    return "\n".join(lines) + f"\n\n{key} = send\n"


def _names(statements: list[ast.stmt]) -> set[str]:
    """The names that the statements of a module bind."""
    names: set[str] = set()
    for statement in statements:
        if isinstance(statement, ast.ImportFrom | ast.Import):
            names |= {alias.asname or alias.name for alias in statement.names}
        elif isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(statement.name)
        elif isinstance(statement, ast.Assign):
            names |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
    return names


def _end_of_imports(statements: list[ast.stmt]) -> int:
    """The line after the last import at the top, or after the docstring."""
    end = 0
    for place, statement in enumerate(statements):
        is_docstring = place == 0 and isinstance(statement, ast.Expr)
        if not is_docstring and not isinstance(statement, ast.ImportFrom | ast.Import):
            break
        end = statement.end_lineno or 0
    return end


def _import(statements: list[ast.stmt]) -> list[str]:
    """The import of the standard handler, after an empty line if it is the first."""
    has_imports = any(isinstance(statement, ast.ImportFrom | ast.Import) for statement in statements)
    return [*([] if has_imports else [""]), "from connector.call import send"]
