"""Logits of a handed-over network: bit for bit what the network itself gives."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter
from torch import nn

from grader.domain.evidence import TrainingPayload
from grader.domain.reason import Reason
from grader.inside.measure.training import training
from grader.inside.student.recorder import Recording
from grader.inside.student.snapshots import final_snapshot
from grader.wire.frames import Frame
from tests.inside.measure import networks
from tests.inside.measure.taping import handed_over, recording_of, spooled

SIDE, N, BATCH = 12, 11, 4
IMAGE = (1, SIDE, SIDE)
TOLD = {"epochs_seen": 2, "seconds": 1.5, "cap_reached": False, "device": "cpu", "train_n": 90}


def images(seed: int) -> torch.Tensor:
    """Random grey images, 11 of them: no multiple of the batch."""
    return torch.randint(0, 256, (N, 1, SIDE, SIDE), dtype=torch.uint8, generator=torch.Generator().manual_seed(seed))


PLAIN, CHANGED = images(1), images(2)


def wanted(network: nn.Module, pictures: torch.Tensor = PLAIN) -> np.ndarray[Any, Any]:
    """What the network itself says, batch by batch, the last one filled up with black."""
    filled = torch.zeros((3 * BATCH, 1, SIDE, SIDE))
    filled[:N] = pictures / 255
    with torch.no_grad():
        return torch.cat([network(part) for part in filled.split(BATCH)])[:N].numpy()


def tapes(network: nn.Module, prefix: str = "t") -> tuple[Recording, Recording]:
    """The network's tapes at batch 1 and at the batch that is scored."""
    one, many = ((batch, 1, SIDE, SIDE) for batch in (1, BATCH))
    return recording_of(network.eval(), one, weights=prefix), recording_of(network, many, weights=prefix)


def hand_over(trained: nn.Module, untrained: nn.Module, **changes: Any) -> Frame:
    """A hand-over as the student's process makes it."""
    frame = handed_over(trained=tapes(trained), untrained=tapes(untrained, "u")[1:])
    return replace(frame, message={**frame.message, "training": TOLD, **changes})


def reply(handed: Frame, folder: Path, **changes: Any) -> tuple[TrainingPayload, Frame]:
    """The measuring job's payload, read as the parent reads it, and its frame."""
    file: bytes | None = changes.pop("file", None)
    budget = {"epochs": 3, "seconds": 60}
    message = {"sources": [], "outputs": 10, "n": N, "image_shape": IMAGE, "budget": budget, **changes}
    changed: bytes = changes.pop("changed", CHANGED.numpy().tobytes())
    context = spooled(folder, handed)
    (folder / "exam").write_bytes(PLAIN.numpy().tobytes() + changed)
    spools = {**context.spools, "exam": folder / "exam"}
    blobs = {} if file is None else {"checkpoint": file}
    message = {"answered": False, **message, "perturbed": bool(changed)}
    frame = training(Frame(message, blobs), replace(context, spools=spools, seed=7))
    read = json.loads(json.dumps(frame.message["payload"], allow_nan=False))
    return TypeAdapter(TrainingPayload).validate_python(read), frame


def logits(frame: Frame, name: str, rows: int = N) -> np.ndarray[Any, Any]:
    """One blob of logits."""
    return np.frombuffer(frame.blobs[name], dtype="<f4").reshape(rows, -1)


def lively(network: nn.Module) -> nn.Module:
    """Random weights and running statistics, as after training."""
    for number, tensor in enumerate((*network.parameters(), *network.buffers())):
        if tensor.is_floating_point():
            torch.nn.init.uniform_(tensor.data, 0.1, 0.6, generator=torch.Generator().manual_seed(number))
    return network.eval()


def test_logits_are_bit_for_bit_those_of_the_network(tmp_path: Path) -> None:
    """In-place steps, views, buffers, norms and a last batch that is not full change no bit."""
    trained, untrained = lively(networks.Digits()), networks.Digits().eval()
    payload, frame = reply(hand_over(trained, untrained), tmp_path)
    assert payload.problem is None
    assert frame.message["classes"] == 10
    np.testing.assert_array_equal(logits(frame, "trained"), wanted(trained))
    np.testing.assert_array_equal(logits(frame, "perturbed"), wanted(trained, CHANGED))
    np.testing.assert_array_equal(logits(frame, "untrained"), wanted(untrained))


@pytest.mark.filterwarnings("ignore:TF32 acceleration")
def test_recurrent_network_is_replayed(tmp_path: Path) -> None:
    """An LSTM is taped step by step, which rounds otherwise than its fused kernel."""
    network = lively(networks.Recurrent())
    payload, frame = reply(hand_over(network, network), tmp_path)
    assert payload.problem is None
    np.testing.assert_allclose(logits(frame, "trained"), wanted(network), rtol=1e-5)


def test_snapshots_make_a_curve_in_the_order_of_epochs(tmp_path: Path) -> None:
    """Each snapshot's tensors stand in for the trained ones, by their registered names."""
    trained, before = lively(networks.Digits()), networks.Digits().eval()
    frame = hand_over(trained, before)
    early = final_snapshot(tapes(before, "s")[0], 1)
    late = final_snapshot(tapes(trained)[0], 2)
    frame = Frame({**frame.message, "snapshots": [late, early]}, {**frame.blobs, **tapes(before, "s")[0].blobs})
    _, answer = reply(frame, tmp_path)
    assert answer.message["curve"] == 2
    np.testing.assert_array_equal(logits(answer, "curve/0"), wanted(before))
    np.testing.assert_array_equal(logits(answer, "curve/1"), wanted(trained))


def test_random_steps_are_seeded(tmp_path: Path) -> None:
    """A network that draws random numbers in eval mode gives the same logits twice, and it is said."""
    network = nn.Sequential(networks.Noisy(), nn.Flatten(), nn.Linear(SIDE * SIDE, 10)).eval()
    first, one = reply(hand_over(network, network), tmp_path)
    _, two = reply(hand_over(network, network), tmp_path)
    assert one.blobs["trained"] == two.blobs["trained"]
    assert first.network is not None
    assert not first.network.eval_deterministic
    assert Reason.RANDOM_IN_EVAL in [problem.reason for problem in first.network.diagnostics]


def test_batch_norm_left_in_training_mode_is_replayed_so(tmp_path: Path) -> None:
    """Statistics of each batch, as in the student's process, and the exam starts afresh each time."""
    network = nn.Sequential(nn.Conv2d(1, 3, 3), networks.StubbornNorm(), nn.Flatten(), nn.Linear(300, 10)).eval()
    payload, frame = reply(hand_over(network, network), tmp_path)
    assert payload.problem is None
    np.testing.assert_array_equal(logits(frame, "trained"), wanted(network))


def test_facts_of_the_training_stand_beside_its_budget(tmp_path: Path) -> None:
    """Epochs and seconds that were granted, and those that were taken."""
    payload, _ = reply(hand_over(lively(networks.Digits()), networks.Digits()), tmp_path)
    facts = payload.training
    assert facts is not None
    assert (facts.epochs_budget, facts.epochs_seen, facts.seconds_cap, facts.seed) == (3, 2, 60.0, 7)
    assert payload.network is not None
    assert payload.network.output_shape == (1, 10)


@pytest.mark.parametrize(
    ("ending", "reason"),
    [("argmax", Reason.ARGMAX_INSIDE), ("first", Reason.BATCH_AXIS_LOST)],
)
def test_result_without_scores_is_a_problem(ending: str, reason: Reason, tmp_path: Path) -> None:
    """Nothing is scored that is no row of scores for each image; the counts are there all the same."""
    network = networks.Ending(ending)
    network.head = nn.Linear(SIDE * SIDE, 10)
    payload, frame = reply(hand_over(network, network), tmp_path)
    assert payload.problem is not None
    assert payload.problem.reason == reason
    assert payload.network is not None
    assert (frame.message["classes"], dict(frame.blobs)) == (None, {})


def test_weights_that_are_no_numbers_are_named(tmp_path: Path) -> None:
    """NaN crosses as data; the parent gets NaN logits and two notes."""
    network = lively(networks.Digits())
    torch.nn.init.constant_(network.head.weight, float("nan"))
    payload, _ = reply(hand_over(network, networks.Digits()), tmp_path)
    assert {note.reason for note in payload.notes} == {Reason.NON_FINITE_WEIGHTS, Reason.NAN_OUTPUT}


def without(blobs: Mapping[str, bytes], name: str) -> dict[str, bytes]:
    """The blobs but one."""
    return {other: blob for other, blob in blobs.items() if other != name}


@pytest.mark.parametrize("damage", ["missing", "short", "long"])
def test_weights_of_another_size_are_refused(damage: str, tmp_path: Path) -> None:
    """Bytes are exactly as many as shape and type ask for."""
    frame = hand_over(lively(networks.Digits()), networks.Digits())
    name = next(name for name in frame.blobs if name.startswith("t/"))
    changed = {"missing": None, "short": frame.blobs[name][:-1], "long": frame.blobs[name] + b"\0"}[damage]
    blobs = without(frame.blobs, name) | ({} if changed is None else {name: changed})
    payload, answer = reply(Frame(frame.message, blobs), tmp_path)
    assert payload.problem is not None
    assert payload.problem.reason == Reason.HANDOVER_REFUSED
    assert not answer.blobs


def test_network_for_other_images_is_refused(tmp_path: Path) -> None:
    """The tape has to be of images of the exam's size."""
    payload, _ = reply(
        hand_over(lively(networks.Digits()), networks.Digits()),
        tmp_path,
        image_shape=(1, SIDE // 2, SIDE // 2),
        n=4 * N,
    )
    assert payload.problem is not None
    assert payload.problem.reason == Reason.HANDOVER_REFUSED


def test_problem_of_the_students_process_comes_through(tmp_path: Path) -> None:
    """What stopped the training is the payload's problem."""
    problem = {"reason": "train_missing", "file": "hw4.py", "line": None, "column": None, "facts": {}}
    payload, _ = reply(Frame({**handed_over().message, "problem": problem}), tmp_path)
    assert payload.problem is not None
    assert (payload.problem.reason, payload.problem.file) == (Reason.TRAIN_MISSING, "hw4.py")


def saved(network: nn.Module) -> bytes:
    """A state dict as torch.save writes it."""
    stream = io.BytesIO()
    torch.save(network.state_dict(), stream)
    return stream.getvalue()


def test_weights_handed_in_are_put_into_the_network(tmp_path: Path) -> None:
    """The logits are those of the network with these weights, beside those of the trained one."""
    own = lively(networks.Digits())
    handed = hand_over(networks.Digits(), networks.Digits())
    payload, frame = reply(handed, tmp_path, checkpoint="best.pth", file=saved(own))
    assert payload.problem is None
    assert np.array_equal(logits(frame, "checkpoint"), wanted(own))
    assert not np.array_equal(logits(frame, "checkpoint"), logits(frame, "trained"))


def test_weights_handed_in_are_scored_where_nothing_could_be_trained(tmp_path: Path) -> None:
    """A free-form script leaves its network and its weights; a person is helped by their logits."""
    own = lively(networks.Digits())
    handed = handed_over(untrained=tapes(networks.Digits(), "u")[1:])
    problem = {"reason": "free_form_script", "file": "hw4.py", "line": 3, "column": None, "facts": {}}
    handed = replace(handed, message={**handed.message, "problem": problem})
    payload, frame = reply(handed, tmp_path, checkpoint="best.pth", file=saved(own))
    assert payload.problem is not None
    assert payload.problem.reason == Reason.FREE_FORM_SCRIPT
    assert np.array_equal(logits(frame, "checkpoint"), wanted(own))
    assert set(frame.blobs) == {"checkpoint"}


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (b"\x80\x04N.", Reason.CHECKPOINT_REFUSED),
        (saved(nn.Linear(2, 3)), Reason.CHECKPOINT_DIFFERS),
        (None, Reason.CHECKPOINT_REFUSED),
    ],
)
def test_weights_that_do_not_serve_are_a_note(tmp_path: Path, file: bytes | None, reason: Reason) -> None:
    """Everything else of the payload is as without them."""
    handed = hand_over(lively(networks.Digits()), networks.Digits())
    payload, frame = reply(handed, tmp_path, checkpoint="best.pth", file=file)
    (tmp_path / "plain").mkdir()
    plain, without_it = reply(handed, tmp_path / "plain")
    assert [note.reason for note in payload.notes] == [reason]
    assert payload.notes[0].file == "best.pth"
    assert replace(payload, notes=()) == plain
    assert frame.blobs == without_it.blobs


class Chosen(nn.Module):
    """Looks only at the columns that a buffer names."""

    def __init__(self, columns: list[int]) -> None:
        super().__init__()
        self.head = nn.Linear(SIDE * len(columns), 10)
        self.register_buffer("columns", torch.tensor(columns))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Scores."""
        return self.head(x[..., self.columns].flatten(1))


def test_weights_that_cannot_be_computed_with_cost_the_training_nothing(tmp_path: Path) -> None:
    """They fit the network, and point outside its images."""
    handed = hand_over(lively(Chosen([3, 5])), Chosen([3, 5]))
    payload, frame = reply(handed, tmp_path, checkpoint="best.pth", file=saved(Chosen([3, 5000])))
    assert payload.problem is None
    assert [note.reason for note in payload.notes] == [Reason.CHECKPOINT_REFUSED]
    assert "out of bounds" in str(payload.notes[0].facts["detail"])
    assert set(frame.blobs) == {"trained", "untrained", "perturbed"}


def test_network_that_is_not_to_be_trained_is_scored_as_it_was_built(tmp_path: Path) -> None:
    """One pass, and no other network beside it."""
    own = lively(networks.Digits())
    payload, frame = reply(handed_over(trained=tapes(own)), tmp_path, changed=b"")
    assert payload.problem is None
    assert payload.network is not None
    assert set(frame.blobs) == {"trained"}
    assert np.array_equal(logits(frame, "trained"), wanted(own))
    (tmp_path / "both").mkdir()
    both, _ = reply(hand_over(own, networks.Digits()), tmp_path / "both", changed=b"")
    assert both.problem is not None
    assert both.problem.reason == Reason.HANDOVER_REFUSED
