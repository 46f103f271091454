"""measure.network: everything counted on the network that a student's process handed over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from grader.domain.evidence import NetworkPayload
from grader.inside.context import Context
from grader.inside.measure.dryrun import dry_run
from grader.inside.measure.graph import Graph
from grader.inside.measure.handover import Handover, load_handover
from grader.inside.measure.measuring import measure_network
from grader.inside.measure.refused import Refused, malformed
from grader.wire.frames import Frame
from grader.wire.tape import Tape


def network(frame: Frame, context: Context) -> Frame:
    """The reply to a network probe. A hostile hand-over makes it a problem, never an exception."""
    return Frame(asdict(measured(frame.message, context)))


def measured(message: Mapping[str, Any], context: Context) -> NetworkPayload:
    """What the hand-over in the spool holds."""
    handover: Handover | None = None
    try:
        handover = load_handover(context.spools["handover"])
        if handover.problem is not None:
            return NetworkPayload(handover.chosen, problem=handover.problem, notes=handover.notes)
        first, *more = same_network(handover.tapes.get("network", ()))
        check_input(first, message.get("input_shape"))
        found = measure_network(first, more[0] if more else None, message["sources"], outputs=message.get("outputs"))
        return NetworkPayload(handover.chosen, found, notes=handover.notes)
    except Refused as refusal:
        chosen, notes = (handover.chosen, handover.notes) if handover else (None, ())
        return NetworkPayload(chosen, problem=refusal.problem, notes=notes)


def same_network(tapes: Sequence[Tape]) -> list[Graph]:
    """The graphs of tapes that differ in their batch only; some of their calls may have been taken on trust.

    Raises:
        Refused: when there is no tape, the first is not of one image, or they register different parameters.
    """
    if not tapes:
        raise malformed("there is no tape")
    if tapes[0].batch != 1:
        raise malformed("the first tape is not of one image")
    graphs = [dry_run(tape, believe=True) for tape in tapes]
    if any(registered(graph) != registered(graphs[0]) for graph in graphs):
        raise malformed("the tapes are of different networks")
    return graphs


def check_input(graph: Graph, wanted: Sequence[int] | None) -> None:
    """Refuse a network that was taped on another input than the question's.

    Raises:
        Refused: with both shapes.
    """
    found = graph.shapes[graph.tape.input][1:]
    if wanted is not None and found != tuple(wanted):
        raise malformed(f"the network was taped on {list(found)}, want {list(wanted)}")


def registered(graph: Graph) -> list[tuple[Any, ...]]:
    """Names and shapes of a network's own tensors, and the shape of one input."""
    own = [(t.kind, t.names, t.shape, t.dtype) for t in graph.tape.tensors if t.kind in ("parameter", "buffer")]
    return [graph.shapes[graph.tape.input][1:], *own]
