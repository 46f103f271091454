"""measure.inspect: everything counted on the networks of one file, each of which may be refused for itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from grader.domain.inspection import FileInspection, InspectedNetwork
from grader.inside.context import Context
from grader.inside.measure.handover import (
    MOST_NOTES,
    Handover,
    count_or_none,
    problem_from,
    read_handover,
    rows_of,
    text_or_none,
)
from grader.inside.measure.measuring import measure_network
from grader.inside.measure.network import same_network
from grader.inside.measure.refused import Refused, malformed
from grader.wire.frames import Frame, FrameError, load_json, read_frame
from grader.wire.tape import INSPECTION_SCHEMA, TapeError
from grader.wire.tape_reader import shape_of

MOST_NETWORKS = 64
_KINDS = ("class", "factory", "instance")


def inspect_networks(frame: Frame, context: Context) -> Frame:
    """The reply to an inspection. A hostile hand-over makes it a problem, never an exception."""
    path = str(frame.message["path"])
    try:
        with context.spools["handover"].open("rb") as stream:
            handed = read_frame(stream)
        found = _inspected(path, handed, frame.message["sources"])
    except (FrameError, TapeError) as error:
        found = FileInspection(path, problems=(malformed(str(error)).problem,))
    except Refused as refusal:
        found = FileInspection(path, problems=(refusal.problem,))
    return Frame(asdict(found))


def _inspected(path: str, handed: Frame, sources: Any) -> FileInspection:
    message = handed.message
    if message.get("schema") != INSPECTION_SCHEMA:
        raise malformed("the schema is another one")
    problems = [problem for row in rows_of(message, "problems", MOST_NOTES) if (problem := problem_from(row))]
    parts = [text_or_none(part, "part") or "" for part in rows_of(message, "parts", MOST_NETWORKS)]
    rows = rows_of(message, "networks", MOST_NETWORKS)
    return FileInspection(
        path,
        tuple(_network(row, handed.blobs.get(f"network/{number}"), sources) for number, row in enumerate(rows)),
        tuple(parts),
        tuple(problems),
    )


def _network(row: Any, blob: bytes | None, sources: Any) -> InspectedNetwork:
    if not isinstance(row, dict) or row.get("kind") not in _KINDS or blob is None:
        raise malformed("a network without its hand-over")
    shape = row.get("input_shape")
    known = InspectedNetwork(
        name=text_or_none(row.get("name"), "name") or "",
        kind=row["kind"],
        line=count_or_none(row.get("line"), "line"),
        constructor=text_or_none(row.get("constructor"), "constructor") or "",
        input_shape=None if shape is None else shape_of(shape),
        tried=tuple(shape_of(each) for each in rows_of(row, "tried", MOST_NOTES)),
    )
    try:
        message = load_json(blob)
        if not isinstance(message, dict):
            raise malformed("a hand-over is an object")
        return _measured(known, read_handover(message, {}), sources)
    except (FrameError, TapeError) as error:
        return replace(known, problem=malformed(str(error)).problem)
    except Refused as refusal:
        return replace(known, problem=refusal.problem)


def _measured(known: InspectedNetwork, handover: Handover, sources: list[Mapping[str, Any]]) -> InspectedNetwork:
    known = replace(known, params=handover.params, notes=handover.notes)
    if handover.problem is not None:
        return replace(known, problem=handover.problem)
    first, *more = same_network(handover.tapes.get("network", ()))
    if known.input_shape != first.shapes[first.tape.input][1:]:
        raise malformed("the network was taped on another input")
    network = measure_network(first, more[0] if more else None, sources, outputs=None)
    return replace(known, params=network.params, network=network)
