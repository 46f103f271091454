"""Networks become tapes in the tests as they do in the student's process: by the real recorder."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from grader.domain.measurement import Chosen
from grader.inside.context import Context
from grader.inside.measure.dryrun import dry_run
from grader.inside.measure.graph import Graph
from grader.inside.student.failure import Folder
from grader.inside.student.handover import Handover, to_frame
from grader.inside.student.recorder import Plan, Recording, new_trail, record
from grader.wire.frames import Frame, write_frame
from grader.wire.tape import Tape
from grader.wire.tape_reader import load_tape

HERE = Path(__file__).resolve().parent

IMAGE = (1, 3, 224, 224)


def lines(kind: type) -> tuple[str | None, int | None]:
    """Where a class of these tests is defined; None for a library's."""
    path = Path(inspect.getfile(kind))
    return (path.name, inspect.getsourcelines(kind)[1]) if path.parent == HERE else (None, None)


def recording_of(network: nn.Module, shape: Sequence[int] = IMAGE, *, weights: str | None = None) -> Recording:
    """One forward pass of the network as it stands, on the device where its parameters are."""
    device = next((parameter.device for parameter in network.parameters()), torch.device("cpu"))
    plan = Plan(Folder(f"{HERE}/"), lines, weights)
    return record(network, torch.rand(tuple(shape), device=device), plan, new_trail(network, shape[0]))


def tape_of(network: nn.Module, shape: Sequence[int] = IMAGE) -> Tape:
    """The network's tape after crossing the wire."""
    return crossed(recording_of(network.eval(), shape).tape)


def crossed(tape: Tape) -> Tape:
    """A tape as it is read from its JSON."""
    return load_tape(json.loads(json.dumps(tape.to_json())))


def graph_of(network: nn.Module, shape: Sequence[int] = IMAGE) -> Graph:
    """The network's checked graph."""
    return dry_run(tape_of(network, shape))


def handed_over(**groups: Sequence[Recording]) -> Frame:
    """The frame that a student's process sends for these tapes."""
    return to_frame(Handover(Chosen("Net", "net.py", 3), tapes={name: tuple(group) for name, group in groups.items()}))


def spooled(folder: Path, frame: Frame | bytes) -> Context:
    """A job's surroundings with a hand-over in its spool."""
    path = folder / "handover"
    with path.open("wb") as stream:
        if isinstance(frame, bytes):
            stream.write(frame)
        else:
            write_frame(stream, frame)
    return Context(folder, spools={"handover": path})
