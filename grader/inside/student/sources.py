"""A submission's Python files as text and syntax tree, before any of it runs."""

from __future__ import annotations

import ast
import codecs
import io
import re
import tokenize
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.student.failure import Folder, printable, syntax_problem

_GUESSES = ("cp950", "gb18030", "cp949", "cp932")
"""Legacy encodings of the lecture's part of the world, tried in this order when UTF-8 does not fit."""

_CELL = re.compile(r"^# %% cell (\d+)$", re.MULTILINE)
"""How the intake marks where a notebook's cell begins."""

_LEFT_OUT = frozenset({"__pycache__", "__MACOSX", "site-packages", "node_modules", "venv", ".venv", "setup.py"})


@dataclass(frozen=True)
class Source:
    """One file: `tree` is None when it is no Python, and then `problem` says why."""

    path: str
    text: str
    filename: str
    tree: ast.Module | None
    problem: Problem | None = None
    notes: tuple[Problem, ...] = field(default_factory=tuple)

    @property
    def cells(self) -> list[tuple[int | None, list[ast.stmt]]]:
        """The statements of each cell of a notebook; of any other file all in one part without a number."""
        body = self.tree.body if self.tree is not None else []
        if not self.path.endswith(".ipynb.py"):
            return [(None, body)] if body else []
        starts = [(int(found[1]), self.text.count("\n", 0, found.start()) + 1) for found in _CELL.finditer(self.text)]
        parts: dict[int | None, list[ast.stmt]] = {}
        for node in body:
            number = max((cell for cell, line in starts if line <= node.lineno), default=None)
            parts.setdefault(number, []).append(node)
        return list(parts.items())

    @cached_property
    def class_lines(self) -> Mapping[str, int]:
        """Line of each class by its qualified name; the last one when a name is defined twice."""
        return dict(_classes(self.tree, "")) if self.tree is not None else {}

    @cached_property
    def bound_lines(self) -> Mapping[str, int]:
        """Line of every name that the outermost level binds by class, def or assignment."""
        return dict(_bound(self.tree.body)) if self.tree is not None else {}


def find_sources(names: Iterator[str] | Mapping[str, bytes]) -> list[str]:
    """The Python files worth loading, outermost first."""
    found = []
    for name in names:
        parts = name.split("/")
        if not name.endswith(".py") or _LEFT_OUT & set(parts) or any(part.startswith(".") for part in parts):
            continue
        found.append(name)
    return sorted(found, key=lambda name: (name.count("/"), name))


def read_source(path: str, data: bytes, folder: Folder) -> Source:
    """Decode and parse one file; whatever is wrong with it is in the result."""
    filename = folder.root + path
    text, encoding = decode(data)
    notes: tuple[Problem, ...] = ()
    if encoding not in ("utf-8", "utf-8-sig", "ascii"):
        notes = (Problem(Reason.ENCODING, path, facts={"encoding": encoding}),)
    try:
        tree = parse(text, filename)
    except SyntaxError as error:
        return Source(path, text, filename, None, syntax_problem(error, folder, path), notes)
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        problem = Problem(Reason.SYNTAX_ERROR, path, facts={"detail": printable(str(error))})
        return Source(path, text, filename, None, problem, notes)
    return Source(path, text, filename, tree, None, notes)


def decode(data: bytes) -> tuple[str, str]:
    """The text and the encoding it was read by: declared, UTF-8, or the first that fits."""
    for encoding in (*_declared(data), "utf-8", *_GUESSES, "latin-1"):
        try:
            text = data.decode(encoding)
        except (UnicodeError, LookupError):
            continue
        return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"), encoding
    raise AssertionError("latin-1 decodes every byte")


def _declared(data: bytes) -> list[str]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return ["utf-16"]
    try:
        return [tokenize.detect_encoding(io.BytesIO(data).readline)[0]]
    except (SyntaxError, UnicodeError):
        return []


def parse(text: str, filename: str) -> ast.Module:
    """The syntax tree of a whole file, without warnings about its style."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text, filename)
        # Some errors, such as `return` outside a function, are found only here.
        compile(tree, filename, "exec", dont_inherit=True)
    return tree


def _classes(node: ast.AST, outer: str) -> Iterator[tuple[str, int]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield outer + child.name, child.lineno
            yield from _classes(child, f"{outer}{child.name}.")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _classes(child, f"{outer}{child.name}.<locals>.")
        else:
            yield from _classes(child, outer)


def _bound(body: list[ast.stmt]) -> Iterator[tuple[str, int]]:
    for node in body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, node.lineno
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from ((target.id, node.lineno) for target in targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.If | ast.Try | ast.With):
            yield from _bound(node.body)
