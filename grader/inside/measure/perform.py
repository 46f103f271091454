"""Runs one checked call on real or empty tensors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from grader.inside.measure.graph import Step
from grader.inside.measure.operators import RESHAPES


def perform(step: Step, tensors: Mapping[int, torch.Tensor], device: torch.device) -> Any:
    """The call's result. What it makes lies on `device`."""
    args, named = step.arguments.filled(tensors)
    if step.operator.takes_device:
        named["device"] = device
    if step.name not in RESHAPES:
        return step.operator.overload(*args, **named)
    try:
        return step.operator.overload(*args, **named)
    except RuntimeError:
        # Strides are not on the tape: where ours differ from the student's, a view becomes a copy.
        return torch.reshape(*args, **named)


def flat(result: Any) -> list[Any]:
    """Results in order, lists opened, as the tape numbers them."""
    if isinstance(result, list | tuple):
        return [item for part in result for item in flat(part)]
    return [result]
