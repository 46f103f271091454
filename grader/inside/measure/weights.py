"""Tensors from raw bytes: exactly as many as shape and type ask for, copied, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

import torch

from grader.inside.measure.graph import Graph
from grader.inside.measure.refused import malformed
from grader.inside.measure.values import dtype_named
from grader.wire.tape import TapeTensor

Tensors = dict[int, torch.Tensor]


def load_tensors(graph: Graph, blobs: Mapping[str, bytes], replaced: Mapping[str, str] | None = None) -> Tensors:
    """Fresh copies of everything that exists before the pass, the input aside, by id.

    `replaced` maps registered names to the blobs that stand in for them.

    Raises:
        Refused: when a tensor has no blob, or one of another size.
    """
    loaded: Tensors = {}
    for tensor in graph.tape.tensors:
        if tensor.id != graph.tape.input:
            name = next((other for own in tensor.names if (other := (replaced or {}).get(own))), tensor.blob)
            elements = None if name is None else blobs.get(name)
            if elements is None:
                raise malformed(f"tensor {tensor.id} has no elements")
            loaded[tensor.id] = tensor_from(elements, tensor)
    return loaded


def tensor_from(blob: bytes, tensor: TapeTensor) -> torch.Tensor:
    """A writable tensor of the declared shape and type.

    Raises:
        Refused: when the bytes are of another number.
    """
    dtype = dtype_named(tensor.dtype)
    if len(blob) != prod(tensor.shape) * dtype.itemsize:
        raise malformed(f"{len(blob)} bytes for a {tensor.dtype} tensor of shape {list(tensor.shape)}")
    if not blob:
        return torch.zeros(tensor.shape, dtype=dtype)
    if dtype == torch.bool:
        # A byte that is neither 0 nor 1 is no truth value to a kernel.
        return (torch.frombuffer(bytearray(blob), dtype=torch.uint8) != 0).reshape(tensor.shape)
    return torch.frombuffer(bytearray(blob), dtype=dtype).reshape(tensor.shape)


def are_finite(tensors: Tensors) -> bool:
    """True when no floating-point tensor holds NaN or infinity."""
    return all(bool(torch.isfinite(tensor).all()) for tensor in tensors.values() if tensor.is_floating_point())
