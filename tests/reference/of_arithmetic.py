"""Hand calculations: grader.formulas on the sizes that a lecture names, and sums of a few numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil, prod
from statistics import fmean
from typing import Any

from grader.formulas import conv_macs, conv_output, conv_params, linear_params, pool_output


def hundred_minus(error: float) -> float:
    """Accuracy of an error, both in percent."""
    return round(100 - error, 1)


def stack_params(layers: Sequence[Sequence[int]], bias: bool) -> int:
    """Parameters of convolutions given as in, out, kernel and, where there are any, groups."""
    return sum(
        conv_params(inputs, outputs, (kernel, kernel), groups=groups[0] if groups else 1, bias=bias)
        for inputs, outputs, kernel, *groups in layers
    )


def stack_weights(kernels: Sequence[Sequence[int]]) -> list[int]:
    """Weights of each stack of convolutions between single channels."""
    return [stack_params([[1, 1, kernel] for kernel in stack], bias=False) for stack in kernels]


def separable_macs(kernel: int, inputs: int, outputs: int, side: int, **which: Any) -> Any:
    """MACs of the regular, the depthwise and the pointwise form: all, one `part`, or the last two `summed`."""
    places = (side, side)
    regular = conv_macs(inputs, outputs, (kernel, kernel), places)
    depthwise = conv_macs(inputs, inputs, (kernel, kernel), places, groups=inputs)
    pointwise = conv_macs(inputs, outputs, (1, 1), places)
    if "part" in which:
        return (regular, depthwise, pointwise)[which["part"]]
    return [regular, depthwise + pointwise] if which.get("summed") else [regular, depthwise, pointwise]


def conv_layer(input: Sequence[int], arguments: Mapping[str, Any]) -> list[Any]:  # noqa: A002 - the key in facts.toml
    """Output shape, parameters and MACs of a convolution."""
    channels, *sides = input

    def pair(name: str, default: int) -> tuple[int, int]:
        value = arguments.get(name, default)
        return (value, value) if isinstance(value, int) else (value[0], value[1])

    kernel, outputs = pair("kernel_size", 1), arguments["out_channels"]
    windows = zip(sides, kernel, pair("stride", 1), pair("padding", 0), pair("dilation", 1), strict=True)
    places = [conv_output(size, k, stride=s, padding=p, dilation=d) for size, k, s, p, d in windows]
    return [
        [outputs, *places],
        conv_params(channels, outputs, kernel),
        conv_macs(channels, outputs, kernel, places),
    ]


def conv_side(side: int, kernel: int, padding: int) -> int:
    """Side of a convolution's output."""
    return conv_output(side, kernel, padding=padding)


def conv_shape(inputs: Sequence[int], outputs: int, kernel: Sequence[int]) -> list[int]:
    """Output shape of a convolution without padding."""
    return [outputs, *(conv_output(size, k) for size, k in zip(inputs[1:], kernel, strict=True))]


def pool_shapes(input: Sequence[int], windows: Sequence[Sequence[Sequence[int]]]) -> list[list[int]]:  # noqa: A002
    """Output shape of each pooling, given as its window and its stride."""
    channels, *sides = input
    return [
        [channels, *(pool_output(size, k, stride=s) for size, k, s in zip(sides, kernel, stride, strict=True))]
        for kernel, stride in windows
    ]


def power(base: int, exponent: int) -> int:
    """base to the power of exponent."""
    return int(base**exponent)


def squares(of: Sequence[int]) -> list[int]:
    """The square of each number."""
    return [number**2 for number in of]


def total(of: Sequence[int]) -> int:
    """The sum."""
    return sum(of)


def product(of: Sequence[int]) -> int:
    """The product; also what a linear layer behind such a map receives."""
    values = prod(of)
    assert linear_params(values, 1) == values + 1
    return values


def lengths(of: Sequence[Sequence[int]]) -> list[int]:
    """How many there are of each."""
    return [len(stack) for stack in of]


def means(lists: Sequence[Sequence[float]]) -> list[float]:
    """The mean of each list, to two places."""
    return [round(fmean(values), 2) for values in lists]


def share(part: int, whole: int) -> float:
    """A part of a whole in percent, to three places."""
    return round(100 * part / whole, 3)


def batches(images: int, batch: int) -> int:
    """Batches that hold all images; the last may be smaller."""
    return ceil(images / batch)


def whole_images(rows: Sequence[tuple[int, float, float]], batch: int) -> bool:
    """True when every accuracy, in percent to two places, is some number of the images seen so far."""

    def possible(percent: float, images: int) -> bool:
        return round(100 * round(percent * images / 100) / images, 2) == percent

    return all(possible(percent, (number + 1) * batch) for number, *both in rows for percent in both)


def images_right(percents: Sequence[float], images: int) -> list[int]:
    """Images that are right; each percentage must be a whole number of them."""
    right = [round(percent * images / 100) for percent in percents]
    assert [round(100 * count / images, 3) for count in right] == list(percents)
    return right


def mistakes(percents: Sequence[float], images: int) -> list[int]:
    """Images that are wrong."""
    return [images - count for count in images_right(percents, images)]


def reported_loss(losses: Sequence[float]) -> float:
    """What lecture 002's validation loop reports: it overwrites its sum with each batch, then adds it to itself."""
    reported = 0.0
    for loss in losses:
        reported = loss
        reported += reported
    return reported / len(losses)
