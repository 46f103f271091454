"""measure.training: the logits of a trained network on test images, and everything counted on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from math import isfinite
from typing import Any

import torch

from grader.domain.evidence import TrainingPayload
from grader.domain.measurement import TrainingFacts
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.context import Context
from grader.inside.measure.dryrun import dry_run, not_allowed
from grader.inside.measure.exam import MAX_CLASSES, Exam, check_work, read_exam, unscorable
from grader.inside.measure.graph import Graph
from grader.inside.measure.handover import Handover, load_handover
from grader.inside.measure.measuring import measure_network
from grader.inside.measure.network import same_network
from grader.inside.measure.refused import Refused, malformed
from grader.inside.measure.replay import logits_of
from grader.inside.measure.score_checkpoint import score_checkpoint
from grader.inside.measure.weights import are_finite, load_tensors
from grader.wire.frames import Frame

CURVE_N = 1000
"""Images that each snapshot is scored on."""

_DEVICES = ("cpu", "cuda")

Logits = Mapping[str, torch.Tensor]


def training(frame: Frame, context: Context) -> Frame:
    """The reply to a training probe. A hostile hand-over makes it a problem, never an exception."""
    exam = read_exam(frame.message, context.spools["exam"])
    handover: Handover | None = None
    try:
        handover = load_handover(context.spools["handover"])
        payload, logits = _scored(handover, exam, frame.message, context.seed)
        notes, more = score_checkpoint(handover, exam, frame, context)
        return _reply(replace(payload, notes=(*payload.notes, *notes)), {**logits, **more})
    except Refused as refusal:
        known = TrainingPayload(problem=refusal.problem)
        if handover is not None:
            known = replace(known, chosen=handover.chosen, notes=handover.notes)
        return _reply(known, {})


def _scored(handover: Handover, exam: Exam, message: Mapping[str, Any], seed: int) -> tuple[TrainingPayload, Logits]:
    facts = _facts(handover.training, message, seed)
    known = TrainingPayload(handover.chosen, training=facts, problem=handover.problem, notes=handover.notes)
    if handover.problem is not None:
        return known, {}
    single, *batched = same_network(handover.tapes.get("trained", ()))
    untrained = [dry_run(tape, believe=True) for tape in handover.tapes.get("untrained", ())]
    if len(batched) != 1 or len(untrained) != (exam.perturbed is not None):
        raise malformed("there are not two tapes of the trained network and one of the untrained")
    trained = batched[0]
    network = measure_network(single, trained, message["sources"], outputs=message.get("outputs"))
    known = replace(known, network=network)
    outputs = message.get("outputs")
    refused = next((why for graph in (trained, *untrained) if (why := unscorable(graph, exam, outputs))), None)
    if refused is not None:
        return replace(known, problem=refused), {}
    if message["answered"]:
        return _with_answers(known, handover, exam)
    believed = [op for graph in (single, trained, *untrained) for op in graph.believed]
    if believed:
        return replace(known, problem=not_allowed(believed[0]).problem), {}
    return _with_logits(known, handover, exam, (trained, *untrained), seed)


def _with_answers(known: TrainingPayload, handover: Handover, exam: Exam) -> tuple[TrainingPayload, Logits]:
    """The scores that the student's process gave for the test images when it was asked."""
    wanted = {"trained"} if exam.perturbed is None else {"trained", "perturbed", "untrained"}
    size = 4 * len(exam.images) * handover.classes
    if set(handover.logits) != wanted or any(len(scores) != size for scores in handover.logits.values()):
        raise malformed("there are not scores for every class of each image")
    if not 2 <= handover.classes <= MAX_CLASSES:
        raise malformed(f"scores for {handover.classes} classes")
    shape = (len(exam.images), handover.classes)
    logits = {
        name: torch.frombuffer(bytearray(scores), dtype=torch.float32).reshape(shape)
        for name, scores in handover.logits.items()
    }
    notes = [*known.notes]
    if not bool(torch.isfinite(logits["trained"]).all()):
        notes.append(Problem(Reason.NAN_OUTPUT))
    return replace(known, notes=tuple(notes)), logits


def _with_logits(
    known: TrainingPayload, handover: Handover, exam: Exam, graphs: tuple[Graph, ...], seed: int
) -> tuple[TrainingPayload, Logits]:
    trained, *untrained = graphs
    n, blobs = len(exam.images), handover.blobs
    check_work(trained, images=2 * n + len(handover.snapshots) * min(n, CURVE_N))
    weights = load_tensors(trained, blobs)
    notes = [*known.notes]
    if not are_finite(weights):
        notes.append(Problem(Reason.NON_FINITE_WEIGHTS))
    logits = {"trained": logits_of(trained, weights, exam.images, seed=seed)}
    if exam.perturbed is not None:
        logits["perturbed"] = logits_of(trained, load_tensors(trained, blobs), exam.perturbed, seed=seed)
    for graph in untrained:
        if trained.output.shape != graph.output.shape:
            raise malformed("the untrained network has another output than the trained one")
        check_work(graph, images=n)
        logits["untrained"] = logits_of(graph, load_tensors(graph, blobs), exam.images, seed=seed)
    for number, snapshot in enumerate(sorted(handover.snapshots, key=lambda snapshot: snapshot.epoch)):
        state = load_tensors(trained, blobs, snapshot.blobs)
        logits[f"curve/{number}"] = logits_of(trained, state, exam.images[:CURVE_N], seed=seed)
    if not bool(torch.isfinite(logits["trained"]).all()):
        notes.append(Problem(Reason.NAN_OUTPUT))
    return replace(known, notes=tuple(notes)), logits


def _reply(payload: TrainingPayload, logits: Logits) -> Frame:
    classes = next(iter(logits.values())).shape[1] if logits else None
    curve = sum(name.startswith("curve/") for name in logits)
    blobs = {name: tensor.contiguous().numpy().tobytes() for name, tensor in logits.items()}
    return Frame({"payload": asdict(payload), "classes": classes, "curve": curve}, blobs)


def _facts(told: Mapping[str, Any] | None, message: Mapping[str, Any], seed: int) -> TrainingFacts | None:
    """What the student zone says of its training beside the budget that it was given."""
    if told is None:
        return None
    epochs, seconds, device = told.get("epochs_seen"), told.get("seconds"), told.get("device")
    counts = [number for number in (epochs, told.get("train_n")) if number is not None]
    if not all(type(number) is int and 0 <= number < 1 << 53 for number in counts) or device not in _DEVICES:
        raise malformed("the facts of the training are not of the right form")
    if not isinstance(seconds, int | float) or not isfinite(seconds) or type(told.get("cap_reached")) is not bool:
        raise malformed("the facts of the training are not of the right form")
    budget = message.get("budget") or {}
    return TrainingFacts(
        epochs_budget=int(budget.get("epochs", 0)),
        epochs_seen=epochs,
        seconds_cap=float(budget.get("seconds", 0.0)),
        seconds=float(seconds),
        cap_reached=told["cap_reached"],
        device=device,
        seed=seed,
        train_n=told.get("train_n") or 0,
    )
