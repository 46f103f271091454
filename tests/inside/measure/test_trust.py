"""What cannot be recomputed is counted on the student's word, and never rerun without it."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter
from torch import nn

from grader.domain.evidence import NetworkPayload, TrainingPayload
from grader.domain.measurement import Chosen, NetworkMeasurement, Provenance
from grader.domain.reason import Reason
from grader.inside.measure.network import network
from grader.inside.measure.training import training
from grader.inside.student.attempt import record_all
from grader.inside.student.failure import Folder
from grader.inside.student.handover import Handover, to_frame
from grader.inside.student.limits import Deadline
from grader.inside.student.recorder import Plan, Recording
from grader.wire.frames import Frame
from tests.inside.measure.taping import lines, spooled

SIDE, N, BATCH = 8, 7, 4
IMAGES = torch.randint(0, 256, (2, N, 1, SIDE, SIDE), dtype=torch.uint8, generator=torch.Generator().manual_seed(2))
TOLD = {"epochs_seen": 1, "seconds": 1.0, "cap_reached": False, "device": "cpu", "train_n": 9}
HERE = Folder(f"{Path(__file__).resolve().parent}/")


class Digits(nn.Module):
    """A convolution and a linear layer; between them what the test is about."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.way = way
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.fc = nn.Linear(4 * SIDE * SIDE, 10)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Scores."""
        x = torch.relu(self.conv(x))
        if self.way == "numpy":
            x = torch.from_numpy(np.sqrt(x.detach().numpy()))
        elif self.way == "item":
            x = x / max(float(x.max()), 1e-6)
        elif self.way == "mask":
            x[x > 0.5] = 0.5
        elif self.way == "values":
            x = x + torch.unique(torch.bincount(torch.tensor([1, 1, 2])))[0]
        return self.fc(x.flatten(1))


def recorded(way: str, weights: str | None = None) -> tuple[Recording, ...]:
    """Tapes at batch 1 and at the batch that is scored, as the student's process makes them."""
    plan = Plan(HERE, lines, weights)
    found = record_all(Digits(way).eval(), [(1, 1, SIDE, SIDE), (BATCH, 1, SIDE, SIDE)], plan, Deadline(30))
    assert found.problem is None, found.problem
    return found.recordings


def measured(way: str, folder: Path) -> NetworkMeasurement:
    """The network's numbers."""
    frame = to_frame(Handover(Chosen("Digits", "test_trust.py", 30), tapes={"network": recorded(way)}))
    message = copy.deepcopy(json.loads(json.dumps(frame.message)))
    reply = network(Frame({"sources": [], "outputs": 10}), spooled(folder, Frame(message)))
    payload = TypeAdapter(NetworkPayload).validate_python(json.loads(json.dumps(reply.message)))
    assert payload.problem is None and payload.network is not None
    return payload.network


@pytest.mark.parametrize(
    ("way", "reason"),
    [
        ("numpy", Reason.LEAVES_TORCH),
        ("item", Reason.LEAVES_TORCH),
        ("mask", None),
        ("values", Reason.OPERATOR_REFUSED),
    ],
)
def test_numbers_behind_what_cannot_be_recomputed_are_right_and_marked(
    way: str, reason: Reason | None, tmp_path: Path
) -> None:
    """Parameters, multiply-adds and shapes are those of the plain network; who vouches for them is said."""
    plain, found = measured("plain", tmp_path), measured(way, tmp_path)
    assert plain.provenance is Provenance.RECOMPUTED
    for name in ("params", "macs", "output_shape", "output_shape_batch2", "unused"):
        assert getattr(found, name) == getattr(plain, name), name
    assert found.provenance is (Provenance.REPORTED if reason else Provenance.RECOMPUTED)
    named = [
        problem for problem in found.diagnostics if problem.reason in (Reason.LEAVES_TORCH, Reason.OPERATOR_REFUSED)
    ]
    assert {problem.reason for problem in named} == ({reason} if reason else set())
    assert all(problem.file == "test_trust.py" and problem.line for problem in named)
    assert Reason.OUTPUT_CONSTANT not in {problem.reason for problem in found.diagnostics}


def scored(handover: Handover, folder: Path, *, answered: bool) -> tuple[TrainingPayload, Frame]:
    """The reply to a training probe."""
    (folder / "exam").write_bytes(IMAGES.numpy().tobytes())
    context = spooled(folder, to_frame(handover))
    message = {
        **{"sources": [], "outputs": 10, "n": N, "image_shape": (1, SIDE, SIDE), "perturbed": True},
        **{"budget": {"epochs": 1, "seconds": 9}, "answered": answered},
    }
    frame = training(Frame(message), replace(context, spools={**context.spools, "exam": folder / "exam"}))
    return TypeAdapter(TrainingPayload).validate_python(json.loads(json.dumps(frame.message["payload"]))), frame


def handed_over(way: str, **changes: Any) -> Handover:
    """What a student's process hands over after training."""
    trained, untrained = recorded(way, "t"), recorded(way, "u")
    tapes = {"trained": trained, "untrained": untrained[1:]}
    return replace(Handover(Chosen("Digits", "test_trust.py", 30), tapes=tapes, training=TOLD), **changes)


SCORES = {
    name: np.random.default_rng(5).random((N, 10), dtype=np.float32).tobytes()
    for name in ("trained", "perturbed", "untrained")
}


def test_network_that_cannot_be_rerun_is_not_rerun(tmp_path: Path) -> None:
    """A replay would answer for the image that was recorded. The reason tells the parent to ask in there."""
    payload, frame = scored(handed_over("numpy"), tmp_path, answered=False)
    assert payload.problem is not None and payload.problem.reason == Reason.LEAVES_TORCH
    assert not frame.blobs


def test_scores_of_the_student_s_process_come_through_when_it_was_asked(tmp_path: Path) -> None:
    """As they were given, beside the counts."""
    payload, frame = scored(handed_over("numpy", logits=SCORES, classes=10), tmp_path, answered=True)
    assert payload.problem is None and payload.network is not None
    assert dict(frame.blobs) == SCORES


def test_scores_that_nobody_asked_for_are_not_read(tmp_path: Path) -> None:
    """The network is replayed as every other."""
    payload, frame = scored(handed_over("plain", logits=SCORES, classes=10), tmp_path, answered=False)
    assert payload.problem is None
    assert set(frame.blobs) == set(SCORES)
    assert not any(frame.blobs[name] == SCORES[name] for name in SCORES)


@pytest.mark.parametrize(
    "changes",
    [
        {"logits": {}},
        {"logits": {**SCORES, "trained": SCORES["trained"][:-4]}},
        {"logits": {"trained": SCORES["trained"]}},
        {"classes": 9},
        {"classes": 1, "logits": {name: scores[: 4 * N] for name, scores in SCORES.items()}},
    ],
    ids=["none", "short", "one_state", "other_classes", "one_class"],
)
def test_scores_of_another_form_are_refused(changes: dict[str, Any], tmp_path: Path) -> None:
    """For each class of each image, in each state, or not at all."""
    payload, frame = scored(
        handed_over("numpy", **{"logits": SCORES, "classes": 10, **changes}), tmp_path, answered=True
    )
    assert payload.problem is not None and payload.problem.reason == Reason.HANDOVER_REFUSED
    assert not frame.blobs
