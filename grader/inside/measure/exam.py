"""The test images of one job, and whether a network can be asked about them at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import torch

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.measure.diagnostics import diagnose, size
from grader.inside.measure.flow import trace_flow
from grader.inside.measure.graph import Graph
from grader.inside.measure.refused import malformed
from grader.wire.sheet import sheet_shape

MAX_CLASSES = 4096
MAX_EXAM_WORK = 1 << 44
"""Multiply-adds for all test images; the wall's clock usually stops it long before."""


@dataclass(frozen=True)
class Exam:
    """The test images as uint8 (n, channels, height, width); `perturbed` is None where nothing was to be trained."""

    images: torch.Tensor
    perturbed: torch.Tensor | None


def read_exam(message: Mapping[str, Any], spool: Path) -> Exam:
    """The images are the parent's own: a wrong size is a bug and may raise."""
    shape = sheet_shape(message)
    copies = torch.from_file(str(spool), shared=False, size=prod(shape), dtype=torch.uint8).reshape(shape)
    return Exam(copies[0], copies[1] if len(copies) > 1 else None)


def unscorable(graph: Graph, exam: Exam, outputs: int | None) -> Problem | None:
    """Why the result is no score for each class of each image.

    Raises:
        Refused: when the network was taped on something else than images of the exam.
    """
    shape, wanted_image = graph.output.shape, tuple(exam.images.shape[1:])
    if graph.shapes[graph.tape.input][1:] != wanted_image:
        raise malformed(f"the network was taped on {list(graph.shapes[graph.tape.input])}")
    if not graph.given[graph.tape.input].dtype.startswith(("float", "bfloat")):
        raise malformed("the network was taped on whole numbers")
    classes = prod(shape[1:])
    if len(shape) > 1 and shape[0] == graph.tape.batch and 2 <= classes <= MAX_CLASSES:
        return None
    found = diagnose(graph, trace_flow(graph), outputs=outputs)
    for reason in (Reason.ARGMAX_INSIDE, Reason.BATCH_AXIS_LOST):
        for problem in found:
            if problem.reason == reason:
                return problem
    wanted = size((graph.tape.batch, outputs or 10))
    return Problem(Reason.OUTPUT_SHAPE, facts={"expected": wanted, "actual": size(shape)})


def check_work(graph: Graph, *, images: int) -> None:
    """Refuse a network that would take longer on the test images than any of its kind.

    Raises:
        Refused: with both numbers of multiply-adds.
    """
    work = graph.work * -(-images // max(graph.tape.batch, 1))
    if work > MAX_EXAM_WORK:
        raise malformed(f"{work} multiply-adds for all test images, at most {MAX_EXAM_WORK} allowed")
