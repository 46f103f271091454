"""The hand formulas agree with what torch's own layers have and give, on any sizes."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from grader.formulas import (
    conv_macs,
    conv_output,
    conv_params,
    depthwise_macs,
    linear_macs,
    linear_params,
    pointwise_macs,
    pool_output,
    separable_macs,
    separable_ratio,
    transposed_output,
)

small = st.integers(1, 6)
dilations = st.integers(1, 2)


@settings(deadline=None, max_examples=60)
@given(small, small, small, st.tuples(small, small), st.booleans(), st.integers(1, 3), st.integers(0, 3), dilations)
def test_convolution_agrees_with_torch(
    groups: int,
    inputs: int,
    outputs: int,
    kernel: tuple[int, int],
    bias: bool,
    stride: int,
    padding: int,
    dilation: int,
) -> None:
    """Parameters, output map and multiply-adds are those of nn.Conv2d, counted on its own tensors."""
    import torch

    size = 16
    with torch.device("meta"):
        layer = torch.nn.Conv2d(
            inputs * groups, outputs * groups, kernel, stride, padding, dilation=dilation, groups=groups, bias=bias
        )
        shape = layer(torch.empty(1, inputs * groups, size, size)).shape
    sides = [conv_output(size, side, stride=stride, padding=padding, dilation=dilation) for side in kernel]
    assert list(shape) == [1, outputs * groups, *sides]
    arguments = (inputs * groups, outputs * groups, kernel)
    assert conv_params(*arguments, groups=groups, bias=bias) == sum(p.numel() for p in layer.parameters())
    assert conv_macs(*arguments, sides, groups=groups) == layer.weight.numel() * sides[0] * sides[1]


@settings(deadline=None)
@given(st.integers(1, 5000), st.integers(1, 5000), st.booleans())
def test_linear_layer_agrees_with_torch(inputs: int, outputs: int, bias: bool) -> None:
    """Parameters are those of nn.Linear; each weight is one multiply-add for a vector."""
    import torch

    layer = torch.nn.Linear(inputs, outputs, bias=bias, device="meta")
    assert linear_params(inputs, outputs, bias=bias) == sum(p.numel() for p in layer.parameters())
    assert linear_macs(inputs, outputs) == layer.weight.numel()


@settings(deadline=None, max_examples=120)
@given(
    st.integers(6, 40), st.integers(1, 5), st.one_of(st.none(), st.integers(1, 4)), st.integers(0, 2), dilations,
    st.booleans(),
)  # fmt: skip
def test_pooling_agrees_with_torch(
    size: int, kernel: int, stride: int | None, padding: int, dilation: int, ceil_mode: bool
) -> None:
    """The output map is that of nn.MaxPool2d, its stride the window unless given."""
    import torch

    padding = min(padding, kernel // 2)
    assume(size + 2 * padding >= dilation * (kernel - 1) + 1)
    layer = torch.nn.MaxPool2d(kernel, stride, padding, dilation, ceil_mode=ceil_mode)
    ours = pool_output(size, kernel, stride=stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode)
    assert layer(torch.empty(1, 1, size, size, device="meta")).shape[-1] == ours


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 12), st.integers(1, 5), st.integers(1, 3), st.integers(0, 2), st.integers(0, 2), dilations)
def test_transposed_convolution_agrees_with_torch(
    size: int, kernel: int, stride: int, padding: int, more: int, dilation: int
) -> None:
    """The output map is that of nn.ConvTranspose2d."""
    import torch

    more = min(more, max(stride, dilation) - 1)
    ours = transposed_output(size, kernel, stride=stride, padding=padding, output_padding=more, dilation=dilation)
    assume(ours > 0)
    layer = torch.nn.ConvTranspose2d(1, 1, kernel, stride, padding, more, dilation=dilation, device="meta")
    assert layer(torch.empty(1, 1, size, size, device="meta")).shape[-1] == ours


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 32), st.integers(1, 32), st.tuples(small, small), st.tuples(small, small))
def test_separable_convolution_agrees_with_torch(
    inputs: int, outputs: int, kernel: tuple[int, int], places: tuple[int, int]
) -> None:
    """Multiply-adds of both parts are torch's own count, and their share of a regular convolution is the lecture's."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    given_size = [place + side - 1 for place, side in zip(places, kernel, strict=True)]
    with torch.device("meta"), FlopCounterMode(display=False) as counter:
        depthwise = torch.nn.Conv2d(inputs, inputs, kernel, groups=inputs)
        torch.nn.Conv2d(inputs, outputs, 1)(depthwise(torch.empty(1, inputs, *given_size)))
    macs = separable_macs(inputs, outputs, kernel, places)
    assert 2 * macs == counter.get_total_flops()
    assert macs == depthwise_macs(inputs, kernel, places) + pointwise_macs(inputs, outputs, places)
    assert separable_ratio(outputs, kernel) == Fraction(macs, conv_macs(inputs, outputs, kernel, places))
