"""Puts together what leaves the student's process: choice, problems, tapes and tensors as one frame."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import nn

from grader.domain.measurement import Chosen
from grader.domain.problem import Problem
from grader.inside.student.anatomy import parameter_rows
from grader.inside.student.recorder import Recording
from grader.wire.frames import Frame
from grader.wire.sheet import LOGITS
from grader.wire.tape import HANDOVER_SCHEMA

_MOST_NOTES = 60
_MOST_PARAMETER_ROWS = 5_000


@dataclass(frozen=True)
class Handover:
    """One reply. `logits` are float32 scores (n, classes) by the network's state, where they had to be given here."""

    chosen: Chosen | None = None
    problem: Problem | None = None
    notes: tuple[Problem, ...] = ()
    tapes: Mapping[str, tuple[Recording, ...]] = field(default_factory=dict)
    network: nn.Module | None = None
    training: Mapping[str, Any] | None = None
    snapshots: tuple[Mapping[str, Any], ...] = ()
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    logits: Mapping[str, bytes] = field(default_factory=dict)
    classes: int = 0


def to_frame(handover: Handover) -> Frame:
    """The frame of a hand-over, with the blobs of all its tapes."""
    recordings = [recording for group in handover.tapes.values() for recording in group]
    blobs = {**handover.blobs, **{f"{LOGITS}/{name}": scores for name, scores in handover.logits.items()}}
    for recording in recordings:
        blobs |= recording.blobs
    message = {
        "schema": HANDOVER_SCHEMA,
        "chosen": _plain(handover.chosen),
        "problem": _plain(handover.problem),
        "notes": plain_notes(handover.notes, handover.problem),
        "tapes": {name: [recording.tape.to_json() for recording in group] for name, group in handover.tapes.items()},
        "repeat": list(dict.fromkeys(name for recording in recordings for name in recording.random_ops)),
        "training": handover.training,
        "snapshots": list(handover.snapshots),
        "parameters": [] if handover.network is None else parameter_rows(handover.network)[:_MOST_PARAMETER_ROWS],
        LOGITS: {"classes": handover.classes, "names": list(handover.logits)} if handover.logits else None,
        "torch": str(torch.__version__),
        "python": platform.python_version(),
    }
    return Frame(message, blobs)


def _plain(value: Chosen | Problem | None) -> dict[str, Any] | None:
    return None if value is None else asdict(value)


def plain_notes(notes: Iterable[Problem], problem: Problem | None = None) -> list[dict[str, Any]]:
    """Each note once as a plain object, without the one that is the problem already."""
    found: list[Problem] = []
    for note in notes:
        if note not in found and note != problem:
            found.append(note)
    return [asdict(note) for note in found[:_MOST_NOTES]]
