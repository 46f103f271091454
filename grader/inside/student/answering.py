"""Asks a network about the test images in the student's own process, where it cannot be rerun anywhere else.

Inputs in, logits out: no labels are here, the order of the images is secret, and
who reads the scores is told where they come from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import prod
from pathlib import Path
from typing import Any

import torch
from torch import nn

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.student import anatomy
from grader.inside.student.diagnose import forward_problem
from grader.inside.student.failure import Folder, name_of
from grader.inside.student.limits import Deadline, time_limit
from grader.inside.student.recorder import NoTensorError, first_tensor, new_trail
from grader.inside.student.values import tensor_bytes
from grader.wire.sheet import sheet_shape


@dataclass(frozen=True)
class Questions:
    """The images to answer for, (copies, n, channels, height, width) as bytes, and how to go about it."""

    images: torch.Tensor
    batch: int
    seconds: float
    folder: Folder
    before: Callable[[torch.Tensor], torch.Tensor] | None = None
    """The submission's own preprocessing."""


@dataclass(frozen=True)
class Answers:
    """Float32 logits (n, classes) of each copy of the images, as bytes, or why there are none."""

    logits: tuple[bytes, ...] = ()
    classes: int = 0
    problem: Problem | None = field(default=None)


def read_questions(path: Path, message: Mapping[str, Any]) -> torch.Tensor:
    """The test images, mapped into memory."""
    shape = sheet_shape(message)
    return torch.from_file(str(path), shared=False, size=prod(shape), dtype=torch.uint8).reshape(shape)


def answers(network: nn.Module, questions: Questions, *, copies: int) -> Answers:
    """The network's scores for the first `copies` of the images, in eval mode; its modes stay as they were."""
    modes = [(module, module.__dict__.get("training")) for _, module in anatomy.modules_of(network)]
    deadline = Deadline(questions.seconds)
    trail = new_trail(network, questions.batch)
    made: list[torch.Tensor] = []
    try:
        with time_limit(deadline.left), torch.no_grad():
            network.eval()
            made = [_scores(network, copy, questions) for copy in questions.images[:copies]]
    except BaseException as error:
        return Answers(problem=forward_problem(error, trail, questions.folder, deadline.seconds))
    finally:
        for module, mode in modes:
            module.training = mode is not False
    shapes = {anatomy.shape_of(scores)[1] if scores.dim() == 2 else 0 for scores in made}  # noqa: PLR2004
    if len(shapes) != 1 or 0 in shapes:
        facts = {"shape": "x".join(map(str, anatomy.shape_of(made[0])))}
        return Answers(problem=Problem(Reason.BATCH_AXIS_LOST, facts=dict(facts)))
    return Answers(tuple(tensor_bytes(scores) for scores in made), shapes.pop())


def _scores(network: nn.Module, images: torch.Tensor, questions: Questions) -> torch.Tensor:
    parts = []
    for start in range(0, len(images), questions.batch):
        part = images[start : start + questions.batch]
        given = part.to(torch.float32).div_(255)
        if len(part) < questions.batch:
            # As a replay does it: every batch has the size that the network was recorded with.
            given = torch.cat([given, given.new_zeros((questions.batch - len(part), *part.shape[1:]))])
        result = network(given if questions.before is None else questions.before(given))
        scores = first_tensor(result)
        if scores is None:
            raise NoTensorError(name_of(type(result)))
        parts.append(scores.detach().to("cpu", torch.float32)[: len(part)].flatten(1))
    return torch.cat(parts)
