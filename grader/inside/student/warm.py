"""Importing this records a tiny network once, so that a forked process finds torch's lazy parts loaded."""

from __future__ import annotations

import torch
from torch import nn

from grader.inside.student.failure import Folder
from grader.inside.student.recorder import Plan, new_trail, record


def _record(device: str) -> None:
    with torch.device(device):
        network = nn.Sequential(
            nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(), nn.Linear(8, 2)
        ).eval()
        plan = Plan(Folder("/nowhere/"), lambda _: (None, None))
        record(network, torch.zeros((1, 1, 6, 6)), plan, new_trail(network))


_record("meta")
_record("cpu")
