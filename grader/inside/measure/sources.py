"""Whether the files that were handed in explain the network that was handed over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from grader.inside.measure.counting import CONVOLUTIONS, PRODUCTS
from grader.inside.measure.graph import Graph

_PRODUCTS = (
    "linear", "dense", "matmul", "mm", "einsum", "attention", "lstm", "gru", "rnn", "transformer", "dot",
    "parameter", "randn",  # what an @ between tensors, which is no call, works with
)  # fmt: skip
_FACTORIES = (
    "alexnet", "vgg", "resnet", "resnext", "googlenet", "inception", "densenet", "mobilenet", "efficientnet",
    "squeezenet", "shufflenet", "mnasnet", "regnet", "convnext", "vit_", "swin", "maxvit", "get_model", "create_model",
)  # fmt: skip


def is_unexplained(graph: Graph, sources: Sequence[Mapping[str, Any]]) -> bool:
    """True when the graph convolves or multiplies by weights, and no call, class or import could have built that."""
    if not sources:
        return False
    used = {step.name for step in graph.steps}
    names = {name.lower() for source in sources for name in _names(source)}
    if any(factory in name for name in names for factory in _FACTORIES):
        return False
    if used & CONVOLUTIONS:
        return not any("conv" in name for name in names)
    return bool(used & PRODUCTS) and not any(word in name for name in names for word in _PRODUCTS)


def sequential_kinds(sources: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Names of the student's classes that are containers run in order."""
    return frozenset(
        str(kind.get("name"))
        for source in sources
        for kind in _dicts(source.get("classes"))
        if any(str(base).rpartition(".")[2] in ("Sequential", "ModuleList") for base in _list(kind.get("bases")))
    )


def _names(source: Mapping[str, Any]) -> Iterator[str]:
    """Last names of what a file calls, imports and derives from."""
    for key in ("calls", "imports", "functions"):
        yield from (str(name) for name in _list(source.get(key)))
    for kind in _dicts(source.get("classes")):
        yield str(kind.get("name"))
        yield from (str(base) for base in _list(kind.get("bases")))


def _dicts(value: Any) -> list[Mapping[str, Any]]:
    return [item for item in _list(value) if isinstance(item, Mapping)]


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
