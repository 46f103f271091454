"""The arithmetic of layers as hand calculations have it: pure functions of sizes, no torch.

Conventions: params count weights and biases; macs are multiply-adds without
bias, for one image; sizes are one side of a map, applied to each side alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod


def conv_params(
    in_channels: int, out_channels: int, kernel_size: Sequence[int], *, groups: int = 1, bias: bool = True
) -> int:
    """Parameters of a convolution: each filter sees in_channels / groups channels, and has one bias."""
    return in_channels // groups * prod(kernel_size) * out_channels + (out_channels if bias else 0)


def linear_params(in_features: int, out_features: int, *, bias: bool = True) -> int:
    """Parameters of a linear layer."""
    return in_features * out_features + (out_features if bias else 0)


def conv_macs(
    in_channels: int, out_channels: int, kernel_size: Sequence[int], output_size: Sequence[int], *, groups: int = 1
) -> int:
    """Multiply-adds of a convolution: its weights, once for each place of the output map."""
    return conv_params(in_channels, out_channels, kernel_size, groups=groups, bias=False) * prod(output_size)


def linear_macs(in_features: int, out_features: int) -> int:
    """Multiply-adds of a linear layer on one vector."""
    return in_features * out_features


def conv_output(size: int, kernel: int, *, stride: int = 1, padding: int = 0, dilation: int = 1) -> int:
    """One side of a convolution's output map."""
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


def pool_output(
    size: int, kernel: int, *, stride: int | None = None, padding: int = 0, dilation: int = 1, ceil_mode: bool = False
) -> int:
    """One side of a pooling's output map; the stride is the window's size unless another is given.

    With `ceil_mode` a last window may reach beyond the map, as long as it starts inside it.
    """
    step = kernel if stride is None else stride
    floored = conv_output(size, kernel, stride=step, padding=padding, dilation=dilation)
    if not ceil_mode:
        return floored
    covered = (floored - 1) * step + dilation * (kernel - 1) + 1
    more = covered < size + 2 * padding and floored * step < size + padding
    return floored + 1 if more else floored


def transposed_output(
    size: int, kernel: int, *, stride: int = 1, padding: int = 0, output_padding: int = 0, dilation: int = 1
) -> int:
    """One side of a transposed convolution's output map."""
    return (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1


def depthwise_macs(channels: int, kernel_size: Sequence[int], output_size: Sequence[int]) -> int:
    """Multiply-adds of a depthwise convolution: one filter for each channel."""
    return conv_macs(channels, channels, kernel_size, output_size, groups=channels)


def pointwise_macs(in_channels: int, out_channels: int, output_size: Sequence[int]) -> int:
    """Multiply-adds of a 1x1 convolution."""
    return conv_macs(in_channels, out_channels, (1, 1), output_size)


def separable_macs(in_channels: int, out_channels: int, kernel_size: Sequence[int], output_size: Sequence[int]) -> int:
    """Multiply-adds of a depthwise convolution and the pointwise one after it."""
    return depthwise_macs(in_channels, kernel_size, output_size) + pointwise_macs(
        in_channels, out_channels, output_size
    )


def separable_ratio(out_channels: int, kernel_size: Sequence[int]) -> Fraction:
    """Separable to regular convolution in multiply-adds: 1 / out_channels + 1 / kernel area, exactly."""
    return Fraction(1, out_channels) + Fraction(1, prod(kernel_size))
