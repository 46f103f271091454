"""Makes a network of a candidate: which arguments it is given, and on which device it is built."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import nn

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.student.candidates import Candidate
from grader.inside.student.failure import Folder, name_of, problem_of, timeout_problem
from grader.inside.student.limits import Deadline, TimeUp, time_limit

_CLASSES = frozenset(
    "num_classes n_classes nclasses n_class num_class classes class_num class_count nb_classes number_of_classes "
    "numclasses n_output n_outputs num_output num_outputs nb_outputs output_dim out_dim output_size out_size "
    "output_features out_features outputs output n_out num_labels".split()
)
_CHANNELS = frozenset(
    "in_channels in_channel input_channels input_channel num_channels n_channels channels in_ch in_chans img_channels "
    "image_channels c_in in_c input_dim num_input_channels".split()
)
_SIDE = frozenset("image_size img_size input_size image_dim resolution input_resolution".split())
_RATE = frozenset("dropout dropout_rate dropout_p drop_rate drop p drop_prob dropout_prob keep_prob".split())


@dataclass(frozen=True)
class Order:
    """What the assignment knows about a network: its input's shape and named build arguments."""

    input_shape: tuple[int, ...]
    arguments: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Built:
    """A network, or the problem that there is none."""

    network: nn.Module | None = None
    problem: Problem | None = None


def build(candidate: Candidate, order: Order, folder: Folder, deadline: Deadline, device: str = "cpu") -> Built:
    """Make the network. An instance is already there and is taken as it is."""
    if candidate.kind == "instance":
        return Built(candidate.value)
    arguments, missing = arguments_for(candidate.value, order)
    if missing:
        facts: dict[str, Any] = {"name": candidate.name, "arguments": missing}
        return Built(problem=Problem(Reason.CONSTRUCTOR_ARGUMENTS, candidate.path, candidate.line, facts=facts))
    return make(lambda: candidate.value(**arguments), candidate, folder, deadline, device)


def parameters_of(made_by: Callable[..., Any]) -> list[inspect.Parameter]:
    """The parameters that have a name of their own; none where there is no signature to be had."""
    try:
        parameters = inspect.signature(made_by).parameters.values()
    except (TypeError, ValueError, RecursionError):
        return []
    stars = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [parameter for parameter in parameters if parameter.kind not in stars]


def arguments_for(made_by: Callable[..., Any], order: Order) -> tuple[dict[str, Any], list[str]]:
    """Arguments by name, and the names of required ones that nobody knows a value for."""
    given: dict[str, Any] = {}
    missing: list[str] = []
    for parameter in parameters_of(made_by):
        required = parameter.default is parameter.empty
        value = _value_for(parameter.name, order, required=required)
        if value is not None and parameter.kind is not parameter.POSITIONAL_ONLY:
            given[parameter.name] = value
        elif required:
            missing.append(parameter.name)
    return given, missing


def _value_for(name: str, order: Order, *, required: bool) -> Any:
    """A value for a constructor's argument. Only what the assignment names is put over a default."""
    if name in order.arguments:
        return order.arguments[name]
    plain = name.lower().strip("_")
    if plain in _CLASSES and "num_classes" in order.arguments:
        return order.arguments["num_classes"]
    if not required:
        return None
    if plain in _CHANNELS:
        return order.input_shape[0]
    if plain in _SIDE:
        return order.input_shape[-1]
    if plain in ("input_shape", "in_shape"):
        return order.input_shape
    if plain in _RATE:
        return 0.5
    if plain in ("pretrained", "aux_logits"):
        return False
    return "cpu" if plain == "device" else None


def make(
    call: Callable[[], Any], candidate: Candidate, folder: Folder, deadline: Deadline, device: str = "cpu"
) -> Built:
    """What a call that is to make the candidate's network gives, within its seconds and on its device."""
    try:
        with time_limit(deadline.left), torch.device(device) if device != "cpu" else nullcontext():
            made = call()
    except TimeUp as error:
        return Built(problem=timeout_problem(error, folder, Reason.BUILD_TIMEOUT, deadline.seconds))
    except BaseException as error:
        return Built(problem=problem_of(error, folder, Reason.CONSTRUCTOR_RAISED, name=candidate.name))
    if not isinstance(made, nn.Module):
        facts: dict[str, Any] = {"name": candidate.name, "type": name_of(type(made))}
        return Built(problem=Problem(Reason.NOT_A_MODULE, candidate.path, candidate.line, facts=facts))
    return Built(made)
