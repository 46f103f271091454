"""The layer table: rows a student knows, numbers that add up, sizes that the hand formulas agree with."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torchvision import models

from grader.domain.measurement import Layer
from grader.formulas import conv_macs, conv_output, conv_params, linear_macs, linear_params
from grader.inside.measure.counting import macs_of
from grader.inside.measure.flow import trace_flow, used_parameters
from grader.inside.measure.graph import Graph
from grader.inside.measure.layers import layers_of, units_of
from tests.inside.measure import networks
from tests.inside.measure.taping import graph_of


def rows_of(graph: Graph) -> tuple[Layer, ...]:
    """The table of a graph."""
    flow = trace_flow(graph)
    return layers_of(graph, flow, units_of(graph, flow))


@pytest.fixture(scope="module", params=["alexnet", "resnet18", "efficientnet_b0", "densenet121", "vit_b_32"])
def graph(request: pytest.FixtureRequest) -> Graph:
    """One of torchvision's networks."""
    with torch.device("meta"):
        return graph_of(models.get_model(request.param, weights=None).eval())


def test_rows_add_up_to_the_network(graph: Graph) -> None:
    """Each used parameter stands in one row, each multiply-add too."""
    rows, used = rows_of(graph), used_parameters(graph, trace_flow(graph))
    numel = {tensor.id: torch.Size(tensor.shape).numel() for tensor in graph.parameters}
    assert sum(row.params for row in rows) == sum(numel[number] for number in used) == sum(numel.values())
    assert sum(row.macs for row in rows) == sum(map(macs_of, graph.steps))


def test_hand_formulas_give_each_weight_layer(graph: Graph) -> None:
    """From a row's config and sizes, the formulas find its parameters, multiply-adds and output map."""
    rows = [row for row in rows_of(graph) if row.has_weights and row.calls == 1]
    assert len(rows) > 5
    for row in rows:
        config = dict(row.config)
        if "in_features" in config:
            vectors = torch.Size(row.output_shape[:-1]).numel()
            sizes = config["in_features"], config["out_features"]
            assert (row.params, row.macs) == (linear_params(*sizes, bias=config["bias"]), vectors * linear_macs(*sizes))
            continue
        channels, kernel, groups = (
            (config["in_channels"], config["out_channels"]),
            config["kernel_size"],
            config["groups"],
        )
        assert row.params == conv_params(*channels, kernel, groups=groups, bias=config["bias"])
        assert row.macs == conv_macs(*channels, kernel, row.output_shape[2:], groups=groups)
        sides = zip(row.input_shape[2:], kernel, config["stride"], config["padding"], strict=True)
        assert row.output_shape[2:] == tuple(conv_output(n, k, stride=s, padding=p) for n, k, s, p in sides)


def test_lecture_network_has_its_eight_weight_layers_and_three_pools() -> None:
    """Activations, dropout and flatten have no row."""
    from reference.models.alexnet import LectureAlexNet

    with torch.device("meta"):
        rows = rows_of(graph_of(LectureAlexNet()))
    assert [row.path for row in rows if row.has_weights] == [
        *(f"conv{number}" for number in range(1, 6)), "fc1", "fc2", "fc3",
    ]  # fmt: skip
    assert [row.output_shape for row in rows if not row.has_weights] == [
        (1, 64, 27, 27), (1, 192, 13, 13), (1, 256, 6, 6),
    ]  # fmt: skip


def test_students_block_is_shown_by_its_layers() -> None:
    """A class of the student's with layers inside is opened; its own arithmetic has no row."""
    rows = rows_of(graph_of(networks.Digits(), (1, 1, 28, 28)))
    assert [(row.path, row.kind) for row in rows[:6]] == [
        ("stem", "Conv2d"), ("block.conv1", "Conv2d"), ("block.bn1", "BatchNorm2d"), ("block.conv2", "Conv2d"),
        ("block.bn2", "BatchNorm2d"), ("norm", "GroupNorm"),
    ]  # fmt: skip
    assert [row.kind for row in rows[6:]] == ["mean (functional)", "Linear"]
    assert all(row.file == "networks.py" and row.line for row in rows)


class Scaled(nn.Module):
    """A parameter that is used by no layer."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(3, 1, 1))
        self.conv = nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 4, 3))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x * self.scale)


def test_parameters_outside_of_layers_have_their_row() -> None:
    """A factor is a row of its own; what a weight is computed from counts with the layer."""
    rows = rows_of(graph_of(Scaled(), (1, 3, 8, 8)))
    assert [(row.kind, row.params) for row in rows] == [
        ("mul (functional)", 3), ("ParametrizedConv2d", 4 * 27 + 4 + 4),
    ]  # fmt: skip


@pytest.mark.filterwarnings("ignore:TF32 acceleration")
def test_recurrent_layer_is_one_row() -> None:
    """A library's layer stays whole, whatever it is made of."""
    rows = rows_of(graph_of(networks.Recurrent(), (1, 1, 12, 12)))
    assert [(row.path, row.kind, row.params) for row in rows] == [
        ("rnn", "LSTM", 4 * 16 * (12 + 16) + 2 * 4 * 16), ("head", "Linear", 170),
    ]  # fmt: skip
