"""What each counting tool prints for a network, as formulas of ours over its graph and its modules.

The tools themselves are never run: they patch and hook what a student's code
controls. Where a tool's rule has no formula here, its number is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from math import prod

from grader.inside.measure.counting import CONVOLUTIONS, macs_of
from grader.inside.measure.fvcore_rules import fvcore_flops
from grader.inside.measure.graph import Graph, ModuleCall, Step
from grader.inside.measure.ptflops_rules import ptflops_macs
from grader.inside.measure.thop_rules import THOP_RULES

Words = dict[str, int]

_UNKNOWN = frozenset({"RNN", "GRU", "LSTM", "RNNCell", "GRUCell", "LSTMCell"})
"""Kinds whose rules in thop and ptflops are not written here."""


def conventions_of(graph: Graph) -> dict[str, Words]:
    """The numbers by tool, then by the word that the tool prints."""
    tools: Mapping[str, Callable[[Graph], Words]] = {
        "thop": thop,
        "torchsummary": torchsummary,
        "torchinfo": torchinfo,
        "fvcore": fvcore,
        "ptflops": ptflops,
        "ptflops aten": ptflops_aten,
        "FlopCounterMode": flop_counter_mode,
    }
    return {name: words for name, tool in tools.items() if (words := _counted(tool, graph))}


def _counted(tool: Callable[[Graph], Words], graph: Graph) -> Words:
    try:
        return tool(graph)
    except (KeyError, IndexError):
        # A library's module without the weight that the rule reads: re-parametrised, or not what it says it is.
        return {}


def thop(graph: Graph) -> Words:
    """Multiply-adds by module type, batch norm 4 for each element; parameters of the modules it has rules for."""
    calls = [call for call in graph.calls if call.library_kind in THOP_RULES]
    params = sum(call.own_numel for call in _once(calls).values() if call.module.path)
    if has_unknown(graph):
        return {"params": params}
    return {"flops": sum(THOP_RULES[call.library_kind](graph, call) for call in calls), "params": params}


def torchsummary(graph: Graph) -> Words:
    """`.weight` and `.bias` of every module, once for each call."""
    return {"params": sum(_weight_and_bias(call) for call in graph.calls if call.module.path)}


def torchinfo(graph: Graph) -> Words:
    """Weights and biases times places for convolutions, once for everything else."""
    leaves = [call for call in graph.calls if graph.is_leaf(call.module)]
    return {"mult_adds": sum(_torchinfo_macs(call) for call in leaves), "params": _torchinfo_params(graph)}


def fvcore(graph: Graph) -> Words:
    """Multiply-adds by operator, batch norm 2 for each element; distinct parameters."""
    return {"flops": sum(map(fvcore_flops, graph.steps)), "params": _distinct(graph)}


def ptflops(graph: Graph) -> Words:
    """Multiply-adds, biases, activations, pooling and norms by module type, and by some functions again."""
    params = _distinct(graph, trainable=True)
    if has_unknown(graph) or any(call.library_kind == "MultiheadAttention" for call in graph.calls):
        return {"params": params}
    return {"macs": ptflops_macs(graph), "params": params}


def ptflops_aten(graph: Graph) -> Words:
    """Multiply-adds and biases by operator."""
    macs = sum(macs_of(step) + _biases(step) for step in graph.steps if step.name not in ("baddbmm", "addmv", "mv"))
    return {"macs": macs, "params": _distinct(graph, trainable=True)}


def flop_counter_mode(graph: Graph) -> Words:
    """Twice the multiply-adds of convolutions and matrix products."""
    counted = CONVOLUTIONS | {"mm", "addmm", "bmm", "baddbmm"}
    return {"flops": 2 * sum(macs_of(step) for step in graph.steps if step.name in counted)}


def sizes_mb(graph: Graph, sequential: frozenset[str]) -> dict[str, float]:
    """Megabytes as torchsummary prints them; `sequential` names the kinds of container that it leaves out."""
    made = sum(prod(call.made) for call in graph.calls if call.module.path and call.module.kind not in sequential)
    counts = {
        "input": prod(graph.shapes[graph.tape.input]),
        "forward_backward": 2 * made,
        "params": torchsummary(graph)["params"],
    }
    sizes = {name: count * 4 / 1024**2 for name, count in counts.items()}
    return {name: round(size, 2) for name, size in {**sizes, "total": sum(sizes.values())}.items()}


def has_unknown(graph: Graph) -> bool:
    """True when a module ran whose rule in thop and ptflops is not written here."""
    return any(call.library_kind in _UNKNOWN for call in graph.calls)


def _once(calls: Iterable[ModuleCall]) -> dict[int, ModuleCall]:
    """The first call of each module, by the module's index."""
    first: dict[int, ModuleCall] = {}
    for call in calls:
        first.setdefault(call.index, call)
    return first


def _distinct(graph: Graph, *, trainable: bool = False) -> int:
    return sum(prod(tensor.shape) for tensor in graph.parameters if tensor.requires_grad or not trainable)


def _weight_and_bias(call: ModuleCall) -> int:
    return sum(prod(call.own[name].shape) for name in ("weight", "bias") if name in call.own)


def _biases(step: Step) -> int:
    """One for each result element that a bias was added to."""
    made = step.first_result
    if made is None:
        return 0
    added = step.name == "addmm" or (step.name in CONVOLUTIONS and step.bound["bias"] is not None)
    return made.numel if added else 0


def _torchinfo_macs(call: ModuleCall) -> int:
    if not call.made:
        return 0
    macs = 0
    for name, tensor in call.own.items():
        numel = prod(tensor.shape)
        if name in ("weight", "bias"):
            places = (call.made[0], *call.made[2:]) if "Conv" in call.module.kind else call.made[:1]
            macs += numel * prod(places)
        elif "weight" in name or "bias" in name:
            macs += numel * prod(call.made[:2])
    return macs


def _torchinfo_params(graph: Graph) -> int:
    """Each executed leaf's own parameters, and for each container what is left of its distinct ones."""
    executed = {call.module.path: call for call in _once(graph.calls).values()}
    leaves = {path: call.own_numel for path, call in executed.items() if graph.is_leaf(call.module)}
    containers = {path for leaf in executed for path in _ancestors(leaf)} | (executed.keys() - leaves.keys())
    distinct: Counter[str] = Counter()
    for tensor in graph.parameters:
        for path in {path for name in tensor.names for path in _ancestors(name)}:
            distinct[path] += prod(tensor.shape)
    counted: Counter[str] = Counter()
    for path, numel in leaves.items():
        counted.update(dict.fromkeys(_ancestors(path), numel))
    total = sum(leaves.values())
    for path in sorted(containers, key=lambda path: len(_ancestors(path)), reverse=True):
        left = distinct[path] - counted[path]
        counted.update(dict.fromkeys(_ancestors(path), left))
        total += max(0, left)
    return total


def _ancestors(path: str) -> list[str]:
    """The paths above a module or tensor, the network's own empty one first."""
    parts = path.split(".") if path else []
    return [".".join(parts[:size]) for size in range(len(parts))]
