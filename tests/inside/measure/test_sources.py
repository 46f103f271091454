"""A network that no file explains is told apart from one that is."""

from __future__ import annotations

from typing import Any

import pytest

from grader.inside.measure.sources import is_unexplained, sequential_kinds
from tests.inside.measure import networks
from tests.inside.measure.taping import graph_of

IMAGE = (1, 3, 32, 32)


def source(*calls: str, bases: tuple[str, ...] = (), imports: tuple[str, ...] = ()) -> dict[str, Any]:
    """The outline of one file."""
    kinds = [{"name": "Net", "line": 1, "bases": list(bases)}]
    return {"path": "hw4.py", "calls": list(calls), "classes": kinds, "imports": list(imports)}


@pytest.mark.parametrize(
    "explained",
    [
        source("Conv2d", "Linear"),
        source("conv2d"),
        source("alexnet"),
        source("get_model"),
        source("LazyConv2d"),
        source(bases=("torchvision.models.ResNet",)),
        source(imports=("torchvision.models.alexnet",)),
    ],
)
def test_network_with_its_layers_in_the_files_is_explained(explained: dict[str, Any]) -> None:
    """A call, a base class or an imported factory is enough."""
    assert not is_unexplained(graph_of(networks.WithModules(), IMAGE), [explained])


def test_convolution_without_any_source_is_unexplained() -> None:
    """Files that only print and add do not build a convolution."""
    assert is_unexplained(graph_of(networks.WithModules(), IMAGE), [source("print", "Linear")])


def test_product_of_own_parameters_is_explained() -> None:
    """An @ is no call, but the Parameter that it works with is."""
    graph = graph_of(networks.Tied(), (1, 12))
    assert not is_unexplained(graph, [source("Parameter")])
    assert is_unexplained(graph, [source("print")])


def test_without_outlines_nothing_is_claimed() -> None:
    """No file was outlined, so nothing can be missing from it."""
    assert not is_unexplained(graph_of(networks.WithModules(), IMAGE), [])


def test_students_containers_are_found() -> None:
    """Classes derived from nn.Sequential, which torchsummary leaves out."""
    assert sequential_kinds([source(bases=("nn.Sequential",)), source(bases=("nn.Module",))]) == {"Net"}
    assert sequential_kinds([source(bases=("nn.Module",))]) == frozenset()
