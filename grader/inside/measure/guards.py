"""Checks that some kernels leave to their callers: sizes that must agree, and how many results there will be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any

from grader.inside.measure.operators import Operator
from grader.inside.measure.refused import malformed
from grader.inside.measure.values import Ref

Bound = Mapping[str, Any]


def guard(operator: Operator, bound: Bound, results: int) -> None:
    """Refuse a call whose sizes do not agree; `results` is how many the tape expects.

    Raises:
        Refused: naming the operator.
    """
    check = _CHECKS.get(operator.name)
    if check is not None and not check(bound, results):
        raise malformed(f"{operator.name} with sizes that do not agree")


def _batch_norm(bound: Bound, results: int) -> bool:
    """Every statistic and factor has one value for each channel."""
    given = bound["input"]
    if not isinstance(given, Ref) or len(given.shape) < 2:
        return False
    vectors = [bound.get(name) for name in ("weight", "bias", "running_mean", "running_var")]
    channels = (given.shape[1],)
    return all(vector is None or (isinstance(vector, Ref) and vector.shape == channels) for vector in vectors)


def _group_norm(bound: Bound, results: int) -> bool:
    """N, C and HxW are the input's own."""
    given = bound["input"]
    if not isinstance(given, Ref) or len(given.shape) < 2:
        return False
    own = (given.shape[0], given.shape[1], prod(given.shape[2:]))
    return (bound["N"], bound["C"], bound["HxW"]) == own


def _weight_norm(bound: Bound, results: int) -> bool:
    """One length for each slice of the weight."""
    direction, length, dim = bound["v"], bound["g"], bound["dim"]
    if not isinstance(direction, Ref) or not isinstance(length, Ref) or not isinstance(dim, int):
        return False
    last = len(direction.shape) - 1
    return dim in (0, last) and last >= 0 and length.numel == direction.shape[dim]


def _noise(bound: Bound, results: int) -> bool:
    """The noise is as large as the input."""
    given, noise = bound["self"], bound["noise"]
    return isinstance(given, Ref) and isinstance(noise, Ref) and given.shape == noise.shape


def _axis(bound: Bound) -> int | None:
    given, dim = bound["self"], bound["dim"]
    if not isinstance(given, Ref) or type(dim) is not int or not -len(given.shape) <= dim < len(given.shape):
        return None
    return given.shape[dim]


def _unbind(bound: Bound, results: int) -> bool:
    """As many results as the axis is long."""
    return _axis(bound) == results


def _split(bound: Bound, results: int) -> bool:
    """As many results as pieces of that size fit."""
    length, size = _axis(bound), bound["split_size"]
    return length is not None and type(size) is int and size > 0 and max(1, -(-length // size)) == results


_CHECKS: Mapping[str, Callable[[Bound, int], bool]] = {
    "native_batch_norm": _batch_norm,
    "_native_batch_norm_legit": _batch_norm,
    "_native_batch_norm_legit_no_training": _batch_norm,
    "native_group_norm": _group_norm,
    "_weight_norm_interface": _weight_norm,
    "rrelu_with_noise": _noise,
    "unbind": _unbind,
    "split": _split,
    "unsafe_split": _split,
}
