"""The hand formulas agree with what torch's own layers have and give, on any sizes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from grader.formulas import conv_macs, conv_output, conv_params, linear_macs, linear_params, pool_output

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


@settings(deadline=None, max_examples=60)
@given(st.integers(6, 40), st.integers(1, 5), st.one_of(st.none(), st.integers(1, 4)), st.integers(0, 2))
def test_pooling_agrees_with_torch(size: int, kernel: int, stride: int | None, padding: int) -> None:
    """The output map is that of nn.MaxPool2d, its stride the window unless given."""
    import torch

    padding = min(padding, kernel // 2)
    layer = torch.nn.MaxPool2d(kernel, stride, padding)
    assert layer(torch.empty(1, 1, size, size)).shape[-1] == pool_output(size, kernel, stride=stride, padding=padding)
