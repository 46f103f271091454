"""What a call costs: multiply-adds of convolution, linear and matrix product, without bias."""

from __future__ import annotations

from math import prod

from grader.inside.measure.graph import Step
from grader.inside.measure.values import Ref

CONVOLUTIONS = frozenset({"convolution", "_convolution"})
PRODUCTS = frozenset({"addmm", "addmv", "mm", "mv", "bmm", "baddbmm", "dot"})
POOLS = frozenset(
    {
        "max_pool2d_with_indices", "max_pool3d_with_indices", "avg_pool2d", "avg_pool3d", "_adaptive_avg_pool2d",
        "_adaptive_avg_pool3d", "adaptive_max_pool2d", "adaptive_max_pool3d",
    }
)  # fmt: skip
BATCH_NORMS = frozenset({"native_batch_norm", "_native_batch_norm_legit", "_native_batch_norm_legit_no_training"})
NORMS = BATCH_NORMS | {"native_layer_norm", "native_group_norm"}

_LEFT = {"addmm": "mat1", "addmv": "mat", "baddbmm": "batch1"}
_RIGHT = {"addmm": "mat2", "addmv": "vec", "mv": "vec", "baddbmm": "batch2", "dot": "tensor"}


def macs_of(step: Step) -> int:
    """Multiply-adds of one call; 0 for what is no convolution and no matrix product."""
    if step.name in CONVOLUTIONS:
        return _convolution(step)
    if step.name in PRODUCTS:
        left, right = factors_of(step)
        return prod(left.shape) * (right.shape[-1] if len(right.shape) > 1 else 1)
    return 0


def factors_of(step: Step) -> tuple[Ref, Ref]:
    """The two factors of a matrix product, left one first."""
    left = step.bound[_LEFT.get(step.name, "self")]
    right = step.bound[_RIGHT.get(step.name, "mat2")]
    return left, right


def weight_of(step: Step) -> Ref | None:
    """What a convolution or product multiplies its input by: the kernel, or the right factor."""
    if step.name in CONVOLUTIONS:
        weight: Ref = step.bound["weight"]
        return weight
    return factors_of(step)[1] if step.name in PRODUCTS else None


def _convolution(step: Step) -> int:
    """Each weight once for each place of the output map, or of the input map when transposed."""
    weight: Ref = step.bound["weight"]
    given: Ref = step.bound["input"]
    made = step.first_result
    places = given.shape if step.bound["transposed"] else (made.shape if made else ())
    batch = places[0] if len(places) == len(weight.shape) else 1
    return batch * prod(weight.shape) * prod(places[-(len(weight.shape) - 2) :])


def window_of(step: Step) -> int:
    """Elements that each result element is made from in a pooling, else 1: what makes a small result slow."""
    size = step.bound.get("kernel_size", 1)
    sides = size if isinstance(size, list) else [size]
    return max(1, prod(side for side in sides if type(side) is int))
