"""Values that leave torch and come back are found by two passes over different images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
import torch
from torch import nn

from grader.inside.student.failure import Folder
from grader.inside.student.outside import marked, same_path
from grader.inside.student.recorder import Plan, Recording, new_trail, record
from grader.wire.tape import OUTSIDE

PLAN = Plan(Folder("/nowhere/"), lambda _: (None, None), "w")
TABLE = torch.tensor([1.0, 2.0, 3.0, 4.0])


@dataclass(eq=False)
class Doing(nn.Module):
    """A linear layer, and something done to what it gives."""

    idiom: Callable[[torch.Tensor], torch.Tensor]

    def __post_init__(self) -> None:
        super().__init__()
        self.fc = nn.Linear(4, 4)

    def __setattr__(self, name: str, value: object) -> None:
        # The callable is set before nn.Module can take part.
        object.__setattr__(self, name, value) if name == "idiom" else super().__setattr__(name, value)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """What the idiom makes of it."""
        return self.idiom(self.fc(x))


def passes(idiom: Callable[[torch.Tensor], torch.Tensor]) -> tuple[Recording, Recording]:
    """Two passes over different images."""
    network = Doing(idiom).eval()
    first, second = (record(network, torch.rand(2, 4), PLAN, new_trail(network, 2)) for _ in range(2))
    return first, second


def outside(idiom: Callable[[torch.Tensor], torch.Tensor]) -> list[str]:
    """The operators of the marked tape from the mark on."""
    names = [op.op for op in marked(*passes(idiom)).tape.ops]
    return names[names.index(OUTSIDE) :] if OUTSIDE in names else []


def numpy_in_the_middle(x: torch.Tensor) -> torch.Tensor:
    """Square roots by numpy, then torch again."""
    return torch.relu(torch.from_numpy(np.sqrt(np.abs(x.numpy()))))


def test_array_that_numpy_made_is_a_call_of_its_own() -> None:
    """It is made out of what was there last, and no longer a constant with its elements."""
    first, second = passes(numpy_in_the_middle)
    found = marked(first, second)
    assert outside(numpy_in_the_middle) == [OUTSIDE, "aten.lift_fresh.default", "aten.relu.default"]
    assert [tensor.kind for tensor in found.tape.tensors].count("constant") == 0
    assert set(found.blobs) < set(first.blobs)
    mark = next(op for op in found.tape.ops if op.op == OUTSIDE)
    before = found.tape.ops[found.tape.ops.index(mark) - 1]
    assert mark.args == ({"t": before.out[0]},)
    assert mark.shapes == ((2, 4),)


@pytest.mark.parametrize(
    ("idiom", "rest"),
    [
        (lambda x: x * float(x.mean()), [OUTSIDE]),
        (lambda x: x + x.max().item(), [OUTSIDE]),
        (lambda x: torch.tensor(x.tolist()), [OUTSIDE, "aten.lift_fresh.default"]),
        (
            lambda x: x + torch.from_numpy(np.random.default_rng().random((2, 4), dtype=np.float32)),
            [OUTSIDE, "aten.lift_fresh.default", "aten.add.Tensor"],
        ),
    ],
    ids=["mean", "item", "list", "numpy_noise"],
)
def test_values_from_outside_are_marked(idiom: Callable[[torch.Tensor], torch.Tensor], rest: list[str]) -> None:
    """A number that a pass read off its own images is no constant of the network."""
    assert outside(idiom)[-len(rest) :] == rest


@pytest.mark.parametrize(
    "idiom",
    [
        lambda x: x * TABLE,
        lambda x: x * 3.5,
        lambda x: nn.functional.dropout(x, 0.5),
        lambda x: x + torch.rand(4),
        lambda x: x * torch.tensor(x.shape[0]),
    ],
    ids=["constant", "number", "dropout", "random", "size"],
)
def test_what_is_the_same_in_each_pass_stays_as_it_is(idiom: Callable[[torch.Tensor], torch.Tensor]) -> None:
    """Constants are part of the network, and torch's own random numbers can be drawn again."""
    first, second = passes(idiom)
    assert marked(first, second) is first


def test_another_path_is_no_mark() -> None:
    """A branch on values that went the other way gives two networks, which nothing can mend."""
    turns = iter([True, False])
    first, second = passes(lambda x: torch.relu(x) if next(turns) else torch.tanh(x))
    assert not same_path(first, second)
