"""ptflops' rules of its pytorch backend: by exact module type, and by function on top of that.

A module that calls one of the counted functions, as nn.ReLU calls F.relu, is counted twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod

from grader.inside.measure.counting import POOLS
from grader.inside.measure.fvcore_rules import is_adaptive_average
from grader.inside.measure.graph import Graph, ModuleCall, Step
from grader.inside.measure.values import Ref

Rule = Callable[[Graph, ModuleCall], int]

_FUNCTIONS = frozenset({"relu", "relu_", "elu", "elu_", "gelu", "gelu_", "silu", "silu_", "_prelu_kernel", "_softmax"})


def ptflops_macs(graph: Graph) -> int:
    """Everything that the backend adds up for one image."""
    modules = sum(_RULES[call.library_kind](graph, call) for call in graph.calls if call.library_kind in _RULES)
    return modules + sum(_function(step, graph.module_of(step).kind) for step in graph.steps)


def _function(step: Step, kind: str) -> int:
    """One for each input element of an activation or pooling, for each output element of an interpolation."""
    if step.name.startswith(("upsample_", "_upsample_")):
        return step.first_result.numel if step.first_result else 0
    if step.name in _FUNCTIONS | POOLS or is_adaptive_average(step) or _is_relu6(step, kind):
        given = next(step.arguments.refs(), None)
        return given.numel if isinstance(given, Ref) else 0
    return 0


def _is_relu6(step: Step, kind: str) -> bool:
    """True for F.relu6; nn.ReLU6 calls F.hardtanh, which is not counted."""
    if step.name not in ("hardtanh", "hardtanh_") or kind in ("ReLU6", "Hardtanh"):
        return False
    return (step.bound["min_val"], step.bound["max_val"]) == (0, 6)


def _convolution(graph: Graph, call: ModuleCall) -> int:
    """Each weight once for each place, and one for each biased output element."""
    places = call.given if call.module.kind.startswith("ConvTranspose") else call.made
    return prod(call.own["weight"].shape) * call.given[0] * prod(places[2:]) + _biases(call)


def _linear(graph: Graph, call: ModuleCall) -> int:
    return prod(call.made) * call.given[-1] + _biases(call)


def _biases(call: ModuleCall) -> int:
    return prod(call.made) if "bias" in call.own else 0


def _inputs(graph: Graph, call: ModuleCall) -> int:
    return prod(call.given)


def _outputs(graph: Graph, call: ModuleCall) -> int:
    return prod(call.made)


def _normalisation(graph: Graph, call: ModuleCall) -> int:
    """One for each element, two with weight and bias; layer norm names these otherwise and gets one."""
    return prod(call.given) * (2 if "weight" in call.own and call.module.kind != "LayerNorm" else 1)


_RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("Conv1d", "Conv2d", "Conv3d"), _convolution),
    **dict.fromkeys(("ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"), _convolution),
    **dict.fromkeys(("ReLU", "PReLU", "ELU", "LeakyReLU", "ReLU6", "GELU", "Upsample"), _outputs),
    **dict.fromkeys(("MaxPool1d", "MaxPool2d", "MaxPool3d", "AvgPool1d", "AvgPool2d", "AvgPool3d"), _inputs),
    **dict.fromkeys(("AdaptiveMaxPool1d", "AdaptiveMaxPool2d", "AdaptiveMaxPool3d"), _inputs),
    **dict.fromkeys(("AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveAvgPool3d"), _inputs),
    **dict.fromkeys(("BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "GroupNorm", "LayerNorm"), _normalisation),
    **dict.fromkeys(("InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"), _normalisation),
    "Linear": _linear,
}
