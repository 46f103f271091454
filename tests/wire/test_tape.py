"""The tape's form: a good one is read, and each broken field is named."""

from __future__ import annotations

import copy
import json

import pytest

from grader.wire.tape import MAX_NUMEL, Tape, TapeError, TapeModule, TapeOp, TapeTensor
from grader.wire.tape_reader import load_tape

GOOD = Tape(
    batch=1,
    tensors=(
        TapeTensor(0, "input", (1, 4), "float32"),
        TapeTensor(1, "parameter", (2, 4), "float32", ("fc.weight", "tied.weight"), True, "w/1"),
    ),
    modules=(TapeModule("", "Net", False, "hw4.py", 3), TapeModule("fc", "Linear", False)),
    ops=(
        TapeOp("aten.t.default", ({"t": 1},), {}, (2,), ((4, 2),), 1, 0, "hw4.py", 9),
        TapeOp("aten.mm.default", ({"t": 0}, {"t": 2}), {}, (3,), ((1, 2),), 1, 0),
    ),
    input=0,
    output=3,
    torch="2.15.0",
)


def as_read(tape: Tape) -> dict:
    """The tape as it looks after crossing the wall."""
    return json.loads(json.dumps(tape.to_json()))


def test_tape_round_trip_is_equal():
    """A tape that crossed as JSON is the same tape."""
    assert load_tape(as_read(GOOD)) == GOOD


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("schema",), "grader/tape/v0", "schema"),
        (("tensors",), {}, "tensors"),
        (("tensors", 1), [0] * 6, "row of tensors"),
        (("tensors", 1, 0), 0, "one id"),
        (("tensors", 1, 1), "pickle", "kind"),
        (("tensors", 1, 2), [1] * 9, "shape"),
        (("tensors", 1, 2), [MAX_NUMEL, 2], "elements"),
        (("tensors", 1, 2), [-1], "size"),
        (("tensors", 1, 3), "object", "dtype"),
        (("tensors", 1, 4), "fc.weight", "names"),
        (("tensors", 1, 5), 1, "requires_grad"),
        (("tensors", 1, 6), "x" * 501, "blob"),
        (("modules", 0, 2), None, "training"),
        (("ops", 0, 0), 7, "operator"),
        (("ops", 0, 2), [], "kwargs"),
        (("ops", 0, 5), 2, "module index"),
        (("ops", 0, 8), "9", "line"),
        (("batch",), True, "batch"),
        (("input",), 1.0, "input"),
        (("output_kind",), None, "output_kind"),
    ],
)
def test_load_tape_names_the_broken_field(path, value, named):
    """Each field of the wrong form is refused with its name."""
    data = copy.deepcopy(as_read(GOOD))
    place = data
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(TapeError, match=named):
        load_tape(data)


def test_load_tape_refuses_too_many_rows():
    """More operations than the cap are refused."""
    data = as_read(GOOD)
    data["ops"] = data["ops"] * 10_001
    with pytest.raises(TapeError, match="at most"):
        load_tape(data)
