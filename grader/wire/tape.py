"""The tape: a network as the ATen calls of one forward pass, and the hand-over around it.

A student's process writes these objects as JSON (see `Tape.to_json` for the
form); the measuring process reads them in tape_reader.py, which checks form,
types and caps and knows nothing of torch. What the operators mean, which ones
are allowed and whether shapes fit is the reader's business in inside/measure.

Values inside `args` and `kwargs`: numbers, booleans, text and null stand for
themselves, lists are lists, and four one-key objects stand for the rest:
``{"t": 12}`` the tensor of that id, ``{"dtype": "float32"}``,
``{"f": "inf"|"-inf"|"nan"}``, ``{"opt": "memory_format"|"layout"|"device"}``
(an option that a replay leaves at its default).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

TAPE_SCHEMA = "grader/tape/v1"
HANDOVER_SCHEMA = "grader/handover/v1"
INSPECTION_SCHEMA = "grader/inspection/v1"

MAX_TENSORS = 20_000
MAX_OPS = 20_000
MAX_MODULES = 20_000
MAX_CALLS = 50_000
MAX_DIMS = 8
MAX_NUMEL = 1 << 31

OUTSIDE = "python.values"
"""Stands in the place of an operator where values left torch and came back: numpy, .item(), a list."""

DTYPES = ("float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool")


class TapeError(ValueError):
    """The JSON is not a tape, or breaks one of its caps."""


@dataclass(frozen=True)
class TapeTensor:
    """A tensor that exists before the forward pass: input, parameter, buffer or constant.

    `names` are all registered names of one tensor (tied weights have several; a
    constant or input has none). `blob` names its little-endian contiguous bytes
    in the frame, None when only the shape was handed over.
    """

    id: int
    kind: str
    shape: tuple[int, ...]
    dtype: str
    names: tuple[str, ...] = ()
    requires_grad: bool = False
    blob: str | None = None


@dataclass(frozen=True)
class TapeModule:
    """A module of the network. `path` is its dotted name, empty for the network itself."""

    path: str
    kind: str
    training: bool
    file: str | None = None
    line: int | None = None
    """Where its class is defined, when that is in the student's files."""


@dataclass(frozen=True)
class TapeOp:
    """One ATen call. `op` as torch prints it, e.g. ``aten.convolution.default``.

    `module` is the index of the innermost module that was running, `call` the
    running number of that module's call; `file` and `line` are the innermost
    frame inside the student's files.
    """

    op: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    out: tuple[Any, ...]
    """Ids of the result tensors in order, None for a result that is no tensor."""
    shapes: tuple[Any, ...]
    """Shape of each result as the student's process saw it."""
    module: int
    call: int
    file: str | None = None
    line: int | None = None
    dtypes: tuple[str, ...] = ()
    """Element type of each result as the student's process saw it; empty where all are float32."""


@dataclass(frozen=True)
class TapeCall:
    """One call of a module that came to its end: its index, and the ids of its first input and first result.

    None stands for what is no tensor of the tape. Rows that print a module's
    size need it: a container, or dropout in eval mode, makes no operation.
    """

    module: int
    given: int | None
    made: int | None


@dataclass(frozen=True)
class Tape:
    """One recorded forward pass in eval mode.

    `output` is the id of the result; when the network returned a tuple, list or
    dict, `output_kind` says so and `output` is its first tensor.
    """

    batch: int
    tensors: tuple[TapeTensor, ...]
    modules: tuple[TapeModule, ...]
    ops: tuple[TapeOp, ...]
    input: int
    output: int
    output_kind: str = "tensor"
    torch: str = ""
    schema: str = TAPE_SCHEMA
    calls: tuple[TapeCall, ...] = ()
    """Calls of modules in the order in which they ended."""

    def to_json(self) -> dict[str, Any]:
        """The plain object that crosses the wall; ops as short lists to stay small."""
        return {
            "schema": self.schema,
            "torch": self.torch,
            "batch": self.batch,
            "input": self.input,
            "output": self.output,
            "output_kind": self.output_kind,
            "tensors": [
                [t.id, t.kind, list(t.shape), t.dtype, list(t.names), t.requires_grad, t.blob] for t in self.tensors
            ],
            "calls": [[c.module, c.given, c.made] for c in self.calls],
            "modules": [[m.path, m.kind, m.training, m.file, m.line] for m in self.modules],
            "ops": [
                [
                    *(o.op, list(o.args), dict(o.kwargs), list(o.out), list(o.shapes)),
                    *(o.module, o.call, o.file, o.line, list(o.dtypes)),
                ]
                for o in self.ops
            ],
        }


def tensor_ids(value: Any) -> set[int]:
    """Every tensor id in arguments that nobody has checked yet."""
    found: set[int] = set()
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            if type(item.get("t")) is int:
                found.add(item["t"])
            waiting.extend(item.values())
        elif isinstance(item, list | tuple):
            waiting.extend(item)
    return found
