"""Calls a student's train() until it returns, its budget is spent or its seconds are over."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

import torch
from torch import nn

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.student import anatomy
from grader.inside.student.epochs import BudgetSpent, PassCounter, counted
from grader.inside.student.failure import Folder, name_of, problem_of
from grader.inside.student.limits import TimeUp, time_limit
from grader.inside.student.snapshots import Snapshots
from grader.inside.student.train_call import Offer, TrainCall, call_for

_clock = time.monotonic


@dataclass(frozen=True)
class Course:
    """What bounds a training besides its epochs."""

    folder: Folder
    seconds: float
    snapshots: int


@dataclass(frozen=True)
class Trained:
    """How a training ended. `network` is None when there is none to hand over.

    `whole` is the number of epochs when the last one was completed and all could be counted.
    """

    network: nn.Module | None = None
    problem: Problem | None = None
    notes: tuple[Problem, ...] = ()
    facts: Mapping[str, Any] | None = None
    snapshots: Snapshots | None = None
    whole: int | None = None


def run_train(function: FunctionType, offer: Offer, course: Course) -> Trained:
    """Train, and say how it went. What the epochs' budget or the cap cuts off is kept as it is."""
    snapshots = Snapshots(offer.model, offer.epochs, course.snapshots)
    counter = PassCounter(offer.data, offer.epochs, snapshots.take)
    returned: Any = None
    cap_reached = held_out = False
    started = _clock()
    try:
        with counted(counter), time_limit(course.seconds):
            offer.model.to(offer.device)
            call = call_for(function, offer)
            held_out = call.held_out
            returned = _made(call, offer.epochs)
    except BudgetSpent:
        pass
    except TimeUp:
        cap_reached = True
    except BaseException as error:
        raised = problem_of(error, course.folder, Reason.TRAIN_RAISED)
        return Trained(problem=raised if raised.file else _at(raised, function, course.folder))
    seconds = _clock() - started
    # Stopped by the cap, the pass that had begun last was not completed.
    seen = max(0, math.ceil(counter.begun - 1e-6) - 1) if cap_reached else counter.whole
    facts = {
        "epochs_seen": seen if counter.begun else None,
        "seconds": round(seconds, 3),
        "cap_reached": cap_reached,
        "device": offer.device,
        "train_n": len(offer.data),
    }
    trained, problem = _handed_back(returned, offer.model, function, course.folder)
    with suppress(Exception):
        (trained or offer.model).to("cpu")
    whole = seen if counter.begun and not cap_reached else None
    return Trained(trained, problem, _notes(held_out, cap_reached, course, seen), facts, snapshots, whole)


def _notes(held_out: bool, cap_reached: bool, course: Course, seen: int) -> tuple[Problem, ...]:
    notes = [Problem(Reason.HELD_OUT_SPLIT)] if held_out else []
    if cap_reached:
        notes.append(Problem(Reason.TRAIN_CAP, facts={"seconds": course.seconds, "epochs": seen}))
    return tuple(notes)


def _made(call: TrainCall, epochs: int) -> Any:
    """Make the call, or one call for each epoch where the function takes the epoch's number."""
    if call.each_epoch is None:
        return call.function(*call.positional, **call.named)
    returned = None
    for epoch in range(1, epochs + 1):
        returned = call.function(*call.positional, **{**call.named, call.each_epoch: epoch})
    return returned


def _handed_back(
    returned: Any, network: nn.Module, function: FunctionType, folder: Folder
) -> tuple[nn.Module | None, Problem | None]:
    """The trained network: what train() returned, the first network in it, or the one it was given."""
    items = list(returned.values()) if isinstance(returned, dict) else returned
    items = list(items) if isinstance(items, list | tuple) else [items]
    networks = [item for item in items if isinstance(item, nn.Module)]
    if networks:
        return _unwrapped(networks[0]), None
    if returned is None or isinstance(returned, list | tuple | dict | float | int | str | torch.Tensor):
        # Losses and accuracies come back as well; the network was trained in place.
        return network, None
    problem = Problem(Reason.TRAIN_RETURNED, facts={"type": name_of(type(returned))})
    return None, _at(problem, function, folder)


def _at(problem: Problem, function: FunctionType, folder: Folder) -> Problem:
    """The problem at the line where the function is defined."""
    code = function.__code__
    return replace(problem, file=folder.relative(code.co_filename), line=code.co_firstlineno)


def _unwrapped(network: nn.Module) -> nn.Module:
    """The network inside DataParallel or torch.compile's wrapper."""
    for name in ("_orig_mod", "module"):
        inner = anatomy.child_of(network, name)
        if inner is not None and name_of(type(network)) in ("OptimizedModule", "DataParallel"):
            return _unwrapped(inner)
    return network
