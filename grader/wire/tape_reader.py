"""Reads a tape from JSON that a student's process wrote: its form, its types and its caps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.wire.tape import (
    DTYPES,
    MAX_CALLS,
    MAX_DIMS,
    MAX_MODULES,
    MAX_NUMEL,
    MAX_OPS,
    MAX_TENSORS,
    TAPE_SCHEMA,
    Tape,
    TapeCall,
    TapeError,
    TapeModule,
    TapeOp,
    TapeTensor,
)


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
    ops = tuple(_op(row, len(modules)) for row in _rows(table, "ops", 10, MAX_OPS))
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
    if not all(isinstance(part, list) for part in (args, out, shapes, row[9])):
        raise TapeError("args, results, shapes and element types of an operation have to be lists")
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
        dtypes=tuple(_text(item, "element type") for item in row[9]),
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
