"""measure.training: the logits of a trained network on test images, and everything counted on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from math import isfinite, prod
from typing import Any

import torch

from grader.domain.evidence import TrainingPayload
from grader.domain.measurement import TrainingFacts
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.context import Context
from grader.inside.measure.diagnostics import diagnose, size
from grader.inside.measure.dryrun import dry_run
from grader.inside.measure.flow import trace_flow
from grader.inside.measure.graph import Graph
from grader.inside.measure.handover import Handover, load_handover
from grader.inside.measure.measuring import measure_network
from grader.inside.measure.network import same_network
from grader.inside.measure.refused import Refused, malformed
from grader.inside.measure.replay import logits_of
from grader.inside.measure.weights import are_finite, load_tensors
from grader.wire.frames import Frame

MAX_CLASSES = 4096
MAX_EXAM_WORK = 1 << 44
"""Multiply-adds for all test images; the wall's clock usually stops it long before."""

CURVE_N = 1000
"""Images that each snapshot is scored on."""

_DEVICES = ("cpu", "cuda")


@dataclass(frozen=True)
class Exam:
    """The test images, plain and perturbed, as uint8 (n, 1, side, side)."""

    images: torch.Tensor
    perturbed: torch.Tensor


def training(frame: Frame, context: Context) -> Frame:
    """The reply to a training probe. A hostile hand-over makes it a problem, never an exception."""
    torch.set_num_threads(1)
    exam = _exam(frame)
    handover: Handover | None = None
    try:
        handover = load_handover(context.spools["handover"])
        return _scored(handover, exam, frame.message, context.seed)
    except Refused as refusal:
        known = TrainingPayload(problem=refusal.problem)
        if handover is not None:
            known = replace(known, chosen=handover.chosen, notes=handover.notes)
        return _reply(known)


def _scored(handover: Handover, exam: Exam, message: Mapping[str, Any], seed: int) -> Frame:
    facts = _facts(handover.training, message, seed)
    known = TrainingPayload(handover.chosen, training=facts, problem=handover.problem, notes=handover.notes)
    if handover.problem is not None:
        return _reply(known)
    single, *batched = same_network(handover.tapes.get("trained", ()))
    untrained = [dry_run(tape) for tape in handover.tapes.get("untrained", ())]
    if len(batched) != 1 or len(untrained) != 1:
        raise malformed("there are not two tapes of the trained network and one of the untrained")
    trained = batched[0]
    network = measure_network(single, trained, message["sources"], outputs=message.get("outputs"))
    known = replace(known, network=network)
    refused = _unscorable(trained, message) or _unscorable(untrained[0], message)
    if refused is not None:
        return _reply(replace(known, problem=refused))
    return _with_logits(known, handover, exam, (trained, untrained[0], seed))


def _with_logits(known: TrainingPayload, handover: Handover, exam: Exam, graphs: tuple[Graph, Graph, int]) -> Frame:
    trained, untrained, seed = graphs
    if trained.output.shape != untrained.output.shape:
        raise malformed("the untrained network has another output than the trained one")
    n, blobs = len(exam.images), handover.blobs
    _check_work(trained, images=2 * n + len(handover.snapshots) * min(n, CURVE_N))
    _check_work(untrained, images=n)
    weights = load_tensors(trained, blobs)
    notes = [*known.notes]
    if not are_finite(weights):
        notes.append(Problem(Reason.NON_FINITE_WEIGHTS))
    logits = {"trained": logits_of(trained, weights, exam.images, seed=seed)}
    logits["perturbed"] = logits_of(trained, load_tensors(trained, blobs), exam.perturbed, seed=seed)
    logits["untrained"] = logits_of(untrained, load_tensors(untrained, blobs), exam.images, seed=seed)
    for number, snapshot in enumerate(sorted(handover.snapshots, key=lambda snapshot: snapshot.epoch)):
        state = load_tensors(trained, blobs, snapshot.blobs)
        logits[f"curve/{number}"] = logits_of(trained, state, exam.images[:CURVE_N], seed=seed)
    if not bool(torch.isfinite(logits["trained"]).all()):
        notes.append(Problem(Reason.NAN_OUTPUT))
    return _reply(replace(known, notes=tuple(notes)), logits)


def _reply(payload: TrainingPayload, logits: Mapping[str, torch.Tensor] | None = None) -> Frame:
    logits = logits or {}
    classes = logits["trained"].shape[1] if logits else None
    curve = sum(name.startswith("curve/") for name in logits)
    blobs = {name: tensor.contiguous().numpy().tobytes() for name, tensor in logits.items()}
    return Frame({"payload": asdict(payload), "classes": classes, "curve": curve}, blobs)


def _exam(frame: Frame) -> Exam:
    """The images are the parent's own: a wrong size is a bug and may raise."""
    shape = (frame.message["n"], 1, frame.message["side"], frame.message["side"])
    images, perturbed = (
        torch.frombuffer(bytearray(frame.blobs[name]), dtype=torch.uint8).reshape(shape)
        for name in ("images", "perturbed")
    )
    return Exam(images, perturbed)


def _unscorable(graph: Graph, message: Mapping[str, Any]) -> Problem | None:
    """Why the result is no score for each class of each image, or the input no image of the exam."""
    shape, side = graph.output.shape, message["side"]
    if graph.shapes[graph.tape.input][1:] != (1, side, side):
        raise malformed(f"the network was taped on {list(graph.shapes[graph.tape.input])}")
    if not graph.given[graph.tape.input].dtype.startswith(("float", "bfloat")):
        raise malformed("the network was taped on whole numbers")
    classes = prod(shape[1:])
    if len(shape) > 1 and shape[0] == graph.tape.batch and 2 <= classes <= MAX_CLASSES:
        return None
    outputs = message.get("outputs")
    found = diagnose(graph, trace_flow(graph), outputs=outputs)
    for reason in (Reason.ARGMAX_INSIDE, Reason.BATCH_AXIS_LOST):
        for problem in found:
            if problem.reason == reason:
                return problem
    wanted = size((graph.tape.batch, outputs or 10))
    return Problem(Reason.OUTPUT_SHAPE, facts={"expected": wanted, "actual": size(shape)})


def _check_work(graph: Graph, *, images: int) -> None:
    work = graph.work * -(-images // max(graph.tape.batch, 1))
    if work > MAX_EXAM_WORK:
        raise malformed(f"{work} multiply-adds for all test images, at most {MAX_EXAM_WORK} allowed")


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
