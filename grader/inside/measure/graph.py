"""A tape that has been checked: every call resolved, every shape recomputed on tensors without elements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from grader.inside.measure.operators import Operator
from grader.inside.measure.values import Arguments, Ref
from grader.wire.tape import Tape, TapeModule, TapeOp, TapeTensor


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
class Graph:
    """A whole checked tape. `work` is the multiply-adds and visited elements of one replay."""

    tape: Tape
    steps: tuple[Step, ...]
    output: Ref
    shapes: Mapping[int, tuple[int, ...]]
    """Shape of every tensor by id, as it last was."""
    work: int
    peak_bytes: int

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
        return frozenset(path.rpartition(".")[0] for module in self.tape.modules if (path := module.path))

    def module_of(self, step: Step) -> TapeModule:
        """The innermost module that was running."""
        return self.tape.modules[step.op.module]

    def is_leaf(self, module: TapeModule) -> bool:
        """True for a module without modules inside."""
        return module.path not in self.parents
