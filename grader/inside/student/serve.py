"""The student zone's calls, and what its warm process loads before it forks."""

from __future__ import annotations

from collections.abc import Mapping

from grader.inside.context import Handler
from grader.inside.student.inspecting import inspect_file
from grader.inside.student.network import hand_over_network
from grader.inside.student.training import hand_over_training

# Left to the files that want them: matplotlib (0.5 s) and torch._dynamo (1.3 s, pulled in by torchvision),
# which would keep every first answer waiting.
PRELOAD = (
    "numpy",
    "torch",
    "torch.nn.functional",
    "torch.optim.lr_scheduler",
    "torch.utils.data",
    "grader.inside.student.warm",
)

HANDLERS: Mapping[str, Handler] = {
    "inspect": inspect_file,
    "network": hand_over_network,
    "training": hand_over_training,
}
