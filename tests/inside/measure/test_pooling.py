"""Pooling in a replay gives exactly what torch's own kernel gives, and leaves all other windows to it."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from grader.inside.measure.dryrun import dry_run
from grader.inside.measure.pooling import is_plain
from grader.inside.measure.replay import logits_of
from grader.inside.measure.weights import load_tensors
from tests.inside.measure.taping import crossed, recording_of


class Pools(nn.Module):
    """One pooling, and its indices in the result when asked for."""

    def __init__(self, pool: nn.Module) -> None:
        super().__init__()
        self.pool = pool

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Everything in one row."""
        made = self.pool(x - 0.5)
        return torch.cat([part.flatten(1).float() for part in (made if isinstance(made, tuple) else (made,))], 1)


@pytest.mark.parametrize(
    ("pool", "plain"),
    [
        (nn.MaxPool2d(2), True),
        (nn.MaxPool2d(2, 2), True),
        (nn.MaxPool2d((2, 2), stride=2), True),
        (nn.MaxPool2d(2, ceil_mode=True), False),
        (nn.MaxPool2d(2, 1), False),
        (nn.MaxPool2d(3, 2), False),
        (nn.MaxPool2d(2, padding=1), False),
        (nn.MaxPool2d(2, dilation=2), False),
        (nn.MaxPool2d((2, 3)), False),
        (nn.MaxPool2d(2, return_indices=True), False),
    ],
)
@pytest.mark.parametrize("size", [8, 9])
def test_pooling_is_bit_for_bit_that_of_torch(pool: nn.Module, plain: bool, size: int) -> None:
    """Odd sizes lose their last row and column both ways."""
    network = Pools(pool).eval()
    recording = recording_of(network, (3, 2, size, size), weights="w")
    graph = dry_run(crossed(recording.tape))
    assert [is_plain(step) for step in graph.steps if "max_pool" in step.name] == [plain]
    images = torch.randint(0, 256, (5, 2, size, size), dtype=torch.uint8, generator=torch.Generator().manual_seed(size))
    found = logits_of(graph, load_tensors(graph, recording.blobs), images, seed=0)
    with torch.no_grad():
        assert torch.equal(found, network(images / 255))
