"""student.training: train the network a question asks for, within its budget, and hand it over with its weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

import torch
from torch import nn

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.context import Context
from grader.inside.student import anatomy
from grader.inside.student.answering import Answers, Questions, answers, read_questions
from grader.inside.student.attempt import Attempt, record_all
from grader.inside.student.build import Order
from grader.inside.student.candidates import Candidate
from grader.inside.student.choose import Choice
from grader.inside.student.data import TrainData, load_share
from grader.inside.student.handover import Handover, to_frame
from grader.inside.student.limits import Deadline
from grader.inside.student.recorder import Plan, Recording
from grader.inside.student.run_train import Course, Trained, run_train
from grader.inside.student.snapshots import final_snapshot
from grader.inside.student.submission import Submission, builder, choose_network, open_submission, wish_of
from grader.inside.student.surroundings import calm, seed_all
from grader.inside.student.train_call import Offer, find_train, line_that_trains
from grader.inside.student.twin import record_on_twin
from grader.wire.frames import Frame

MOST_WEIGHTS = 240 << 20
"""Bytes of one network's tensors: the untrained and the trained one cross together."""


@dataclass(frozen=True)
class Job:
    """One training job: its message's settings beside the opened submission."""

    submission: Submission
    choice: Choice
    candidate: Candidate
    order: Order
    settings: Mapping[str, Any]
    seed: int
    data: TrainData
    held_out: TrainData
    exam: torch.Tensor | None = None
    """The test images, for a network that could not be rerun outside this process."""

    @property
    def before(self) -> FunctionType | None:
        """The submission's own preprocess(images), which comes first where there is one."""
        found = self.candidate.file.module.__dict__.get("preprocess")
        return found if isinstance(found, FunctionType) and found.__code__.co_argcount == 1 else None

    def plan(self, weights: str) -> Plan:
        """How to record. What answers here need not hand its weights over."""
        prefix = weights if self.exam is None else None
        return Plan(self.submission.folder, self.submission.lines, prefix, self.before)

    def ask(self, network: nn.Module, *, copies: int) -> Answers:
        """The network's scores for the test images, where it is to give them itself."""
        if self.exam is None:
            return Answers()
        batch, seconds = self.settings["score_batch"], self.settings["answer_s"]
        return answers(
            network, Questions(self.exam, batch, seconds, self.submission.folder, self.before), copies=copies
        )

    def shape(self, batch: int) -> tuple[int, ...]:
        """The network's input for this many images."""
        return (batch, *self.order.input_shape)


def hand_over_training(frame: Frame, context: Context) -> Frame:
    """Choose, build, record, train, record again; whatever is wrong is in the reply."""
    message = frame.message
    submission = open_submission(frame.blobs, context.work, message["import_s"])
    order = Order(tuple(message["input_shape"]), message["build_arguments"])
    data, held_out = load_share(context.shares["train"])
    exam = read_questions(context.spools["exam"], message["exam"]) if "exam" in context.spools else None
    with calm(submission.folder):
        seed_all(context.seed)
        choice = choose_network(submission, wish_of(message["selector"]), order, message["build_s"])
        if choice.candidate is None or choice.problem is not None:
            handover = Handover(chosen=choice.chosen, problem=choice.problem)
        else:
            job = Job(submission, choice, choice.candidate, order, message, context.seed, data, held_out, exam)
            handover = _build_and_train(job)
        return to_frame(replace(handover, notes=(*handover.notes, *choice.notes, *submission.notes)))


def _build_and_train(job: Job) -> Handover:
    seed_all(job.seed)
    built = builder(job.candidate, job.submission, job.order, job.settings["build_s"])("cpu")
    chosen = job.choice.chosen
    if built.network is None:
        return Handover(chosen=chosen, problem=built.problem)
    if job.settings["budget"]["epochs"] == 0:
        return _with_trained(Handover(chosen=chosen, network=built.network), Trained(), built.network, job)
    untrained = _record(built.network, job, "u", [job.settings["score_batch"]])
    first = Handover(chosen=chosen, network=built.network, notes=untrained.notes, problem=untrained.problem)
    if first.problem is not None:
        return first
    first = replace(first, tapes={"untrained": untrained.recordings})
    first = _answered(first, job, built.network, ("untrained",))
    if first.problem is not None:
        return first
    found = find_train(job.submission.loader, job.candidate.file)
    if found is None:
        return replace(first, problem=_no_train(job))
    seed_all(job.seed)
    offer = Offer(
        built.network, job.data, job.held_out, job.settings["budget"]["epochs"], job.settings["device"], job.seed
    )
    course = Course(job.submission.folder, job.settings["budget"]["seconds"], job.settings["snapshots"])
    trained = run_train(found[1], offer, course)
    first = replace(first, training=trained.facts, notes=(*first.notes, *trained.notes), problem=trained.problem)
    return first if trained.network is None else _with_trained(first, trained, trained.network, job)


def _with_trained(first: Handover, trained: Trained, network: nn.Module, job: Job) -> Handover:
    after = _record(network, job, "t", [1, job.settings["score_batch"]])
    if after.problem is not None:
        return replace(first, problem=after.problem, notes=(*first.notes, *after.notes))
    if job.exam is not None:
        last = replace(first, tapes={**first.tapes, "trained": after.recordings}, notes=(*first.notes, *after.notes))
        return _answered(last, job, network, ("trained", "perturbed")[: len(job.exam)])
    snapshots: list[Mapping[str, Any]] = []
    blobs: dict[str, bytes] = {}
    if trained.snapshots is not None and trained.snapshots.network is network:
        snapshots, blobs = [*trained.snapshots.taken], trained.snapshots.blobs
    if trained.whole:
        snapshots.append(final_snapshot(after.recordings[0], trained.whole))
    return replace(
        first,
        notes=(*first.notes, *after.notes),
        tapes={**first.tapes, "trained": after.recordings},
        snapshots=tuple(snapshots),
        blobs=blobs,
    )


def _answered(handover: Handover, job: Job, network: nn.Module, names: tuple[str, ...]) -> Handover:
    """With the scores that the network gives for the test images, under these names."""
    found = job.ask(network, copies=len(names))
    if found.problem is not None:
        return replace(handover, problem=found.problem)
    logits = {**handover.logits, **dict(zip(names, found.logits, strict=False))}
    return replace(handover, logits=logits, classes=found.classes)


def _record(network: nn.Module, job: Job, weights: str, batches: list[int]) -> Attempt:
    """Tapes with weights, and the network left in the mode it was in."""
    size = sum(anatomy.numel_of(h.tensor) * 4 for h in anatomy.tensors_of(network) if not anatomy.is_lazy(h.tensor))
    if size > MOST_WEIGHTS and job.exam is None:
        facts = {"size": size, "most": MOST_WEIGHTS}
        return Attempt(network, problem=Problem(Reason.TOO_LARGE, facts=dict(facts)))
    modes = [(module, module.__dict__.get("training")) for _, module in anatomy.modules_of(network)]
    result = _recorded(network, job, job.plan(weights), batches)
    for module, mode in modes:
        module.training = mode is not False
    return result


def _recorded(network: nn.Module, job: Job, plan: Plan, batches: list[int]) -> Attempt:
    deadline = Deadline(job.settings["forward_s"])
    recordings: list[Recording] = []
    for batch in batches:
        large = record_on_twin(network, job.shape(batch), plan, deadline) if batch > 1 else None
        if large is not None:
            recordings.append(large)
            continue
        result = record_all(network, [job.shape(batch)], plan, deadline)
        if result.problem is not None:
            return result
        recordings += result.recordings
    return Attempt(network, tuple(recordings))


def _no_train(job: Job) -> Problem:
    for path, source in job.submission.loader.sources.items():
        line = line_that_trains(source)
        if line is not None:
            return Problem(Reason.FREE_FORM_SCRIPT, path, line)
    return Problem(Reason.TRAIN_MISSING, job.candidate.path)
