"""Ways to make a network of a class or factory: as it stands, as its file does it, by its arguments' names."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from torch import nn

from grader.inside.student.build import Order, arguments_for, parameters_of
from grader.inside.student.candidates import Candidate
from grader.inside.student.failure import printable
from grader.inside.student.loader import LoadedFile
from grader.inside.student.twin import meta_twin

_MOST_CALLS = 6
_MAIN = ("main", "train", "test", "run", "demo")
_MOST_TEXT = 160


@dataclass(frozen=True)
class Way:
    """One way: what makes the network on a device, and how that would be written."""

    text: str
    make: Callable[[str], Any]


def ways_to_make(candidate: Candidate, order: Order) -> Iterator[Way]:
    """The ways in the order in which they are tried; the first that gives a network is the one."""
    if candidate.kind == "instance":
        yield Way(candidate.name, lambda device: _copied(candidate.value, device))
        return
    required = _required(candidate.value)
    if not required:
        yield _called(candidate, {})
    for node in _calls_of(candidate.file, candidate.name):
        yield _written(candidate.file, node)
    if required:
        yield from _instances(candidate)
        given, missing = arguments_for(candidate.value, order)
        if not missing:
            yield _called(candidate, given)


def needs_arguments(candidate: Candidate) -> list[str]:
    """Names of the arguments without a default; none for an instance."""
    return [] if candidate.kind == "instance" else _required(candidate.value)


def _called(candidate: Candidate, named: Mapping[str, Any]) -> Way:
    text = ", ".join(f"{name}={value!r}" for name, value in named.items())
    return Way(f"{candidate.name}({text})", lambda _: candidate.value(**named))


def _written(file: LoadedFile, node: ast.Call) -> Way:
    """The call as the file has it, with the names that the file has bound by now."""
    code = compile(ast.Expression(node), file.source.filename, "eval", dont_inherit=True)
    text = printable(ast.unparse(node), _MOST_TEXT)
    return Way(text, lambda _: eval(code, file.module.__dict__))  # noqa: S307


def is_made_inside(tree: ast.Module | None, name: str) -> bool:
    """Whether a class, or a function that is not the main one, calls this name."""
    for node in tree.body if tree is not None else ():
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name not in (name, *_MAIN):
            if any(_is_call(inner, name) for inner in ast.walk(node)):
                return True
    return False


def _calls_of(file: LoadedFile, name: str) -> list[ast.Call]:
    found: dict[str, ast.Call] = {}
    for node in ast.walk(file.source.tree) if file.source.tree is not None else ():
        if isinstance(node, ast.Call) and _is_call(node, name) and (node.args or node.keywords):
            found.setdefault(ast.dump(node), node)
    return list(found.values())[:_MOST_CALLS]


def _is_call(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _instances(candidate: Candidate) -> Iterator[Way]:
    """Networks of this class that the file has made at its outermost level."""
    if candidate.kind != "class":
        return
    for name, value in list(candidate.file.module.__dict__.items()):
        if type(value) is candidate.value:
            yield Way(name, lambda device, made=value: _copied(made, device))  # type: ignore[misc]


def _copied(network: nn.Module, device: str) -> nn.Module:
    """The network itself, or a copy without elements that costs nothing to run."""
    return meta_twin(network) if device == "meta" else network


def _required(made_by: Callable[..., Any]) -> list[str]:
    return [parameter.name for parameter in parameters_of(made_by) if parameter.default is parameter.empty]
