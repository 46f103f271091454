"""The tape: a network as the ATen calls of one forward pass, and the hand-over around it.

A student's process writes these objects as JSON (see `Tape.to_json` for the
form); the measuring process reads them with `load_tape`, which checks form,
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
                [o.op, list(o.args), dict(o.kwargs), list(o.out), list(o.shapes), o.module, o.call, o.file, o.line]
                for o in self.ops
            ],
        }


def load_tape(data: Any) -> Tape:
    """Check a tape's form and caps and return it.

    Raises:
        TapeError: names the first field that is not what it should be.
    """
    table = _table(data, "tape")
    if table.get("schema") != TAPE_SCHEMA:
        raise TapeError(f"schema is {str(table.get('schema'))[:40]!r}, want {TAPE_SCHEMA!r}")
    tensors = tuple(_tensor(row) for row in _rows(table, "tensors", 7, MAX_TENSORS))
    modules = tuple(_module(row) for row in _rows(table, "modules", 5, MAX_MODULES))
    ops = tuple(_op(row, len(modules)) for row in _rows(table, "ops", 9, MAX_OPS))
    calls = tuple(_call(row, len(modules)) for row in _rows({"calls": [], **table}, "calls", 3, MAX_CALLS))
    if len({tensor.id for tensor in tensors}) != len(tensors):
        raise TapeError("two tensors have one id")
    return Tape(
        batch=_number(table.get("batch"), "batch"),
        tensors=tensors,
        modules=modules,
        ops=ops,
        input=_number(table.get("input"), "input"),
        output=_number(table.get("output"), "output"),
        output_kind=_text(table.get("output_kind"), "output_kind"),
        torch=_text(table.get("torch"), "torch"),
        calls=calls,
    )


def _tensor(row: list[Any]) -> TapeTensor:
    kind = _text(row[1], "tensor kind")
    if kind not in ("input", "parameter", "buffer", "constant"):
        raise TapeError(f"tensor kind {kind[:40]!r}")
    dtype = _text(row[3], "dtype")
    if dtype not in DTYPES:
        raise TapeError(f"dtype {dtype[:40]!r}")
    if not isinstance(row[4], list):
        raise TapeError("tensor names have to be a list")
    names = tuple(_text(name, "tensor name") for name in row[4])
    return TapeTensor(
        id=_number(row[0], "tensor id"),
        kind=kind,
        shape=shape_of(row[2]),
        dtype=dtype,
        names=names,
        requires_grad=_flag(row[5], "requires_grad"),
        blob=_optional_text(row[6], "blob"),
    )


def _module(row: list[Any]) -> TapeModule:
    return TapeModule(
        path=_text(row[0], "module path"),
        kind=_text(row[1], "module kind"),
        training=_flag(row[2], "training"),
        file=_optional_text(row[3], "file"),
        line=_optional_number(row[4], "line"),
    )


def _op(row: list[Any], modules: int) -> TapeOp:
    args, kwargs, out, shapes = row[1:5]
    if not isinstance(args, list) or not isinstance(out, list) or not isinstance(shapes, list):
        raise TapeError("args, results and shapes of an operation have to be lists")
    return TapeOp(
        op=_text(row[0], "operator"),
        args=tuple(args),
        kwargs=_table(kwargs, "kwargs"),
        out=tuple(_optional_number(item, "result id") for item in out),
        shapes=tuple(None if item is None else shape_of(item) for item in shapes),
        module=_index(row[5], modules),
        call=_number(row[6], "call"),
        file=_optional_text(row[7], "file"),
        line=_optional_number(row[8], "line"),
    )


def _call(row: list[Any], modules: int) -> TapeCall:
    given, made = _optional_number(row[1], "input of a call"), _optional_number(row[2], "result of a call")
    return TapeCall(_index(row[0], modules), given, made)


def _index(value: Any, modules: int) -> int:
    module = _number(value, "module index")
    if module >= modules:
        raise TapeError(f"module index {module} of {modules}")
    return module


def shape_of(value: Any) -> tuple[int, ...]:
    """A shape as a tuple, within the caps on axes and elements."""
    if not isinstance(value, list) or len(value) > MAX_DIMS:
        raise TapeError(f"a shape is a list of at most {MAX_DIMS} numbers")
    shape = tuple(_number(size, "size") for size in value)
    numel = 1
    for size in shape:
        numel *= size
    if numel > MAX_NUMEL:
        raise TapeError(f"a tensor of {numel} elements, at most {MAX_NUMEL} allowed")
    return shape


def _rows(table: Mapping[str, Any], key: str, width: int, most: int) -> list[list[Any]]:
    rows = table.get(key)
    if not isinstance(rows, list):
        raise TapeError(f"{key} has to be a list")
    if len(rows) > most:
        raise TapeError(f"{len(rows)} {key}, at most {most} allowed")
    for row in rows:
        if not isinstance(row, list) or len(row) != width:
            raise TapeError(f"a row of {key} has to be a list of {width}")
    return rows


def _table(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TapeError(f"{what} has to be an object")
    return value


def _number(value: Any, what: str) -> int:
    if type(value) is not int or not 0 <= value <= 1 << 53:
        raise TapeError(f"{what} has to be a whole number from 0")
    return value


def _optional_number(value: Any, what: str) -> int | None:
    return None if value is None else _number(value, what)


def _text(value: Any, what: str) -> str:
    if not isinstance(value, str) or len(value) > 500:
        raise TapeError(f"{what} has to be text of at most 500 characters")
    return value


def _optional_text(value: Any, what: str) -> str | None:
    return None if value is None else _text(value, what)


def _flag(value: Any, what: str) -> bool:
    if type(value) is not bool:
        raise TapeError(f"{what} has to be true or false")
    return value
