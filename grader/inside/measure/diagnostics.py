"""What is odd about a network, read off its graph, with the student's file and line."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from grader.domain.problem import Fact, Problem
from grader.domain.reason import Reason
from grader.inside.measure.counting import BATCH_NORMS, CONVOLUTIONS, PRODUCTS
from grader.inside.measure.flow import Flow, used_parameters
from grader.inside.measure.graph import Graph, Step
from grader.inside.measure.trace_back import last_of

_SOFTMAX = frozenset({"_softmax", "_log_softmax", "_safe_softmax"})
_ARGMAX = frozenset({"argmax", "max", "topk"})
_PLAIN_KINDS = frozenset({"float32", "float64", "float16", "bfloat16"})


def diagnose(graph: Graph, flow: Flow, *, outputs: int | None) -> tuple[Problem, ...]:
    """Everything worth saying, each thing once; `outputs` is the width that the question asks for."""
    found = [
        *_random(graph),
        *_batch_norms(graph),
        *_result(graph, outputs),
        *_constant(graph, flow),
        *_unused(graph, flow),
        *_bare_weights(graph, flow),
    ]
    unique: dict[tuple[object, ...], Problem] = {}
    for problem in found:
        unique.setdefault((problem.reason, problem.file, problem.line, *map(str, problem.facts.values())), problem)
    return tuple(unique.values())


def size(shape: tuple[int, ...]) -> str:
    """A shape as it is printed, e.g. 1×1000."""
    return "×".join(map(str, shape)) or "()"


def is_deterministic(graph: Graph) -> bool:
    """True when no step draws random numbers."""
    return not any(step.operator.is_random for step in graph.steps)


_SAME_AS = {"addmm": "mm", "mm": "mm", "addmv": "mv", "mv": "mv", "baddbmm": "bmm", "bmm": "bmm"}
"""Products with and without something added to them; the sum by itself is no sign of another path."""

_LAYOUT = frozenset(
    "view _unsafe_view reshape t transpose permute expand clone contiguous unsqueeze squeeze select slice alias detach "
    "add _to_copy copy unbind split split_with_sizes unsafe_split".split()
)


def same_operations(first: Graph, second: Graph) -> bool:
    """True when two graphs make the same calls in the same modules, sizes and the layout in memory aside."""
    return _calculations(first) == _calculations(second)


def _calculations(graph: Graph) -> list[tuple[str, int]]:
    """What is calculated, and where. torch lowers one linear layer in two ways, by the sizes of its input."""
    return [(_SAME_AS.get(step.name, step.op.op), step.op.module) for step in graph.steps if step.name not in _LAYOUT]


def _random(graph: Graph) -> Iterator[Problem]:
    for step in graph.steps:
        if step.operator.is_random:
            share = _dropout(step)
            if share is None:
                yield _at(step, Reason.RANDOM_IN_EVAL, op=step.name)
            else:
                yield _at(step, Reason.DROPOUT_IN_EVAL, p=share)


def _dropout(step: Step) -> float | None:
    """The share that is dropped, when the random step is a dropout's: torch draws what is kept."""
    if step.name == "native_dropout":
        share = step.bound["p"]
    elif step.name == "bernoulli_":
        kept = step.bound.get("p")
        share = 1 - kept if isinstance(kept, int | float) else None
    else:
        return None
    return round(float(share), 6) if isinstance(share, int | float) and 0 <= share <= 1 else None


def _batch_norms(graph: Graph) -> Iterator[Problem]:
    for step in graph.steps:
        # Without running statistics there is nothing else that the layer could use.
        if step.name in BATCH_NORMS and step.bound.get("training") and step.bound.get("running_mean") is not None:
            yield _at(step, Reason.BATCHNORM_TRAINING)


def _result(graph: Graph, outputs: int | None) -> Iterator[Problem]:
    last = last_of(graph)
    step = last[0] if last else None
    if graph.tape.output_kind != "tensor":
        yield _at(step, Reason.OUTPUT_WRAPPED, kind=graph.tape.output_kind)
    if step is not None and step.name in _SOFTMAX:
        yield _at(step, Reason.SOFTMAX_INSIDE)
    if step is not None and last is not None and step.name in _ARGMAX and (step.name == "argmax" or last[1] == 1):
        yield _at(step, Reason.ARGMAX_INSIDE)
    shape = graph.output.shape
    if not shape or shape[0] != graph.tape.batch:
        yield _at(step, Reason.BATCH_AXIS_LOST, shape=size(shape))
    elif outputs is not None and prod(shape[1:]) != outputs:
        yield _at(step, Reason.OUTPUT_SHAPE, expected=size((graph.tape.batch, outputs)), actual=size(shape))


def _constant(graph: Graph, flow: Flow) -> Iterator[Problem]:
    if flow.is_constant:
        last = last_of(graph)
        yield _at(last[0] if last else None, Reason.OUTPUT_CONSTANT)


def _unused(graph: Graph, flow: Flow) -> Iterator[Problem]:
    used = used_parameters(graph, flow)
    layers: dict[str, int] = {}
    for tensor in graph.parameters:
        if tensor.id not in used:
            path = tensor.names[0].rpartition(".")[0] if tensor.names else ""
            layers[path] = layers.get(path, 0) + prod(tensor.shape)
    modules = {module.path: module for module in graph.tape.modules}
    for path, params in layers.items():
        module = modules.get(path)
        kind, file, line = (module.kind, module.file, module.line) if module else ("", None, None)
        yield Problem(Reason.UNUSED_LAYER, file, line, facts={"layer": path or kind, "params": params})


def _bare_weights(graph: Graph, flow: Flow) -> Iterator[Problem]:
    """Constants that a convolution or product works with are weights that no optimiser sees."""
    for at, step in enumerate(graph.steps):
        if step.name not in CONVOLUTIONS | PRODUCTS or at in flow.of_weights:
            continue
        bare = [graph.given[number] for number in flow.given[at]]
        count = sum(prod(t.shape) for t in bare if t.kind == "constant" and t.dtype in _PLAIN_KINDS)
        if count > 1:
            yield _at(step, Reason.BARE_WEIGHTS, count=count)


def _at(step: Step | None, reason: Reason, **facts: Fact) -> Problem:
    op = step.op if step else None
    return Problem(reason, op.file if op else None, op.line if op else None, facts=facts)
