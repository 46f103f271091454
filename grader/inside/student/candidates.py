"""What in a submission's modules could be a network: classes, factories, and instances at module level."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from torch import nn

from grader.inside.student.failure import name_of
from grader.inside.student.loader import LoadedFile

_FACTORY = re.compile(
    r"^(build|make|create|get|init|new|load)_?(the_?)?\w*(model|net|network|cnn|q\d+)\w*$"
    r"|^(?!train|test|save|eval|fit|print|show|plot|run|compile|summar)\w*(model|net|network|cnn)\d*$"
    r"|^(alexnet|lenet|vgg|resnet|googlenet|mobilenet|densenet|hardnet|efficientnet)\w*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Candidate:
    """One thing that may be or give a network. `kind` is class, factory or instance."""

    name: str
    kind: str
    value: Any
    file: LoadedFile
    line: int | None

    @property
    def path(self) -> str:
        """The file it stands in."""
        return self.file.source.path


def find_candidates(files: Iterable[LoadedFile]) -> list[Candidate]:
    """Every candidate in the order of definition; functions need a telling name."""
    found: list[Candidate] = []
    for file in files:
        for name in list(file.module.__dict__):
            if isinstance(file.module.__dict__[name], FunctionType) and not _FACTORY.match(name):
                continue
            candidate = named_candidate(file, name)
            if candidate is not None:
                found.append(candidate)
    return _without_aliases(found)


def named_candidate(file: LoadedFile, name: str) -> Candidate | None:
    """The candidate that a file has under this name, a function of any name included."""
    value = file.module.__dict__.get(name)
    kind = _kind(name, value, file)
    return Candidate(name, kind, value, file, _line(kind, name, value, file)) if kind else None


def blocks_of(candidates: Iterable[Candidate]) -> frozenset[str]:
    """Names of classes that only serve as a part of another class of the same submission."""
    used: set[str] = set()
    classes = [candidate for candidate in candidates if candidate.kind == "class"]
    names = {candidate.name for candidate in classes}
    for candidate in classes:
        for method in vars(candidate.value).values():
            code = getattr(method, "__code__", None)
            if code is not None:
                used |= {name for name in _names_in(code) if name in names and name != candidate.name}
    return frozenset(used)


def all_class_names(files: Iterable[LoadedFile]) -> list[str]:
    """Names of every class and function that the files define, for the message that a wanted one is missing."""
    return [
        name
        for file in files
        for name, value in list(file.module.__dict__.items())
        if isinstance(value, type | FunctionType) and _is_own(value, file)
    ]


def _kind(name: str, value: Any, file: LoadedFile) -> str:
    if isinstance(value, type):
        return "class" if issubclass(value, nn.Module) and _is_own(value, file) else ""
    if isinstance(value, FunctionType):
        return "factory" if _is_own(value, file) else ""
    return "instance" if isinstance(value, nn.Module) and not name.startswith("__") else ""


def _is_own(value: Any, file: LoadedFile) -> bool:
    return getattr(value, "__module__", None) == file.module.__name__


def _line(kind: str, name: str, value: Any, file: LoadedFile) -> int | None:
    if kind == "class":
        return file.source.class_lines.get(type.__dict__["__qualname__"].__get__(value))
    if kind == "factory":
        line: int = value.__code__.co_firstlineno
        return line
    return file.source.bound_lines.get(name)


def _without_aliases(found: list[Candidate]) -> list[Candidate]:
    """Each object once, under the name it was given last; instances of own classes are no candidates."""
    own = {id(candidate.value) for candidate in found if candidate.kind == "class"}
    last = {id(candidate.value): candidate for candidate in found if _is_named_so(candidate)}
    rest = {id(candidate.value): candidate for candidate in found}
    once = {**rest, **last}
    return [
        once[key]
        for key in dict.fromkeys(id(candidate.value) for candidate in found)
        if not (once[key].kind == "instance" and id(type(once[key].value)) in own)
    ]


def _is_named_so(candidate: Candidate) -> bool:
    return candidate.kind == "class" and candidate.name == name_of(candidate.value)


def _names_in(code: Any) -> set[str]:
    names = set(code.co_names)
    for constant in code.co_consts:
        if hasattr(constant, "co_names"):
            names |= _names_in(constant)
    return names
