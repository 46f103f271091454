"""Reads weights that were handed in as a file: a state dict or safetensors, nothing that can hold code.

The file's own directory is looked at first (checkpoint_look.py). Then it is
mapped, not copied, by readers that only know tensors; shapes, types and strides
are held against the network, and only what fits is copied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from grader.inside.measure.checkpoint_look import CheckpointRefused, look
from grader.inside.measure.graph import Graph
from grader.inside.measure.values import dtype_named
from grader.inside.measure.weights import Tensors

_NESTED = ("state_dict", "model_state_dict", "model_state", "model", "net", "network", "weights", "params")
"""Where a dict with an optimizer or an epoch beside the weights keeps them."""

_WRAPPERS = ("module.", "_orig_mod.", "model.", "net.", "network.")
"""What DataParallel, torch.compile and a class around the network put before every name."""

_NUMBERS = {
    "F64": torch.float64,
    "F32": torch.float32,
    "F16": torch.float16,
    "BF16": torch.bfloat16,
    "I64": torch.int64,
    "I32": torch.int32,
    "U8": torch.uint8,
    "BOOL": torch.bool,
}
"""Types of safetensors that a network's tensors have."""

_COUNTER = "num_batches_tracked"
"""Batch norm counts its batches there; no evaluation reads it."""

_PLAIN = (torch.Tensor, torch.nn.Parameter)
_MOST_TEXT = 200


class CheckpointDiffers(Exception):
    """The weights belong to another network; the text names the first difference."""


@dataclass(frozen=True)
class Slot:
    """A tensor of the network that a checkpoint has to fill: its registered names, shape and type."""

    id: int
    names: tuple[str, ...]
    shape: tuple[int, ...]
    dtype: torch.dtype
    is_buffer: bool


def slots_of(graph: Graph) -> list[Slot]:
    """Parameters and buffers of a taped network."""
    return [
        Slot(tensor.id, tensor.names, tensor.shape, dtype_named(tensor.dtype), tensor.kind == "buffer")
        for tensor in graph.tape.tensors
        if tensor.kind in ("parameter", "buffer") and tensor.names
    ]


def with_checkpoint(graph: Graph, weights: Tensors, path: Path) -> Tensors:
    """The network's tensors with those of the file in place of its own.

    Raises:
        CheckpointRefused: when the file is of a kind that is not read, or damaged.
        CheckpointDiffers: when it holds the weights of another network.
    """
    held = _open(path)
    slots = slots_of(graph)
    prefix = _wrapper(held.shown, {name for slot in slots for name in slot.names})
    shown = {name.removeprefix(prefix): tensor for name, tensor in held.shown.items()}
    chosen = _matched(shown, slots)
    elements = held.load()
    return weights | {
        slot.id: elements[prefix + name].detach().to(slot.dtype).contiguous().clone() for name, slot in chosen
    }


def _matched(shown: Mapping[str, torch.Tensor], slots: Sequence[Slot]) -> list[tuple[str, Slot]]:
    """Which tensor of the file fills which of the network's; all of both have to be used."""
    chosen = []
    for slot in slots:
        name = next((name for name in slot.names if name in shown), None)
        if name is not None:
            _check(name, shown[name], slot)
            chosen.append((name, slot))
        elif not slot.is_buffer:
            raise CheckpointDiffers(f"{slot.names[0][:_MOST_TEXT]} is not in the file")
    known = {name for slot in slots for name in slot.names}
    unknown = sorted(name for name in shown.keys() - known if not name.endswith(_COUNTER))
    if unknown:
        raise CheckpointDiffers(f"{unknown[0][:_MOST_TEXT]} is in the file, and your network has no such tensor")
    return chosen


@dataclass(frozen=True)
class _Held:
    """What a file holds: `shown` has names, shapes, types and strides, `load` the elements."""

    shown: Mapping[str, torch.Tensor]
    load: Callable[[], Mapping[str, torch.Tensor]]


def _open(path: Path) -> _Held:
    if look(path) == "safetensors":
        return _safetensors(path)
    try:
        loaded = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except Exception as error:
        raise CheckpointRefused(_why(error)) from None
    found = _tensors_in(loaded)
    if found is None:
        raise CheckpointRefused("no state dict: names with a tensor each were expected")
    if any(tensor.device.type != "cpu" for tensor in found.values()):
        raise CheckpointRefused("tensors without elements")
    return _Held(found, lambda: found)


def _safetensors(path: Path) -> _Held:
    from safetensors import safe_open
    from safetensors.torch import load_file

    try:
        with safe_open(path, "pt") as archive:
            slices = {name: archive.get_slice(name) for name in archive.keys()}  # noqa: SIM118
            shown = {
                name: torch.empty(part.get_shape(), dtype=_NUMBERS[part.get_dtype()], device="meta")
                for name, part in slices.items()
            }
    except Exception:
        raise CheckpointRefused("a damaged safetensors file, or one with an unusual type of numbers") from None
    return _Held(shown, lambda: load_file(path))


def _tensors_in(loaded: Any) -> Mapping[str, torch.Tensor] | None:
    if not isinstance(loaded, dict):
        return None
    if loaded and all(isinstance(name, str) and type(value) in _PLAIN for name, value in loaded.items()):
        return loaded
    for key in _NESTED:
        inner = loaded.get(key)
        if isinstance(inner, dict) and inner is not loaded:
            return _tensors_in(inner)
    return None


def _why(error: Exception) -> str:
    """torch says at length which class it refused; the student needs one sentence."""
    text = str(error)
    if "Unsupported" in text or "GLOBAL" in text or "weights_only" in text.lower():
        return "a whole object instead of its weights, which runs code when it is loaded"
    return "a damaged or unusual archive of torch.save"


def _wrapper(names: Iterable[str], known: set[str]) -> str:
    """What a wrapper put before every name, empty where the names are the network's own."""
    names = set(names)
    if names & known:
        return ""
    for first in _WRAPPERS:
        if names and all(name.startswith(first) for name in names):
            return first + _wrapper({name.removeprefix(first) for name in names}, known)
    return ""


def _check(name: str, tensor: torch.Tensor, slot: Slot) -> None:
    """Shape, type and strides, before a byte is copied."""
    if tuple(tensor.shape) != slot.shape:
        found, wanted = list(tensor.shape), list(slot.shape)
        raise CheckpointDiffers(f"{name[:_MOST_TEXT]} is {found} in the file and {wanted} in your network")
    if tensor.layout is not torch.strided or tensor.is_quantized:
        raise CheckpointRefused(f"{name[:_MOST_TEXT]} is no plain dense tensor")
    if tensor.dtype != slot.dtype and not (tensor.is_floating_point() and slot.dtype.is_floating_point):
        raise CheckpointDiffers(f"{name[:_MOST_TEXT]} has another type in the file than in your network")
    if not _is_dense(tensor):
        raise CheckpointRefused(f"{name[:_MOST_TEXT]} has elements that lie over each other")


def _is_dense(tensor: torch.Tensor) -> bool:
    """True when every element has a place of its own and no place is left out."""
    expected = 1
    for stride, size in sorted(zip(tensor.stride(), tensor.shape, strict=True)):
        if size == 1:
            continue
        if stride != expected:
            return False
        expected *= size
    return True
