"""The layer table as a student thinks of it: modules by their path, functional calls by file and line.

A row stands for every layer with weights, multiply-adds, pooling or
normalisation. Activations, reshaping, dropout and additions have no row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from grader.domain.measurement import Layer
from grader.domain.problem import Fact
from grader.inside.measure.counting import CONVOLUTIONS, NORMS, POOLS, PRODUCTS, factors_of, macs_of, weight_of
from grader.inside.measure.flow import Flow
from grader.inside.measure.graph import Graph, Step
from grader.inside.measure.values import Ref
from grader.wire.tape import TapeModule

_WHOLE = frozenset({"MultiheadAttention"})
"""Library modules with modules inside that are one layer to everybody."""

_FUNCTIONAL = {
    "max_pool2d_with_indices": "max_pool2d",
    "max_pool3d_with_indices": "max_pool3d",
    "_adaptive_avg_pool2d": "adaptive_avg_pool2d",
    "_adaptive_avg_pool3d": "adaptive_avg_pool3d",
    "native_layer_norm": "layer_norm",
    "native_group_norm": "group_norm",
    **dict.fromkeys(("native_batch_norm", "_native_batch_norm_legit"), "batch_norm"),
    "_native_batch_norm_legit_no_training": "batch_norm",
}
"""The name in torch.nn.functional of what ATen calls otherwise."""


@dataclass(frozen=True)
class Unit:
    """The steps of one row: all calls of a module, or one functional call."""

    module: TapeModule
    steps: tuple[tuple[int, Step], ...]
    functional: bool

    @property
    def first_call(self) -> tuple[tuple[int, Step], ...]:
        """The steps of the first time that the module ran."""
        call = self.steps[0][1].op.call
        return tuple((at, step) for at, step in self.steps if step.op.call == call)

    @property
    def calls(self) -> int:
        """How often the module ran."""
        return len({step.op.call for _, step in self.steps})


def units_of(graph: Graph, flow: Flow) -> tuple[Unit, ...]:
    """The steps grouped as rows, in the order in which each first runs."""
    single = {number for number in graph.steps_by_module if _is_one_layer(graph, number)}
    groups: dict[tuple[str, int], list[tuple[int, Step]]] = {}
    for at, step in enumerate(graph.steps):
        if step.op.module in single:
            groups.setdefault(("module", step.op.module), []).append((at, step))
        elif at not in flow.of_weights:
            groups[("step", at)] = [(at, step)]
    return tuple(
        Unit(graph.module_of(steps[0][1]), tuple(steps), kind == "step") for (kind, _), steps in groups.items()
    )


def layers_of(graph: Graph, flow: Flow, units: Sequence[Unit]) -> tuple[Layer, ...]:
    """The rows worth a line. Their parameters add up to those in use, their macs to the network's."""
    counted: set[int] = set()
    rows: list[Layer] = []
    for unit in units:
        new = {n for at, _ in unit.steps if at not in flow.of_weights for n in flow.parameters(graph, at)} - counted
        counted |= new
        params = sum(prod(graph.given[number].shape) for number in new)
        macs = sum(macs_of(step) for _, step in unit.steps)
        if params or macs or _is_shown(unit):
            rows.append(_row(graph, flow, unit, params, macs))
    return tuple(rows)


def _is_one_layer(graph: Graph, number: int) -> bool:
    """A library's leaf is one layer; a student's own is when it has at most one weight layer inside."""
    module = graph.tape.modules[number]
    if module.file is None and module.kind in _WHOLE:
        return True
    if not module.path or not graph.is_leaf(module):
        return False
    if module.file is None:
        return True
    heavy = Counter(step.op.call for step in graph.steps_by_module[number] if step.name in CONVOLUTIONS | PRODUCTS)
    return max(heavy.values(), default=0) <= 1


def _is_shown(unit: Unit) -> bool:
    return any(step.name in POOLS | NORMS or is_global_mean(step) for _, step in unit.steps)


def is_global_mean(step: Step) -> bool:
    """True for a mean over height and width, which is what pooling to 1x1 becomes."""
    if step.name != "mean" or "dim" not in step.bound:
        return False
    given, dims = step.bound["self"], step.bound["dim"]
    if not isinstance(given, Ref) or len(given.shape) != 4 or not isinstance(dims, list):
        return False
    return {dim % 4 for dim in dims if type(dim) is int} == {2, 3}


def _row(graph: Graph, flow: Flow, unit: Unit, params: int, macs: int) -> Layer:
    steps = [(at, step) for at, step in unit.first_call if at not in flow.of_weights] or list(unit.first_call)
    first, last = steps[0], steps[-1][1]
    reads = next(iter(flow.data[first[0]]), None) or next(first[1].arguments.refs(), None)
    makes = last.first_result
    place = next((step.op for _, step in unit.steps if step.op.file is not None), first[1].op)
    return Layer(
        path=_path(unit, first[1]),
        kind=f"{_functional_name(first[1], flow, first[0])} (functional)" if unit.functional else unit.module.kind,
        input_shape=reads.shape if reads else (),
        output_shape=makes.shape if makes else (),
        params=params,
        macs=macs,
        calls=unit.calls,
        file=place.file,
        line=place.line,
        config=_config(graph, flow, steps),
    )


def _path(unit: Unit, step: Step) -> str:
    if not unit.functional:
        return unit.module.path
    if step.op.file is not None:
        return f"{step.op.file}:{step.op.line}"
    return unit.module.path or unit.module.kind


def _functional_name(step: Step, flow: Flow, at: int) -> str:
    if step.name in CONVOLUTIONS:
        weight: Ref = step.bound["weight"]
        return f"conv{'_transpose' if step.bound['transposed'] else ''}{len(weight.shape) - 2}d"
    if step.name in PRODUCTS:
        return "linear" if _has_own_factor(step, flow, at) else "matmul"
    return _FUNCTIONAL.get(step.name, step.name)


def _has_own_factor(step: Step, flow: Flow, at: int) -> bool:
    """True when the right factor is made of weights, as in a linear layer."""
    weight = weight_of(step)
    return weight is not None and bool(flow.given[at]) and weight not in flow.data[at]


def _config(graph: Graph, flow: Flow, steps: Sequence[tuple[int, Step]]) -> Mapping[str, Fact]:
    """What a hand calculation of a layer needs; empty for a row that is no single weight layer."""
    heavy = [(at, step) for at, step in steps if step.name in CONVOLUTIONS | PRODUCTS]
    if len(heavy) != 1:
        return {}
    at, step = heavy[0]
    if step.name in CONVOLUTIONS:
        return dict(_convolution(step))
    if not _has_own_factor(step, flow, at):
        return {}
    _, weight = factors_of(step)
    wide = weight.shape[-1] if len(weight.shape) > 1 else 1
    used = {number for at, _ in steps for number in flow.given[at]}
    bias = any(graph.given[number].shape == (wide,) for number in used)
    return {"in_features": weight.shape[0], "out_features": wide, "bias": bias}


def _convolution(step: Step) -> Iterator[tuple[str, Fact]]:
    weight: Ref = step.bound["weight"]
    groups, transposed = step.bound["groups"], step.bound["transposed"]
    inner, outer = weight.shape[1] * groups, weight.shape[0]
    yield "in_channels", outer if transposed else inner
    yield "out_channels", inner if transposed else outer
    yield "kernel_size", list(weight.shape[2:])
    yield "groups", groups
    yield "bias", step.bound["bias"] is not None
    for name in ("stride", "padding"):
        yield name, [int(size) for size in step.bound[name]]
