"""What a test sees of a hand-over, and a replay of its tapes by torch's own operators."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from grader.wire.frames import Frame
from grader.wire.tape import Tape
from grader.wire.tape_reader import load_tape


@dataclass(frozen=True)
class Handed:
    """One reply of the student zone."""

    frame: Frame
    log: str

    @property
    def message(self) -> Mapping[str, Any]:
        """The hand-over as JSON."""
        return self.frame.message

    @property
    def problem(self) -> Any:
        """The problem, or None."""
        return self.message["problem"]

    @property
    def reason(self) -> str | None:
        """The problem's reason, or None."""
        return self.problem and self.problem["reason"]

    @property
    def chosen(self) -> Any:
        """What was chosen, or None."""
        return self.message["chosen"]

    @property
    def notes(self) -> list[str]:
        """The reasons of all notes."""
        return [note["reason"] for note in self.message["notes"]]

    @property
    def params(self) -> int:
        """Sum over the parameter rows."""
        return sum(row[1] for row in self.message["parameters"])

    def tapes(self, name: str = "network") -> list[Tape]:
        """The tapes of one name, read as the measuring process reads them."""
        return [load_tape(json.loads(json.dumps(tape))) for tape in self.message["tapes"].get(name, [])]

    def tape(self, name: str = "network") -> Tape:
        """The first tape of a name."""
        return self.tapes(name)[0]

    def tensor(self, blob: str, like: Any) -> torch.Tensor:
        """The tensor that a blob holds; `like` has its shape and dtype."""
        return tensor_from(self.frame.blobs[blob], like)


def tensor_from(data: bytes, like: Any) -> torch.Tensor:
    """Bytes as the tensor that a tape's row describes."""
    dtype = getattr(torch, like.dtype)
    flat = torch.frombuffer(bytearray(data), dtype=dtype) if data else torch.empty(0, dtype=dtype)
    return flat.reshape(like.shape)


def replay(tape: Tape, blobs: Mapping[str, bytes], given: torch.Tensor) -> torch.Tensor:
    """Run a tape with torch.ops on an input and return its output."""
    known: dict[int, Any] = {tape.input: given.clone()}
    for tensor in tape.tensors:
        if tensor.blob is not None:
            known[tensor.id] = tensor_from(blobs[tensor.blob], tensor)
    with torch.no_grad():
        for op in tape.ops:
            kwargs = {name: _decoded(value, known) for name, value in op.kwargs.items() if not _is_left_out(value)}
            result = _operator(op.op)(*[_decoded(arg, known) for arg in op.args], **kwargs)
            for number, item in zip(op.out, _flat(result), strict=True):
                if number is not None:
                    known[number] = item
    output: torch.Tensor = known[tape.output]
    return output


def _operator(name: str) -> Any:
    namespace, packet, overload = name.split(".")
    return getattr(getattr(getattr(torch.ops, namespace), packet), overload)


def _is_left_out(value: Any) -> bool:
    return isinstance(value, dict) and value.get("opt") in ("device", "layout", "generator")


def _decoded(value: Any, known: Mapping[int, Any]) -> Any:
    if isinstance(value, list):
        return [_decoded(item, known) for item in value]
    if not isinstance(value, dict):
        return value
    ((key, content),) = value.items()
    if key == "t":
        return known[content]
    if key == "opt":
        return torch.contiguous_format
    return getattr(torch, content) if key == "dtype" else float(content)


def _flat(value: Any) -> list[Any]:
    return [item for part in value for item in _flat(part)] if isinstance(value, list | tuple) else [value]
