"""Batch norm on tensors without elements, where torch's own shape function takes a millisecond for each layer."""

from __future__ import annotations

from typing import Any

import torch

_empty_like = torch.empty_like
_NAMES = frozenset({"aten.native_batch_norm.default", "aten._native_batch_norm_legit_no_training.default"})
_WITH_TRAINING = 3


def norm_of_nothing(func: Any, args: Any, kwargs: Any) -> tuple[torch.Tensor, ...] | None:
    """Batch norm in eval mode on a tensor without elements, whose own shape function takes a millisecond to say this.

    None for every other call. The reader works out all shapes again.
    """
    if str(func) not in _NAMES or kwargs or not args[0].is_meta:
        return None
    given, weight, bias, mean, variance, *rest = args
    # The name of the last one says that it is not training; it has no argument for it.
    if (len(rest) == _WITH_TRAINING and rest[0]) or any(
        part is not None and part.dtype != given.dtype for part in (weight, bias, mean, variance)
    ):
        return None
    return _empty_like(given), given.new_empty(0), given.new_empty(0)
