"""Why a forward pass failed: the exact layer and size where the shapes say so, else the exception."""

from __future__ import annotations

import math
import re

from torch import nn

from grader.domain.problem import Fact, Problem
from grader.domain.reason import Reason
from grader.inside.student import anatomy
from grader.inside.student.failure import Folder, name_of, problem_of, timeout_problem, words_of
from grader.inside.student.limits import TimeUp
from grader.inside.student.recorder import NoTensorError, Trail

EXACT = frozenset({Reason.WRONG_LINEAR_SIZE, Reason.WRONG_INPUT_CHANNELS})
"""Reasons that hold whatever device the network was on."""

_VIEW = re.compile(r"shape '\[(-?\d+), (-?\d+)\]' is invalid for input of size (\d+)")


def forward_problem(error: BaseException, trail: Trail, folder: Folder, seconds: float) -> Problem:
    """The problem that ended a forward pass."""
    if isinstance(error, TimeUp):
        return timeout_problem(error, folder, Reason.FORWARD_TIMEOUT, seconds)
    if isinstance(error, NoTensorError):
        return Problem(Reason.OUTPUT_NOT_TENSOR, facts={"kind": str(error.args[0])})
    file, line = folder.of_error(error)
    found = _wrong_layer(trail) or _wrong_view(error, trail)
    if found is not None:
        reason, facts = found
        return Problem(reason, file, line, facts=facts)
    return problem_of(error, folder, Reason.FORWARD_RAISED)


def _wrong_layer(trail: Trail) -> tuple[Reason, dict[str, Fact]] | None:
    """The innermost layer, when it was given another width than it declares."""
    if not trail.running:
        return None
    module, index, _, shape = trail.running[-1]
    if shape is None or trail.index.get(id(module)) != index:
        return None
    layer = trail.paths[index] or name_of(type(module))
    if isinstance(module, nn.Linear) and len(shape) == 2 and shape[1] != module.in_features:
        return Reason.WRONG_LINEAR_SIZE, {"layer": layer, "declared": module.in_features, "needed": shape[1]}
    if isinstance(module, nn.Conv2d) and len(shape) == 4 and shape[1] != module.in_channels:
        return Reason.WRONG_INPUT_CHANNELS, {"layer": layer, "declared": module.in_channels, "given": shape[1]}
    return None


def _wrong_view(error: BaseException, trail: Trail) -> tuple[Reason, dict[str, Fact]] | None:
    """A flattening to a written number that only one linear layer expects and the maps do not have."""
    found = _VIEW.search(words_of(error))
    if found is None or trail.batch is None:
        return None
    declared, elements = int(found.group(2)), int(found.group(3))
    paths = [
        path
        for path, module in anatomy.modules_of(trail.network)
        if isinstance(module, nn.Linear) and module.in_features == declared
    ]
    if len(paths) != 1 or elements % trail.batch:
        return None
    facts: dict[str, Fact] = {"layer": paths[0], "declared": declared, "needed": math.floor(elements / trail.batch)}
    return Reason.WRONG_LINEAR_SIZE, facts
