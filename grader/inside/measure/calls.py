"""Calls of modules with the sizes that counting tools hook onto."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

from grader.inside.measure.graph import Graph, Step
from grader.wire.tape import TapeModule, TapeTensor

Shape = tuple[int, ...]


@dataclass(frozen=True)
class ModuleCall:
    """One call of a module. `own` are the parameters registered on the module itself, by their last name."""

    index: int
    module: TapeModule
    given: Shape
    made: Shape
    own: Mapping[str, TapeTensor]

    @property
    def library_kind(self) -> str:
        """The class's name where it is exactly a library's class, else nothing: tools look classes up by type."""
        return self.module.kind if self.module.file is None else ""

    @property
    def own_numel(self) -> int:
        """Elements of the module's own parameters."""
        return sum(prod(tensor.shape) for tensor in self.own.values())


def calls_of(graph: Graph) -> tuple[ModuleCall, ...]:
    """The calls that had tensors on both sides, in the order in which they ended."""
    own = own_parameters(graph)
    found: list[ModuleCall] = []
    for call in graph.tape.calls:
        given, made = graph.shapes.get(_id(call.given)), graph.shapes.get(_id(call.made))
        if given is not None and made is not None:
            module = graph.tape.modules[call.module]
            found.append(ModuleCall(call.module, module, given, made, own.get(module.path, {})))
    return tuple(found)


def own_parameters(graph: Graph) -> dict[str, dict[str, TapeTensor]]:
    """Parameters by the path of the module that registers them, then by their last name."""
    owners: dict[str, dict[str, TapeTensor]] = {}
    for tensor in graph.parameters:
        for name in tensor.names:
            path, _, last = name.rpartition(".")
            owners.setdefault(path, {})[last] = tensor
    return owners


def once(calls: Iterable[ModuleCall]) -> dict[int, ModuleCall]:
    """The first call of each module, by the module's index."""
    first: dict[int, ModuleCall] = {}
    for call in calls:
        first.setdefault(call.index, call)
    return first


def steps_of(graph: Graph, index: int) -> list[Step]:
    """The steps that ran directly in a module."""
    return [step for step in graph.steps if step.op.module == index]


def _id(number: int | None) -> int:
    return -1 if number is None else number
