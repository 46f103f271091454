"""Arguments of an ATen call as JSON, and a tensor's elements as bytes."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from typing import Any

import torch

_MOST_DIGESTED = 64 << 20

Identify = Callable[[torch.Tensor], int]
"""Gives the id of a tensor on the tape."""

_OPTIONS: Mapping[type, str] = {
    torch.memory_format: "memory_format",
    torch.layout: "layout",
    torch.device: "device",
    torch.Generator: "generator",
}


def encode(value: Any, identify: Identify) -> Any:
    """One argument in the tape's form; what it has no form for becomes its type's name in brackets."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, torch.Tensor):
        return {"t": identify(value)}
    if isinstance(value, torch.dtype):
        return {"dtype": str(value).removeprefix("torch.")}
    if isinstance(value, list | tuple):
        return [encode(item, identify) for item in value]
    for kind, name in _OPTIONS.items():
        if isinstance(value, kind):
            return {"opt": name}
    return _number(value)


def _number(value: Any) -> Any:
    if isinstance(value, int | torch.SymInt):
        return int(value)
    if isinstance(value, float | torch.SymFloat):
        number = float(value)
        if math.isnan(number):
            return {"f": "nan"}
        return number if math.isfinite(number) else {"f": "inf" if number > 0 else "-inf"}
    return f"<{type(value).__name__}>"


def flat_tensors(value: Any) -> list[Any]:
    """The results of a call in order, lists opened; what is no tensor stays in its place."""
    if isinstance(value, list | tuple):
        return [item for part in value for item in flat_tensors(part)]
    return [value]


def digest_of(tensor: torch.Tensor) -> str:
    """What tells a tensor's elements from others; empty where it has none, or too many to look at."""
    if tensor.is_meta or tensor.is_sparse or tensor.numel() * tensor.element_size() > _MOST_DIGESTED:
        return ""
    return hashlib.sha256(tensor_bytes(tensor)).hexdigest()


def tensor_bytes(tensor: torch.Tensor) -> bytes:
    """The elements in row-major order, little-endian."""
    plain = tensor.detach().cpu().contiguous().reshape(-1)
    raw: bytes = plain.view(torch.uint8).numpy().tobytes()
    return raw
