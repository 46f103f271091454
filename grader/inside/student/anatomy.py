"""Reads a network's modules, parameters and buffers from its own tables.

The methods that usually tell (`parameters`, `named_modules`, `numel`) belong to
classes that a student's code may have changed; the tables are what torch itself uses.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

# Descriptors of the C base class: Python code cannot replace them.
_base: Any = torch._C.TensorBase
_shape = _base.shape.__get__
_dtype = _base.dtype.__get__
_requires_grad = _base.requires_grad.__get__

_MOST_MODULES = 20_000


@dataclass(frozen=True)
class Held:
    """A tensor that a network has registered, with all its names; tied weights have several."""

    tensor: torch.Tensor
    kind: str
    names: tuple[str, ...]


def shape_of(tensor: torch.Tensor) -> list[int]:
    """The tensor's sizes."""
    return [int(size) for size in _shape(tensor)]


def numel_of(tensor: torch.Tensor) -> int:
    """The number of the tensor's elements."""
    return math.prod(shape_of(tensor))


def dtype_of(tensor: torch.Tensor) -> str:
    """The name of the element type without torch's prefix."""
    return str(_dtype(tensor)).removeprefix("torch.")


def requires_grad_of(tensor: torch.Tensor) -> bool:
    """Whether training changes the tensor."""
    return bool(_requires_grad(tensor))


def modules_of(network: nn.Module) -> list[tuple[str, nn.Module]]:
    """Every module once under its first path, the network itself first under the empty one."""
    seen: set[int] = set()
    found: list[tuple[str, nn.Module]] = []
    waiting = [("", network)]
    while waiting and len(found) < _MOST_MODULES:
        path, module = waiting.pop()
        if id(module) in seen:
            continue
        seen.add(id(module))
        found.append((path, module))
        children = [(f"{path}.{name}" if path else name, child) for name, child in _table(module, "_modules")]
        waiting.extend((name, child) for name, child in reversed(children) if isinstance(child, nn.Module))
    return found


def tensors_of(network: nn.Module) -> list[Held]:
    """Every registered tensor once, parameters before buffers, used or not."""
    held: list[Held] = []
    for kind, table in (("parameter", "_parameters"), ("buffer", "_buffers")):
        named: dict[int, tuple[torch.Tensor, list[str]]] = {}
        for path, module in modules_of(network):
            for name, tensor in _table(module, table):
                if isinstance(tensor, torch.Tensor):
                    named.setdefault(id(tensor), (tensor, []))[1].append(f"{path}.{name}" if path else name)
        taken = {id(entry.tensor) for entry in held}
        held += [Held(tensor, kind, tuple(names)) for key, (tensor, names) in named.items() if key not in taken]
    return held


def parameter_rows(network: nn.Module) -> list[list[Any]]:
    """Name, size and shape of each distinct parameter, for when no tape can be made."""
    return [
        [held.names[0][:500], numel_of(held.tensor), shape_of(held.tensor)]
        for held in tensors_of(network)
        if held.kind == "parameter" and not is_lazy(held.tensor)
    ]


def is_lazy(tensor: torch.Tensor) -> bool:
    """True for a parameter whose shape is only known after the first forward pass."""
    return isinstance(tensor, UninitializedParameter | UninitializedBuffer)


def layers_in_order(network: nn.Module) -> tuple[int | None, int | None]:
    """Input channels of the first convolution and outputs of the last linear layer or convolution.

    In the order in which they were registered; None where there is none.
    """
    first = last = None
    for _, module in modules_of(network):
        values = module.__dict__
        if first is None and isinstance(module, nn.modules.conv._ConvNd):
            first = values.get("in_channels")
        if isinstance(module, nn.Linear):
            last = values.get("out_features")
        elif isinstance(module, nn.modules.conv._ConvNd):
            last = values.get("out_channels")
    return _number(first), _number(last)


def child_of(module: nn.Module, name: str) -> nn.Module | None:
    """The child that a module has registered under this name."""
    child = dict(_table(module, "_modules")).get(name)
    return child if isinstance(child, nn.Module) else None


def _number(value: object) -> int | None:
    return value if type(value) is int else None


def _table(module: nn.Module, name: str) -> Iterator[tuple[str, Any]]:
    table = module.__dict__.get(name)
    if isinstance(table, Mapping):
        yield from ((str(key), value) for key, value in table.items() if value is not None)
