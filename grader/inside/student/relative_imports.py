"""Lets files be looked at whose package is not there as one: `from .blocks import x` finds the file beside it."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping

from grader.inside.student.sources import Source


def resolve_relative_imports(sources: Mapping[str, Source]) -> None:
    """Write relative imports of files that are there as absolute ones, in the trees themselves."""
    for path, source in sources.items():
        for node in ast.walk(source.tree) if source.tree is not None else ():
            if isinstance(node, ast.ImportFrom) and node.level:
                _resolve(node, path.split("/")[:-1], sources)


def _resolve(node: ast.ImportFrom, folder: list[str], paths: Collection[str]) -> None:
    parts = folder[: len(folder) - node.level + 1]
    if node.level > len(folder) + 1:
        return
    if node.module:
        parts = [*parts, *node.module.split(".")]
    if _is_there("/".join(parts), paths):
        node.level, node.module = 0, ".".join(parts)


def _is_there(place: str, paths: Collection[str]) -> bool:
    return bool(place) and (f"{place}.py" in paths or any(path.startswith(f"{place}/") for path in paths))
