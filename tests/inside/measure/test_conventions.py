"""Our formulas give what the tools print, on the networks that everybody measures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import torch
from torch import nn
from torchvision import models

from grader.inside.measure.conventions import conventions_of, sizes_mb
from grader.inside.measure.counting import macs_of
from grader.inside.measure.graph import Graph
from tests.inside.measure.oracles import filled, flop_counter, printed_by_torchsummary, tool_numbers
from tests.inside.measure.taping import graph_of

IMAGE = (3, 224, 224)
SEQUENTIAL = frozenset({"Sequential", "Conv2dNormActivation"})


@dataclass(frozen=True)
class Case:
    """A network with zeros for weights, and its graph."""

    name: str
    network: nn.Module
    graph: Graph


@pytest.fixture(
    scope="module",
    params=["alexnet", "vgg16", "resnet50", "googlenet", "efficientnet_b0", "densenet121", "mobilenet_v2"],
)
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    """One of torchvision's networks, without auxiliary heads."""
    more = {"init_weights": False, "aux_logits": False} if request.param == "googlenet" else {}
    with torch.device("meta"):
        network = models.get_model(request.param, weights=None, **more).eval()
    yield Case(request.param, filled(network), graph_of(network))


@pytest.mark.filterwarnings("ignore")
def test_conventions_are_what_the_tools_print(case: Case) -> None:
    """thop, torchinfo, fvcore, both backends of ptflops and FlopCounterMode, digit by digit."""
    ours = conventions_of(case.graph)
    assert {tool: ours[tool] for tool in ours if tool != "torchsummary"} == tool_numbers(case.network, IMAGE)


def test_macs_are_half_of_flop_counter_mode(case: Case) -> None:
    """A multiply-add is two operations, and nothing else is counted."""
    macs = sum(map(macs_of, case.graph.steps))
    assert 2 * macs == flop_counter(case.network, torch.zeros(1, *IMAGE))


def test_sizes_are_what_torchsummary_prints(case: Case) -> None:
    """Parameters and the four sizes in megabytes; on DenseNet torchsummary raises."""
    if case.name == "densenet121":
        with pytest.raises(AttributeError, match="size"):
            printed_by_torchsummary(case.network, IMAGE)
        return
    printed = printed_by_torchsummary(case.network, IMAGE)
    ours = {"params_count": conventions_of(case.graph)["torchsummary"]["params"], **sizes_mb(case.graph, SEQUENTIAL)}
    assert ours == pytest.approx(printed, abs=0.0051)


@pytest.mark.filterwarnings("ignore")
def test_reparametrised_weight_leaves_a_tools_number_out() -> None:
    """A convolution whose weight is made of two others: no tool's rule fits, and everything else is still counted."""
    network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 10))
    nn.utils.weight_norm(network[0])
    found = conventions_of(graph_of(network.eval()))
    assert "thop" not in found
    assert found["FlopCounterMode"]["flops"] > 0
