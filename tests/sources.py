"""What the house tests read: the project's own sources, parsed and never imported."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "grader"

Function = ast.FunctionDef | ast.AsyncFunctionDef


def sources(*folders: Path) -> list[Path]:
    """Python files of ours below the folders; data for the wheel and students' files are none."""
    return [
        path
        for folder in folders
        for path in sorted(folder.rglob("*.py"))
        if path.is_relative_to(PACKAGE / "submissions") or not (is_handed_in(path) or "_data" in path.parts)
    ]


def is_handed_in(path: Path) -> bool:
    """True for a file that stands for a student's: samples, starters, attacks, honest and odd files."""
    parts = path.relative_to(ROOT).parts
    suite = parts[:1] == ("tests",) and parts[1] in ("attacks", "honest") and len(parts) > 3
    suite = suite or parts[:2] == ("tests", "inspected")
    return suite or bool({"samples", "starter", "submissions"} & set(parts[1:-1]))


def tree_of(path: Path) -> ast.Module:
    """The parsed file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    """Dotted name of a module below the repository."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for path in sources(PACKAGE)}


def imported_names(path: Path) -> Iterator[tuple[str, int]]:
    """Every module a file imports, at the top or inside a function, by name or by import_module."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield (full if full in MODULES else str(node.module)), node.lineno
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            called = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            if called in {"import_module", "__import__"} and node.args and isinstance(node.args[0], ast.Constant):
                yield str(node.args[0].value), node.lineno


def functions_of(path: Path) -> Iterator[Function]:
    """Every function and method of a file."""
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, Function))


def place(path: Path, node: ast.AST | int) -> str:
    """File and line, as an editor opens it."""
    line = node if isinstance(node, int) else getattr(node, "lineno", 1)
    return f"{path.relative_to(ROOT)}:{line}"
