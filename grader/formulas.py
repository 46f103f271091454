"""The arithmetic of layers as hand calculations have it: pure functions of sizes, no torch.

Conventions: params count weights and biases; macs are multiply-adds without
bias, for one image; sizes are one side of a map, applied to each side alone.
"""

from __future__ import annotations

from collections.abc import Sequence
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


def pool_output(size: int, kernel: int, *, stride: int | None = None, padding: int = 0) -> int:
    """One side of a pooling's output map; the stride is the window's size unless another is given."""
    return conv_output(size, kernel, stride=kernel if stride is None else stride, padding=padding)
