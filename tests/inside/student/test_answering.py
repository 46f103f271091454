"""A network that cannot be rerun elsewhere gives its scores for the test images itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from grader.domain.reason import Reason
from grader.inside.student.answering import Questions, answers, read_questions
from grader.inside.student.failure import Folder

N, SIDE = 11, 6
IMAGES = torch.randint(0, 256, (2, N, 1, SIDE, SIDE), dtype=torch.uint8, generator=torch.Generator().manual_seed(3))


def questions(**changes: Any) -> Questions:
    """Eleven images and their copies, four at a time."""
    settings = {"images": IMAGES, "batch": 4, "seconds": 20.0, "folder": Folder("/nowhere/"), **changes}
    return Questions(**settings)


class Net(nn.Module):
    """Batch norm and dropout, which tell the modes apart, and a detour through numpy."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.BatchNorm2d(1)
        self.drop = nn.Dropout(0.5)
        self.fc = nn.Linear(SIDE * SIDE, 3)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, None]:
        """Scores, as the first of two."""
        x = torch.from_numpy(np.abs(self.drop(self.norm(x)).detach().numpy()))
        return self.fc(x.flatten(1)), None


def test_scores_are_those_of_the_network_in_eval_mode() -> None:
    """For each copy, every image once; the network is left as it was."""
    network = Net().train()
    network.drop.eval()
    found = answers(network, questions(), copies=2)
    assert found.problem is None and found.classes == 3 and len(found.logits) == 2
    assert (network.training, network.norm.training, network.drop.training) == (True, True, False)
    network.eval()
    for copy, raw in zip(IMAGES, found.logits, strict=True):
        filled = torch.cat([copy / 255, torch.zeros(1, 1, SIDE, SIDE)])
        wanted = torch.cat([network(part)[0] for part in filled.split(4)])[:N].detach().numpy()
        assert np.array_equal(np.frombuffer(raw, dtype="<f4").reshape(N, 3), wanted)


def test_own_preprocessing_comes_first() -> None:
    """As in the tape of a network that can be rerun."""
    network = Net().eval()
    found = answers(network, questions(before=lambda images: 1 - images), copies=1)
    wanted = network(1 - IMAGES[0, :4] / 255)[0].detach().numpy()
    assert np.array_equal(np.frombuffer(found.logits[0], dtype="<f4").reshape(N, 3)[:4], wanted)


class Failing(nn.Module):
    """Wants other images, or mixes those of a batch."""

    def __init__(self, *, mixes: bool) -> None:
        super().__init__()
        self.mixes = mixes

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """No scores."""
        return x.sum() if self.mixes else x.view(5, -1)


def test_network_that_fails_on_the_images_is_a_problem() -> None:
    """With the words of torch."""
    found = answers(Failing(mixes=False), questions(), copies=1)
    assert found.problem is not None and found.problem.reason == Reason.FORWARD_RAISED and found.logits == ()


def test_network_that_loses_the_images_is_a_problem() -> None:
    """One number for a whole batch is no score for each image."""
    found = answers(Failing(mixes=True), questions(), copies=1)
    assert found.problem is not None and found.logits == ()


def test_questions_are_read_from_the_parent_s_file(tmp_path: Path) -> None:
    """Images first, then their copies."""
    path = tmp_path / "exam"
    path.write_bytes(IMAGES.numpy().tobytes())
    message = {"n": N, "image_shape": [1, SIDE, SIDE], "perturbed": True}
    assert torch.equal(read_questions(path, message), IMAGES)
