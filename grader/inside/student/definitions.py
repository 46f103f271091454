"""Which statements of a file only define: what is safe and useful to run when the rest cannot be."""

from __future__ import annotations

import ast
from collections.abc import Iterator

_CALLED = frozenset(
    {"int", "float", "len", "range", "list", "tuple", "dict", "set", "sorted", "min", "max", "sum", "round"}
    | {"torch.device", "torch.cuda.is_available", "OrderedDict", "collections.OrderedDict", "namedtuple"}
)
_LAYERS = ("nn.", "torch.nn.")


def definitions(body: list[ast.stmt]) -> list[ast.stmt]:
    """Imports, classes, functions and simple values of a file or block, in order.

    A main guard counts as a block whose classes, functions and imports are
    definitions too; `try` and `if` count when all that stands in them defines.
    """
    classes = {node.name for node in ast.walk(ast.Module(body, [])) if isinstance(node, ast.ClassDef)}
    return list(_definitions(body, classes))


def is_main_guard(node: ast.stmt) -> bool:
    """True for `if __name__ == "__main__":`, either way round."""
    if not isinstance(node, ast.If) or not isinstance(node.test, ast.Compare):
        return False
    sides = (node.test.left, *node.test.comparators)
    return any(isinstance(side, ast.Name) and side.id == "__name__" for side in sides)


def _definitions(body: list[ast.stmt], classes: set[str]) -> Iterator[ast.stmt]:
    for node in body:
        if is_main_guard(node) and isinstance(node, ast.If):
            yield from (inner for inner in node.body if _defines(inner, set()))
        elif isinstance(node, ast.ImportFrom) and node.level:
            # Run as a script there is no package; the sibling file is what was meant.
            yield ast.copy_location(ast.ImportFrom(node.module or "", node.names, 0), node) if node.module else node
        elif _defines(node, classes):
            yield node


def _defines(node: ast.stmt, classes: set[str]) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Pass):
        return True
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return node.value is not None and _is_simple(node.value, classes)
    if isinstance(node, ast.If):
        inside = [*node.body, *node.orelse]
        return _is_simple(node.test, classes) and all(_defines(inner, classes) for inner in inside)
    if isinstance(node, ast.Try):
        handlers = [inner for handler in node.handlers for inner in handler.body]
        return all(_defines(inner, classes) for inner in (*node.body, *handlers, *node.orelse, *node.finalbody))
    return False


def _is_simple(value: ast.expr, classes: set[str]) -> bool:
    """True for literals, arithmetic on names, and calls that make a layer, a device or a class of the file."""
    for node in ast.walk(value):
        if isinstance(node, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr):
            return False
        if isinstance(node, ast.Call) and not _is_harmless(ast.unparse(node.func), classes):
            return False
    return True


def _is_harmless(called: str, classes: set[str]) -> bool:
    return called in _CALLED or called in classes or called.startswith(_LAYERS)
