"""The student zone's calls, and what its warm process loads before it forks."""

from __future__ import annotations

from collections.abc import Mapping

from grader.inside.context import Handler
from grader.inside.student.network import hand_over_network

PRELOAD = (
    "numpy",
    "torch",
    "torch.nn.functional",
    "torch.optim.lr_scheduler",
    "torch.utils.data",
    "matplotlib.pyplot",
)

HANDLERS: Mapping[str, Handler] = {
    "network": hand_over_network,
}
