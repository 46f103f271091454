"""fvcore's rules: what it counts for one operator, a multiply-add being one."""

from __future__ import annotations

from grader.inside.measure.counting import BATCH_NORMS, CONVOLUTIONS, macs_of
from grader.inside.measure.graph import Step
from grader.inside.measure.values import Ref

_PRODUCTS = frozenset({"addmm", "mm", "bmm"})
_PER_OUTPUT = {"upsample_nearest2d": 1, "upsample_bilinear2d": 4}


def fvcore_flops(step: Step) -> int:
    """Multiply-adds, and some operations of norms, average pooling and upsampling."""
    if step.name in CONVOLUTIONS or step.name in _PRODUCTS:
        return macs_of(step)
    if step.name in BATCH_NORMS:
        return _batch_norm(step)
    if step.name in ("native_layer_norm", "native_group_norm"):
        return _numel(step, "input") * (4 if step.bound.get("weight") is None else 5)
    if is_adaptive_average(step):
        return _numel(step, "self")
    made = step.first_result
    return _PER_OUTPUT.get(step.name, 0) * (made.numel if made else 0)


def is_adaptive_average(step: Step) -> bool:
    """True for adaptive average pooling; to 1x1, torch makes it a mean over the last two axes."""
    if step.name == "_adaptive_avg_pool2d":
        return True
    return step.name == "mean" and step.bound.get("dim") == [-1, -2] and step.bound.get("keepdim") is True


def _batch_norm(step: Step) -> int:
    affine = step.bound.get("weight") is not None
    training = bool(step.bound.get("training", False))
    factors = {(True, True): 5, (True, False): 4, (False, True): 2, (False, False): 1}
    return _numel(step, "input") * factors[training, affine]


def _numel(step: Step, name: str) -> int:
    given = step.bound[name]
    return given.numel if isinstance(given, Ref) else 0
