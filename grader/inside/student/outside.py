"""Finds where a network's values leave torch: two passes over different images differ in what torch did not make.

A number from `.item()` stands in a tape as a plain argument, an array from numpy
as a constant. Both would make a replay answer for the image that was recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from grader.inside.student.recorder import Recording
from grader.wire.tape import OUTSIDE, TapeOp, tensor_ids


def same_path(first: Recording, second: Recording) -> bool:
    """Whether two passes made the same calls on the same tensors."""
    return [(op.op, op.out, op.shapes) for op in first.tape.ops] == [
        (op.op, op.out, op.shapes) for op in second.tape.ops
    ]


def marked(first: Recording, second: Recording) -> Recording:
    """The first of two passes of one path, with a mark wherever values came in from outside torch."""
    foreign = {number for number, digest in first.constants.items() if digest != second.constants.get(number, digest)}
    pairs = zip(first.tape.ops, second.tape.ops, strict=True)
    differing = {at for at, (one, other) in enumerate(pairs) if (one.args, one.kwargs) != (other.args, other.kwargs)}
    if not foreign and not differing:
        return first
    tensors = tuple(tensor for tensor in first.tape.tensors if tensor.id not in foreign)
    gone = {tensor.blob for tensor in first.tape.tensors if tensor.id in foreign}
    ops = tuple(_ops(first, foreign, differing))
    blobs = {name: blob for name, blob in first.blobs.items() if name not in gone}
    return replace(first, tape=replace(first.tape, tensors=tensors, ops=ops), blobs=blobs)


def _ops(recording: Recording, foreign: set[int], differing: set[int]) -> Iterator[TapeOp]:
    """The calls, each foreign tensor made out of what was there last before it is first read."""
    tape = recording.tape
    shapes = {tensor.id: tensor.shape for tensor in tape.tensors}
    dtypes = {tensor.id: tensor.dtype for tensor in tape.tensors}
    last, waiting = tape.input, set(foreign)
    for at, op in enumerate(tape.ops):
        for number in sorted(waiting & tensor_ids((op.args, op.kwargs))):
            waiting.discard(number)
            made = replace(op, out=(number,), shapes=(shapes[number],), dtypes=(dtypes[number],))
            yield replace(made, op=OUTSIDE, args=({"t": last},), kwargs={})
        yield replace(op, op=OUTSIDE) if at in differing else op
        last = next((number for number in op.out if number is not None), last)
    if tape.output in waiting:
        root = TapeOp(OUTSIDE, ({"t": last},), {}, (tape.output,), (shapes[tape.output],), 0, 0)
        yield replace(root, file=tape.modules[0].file, line=tape.modules[0].line)
