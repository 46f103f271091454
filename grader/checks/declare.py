"""Declares a check: a function named for its fact, whose docstring is the line a student reads."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, overload

from grader.checks.verdict import Answer
from grader.errors import AssignmentError


@dataclass(frozen=True)
class CheckFunction:
    """A declared check.

    `wants` are the names of the evidence it is called with. Where evidence is
    missing the check is not called at all, unless the name is in `optional`:
    then it gets None. Words in braces in `title` give way to the name of a part:
    "Parameters of {each layer}" is "Parameters of conv1" for the part conv1.
    """

    id: str
    title: str
    call: Callable[..., Answer]
    wants: tuple[str, ...]
    optional: frozenset[str] = frozenset()
    requires: tuple[str, ...] = ()


@overload
def check(function: Callable[..., Answer], /) -> CheckFunction: ...


@overload
def check(
    *, requires: Sequence[str] = (), optional: Sequence[str] = ()
) -> Callable[[Callable[..., Answer]], CheckFunction]: ...


def check(
    function: Callable[..., Answer] | None = None, /, *, requires: Sequence[str] = (), optional: Sequence[str] = ()
) -> CheckFunction | Callable[[Callable[..., Answer]], CheckFunction]:
    """Make a function a check.

    Its parameters name the evidence it wants: files, answers, claims, essay,
    expected, or a probe of collect.toml. `requires` names checks that must have
    passed before; `optional` names evidence it can do without.

    Raises:
        AssignmentError: for a function without docstring or with other parameters.
    """
    if function is not None:
        return _declared(function, (), ())

    def declare(function: Callable[..., Answer]) -> CheckFunction:
        return _declared(function, requires, optional)

    return declare


def _declared(function: Callable[..., Answer], requires: Sequence[str], optional: Sequence[str]) -> CheckFunction:
    name: Any = getattr(function, "__name__", "?")
    title = (inspect.getdoc(function) or "").split("\n")[0].strip()
    if not title:
        raise AssignmentError(f'check "{name}" has no docstring, want one: its first line is what a student reads')
    wants = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
            raise AssignmentError(f'check "{name}": parameter "{parameter}" names no evidence, want plain names')
        if parameter.default is not parameter.empty:
            raise AssignmentError(f'check "{name}": parameter "{parameter.name}" has a default, want none')
        wants.append(parameter.name)
    if stray := sorted(set(optional) - set(wants)):
        raise AssignmentError(f'check "{name}": optional names "{stray[0]}", which is none of its parameters')
    return CheckFunction(name, title, function, tuple(wants), frozenset(optional), tuple(requires))
