"""The logits of weights that were handed in as a file, on the student's own network."""

from __future__ import annotations

from collections.abc import Mapping

import torch

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.context import Context
from grader.inside.measure.checkpoint import CheckpointDiffers, with_checkpoint
from grader.inside.measure.checkpoint_look import CheckpointRefused, as_file
from grader.inside.measure.dryrun import dry_run
from grader.inside.measure.exam import Exam, check_work, unscorable
from grader.inside.measure.handover import Handover
from grader.inside.measure.refused import Refused
from grader.inside.measure.replay import logits_of
from grader.inside.measure.weights import load_tensors
from grader.wire.frames import Frame
from grader.wire.tape import Tape

CHECKPOINT = "checkpoint"
"""The blob with the file, the key of its name, and the blob of its logits."""

Scored = tuple[tuple[Problem, ...], Mapping[str, torch.Tensor]]


def score_checkpoint(handover: Handover, exam: Exam, frame: Frame, context: Context) -> Scored:
    """A note on why the file was not used, or its logits; neither when there is no file or no network for it."""
    file = str(frame.message.get(CHECKPOINT) or "")
    # What is scored as it was built has no untrained tape; its first one is of a single image.
    tapes = handover.tapes.get("untrained") or handover.tapes.get("trained", ())[1:]
    if not file or len(tapes) != 1:
        return (), {}
    try:
        return _scored(tapes[0], handover, exam, frame, context)
    except CheckpointRefused as refused:
        why = str(refused)
    except Refused as refusal:
        # What cannot be computed with these weights must not cost the training's own result.
        why = str(refusal.problem.facts.get("detail", refusal.problem.reason))
    except CheckpointDiffers as differs:
        return (Problem(Reason.CHECKPOINT_DIFFERS, file, facts={"detail": str(differs)}),), {}
    return (Problem(Reason.CHECKPOINT_REFUSED, file, facts={"detail": why}),), {}


def _scored(tape: Tape, handover: Handover, exam: Exam, frame: Frame, context: Context) -> Scored:
    graph = dry_run(tape)
    if unscorable(graph, exam, frame.message.get("outputs")) is not None:
        return (), {}
    if CHECKPOINT not in frame.blobs:
        raise CheckpointRefused("there is no file of this name")
    check_work(graph, images=len(exam.images))
    own = load_tensors(graph, handover.blobs)
    weights = with_checkpoint(graph, own, as_file(frame.blobs[CHECKPOINT], context.work))
    return (), {CHECKPOINT: logits_of(graph, weights, exam.images, seed=context.seed)}
