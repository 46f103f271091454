"""Which tensors carry the image through the network, and which are made of weights alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from grader.inside.measure.graph import Graph, Step
from grader.inside.measure.refused import malformed
from grader.inside.measure.values import Ref

MAX_LINKS = 4_000_000
"""Pairs of a step and a tensor behind it; a real network has a few thousand."""


@dataclass(frozen=True)
class Flow:
    """For every step: what it reads of the image, and which given tensors it reads, through views and all.

    `of_weights` are the steps that see no part of the image, such as the
    transposition of a linear layer's weight.
    """

    data: Mapping[int, tuple[Ref, ...]]
    """Index of a step to the refs that depend on the input."""
    given: Mapping[int, tuple[int, ...]]
    """Index of a step to the ids of parameters, buffers and constants behind its other refs."""
    of_weights: frozenset[int]
    is_constant: bool = False
    """True when the output is certainly not calculated from the input."""

    def parameters(self, graph: Graph, at: int) -> Iterator[int]:
        """Ids of the parameters that a step reads."""
        return (number for number in self.given[at] if graph.given[number].kind == "parameter")


def trace_flow(graph: Graph) -> Flow:
    """Follow the input and the weights through the graph.

    Raises:
        Refused: when so many tensors are behind so many steps that no network can be meant.
    """
    sources: dict[int, tuple[int, ...]] = {
        tensor.id: (tensor.id,) for tensor in graph.tape.tensors if tensor.id != graph.tape.input
    }
    data: dict[int, tuple[Ref, ...]] = {}
    given: dict[int, tuple[int, ...]] = {}
    static: set[int] = set()
    links = 0
    # Of what is written into a part of a tensor, nothing is known about the other parts.
    mixed = False
    for at, step in enumerate(graph.steps):
        refs = tuple(step.arguments.refs())
        data[at] = tuple(ref for ref in refs if ref.id not in sources)
        given[at] = tuple(dict.fromkeys(number for ref in refs for number in sources.get(ref.id, ())))
        links += len(given[at])
        if links > MAX_LINKS:
            raise malformed("its weights are wound up beyond any network")
        if not data[at]:
            static.add(at)
        mixed |= bool(data[at]) and any(ref is not None and ref.id in sources for ref in step.results)
        _pass_on(step, data[at], given[at], sources)
    return Flow(data, given, frozenset(static), not mixed and graph.tape.output in sources)


def _pass_on(step: Step, data: tuple[Ref, ...], given: tuple[int, ...], sources: dict[int, tuple[int, ...]]) -> None:
    for ref in step.results:
        if ref is None:
            continue
        if data:
            sources.pop(ref.id, None)
        else:
            sources[ref.id] = given


def used_parameters(graph: Graph, flow: Flow) -> frozenset[int]:
    """Ids of the parameters that some step on the image's way reads."""
    return frozenset(
        number for at in range(len(graph.steps)) if at not in flow.of_weights for number in flow.parameters(graph, at)
    )
