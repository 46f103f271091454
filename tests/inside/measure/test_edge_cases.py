"""Networks on which the usual tools are wrong: our numbers are the true ones, and their wrong ones are recognised."""

from __future__ import annotations

import pytest
from torch import nn

from grader.domain.measurement import NetworkMeasurement, UnusedParameter
from grader.formulas import conv_macs, conv_params, linear_params
from grader.inside.measure.measuring import measure_network
from tests.inside.measure import networks
from tests.inside.measure.oracles import tool_numbers
from tests.inside.measure.taping import graph_of

IMAGE = (1, 3, 32, 32)


def measured(network: nn.Module, shape: tuple[int, ...] = IMAGE) -> NetworkMeasurement:
    """Our measurement of a network."""
    return measure_network(graph_of(network, shape), None, [], outputs=None)


def test_functions_count_like_modules() -> None:
    """F.relu and F.max_pool2d change neither parameters nor multiply-adds, and pooling keeps its row."""
    first, second = measured(networks.WithModules()), measured(networks.WithFunctions())
    assert (first.params, first.macs) == (second.params, second.macs)
    assert [layer.output_shape for layer in first.layers] == [layer.output_shape for layer in second.layers]
    assert [layer.kind for layer in second.layers] == ["Conv2d", "max_pool2d (functional)", "Linear"]


def test_functional_convolution_with_own_parameters_counts() -> None:
    """F.conv2d on registered parameters is a convolution; thop and ptflops see nothing."""
    network = measured(networks.OwnParameters())
    assert network.params == conv_params(3, 16, (3, 3)) == 448
    assert network.macs == conv_macs(3, 16, (3, 3), (32, 32)) == 442_368
    (row,) = network.layers
    assert (row.kind, row.path.startswith("networks.py:")) == ("conv2d (functional)", True)
    assert row.config["in_channels"] == 3
    assert network.conventions["thop"] == {"flops": 0, "params": 0}


def test_class_derived_from_convolution_counts() -> None:
    """A layer is what it computes, whatever its class is called."""
    network = measured(networks.Derived())
    assert (network.params, network.macs) == (448, 442_368)
    assert [(layer.path, layer.kind) for layer in network.layers] == [("conv", "MyConv")]


def test_matrix_product_without_weights_counts() -> None:
    """x @ x.T is multiply-adds without parameters."""
    network = measured(networks.Gram())
    assert (network.params, network.macs) == (0, 3 * 3 * 32 * 32)
    assert [layer.kind for layer in network.layers] == ["matmul (functional)"]


def test_layer_called_three_times_counts_its_parameters_once() -> None:
    """Multiply-adds are threefold, parameters are not; torchsummary's are."""
    network = measured(networks.Thrice())
    assert network.params == conv_params(3, 3, (3, 3))
    assert network.macs == 3 * conv_macs(3, 3, (3, 3), (32, 32))
    assert [layer.calls for layer in network.layers] == [3]
    assert network.conventions["torchsummary"]["params"] == 3 * network.params


def test_layer_never_called_is_counted_and_named() -> None:
    """It is a parameter of the network and listed apart; thop misses it."""
    network = measured(networks.NeverCalled())
    used, forgotten = conv_params(3, 4, (3, 3)), linear_params(10, 20)
    assert network.params == used + forgotten
    assert network.unused == (UnusedParameter("forgotten.weight", 200), UnusedParameter("forgotten.bias", 20))
    assert sum(layer.params for layer in network.layers) == used == network.conventions["thop"]["params"]


def test_tied_weights_count_once() -> None:
    """Two names, one tensor; thop and torchinfo count it twice."""
    network = measured(networks.Tied(), (1, 12))
    assert network.params == 12 * 12 + 2 * 12
    assert [layer.params for layer in network.layers] == [12 * 12 + 12, 12]
    assert network.conventions["thop"]["params"] == 2 * linear_params(12, 12)


def test_linear_layer_on_four_axes_counts_every_row() -> None:
    """Each row of each channel is a vector of its own; torchinfo sees one."""
    network = measured(networks.WideLinear())
    assert network.macs == 3 * 32 * 32 * 64 == 196_608
    (row,) = network.layers
    assert (row.input_shape, row.output_shape) == ((1, 3, 32, 32), (1, 3, 32, 64))
    assert row.config == {"in_features": 32, "out_features": 64, "bias": True}
    assert network.conventions["torchinfo"]["mult_adds"] == linear_params(32, 64)


def test_transposed_convolution_counts_input_places() -> None:
    """Each input pixel meets each weight once; thop and torchinfo count each output pixel."""
    network = measured(networks.Transposed())
    assert network.macs == 3 * 16 * 2 * 2 * 32 * 32 == 196_608
    assert network.conventions["thop"]["flops"] == 4 * network.macs
    config = network.layers[0].config
    assert (config["in_channels"], config["out_channels"]) == (3, 16)


def test_attention_counts_projections_and_products() -> None:
    """Four projections of 32 rows, and two products of rows with rows, in one row of the table."""
    network = measured(networks.Attention(), IMAGE)
    rows, width = 32, 32
    assert network.macs == 4 * rows * width * width + 2 * rows * rows * width
    assert network.params == 4 * linear_params(width, width)
    assert [layer.kind for layer in network.layers] == ["MultiheadAttention"]


def test_batch_of_four_costs_four_times_as_much() -> None:
    """Multiply-adds grow with the batch; parameters do not."""
    one, four = (measured(networks.WithModules(), (batch, 3, 32, 32)) for batch in (1, 4))
    assert (four.macs, four.params) == (4 * one.macs, one.params)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("network", "shape"),
    [
        (networks.WithModules(), IMAGE),
        (networks.WithFunctions(), IMAGE),
        (networks.OwnParameters(), IMAGE),
        (networks.Thrice(), IMAGE),
        (networks.NeverCalled(), IMAGE),
        (networks.Tied(), (1, 12)),
        (networks.WideLinear(), IMAGE),
        (networks.Transposed(), IMAGE),
        (networks.Block(8), (1, 8, 16, 16)),
        (networks.Digits(), (1, 1, 28, 28)),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, nn.Module) else "",
)
def test_wrong_numbers_of_tools_are_recognised(network: nn.Module, shape: tuple[int, ...]) -> None:
    """What a tool prints for an odd network is what our formula for that tool gives."""
    graph = graph_of(network, shape)
    tools = tool_numbers(network.eval(), shape[1:])
    ours = measure_network(graph, None, [], outputs=None).conventions
    assert {tool: ours[tool] for tool in tools} == tools
