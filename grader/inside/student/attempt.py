"""Builds a network and records its tapes, on the meta device where that works and on the cpu where it does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import nn

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.student import anatomy
from grader.inside.student.build import Built
from grader.inside.student.diagnose import EXACT, forward_problem
from grader.inside.student.limits import Deadline, time_limit
from grader.inside.student.outside import marked, same_path
from grader.inside.student.recorder import Plan, Recording, new_trail, record

_HOLDS_ANYWHERE = EXACT | {
    Reason.CONSTRUCTOR_ARGUMENTS,
    Reason.NOT_A_MODULE,
    Reason.BUILD_TIMEOUT,
    Reason.FORWARD_TIMEOUT,
    Reason.OUTPUT_NOT_TENSOR,
}
"""Problems on the meta device that the cpu would have as well."""

_RAISED_ANYWHERE = frozenset({"AttributeError", "NameError", "UnboundLocalError"})
"""Names of exceptions that have nothing to do with the device."""


@dataclass(frozen=True)
class Attempt:
    """What came of one network: as many recordings as worked, and why there are no more."""

    network: nn.Module | None = None
    recordings: tuple[Recording, ...] = ()
    problem: Problem | None = None
    notes: tuple[Problem, ...] = field(default_factory=tuple)


def attempt(build_on: Callable[[str], Built], shapes: Sequence[tuple[int, ...]], plan: Plan, seconds: float) -> Attempt:
    """Build and record without weights: on the meta device first, which costs next to nothing."""
    deadline = Deadline(seconds)
    first = _attempt_on("meta", build_on("meta"), shapes, plan, deadline)
    if first.problem is None or _holds_anywhere(first.problem):
        return first
    second = _attempt_on("cpu", build_on("cpu"), shapes, plan, deadline)
    # A network that can only be built on the meta device still has its parameters there.
    return second if second.network is not None or first.network is None else replace(second, network=first.network)


def _holds_anywhere(problem: Problem) -> bool:
    return problem.reason in _HOLDS_ANYWHERE or problem.facts.get("error") in _RAISED_ANYWHERE


def _attempt_on(
    device: str, built: Built, shapes: Sequence[tuple[int, ...]], plan: Plan, deadline: Deadline
) -> Attempt:
    if built.network is None:
        return Attempt(problem=built.problem)
    around: AbstractContextManager[Any] = torch.device(device) if device != "cpu" else nullcontext()
    with around:
        return record_all(built.network, shapes, plan, deadline, device=device)


def record_all(
    network: nn.Module,
    shapes: Sequence[tuple[int, ...]],
    plan: Plan,
    deadline: Deadline,
    *,
    device: str = "cpu",
) -> Attempt:
    """One recording for each input shape.

    A second pass over other images shows whether both take the same path, and
    where values leave torch. On the meta device nothing can hang on values, and
    of several shapes the measuring process compares the tapes.
    """
    recordings: list[Recording] = []
    notes: list[Problem] = []
    for shape in shapes:
        trail = new_trail(network, shape[0])
        try:
            with time_limit(deadline.left):
                _prepare(network, shape, device, plan)
                first = record(network, example(shape, device, plan), plan, trail)
                if device != "meta" or len(shapes) == 1:
                    bare, trail = replace(plan, weights=None), new_trail(network, shape[0])
                    second = record(network, example(shape, device, plan), bare, trail)
                    if same_path(first, second):
                        first = marked(first, second)
                    elif not notes:
                        root = first.tape.modules[0]
                        notes.append(Problem(Reason.GRAPHS_DIFFER, root.file, root.line))
                recordings.append(first)
        except BaseException as error:
            problem = forward_problem(error, trail, plan.folder, deadline.seconds)
            if not recordings:
                return Attempt(network, problem=problem)
            # It runs at the first batch size, so it can be measured; the other is worth a note.
            notes.append(replace(problem, facts={**problem.facts, "batch": shape[0]}))
            break
    return Attempt(network, tuple(recordings), notes=tuple(notes))


def example(shape: tuple[int, ...], device: str, plan: Plan) -> torch.Tensor:
    """Random images, or random whole numbers for a network that looks its input up."""
    return torch.rand(shape, device=device) if plan.below is None else torch.randint(plan.below, shape, device=device)


def _prepare(network: nn.Module, shape: tuple[int, ...], device: str, plan: Plan) -> None:
    network.eval()
    if any(anatomy.is_lazy(held.tensor) for held in anatomy.tensors_of(network)):
        given = example(shape, device, plan)
        with torch.no_grad():
            network(given if plan.before is None else plan.before(given))
