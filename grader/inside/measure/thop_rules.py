"""thop's rules: how many operations it counts for one call of a module, by the module's exact type."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod

from grader.inside.measure.graph import Graph, ModuleCall

Rule = Callable[[Graph, ModuleCall], int]


def _nothing(graph: Graph, call: ModuleCall) -> int:
    """Activations, dropout, max pooling and padding cost nothing."""
    return 0


def _convolution(graph: Graph, call: ModuleCall) -> int:
    """Output elements times input channels of a group times kernel, for transposed ones too."""
    weight = call.own["weight"].shape
    groups = next((step.bound["groups"] for step in graph.steps_of(call) if "groups" in step.bound), 1)
    return prod(call.made) * (call.given[1] // groups) * prod(weight[2:])


def _linear(graph: Graph, call: ModuleCall) -> int:
    """Input features for each output element."""
    return call.own["weight"].shape[1] * prod(call.made)


def _normalisation(graph: Graph, call: ModuleCall) -> int:
    """Two for each element, four with weight and bias."""
    return (4 if "weight" in call.own else 2) * prod(call.given)


def _average(graph: Graph, call: ModuleCall) -> int:
    """One for each output element."""
    return prod(call.made)


def _adaptive_average(graph: Graph, call: ModuleCall) -> int:
    """Window size plus one division for each output element."""
    sides = zip(call.given[2:], call.made[2:], strict=True)
    window = prod(given / made for given, made in sides)
    return int((window + 1) * prod(call.made))


def _elements(graph: Graph, call: ModuleCall) -> int:
    """One for each input element."""
    return prod(call.given)


def _softmax(graph: Graph, call: ModuleCall) -> int:
    """Exponentials, additions and divisions along the axis."""
    dims = [step.bound["dim"] for step in graph.steps_of(call) if step.name == "_softmax"]
    length = call.given[dims[0]] if dims and call.given else 1
    return prod(call.given) // max(length, 1) * (3 * length - 1)


def _upsample(graph: Graph, call: ModuleCall) -> int:
    """A fixed number for each output element by mode; trilinear is not counted."""
    factors = {"nearest": 1, "linear": 5, "bilinear": 11, "bicubic": 259}
    modes = [step.name.split("_")[1].rstrip("123d") for step in graph.steps_of(call) if "upsample" in step.name]
    return factors.get(modes[0], 0) * prod(call.made) if modes else 0


THOP_RULES: Mapping[str, Rule] = {
    **dict.fromkeys(("Conv1d", "Conv2d", "Conv3d"), _convolution),
    **dict.fromkeys(("ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"), _convolution),
    **dict.fromkeys(("BatchNorm1d", "BatchNorm2d", "BatchNorm3d", "SyncBatchNorm", "LayerNorm"), _normalisation),
    **dict.fromkeys(("InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d"), _normalisation),
    **dict.fromkeys(("ReLU", "ReLU6", "LeakyReLU", "Dropout", "ZeroPad2d", "PixelShuffle"), _nothing),
    **dict.fromkeys(("MaxPool1d", "MaxPool2d", "MaxPool3d"), _nothing),
    **dict.fromkeys(("AdaptiveMaxPool1d", "AdaptiveMaxPool2d", "AdaptiveMaxPool3d"), _nothing),
    **dict.fromkeys(("AvgPool1d", "AvgPool2d", "AvgPool3d"), _average),
    **dict.fromkeys(("AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveAvgPool3d"), _adaptive_average),
    **dict.fromkeys(("Upsample", "UpsamplingBilinear2d", "UpsamplingNearest2d"), _upsample),
    "PReLU": _elements,
    "Softmax": _softmax,
    "Linear": _linear,
}
"""By the name of a library's class; thop has none for classes that students derive."""
