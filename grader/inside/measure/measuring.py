"""From checked graphs to one network's measurement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any

from grader.domain.measurement import NetworkMeasurement, Provenance, UnusedParameter
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.measure.conventions import conventions_of, sizes_mb
from grader.inside.measure.counting import macs_of
from grader.inside.measure.diagnostics import diagnose, is_deterministic, same_operations, size
from grader.inside.measure.dryrun import not_allowed
from grader.inside.measure.flow import Flow, trace_flow, used_parameters
from grader.inside.measure.graph import Graph
from grader.inside.measure.layers import layers_of, units_of
from grader.inside.measure.sources import is_unexplained, sequential_kinds
from grader.wire.tape import TapeOp

_CONTAINERS = frozenset(
    {
        "Sequential", "ModuleList", "Conv2dNormActivation", "Conv3dNormActivation", "ConvNormActivation", "MLP",
        "MLPBlock", "SimpleStemIN", "BottleneckTransform", "AnyStage", "_Transition",
    }
)  # fmt: skip
"""Library classes that are Sequential or a list, which torchsummary leaves out."""


def measure_network(
    graph: Graph, second: Graph | None, sources: Sequence[Mapping[str, Any]], *, outputs: int | None
) -> NetworkMeasurement:
    """Count everything on a graph at batch 1; `second` is the same network at another batch size."""
    flow = trace_flow(graph)
    macs = sum(map(macs_of, graph.steps))
    root = graph.tape.modules[0] if graph.tape.modules else None
    parameters = [(prod(tensor.shape), tensor.requires_grad) for tensor in graph.parameters]
    diagnostics = diagnose(graph, flow, outputs=outputs)
    unexplained = is_unexplained(graph, sources)
    believed = [*graph.believed, *(second.believed if second else ())]
    return NetworkMeasurement(
        class_name=root.kind if root else "",
        input_shape=graph.shapes[graph.tape.input],
        output_shape=graph.output.shape,
        params=sum(numel for numel, _ in parameters),
        macs=macs,
        flops=2 * macs,
        layers=layers_of(graph, flow, units_of(graph, flow)),
        conventions=conventions_of(graph),
        eval_deterministic=is_deterministic(graph) and (second is None or same_operations(graph, second)),
        provenance=Provenance.REPORTED if believed else Provenance.RECOMPUTED,
        file=root.file if root else None,
        line=root.line if root else None,
        output_shape_batch2=second.output.shape if second else None,
        trainable_params=sum(numel for numel, trainable in parameters if trainable),
        unused=_unused(graph, flow),
        sizes_mb=sizes_mb(graph, _CONTAINERS | sequential_kinds(sources)),
        diagnostics=(*diagnostics, *_between(graph, second), *_on_trust(believed)),
        graph_without_source=unexplained,
    )


def _between(graph: Graph, second: Graph | None) -> tuple[Problem, ...]:
    """What only shows when two batch sizes are compared."""
    if second is None:
        return ()
    root = graph.tape.modules[0] if graph.tape.modules else None
    found = []
    if not same_operations(graph, second):
        found.append(Problem(Reason.GRAPHS_DIFFER, root.file if root else None, root.line if root else None))
    shape = second.output.shape
    if graph.output.shape[:1] == (graph.tape.batch,) and shape[:1] != (second.tape.batch,):
        found.append(Problem(Reason.BATCH_AXIS_LOST, facts={"shape": size(shape)}))
    return tuple(found)


def _on_trust(believed: Sequence[TapeOp]) -> tuple[Problem, ...]:
    """What could not be recomputed, each place once."""
    return tuple({(op.op, op.file, op.line): not_allowed(op).problem for op in believed}.values())


def _unused(graph: Graph, flow: Flow) -> tuple[UnusedParameter, ...]:
    used = used_parameters(graph, flow)
    return tuple(
        UnusedParameter(tensor.names[0] if tensor.names else "", prod(tensor.shape))
        for tensor in graph.parameters
        if tensor.id not in used
    )
