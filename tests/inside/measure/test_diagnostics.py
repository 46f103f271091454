"""What a graph shows of a network's oddities, with the student's file and line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.measure.diagnostics import diagnose, is_deterministic
from grader.inside.measure.flow import trace_flow
from grader.inside.measure.measuring import measure_network
from tests.inside.measure import networks
from tests.inside.measure.taping import graph_of

IMAGE = (1, 3, 32, 32)


def found(network: nn.Module, shape: tuple[int, ...] = IMAGE, *, outputs: int | None = None) -> tuple[Problem, ...]:
    """Everything that is said about a network."""
    graph = graph_of(network, shape)
    return diagnose(graph, trace_flow(graph), outputs=outputs)


def line_of(mark: str) -> int:
    """The line of networks.py that ends with this mark."""
    text = Path(networks.__file__).read_text("utf-8").splitlines()
    return next(number for number, line in enumerate(text, 1) if line.endswith(f"line named by the test: {mark}"))


def test_plain_network_has_nothing_said_about_it() -> None:
    """A network as it should be: deterministic, ten wide, every layer used."""
    assert found(networks.WithModules(), outputs=10) == ()
    assert is_deterministic(graph_of(networks.WithModules(), IMAGE))


def test_dropout_in_eval_is_named_with_share_and_line() -> None:
    """F.dropout without `training` draws random numbers in eval mode."""
    problem = Problem(Reason.DROPOUT_IN_EVAL, "networks.py", line_of("dropout"), facts={"p": 0.3})
    assert found(networks.LeakyDropout()) == (problem,)
    assert not is_deterministic(graph_of(networks.LeakyDropout(), IMAGE))


def test_dropout_module_is_silent_in_eval() -> None:
    """nn.Dropout does what it should, and nothing is said."""
    assert found(nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(3072, 10))) == ()


def test_noise_in_eval_is_named_with_its_operator() -> None:
    """Random numbers that are no dropout's."""
    problem = Problem(Reason.RANDOM_IN_EVAL, "networks.py", line_of("noise"), facts={"op": "randn_like"})
    assert found(networks.Noisy()) == (problem,)


def test_batch_norm_in_training_mode_is_named() -> None:
    """A layer that was put back into training mode uses its batch's statistics."""
    assert found(networks.StubbornNorm()) == (Problem(Reason.BATCHNORM_TRAINING, "networks.py", line_of("norm")),)


def test_batch_norm_without_running_statistics_is_not_blamed() -> None:
    """A layer without running statistics has nothing else to use."""
    assert found(nn.BatchNorm2d(3, track_running_stats=False)) == ()


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        ("softmax", Reason.SOFTMAX_INSIDE),
        ("log_softmax", Reason.SOFTMAX_INSIDE),
        ("argmax", Reason.ARGMAX_INSIDE),
        ("max", Reason.ARGMAX_INSIDE),
        ("pair", Reason.OUTPUT_WRAPPED),
    ],
)
def test_endings_are_named(ending: str, reason: Reason) -> None:
    """What comes after the scores is seen through views, too."""
    assert [problem.reason for problem in found(networks.Ending(ending))] == [reason]
    assert all(problem.file == "networks.py" for problem in found(networks.Ending(ending)))


def test_attention_inside_is_no_softmax_at_the_end() -> None:
    """Only the last step counts."""
    assert found(networks.Attention()) == ()


def test_lost_batch_axis_is_named() -> None:
    """The first axis of the result is not the batch."""
    (problem,) = found(networks.Ending("first"), outputs=10)
    assert (problem.reason, problem.facts) == (Reason.BATCH_AXIS_LOST, {"shape": "10"})


def test_width_that_was_not_asked_for_is_named() -> None:
    """Ten scores where a thousand are asked for."""
    (problem,) = found(networks.Ending("plain"), outputs=1000)
    assert (problem.reason, problem.facts) == (Reason.OUTPUT_SHAPE, {"expected": "1×1000", "actual": "1×10"})


def test_unused_layer_is_named_with_its_parameters() -> None:
    """A layer that forward forgets, with its size."""
    (problem,) = found(networks.NeverCalled())
    assert (problem.reason, problem.facts) == (Reason.UNUSED_LAYER, {"layer": "forgotten", "params": 220})


def test_weights_outside_of_parameters_are_named() -> None:
    """A matrix product with a plain tensor."""
    problem = Problem(Reason.BARE_WEIGHTS, "networks.py", line_of("bare"), facts={"count": 7840})
    assert found(networks.Bare(), (1, 1, 28, 28)) == (problem,)


class ByBatch(nn.Module):
    """Goes another way for a single image."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten(1) if len(x) == 1 else x.flatten(1).relu()


def test_path_that_hangs_on_the_batch_is_named() -> None:
    """Two batch sizes that take two paths are not one network."""
    network = measure_network(graph_of(ByBatch(), IMAGE), graph_of(ByBatch(), (2, *IMAGE[1:])), [], outputs=None)
    assert not network.eval_deterministic
    assert [problem.reason for problem in network.diagnostics] == [Reason.GRAPHS_DIFFER]


class Calculated(nn.Module):
    """A network whose forward is a function of itself and the image."""

    def __init__(self, forward: Callable[[nn.Module, torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.fc = nn.Linear(3072, 10)
        self.calculate = forward

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """What the function makes of it."""
        return self.calculate(self, x)


def _by_parts(network: nn.Module, x: torch.Tensor) -> torch.Tensor:
    scores = torch.zeros(len(x), 10)
    scores[:, :5] = network.fc(x.flatten(1))[:, 5:]
    return scores


def _beside(network: nn.Module, x: torch.Tensor) -> torch.Tensor:
    network.fc(x.flatten(1)).relu_()
    return torch.ones(len(x), 10) * 2


@pytest.mark.parametrize(
    ("forward", "is_constant"),
    [
        (lambda network, x: torch.zeros(len(x), 10), True),
        (lambda network, x: network.fc.weight.sum(1).expand(len(x), 10), True),
        (_beside, True),
        (lambda network, x: network.fc(x.flatten(1)), False),
        (lambda network, x: torch.zeros(len(x), 10) + x.mean((1, 2, 3))[:, None], False),
        (_by_parts, False),
        (lambda network, x: x.flatten(1)[:, :10].relu_(), False),
    ],
)
def test_scores_that_no_image_changes_are_named(
    forward: Callable[[nn.Module, torch.Tensor], torch.Tensor], is_constant: bool
) -> None:
    """Zeros, or weights alone, however much is calculated beside them; never a network that writes its parts."""
    reasons = {problem.reason for problem in found(Calculated(forward))}
    assert (Reason.OUTPUT_CONSTANT in reasons) is is_constant
