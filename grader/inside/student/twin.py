"""Records a large batch without computing it: on a copy of the network whose tensors have shapes and no elements.

A tape keeps every tensor of a pass alive, which for hundreds of images can be
more memory than a job has.
"""

from __future__ import annotations

import copy
from dataclasses import replace

import torch
from torch import nn

from grader.inside.student import anatomy
from grader.inside.student.limits import Deadline, time_limit
from grader.inside.student.recorder import Plan, Recording, new_trail, record
from grader.inside.student.values import tensor_bytes


def record_on_twin(network: nn.Module, shape: tuple[int, ...], plan: Plan, deadline: Deadline) -> Recording | None:
    """The tape of a pass over this many images with the network's own weights.

    None when it has to be computed to be recorded: a branch on values, or
    tensors that the network has not registered and whose elements would be lost.
    """
    try:
        with time_limit(deadline.left), torch.device("meta"):
            twin = meta_twin(network)
            twin.eval()
            bare = replace(plan, weights=None)
            recording = record(twin, torch.empty(shape), bare, new_trail(twin, shape[0]))
            return _with_weights(recording, network, plan.weights)
    except BaseException:
        # Whatever it is, the pass that computes will meet it again and name it.
        return None


def meta_twin(network: nn.Module) -> nn.Module:
    """A copy that shares no tensor with the network and holds no elements; tied weights stay tied."""
    memo = {id(held.tensor): _without_elements(held) for held in anatomy.tensors_of(network)}
    return copy.deepcopy(network, memo)


def _without_elements(held: anatomy.Held) -> torch.Tensor:
    with torch.no_grad():
        empty = torch.empty_like(held.tensor, device="meta", requires_grad=False)
    if held.kind == "buffer":
        return empty
    return nn.Parameter(empty, requires_grad=anatomy.requires_grad_of(held.tensor))


def _with_weights(recording: Recording, network: nn.Module, weights: str | None) -> Recording | None:
    """The recording with the blobs of the network's own tensors; None when one is missing."""
    if weights is None:
        return recording
    elements = {held.names: held.tensor for held in anatomy.tensors_of(network)}
    blobs: dict[str, bytes] = {}
    tensors = []
    for tensor in recording.tape.tensors:
        if tensor.kind != "input":
            if tensor.names not in elements:
                return None
            blob = f"{weights}/{tensor.id}"
            blobs[blob] = tensor_bytes(elements[tensor.names])
            tensor = replace(tensor, blob=blob)
        tensors.append(tensor)
    return replace(recording, tape=replace(recording.tape, tensors=tuple(tensors)), blobs=blobs)
