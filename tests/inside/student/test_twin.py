"""Large batches are recorded on a twin without elements, and as if they had been computed."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import nn

from grader.inside.student.failure import Folder
from grader.inside.student.limits import Deadline
from grader.inside.student.recorder import Plan, new_trail, record
from grader.inside.student.twin import meta_twin, record_on_twin
from tests.inside.student.handed import replay

PLAN = Plan(Folder("/nowhere/"), lambda _: (None, None), "w")


class Tied(nn.Module):
    """A convolution whose kernel serves twice, a batch norm, and a buffer that forward reads."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(2, 2, 3, padding=1)
        self.again = nn.Conv2d(2, 2, 3, padding=1)
        self.again.weight = self.conv.weight
        self.norm = nn.BatchNorm2d(2)
        self.register_buffer("shift", torch.rand(1, 2, 1, 1))
        self.fc = nn.Linear(2 * 16, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Three numbers for each image."""
        x = self.norm(self.again(torch.relu(self.conv(x)))) + self.get_buffer("shift")
        return self.fc(x.flatten(1))  # type: ignore[no-any-return]


class Constant(nn.Module):
    """Multiplies by a tensor that it makes in forward."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Twice and three times the input's channels."""
        return x * torch.tensor([2.0, 3.0]).view(1, 2, 1, 1)


def test_twin_s_tape_is_the_computed_one() -> None:
    """Operators, arguments and blobs agree with a recording that computes."""
    network = Tied().eval()
    large = record_on_twin(network, (50, 2, 4, 4), PLAN, Deadline(10))
    computed = record(network, torch.rand(50, 2, 4, 4), PLAN, new_trail(network, 50))
    assert large is not None
    # Batch norm's second and third result, which nothing reads, are empty only where they are computed.
    assert replace(large.tape, ops=()) == replace(computed.tape, ops=())
    assert [replace(op, shapes=()) for op in large.tape.ops] == [replace(op, shapes=()) for op in computed.tape.ops]
    assert [op.shapes[0] for op in large.tape.ops] == [op.shapes[0] for op in computed.tape.ops]
    assert dict(large.blobs) == dict(computed.blobs)


def test_twin_s_tape_replays_with_the_network_s_weights() -> None:
    """A replay on real images gives the network's own output."""
    network = Tied().eval()
    large = record_on_twin(network, (50, 2, 4, 4), PLAN, Deadline(10))
    given = torch.rand(50, 2, 4, 4)
    assert large is not None
    with torch.no_grad():
        assert torch.allclose(replay(large.tape, large.blobs, given), network(given), atol=1e-6)


def test_twin_keeps_ties_and_holds_nothing() -> None:
    """Tied weights stay one tensor; the twin's tensors have no elements and the network's are untouched."""
    network = Tied()
    before = network.conv.weight.detach().clone()
    twin = meta_twin(network)
    assert isinstance(twin, Tied)
    assert twin.conv.weight is twin.again.weight and twin.conv.weight.is_meta
    assert all(tensor.is_meta for tensor in twin.state_dict().values())
    assert torch.equal(network.conv.weight, before) and not network.conv.weight.is_meta


def test_twin_is_of_no_use_where_values_matter() -> None:
    """Constants made in forward, and branches on values, have to be computed."""

    class Branch(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x if x.sum() > 0 else -x

    for network in (Constant(), Branch()):
        assert record_on_twin(network, (50, 2, 4, 4), PLAN, Deadline(10)) is None
