"""Weights that were handed in as a file, from the command line: measured for a person, never a mark."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from grader.datasets.load import Dataset, load_dataset

pytestmark = [pytest.mark.jail, pytest.mark.slow]

SCRIPT = """
import torch
from torch import nn
from torchvision import datasets, transforms


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3, padding=1)
        self.fc = nn.Linear(8 * 14 * 14, 10)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.conv(x)), 2)
        return self.fc(x.flatten(1))


data = datasets.MNIST(".", train=True, download=True, transform=transforms.ToTensor())
net = Net()
optimizer = torch.optim.Adam(net.parameters())
for x, y in torch.utils.data.DataLoader(data, 64):
    optimizer.zero_grad()
    nn.functional.cross_entropy(net(x), y).backward()
    optimizer.step()
torch.save(net.state_dict(), "best.pth")
"""


class Net(nn.Module):
    """The script's network, here."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 8, 3, padding=1)
        self.fc = nn.Linear(8 * 14 * 14, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """The scores of 28 x 28 images."""
        return self.fc(nn.functional.max_pool2d(torch.relu(self.conv(x)), 2).flatten(1))  # type: ignore[no-any-return]


def trained(dataset: Dataset) -> Net:
    """The network after three passes over the training images."""
    torch.manual_seed(0)
    images, labels = (np.load(dataset.student_dir / f"train_{part}.npy") for part in ("images", "labels"))
    pictures, truth = torch.from_numpy(images).unsqueeze(1) / 255, torch.from_numpy(labels).long()
    network = Net()
    optimizer = torch.optim.Adam(network.parameters(), 3e-3)
    for _ in range(3):
        for part in torch.arange(len(pictures)).split(64):
            optimizer.zero_grad()
            nn.functional.cross_entropy(network(pictures[part]), truth[part]).backward()
            optimizer.step()
    return network.eval()


def test_accuracy_of_handed_in_weights_helps_whoever_grades(jail_here: None, tmp_path: Path) -> None:
    """A script that trains by itself waits for a person, who finds what its weights reach on our images."""
    dataset = load_dataset("digits", tmp_path)
    network = trained(dataset)
    with torch.no_grad():
        scores = network(torch.from_numpy(np.array(dataset.test_images)).unsqueeze(1) / 255)
    right = int((scores.argmax(1).numpy() == dataset.test_labels).sum())
    place = tmp_path / "class" / "kim"
    place.mkdir(parents=True)
    (place / "train.py").write_text(SCRIPT)
    torch.save(network.state_dict(), place / "best.pth")
    check = q3(tmp_path)
    assert (check["status"], check["reason"], check["points"]) == ("needs_review", "free_form_script", 0)
    (note,) = [note for note in check["notes"] if note.startswith("best.pth: ")]
    assert right > 0.8 * dataset.test_n
    wanted = 10_000 * right // dataset.test_n
    assert f"are right on {wanted // 100}.{wanted % 100:02d} % of the test images" in note


def q3(folder: Path) -> dict[str, Any]:
    """The check on the accuracy, from the student's own result."""
    command = [sys.executable, "-m", "grader", "grade", "hw4", str(folder / "class"), "--out", str(folder / "out")]
    subprocess.run([*command, "--only", "q3", "--data", str(folder)], check=True, capture_output=True, timeout=300)
    result = json.loads((folder / "out/students/kim/result.json").read_text("utf-8"))
    (found,) = [each["checks"] for each in result["questions"] if each["id"] == "q3"]
    check: dict[str, Any] = found[0]
    return check
