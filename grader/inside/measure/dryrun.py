"""Runs a tape on tensors without elements: finds every shape, and refuses what is not allowed or too large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import Any, NamedTuple

import torch

from grader.domain.reason import Reason
from grader.inside.measure.counting import BATCH_NORMS, macs_of, window_of
from grader.inside.measure.graph import Graph, Step
from grader.inside.measure.guards import guard
from grader.inside.measure.operators import SKIPPED, Operator, find_operator, unknown_operator
from grader.inside.measure.perform import flat, perform
from grader.inside.measure.refused import Refused, malformed
from grader.inside.measure.values import Arguments, Ref, dtype_named, read_arguments
from grader.wire.tape import DTYPES, OUTSIDE, Tape, TapeOp, TapeTensor, tensor_ids

MAX_NUMEL = 1 << 28
"""Elements of any one result."""

MAX_WORK = 1 << 42
"""Multiply-adds and visited elements of one replay: about five minutes of one core."""

MAX_BYTES = 2 << 30
"""Results that are alive at one time in one replay."""


def dry_run(tape: Tape, *, believe: bool = False) -> Graph:
    """Check a tape and recompute its shapes. Nothing is allocated but shapes.

    With `believe` a call that is not allowed, and is not made either, may have
    results of the shapes that the student's process saw; such a graph can be
    counted, and says of whom its numbers are, but not replayed.

    Raises:
        Refused: with the operator that is not allowed, or what is wrong with the tape.
    """
    run = _Run(tape, believe=believe)
    with torch.inference_mode():
        steps = [step for op in tape.ops if (step := run.take(op)) is not None]
    output = run.find(tape.output)
    kept = {tensor.id for tensor in tape.tensors} | {tape.output}
    steps, peak = _with_lifetimes(steps, kept, run.storages)
    if peak > MAX_BYTES:
        raise malformed(f"results of {peak} bytes alive at one time, at most {MAX_BYTES} allowed")
    return Graph(tape, tuple(steps), output, run.shapes, run.work, peak, tuple(run.believed))


class Storage(NamedTuple):
    """Where a result's elements lie; views share it."""

    key: int
    size: int


class _Run:
    """The tensors made so far, without elements, and what they cost."""

    def __init__(self, tape: Tape, *, believe: bool) -> None:
        self.work = 0
        self.believed: list[TapeOp] = []
        self._believe = believe
        self._meta: dict[int, torch.Tensor] = {}
        self.storages: dict[int, Storage] = {}
        self._read: set[int] = {tape.output}
        for op in tape.ops:
            self._read.update(tensor_ids((op.args, op.kwargs)))
        for tensor in tape.tensors:
            self._meta[tensor.id] = _empty(tensor)
        self._own = {tensor.untyped_storage()._cdata for tensor in self._meta.values()}
        given = next((tensor for tensor in tape.tensors if tensor.id == tape.input), None)
        if given is None or given.kind != "input" or [t.kind for t in tape.tensors].count("input") != 1:
            raise malformed("the tape has no input, or more than one")
        if not given.shape or given.shape[0] != tape.batch:
            raise malformed("the input's first axis is not the batch")

    @property
    def shapes(self) -> dict[int, tuple[int, ...]]:
        """Shape of every tensor by now."""
        return {number: tuple(tensor.shape) for number, tensor in self._meta.items()}

    def find(self, number: int) -> Ref:
        """The ref of a tensor that exists by now."""
        tensor = self._meta.get(number)
        if tensor is None:
            raise malformed(f"tensor {number} is read before it is made")
        return Ref(number, tuple(tensor.shape), tensor.dtype)

    def take(self, op: TapeOp) -> Step | None:
        """Check and run the next call; None for one that leaves no tensor behind."""
        if op.op in SKIPPED or _renames_strides(op, self):
            return None
        operator = find_operator(op.op)
        if operator is None:
            return self._take_on_trust(op)
        arguments = read_arguments(operator, op.args, op.kwargs, self.find)
        step = Step(op, operator, arguments, ())
        guard(operator, step.bound, len(op.out))
        try:
            made = self._call(step)
        except NotImplementedError:
            # A shape that hangs on values, as with boolean indexing.
            return self._take_on_trust(op)
        step = replace(step, results=self._keep(op, operator, made))
        self.work += macs_of(step) + sum(ref.numel for ref in step.results if ref) * window_of(step)
        if self.work > MAX_WORK:
            raise malformed(f"more than {MAX_WORK} multiply-adds")
        return step

    def _take_on_trust(self, op: TapeOp) -> Step:
        """A step that only the student's process can make, with the shapes that it tells."""
        if not self._believe:
            raise not_allowed(op)
        refs = [self.find(number) for number in sorted(tensor_ids((op.args, op.kwargs)))]
        kinds = [
            dtype_named(name) if name in DTYPES else torch.float32 for name in op.dtypes or DTYPES[:1] * len(op.out)
        ]
        if not len(op.out) == len(op.shapes) == len(kinds):
            raise malformed(f"{op.op[:100]} with {len(op.out)} results")
        made = [None if s is None else _sized(s, kind) for s, kind in zip(op.shapes, kinds, strict=True)]
        for position, number in enumerate(op.out):
            if number is not None and number in self._meta:
                # It wrote into a tensor that there was, or gave one back.
                made[position] = self._meta[number]
        operator = unknown_operator(op.op)
        step = Step(op, operator, Arguments((list(refs),), {}), self._keep(op, operator, made))
        self.believed.append(op)
        return step

    def _call(self, step: Step) -> list[Any]:
        if self._is_plain_norm(step):
            given = self._meta[step.bound["input"].id]
            return [torch.empty_like(given), given.new_empty(0), given.new_empty(0)]
        try:
            return flat(perform(step, self._meta, torch.device("meta")))
        except NotImplementedError:
            raise
        except Exception as error:
            # torch raises whatever it likes about arguments that do not fit.
            words = " ".join(str(error).split())[:120]
            raise malformed(f"{step.name} does not run: {words}") from None

    def _is_plain_norm(self, step: Step) -> bool:
        """Batch norm in eval mode keeps its input's shape; torch's own shape function takes a millisecond to say so."""
        if step.name not in BATCH_NORMS or step.bound.get("training") or self._read.intersection(step.op.out[1:]):
            return False
        parts = [step.bound.get(name) for name in ("input", "weight", "bias", "running_mean", "running_var")]
        return len({part.dtype if isinstance(part, Ref) else part for part in parts} - {None}) == 1

    def _keep(self, op: TapeOp, operator: Operator, results: list[Any]) -> tuple[Ref | None, ...]:
        if not len(results) == len(op.out) == len(op.shapes):
            raise malformed(f"{operator.name} with {len(op.out)} results")
        refs: list[Ref | None] = []
        for number, shape, result in zip(op.out, op.shapes, results, strict=True):
            refs.append(self._keep_one(operator, number, shape, result))
        return tuple(refs)

    def _keep_one(self, operator: Operator, number: int | None, shape: Any, result: Any) -> Ref | None:
        if not isinstance(result, torch.Tensor):
            return None
        if result.numel() > MAX_NUMEL:
            raise malformed(f"{operator.name} makes {result.numel()} elements, at most {MAX_NUMEL} allowed")
        if number is None:
            return None
        if number in self._meta and not operator.writes and self._meta[number] is not result:
            raise malformed(f"two results have the id {number}")
        found = tuple(result.shape)
        if number in self._read and found != shape:
            raise malformed(f"{operator.name} makes {found}, the tape says {shape}")
        self._meta[number] = result
        storage = result.untyped_storage()
        size = 0 if storage._cdata in self._own else storage.nbytes()
        self.storages[number] = Storage(storage._cdata, size)
        return Ref(number, found, result.dtype)


def not_allowed(op: TapeOp) -> Refused:
    """Why a call cannot be made here."""
    if op.op == OUTSIDE:
        return Refused(Reason.LEAVES_TORCH, file=op.file, line=op.line)
    return Refused(Reason.OPERATOR_REFUSED, file=op.file, line=op.line, op=op.op[:100])


def _empty(tensor: TapeTensor) -> torch.Tensor:
    return _sized(tensor.shape, dtype_named(tensor.dtype))


def _sized(shape: tuple[int, ...], dtype: torch.dtype) -> torch.Tensor:
    if prod(shape) > MAX_NUMEL:
        raise malformed(f"a tensor of {prod(shape)} elements, at most {MAX_NUMEL} allowed")
    return torch.empty(shape, dtype=dtype, device="meta")


def _renames_strides(op: TapeOp, run: _Run) -> bool:
    """True for the as_strided_ by which torch's pooling calls a 1x1 map channels-last: no element moves."""
    if op.op != "aten.as_strided_.default" or len(op.args) != 3 or op.kwargs:
        return False
    given = op.args[0]
    number = given.get("t") if isinstance(given, dict) else None
    if type(number) is not int or op.out != (number,):
        return False
    shape = run.find(number).shape
    if len(shape) != 4 or shape[2:] != (1, 1):
        return False
    return bool(op.args[1] == list(shape) and op.args[2] == [shape[1], 1, shape[1], shape[1]])


def _with_lifetimes(steps: list[Step], kept: set[int], storages: Mapping[int, Storage]) -> tuple[list[Step], int]:
    """Say after which step each result is let go, and how many bytes are alive at most."""
    last = {ref.id: at for at, step in enumerate(steps) for ref in (*step.arguments.refs(), *step.results) if ref}
    expiring: dict[int, list[int]] = {}
    for number, at in last.items():
        if number not in kept:
            expiring.setdefault(at, []).append(number)
    users: dict[int, set[int]] = {}
    alive = peak = 0
    timed: list[Step] = []
    for at, step in enumerate(steps):
        for ref in step.results:
            if ref is None or ref.id in kept:
                continue
            held = users.setdefault(storages[ref.id].key, set())
            alive += 0 if held else storages[ref.id].size
            held.add(ref.id)
        peak = max(peak, alive)
        expired = tuple(expiring.get(at, ()))
        for number in expired:
            held = users[storages[number].key]
            held.discard(number)
            alive -= 0 if held else storages[number].size
        timed.append(replace(step, expired=expired))
    return timed, peak
