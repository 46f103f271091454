"""Makes the first measurement as fast as the next: torch loads its shape rules when it first needs them."""

from __future__ import annotations

from grader.inside.measure.dryrun import dry_run
from grader.wire.tape import Tape, TapeModule, TapeOp, TapeTensor


def warm_up() -> None:
    """Check a tape of one convolution, which brings the meta kernels in."""
    given = TapeTensor(0, "input", (1, 1, 4, 4), "float32")
    weight = TapeTensor(1, "parameter", (1, 1, 3, 3), "float32", ("weight",))
    arguments = ({"t": 0}, {"t": 1}, None, [1, 1], [1, 1], [1, 1], False, [0, 0], 1)
    ops = (
        TapeOp("aten.convolution.default", arguments, {}, (2,), ((1, 1, 4, 4),), 0, 0),
        TapeOp("aten.relu.default", ({"t": 2},), {}, (3,), ((1, 1, 4, 4),), 0, 0),
        TapeOp("aten.mean.dim", ({"t": 3}, [2, 3]), {}, (4,), ((1, 1),), 0, 0),
    )
    dry_run(Tape(1, (given, weight), (TapeModule("", "Warm", False),), ops, 0, 4))


warm_up()
