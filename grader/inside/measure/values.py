"""Turns the JSON arguments of a taped call into what torch takes, within bounds."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from grader.inside.measure.operators import CONTIGUOUS, Operator
from grader.inside.measure.refused import malformed
from grader.wire.tape import DTYPES

MAX_LIST = 20_000
MAX_TEXT = 40
_DEPTH = 4
_INT = 1 << 63

_DTYPES: Mapping[str, torch.dtype] = {name: getattr(torch, name) for name in DTYPES}
_FLOATS: Mapping[str, float] = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}
_OPTIONS = frozenset({"memory_format", "layout", "device", "generator"})
_OF_PLACE = frozenset({"device", "layout", "pin_memory", "generator", "non_blocking"})
"""Options that say where a result lies, which is ours to decide."""


@dataclass(frozen=True)
class Ref:
    """A tensor as an argument: its id, and its shape at the time of the call."""

    id: int
    shape: tuple[int, ...]
    dtype: torch.dtype

    @property
    def numel(self) -> int:
        """How many elements it has."""
        return math.prod(self.shape)


@dataclass(frozen=True)
class Arguments:
    """A call's arguments as written: tensors are `Ref`s, everything else is ready for torch."""

    positional: tuple[Any, ...]
    named: Mapping[str, Any]

    def filled(self, tensors: Mapping[int, torch.Tensor]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments with tensors in the places of their refs."""
        return (
            [_fill(value, tensors) for value in self.positional],
            {name: _fill(value, tensors) for name, value in self.named.items()},
        )

    def refs(self) -> Iterator[Ref]:
        """The tensors in the order in which they stand."""
        for value in (*self.positional, *self.named.values()):
            yield from _refs(value)

    def bound(self, operator: Operator) -> dict[str, Any]:
        """Every argument by the operator's own name for it, defaults included."""
        by_name = dict(zip(operator.parameters, operator.defaults, strict=True))
        return by_name | dict(zip(operator.parameters, self.positional, strict=False)) | dict(self.named)


FindRef = Callable[[int], Ref]
"""Gives the ref of an id; refuses an id that nothing has made."""


def dtype_named(name: str) -> torch.dtype:
    """The element type of a tape's name for it."""
    return _DTYPES[name]


def read_arguments(operator: Operator, args: tuple[Any, ...], kwargs: Mapping[str, Any], find: FindRef) -> Arguments:
    """Decode the arguments of one call.

    Raises:
        Refused: on a value that the tape's form has no room for, or a name the operator does not have.
    """
    if len(args) > len(operator.parameters):
        raise malformed(f"{operator.name} with {len(args)} arguments")
    unknown = [name for name in kwargs if name not in operator.parameters[len(args) :]]
    if unknown:
        raise malformed(f"{operator.name} with argument {unknown[0][:40]!r}")
    named = {name: decode(value, find) for name, value in kwargs.items() if name not in _OF_PLACE}
    if operator.name not in CONTIGUOUS:
        named.pop("memory_format", None)
    return Arguments(tuple(decode(value, find) for value in args), named)


def decode(value: Any, find: FindRef, depth: int = 0) -> Any:
    """One argument.

    Raises:
        Refused: on a value that the tape's form has no room for.
    """
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        if not -_INT <= value < _INT:
            raise malformed("a whole number of more than 64 bits")
        return value
    if isinstance(value, str):
        if len(value) > MAX_TEXT or not value.isascii():
            raise malformed(f"text argument {value[:MAX_TEXT]!r}")
        return value
    if isinstance(value, list):
        if len(value) > MAX_LIST or depth >= _DEPTH:
            raise malformed(f"a list of {len(value)} arguments, {depth} deep")
        return [decode(item, find, depth + 1) for item in value]
    return _tagged(value, find)


def _tagged(value: Any, find: FindRef) -> Any:
    if not isinstance(value, Mapping) or len(value) != 1:
        raise malformed("an argument is neither a plain value nor an object of one key")
    ((key, inner),) = value.items()
    if key == "t" and type(inner) is int:
        return find(inner)
    if isinstance(inner, str):
        if key == "dtype" and inner in _DTYPES:
            return _DTYPES[inner]
        if key == "f" and inner in _FLOATS:
            return _FLOATS[inner]
        if key == "opt" and inner in _OPTIONS:
            # Options stay at their defaults, except that a view may need the contiguous copy asked for.
            return torch.contiguous_format if inner == "memory_format" else None
    raise malformed(f"argument {str(value)[:60]}")


def _fill(value: Any, tensors: Mapping[int, torch.Tensor]) -> Any:
    if isinstance(value, Ref):
        return tensors[value.id]
    if isinstance(value, list):
        return [_fill(item, tensors) for item in value]
    return value


def _refs(value: Any) -> Iterator[Ref]:
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _refs(item)
