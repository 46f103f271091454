"""A tape that has been checked: every call resolved, every shape recomputed on tensors without elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

from grader.inside.measure.operators import Operator
from grader.inside.measure.values import Arguments, Ref
from grader.wire.tape import Tape, TapeModule, TapeOp, TapeTensor

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Step:
    """One call of the tape, with the shapes that we found."""

    op: TapeOp
    operator: Operator
    arguments: Arguments
    results: tuple[Ref | None, ...]
    expired: tuple[int, ...] = ()
    """Ids that no later call reads: a replay lets them go after this one."""

    @cached_property
    def bound(self) -> dict[str, Any]:
        """Arguments by the operator's own names."""
        return self.arguments.bound(self.operator)

    @property
    def name(self) -> str:
        """The operator's name without overload."""
        return self.operator.name

    @property
    def first_result(self) -> Ref | None:
        """The result that a network goes on with."""
        return next((ref for ref in self.results if ref is not None), None)


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


@dataclass(frozen=True)
class Graph:
    """A whole checked tape. `work` is the multiply-adds and visited elements of one replay."""

    tape: Tape
    steps: tuple[Step, ...]
    output: Ref
    shapes: Mapping[int, tuple[int, ...]]
    """Shape of every tensor by id, as it last was."""
    work: int
    peak_bytes: int
    believed: tuple[TapeOp, ...] = ()
    """Calls that nobody but the student's process can make; the shapes of their results are as it says."""

    @cached_property
    def given(self) -> Mapping[int, TapeTensor]:
        """The tensors that exist before the pass, by id."""
        return {tensor.id: tensor for tensor in self.tape.tensors}

    @property
    def parameters(self) -> Iterator[TapeTensor]:
        """Distinct registered parameters, used or not."""
        return (tensor for tensor in self.tape.tensors if tensor.kind == "parameter")

    @cached_property
    def parents(self) -> frozenset[str]:
        """Paths of modules that have modules inside."""
        # What computes a layer's weight, such as weight norm, is part of the layer.
        inside = (module.path for module in self.tape.modules if "parametrizations" not in module.path.split("."))
        return frozenset(path.rpartition(".")[0] for path in inside if path)

    @cached_property
    def own_parameters(self) -> Mapping[str, Mapping[str, TapeTensor]]:
        """Parameters by the path of the module that registers them, then by their last name."""
        owners: dict[str, dict[str, TapeTensor]] = {}
        for tensor in self.parameters:
            for name in tensor.names:
                path, _, last = name.rpartition(".")
                owners.setdefault(path, {})[last] = tensor
        return owners

    @cached_property
    def calls(self) -> tuple[ModuleCall, ...]:
        """The calls of modules that had tensors on both sides, in the order in which they ended."""
        found: list[ModuleCall] = []
        for call in self.tape.calls:
            given, made = (None if number is None else self.shapes.get(number) for number in (call.given, call.made))
            if given is not None and made is not None:
                module = self.tape.modules[call.module]
                own = self.own_parameters.get(module.path, {})
                found.append(ModuleCall(call.module, module, given, made, own))
        return tuple(found)

    @cached_property
    def steps_by_module(self) -> Mapping[int, tuple[Step, ...]]:
        """The steps that ran directly in each module, by its index."""
        found: dict[int, list[Step]] = {}
        for step in self.steps:
            found.setdefault(step.op.module, []).append(step)
        return {number: tuple(steps) for number, steps in found.items()}

    def steps_of(self, call: ModuleCall) -> tuple[Step, ...]:
        """The steps that ran directly in a call's module, in all its calls."""
        return self.steps_by_module.get(call.index, ())

    def module_of(self, step: Step) -> TapeModule:
        """The innermost module that was running."""
        return self.tape.modules[step.op.module]

    def is_leaf(self, module: TapeModule) -> bool:
        """True for a module without modules inside."""
        return module.path not in self.parents
