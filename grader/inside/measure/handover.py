"""Reads a hand-over: every byte of it was written by a student's process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

from grader.domain.measurement import Chosen
from grader.domain.problem import Fact, Problem
from grader.domain.reason import Reason
from grader.inside.measure.refused import malformed
from grader.wire.frames import FrameError, read_frame
from grader.wire.sheet import LOGITS
from grader.wire.tape import HANDOVER_SCHEMA, Tape, TapeError
from grader.wire.tape_reader import load_tape

MOST_TAPES = 4
MOST_NOTES = 100
MOST_SNAPSHOTS = 64
MOST_PARAMETERS = 5_000
_MOST_TEXT = 2_000
_MOST_FACTS = 20
_RULES = ("declared", "name", "structure", "last")
_KINDS = frozenset(Reason)
_ROW = 3
_STATES = ("trained", "perturbed", "untrained")


@dataclass(frozen=True)
class Snapshot:
    """The names of the blobs of parameters and buffers after an epoch, by their registered names."""

    epoch: int
    blobs: Mapping[str, str]


@dataclass(frozen=True)
class Handover:
    """A hand-over of the right form; the tapes are still unchecked."""

    chosen: Chosen | None
    problem: Problem | None
    notes: tuple[Problem, ...]
    tapes: Mapping[str, tuple[Tape, ...]]
    training: Mapping[str, Any] | None
    snapshots: tuple[Snapshot, ...]
    blobs: Mapping[str, bytes]
    logits: Mapping[str, bytes] = field(default_factory=dict)
    """Scores that the student's process gave itself, unchecked but for their number of classes."""
    classes: int = 0
    params: int = 0
    """What the student's process says of its parameters, for when there is no tape to count them on."""


def load_handover(spool: Path) -> Handover:
    """Read a spooled frame.

    Raises:
        Refused: on anything but a hand-over of the right form within its caps.
    """
    try:
        with spool.open("rb") as stream:
            frame = read_frame(stream)
        return read_handover(frame.message, frame.blobs)
    except (FrameError, TapeError) as error:
        raise malformed(str(error)) from None


def read_handover(message: Mapping[str, Any], blobs: Mapping[str, bytes]) -> Handover:
    """Check the message of a hand-over.

    Raises:
        Refused: on anything but the right form within its caps.
        TapeError: on a tape that is none.
    """
    if message.get("schema") != HANDOVER_SCHEMA:
        raise malformed("the schema is another one")
    tapes = message.get("tapes", {})
    if not isinstance(tapes, dict) or len(tapes) > MOST_TAPES:
        raise malformed("tapes are not an object of a few lists")
    classes, logits = _logits(message.get(LOGITS), blobs)
    training = message.get("training")
    if training is not None and not isinstance(training, dict):
        raise malformed("training is not an object")
    return Handover(
        chosen=_chosen(message.get("chosen")),
        problem=problem_from(message.get("problem")),
        notes=tuple(note for item in rows_of(message, "notes", MOST_NOTES) if (note := problem_from(item)) is not None),
        tapes={name: _tapes(group) for name, group in tapes.items()},
        training=training,
        snapshots=tuple(_snapshot(item) for item in rows_of(message, "snapshots", MOST_SNAPSHOTS)),
        blobs=blobs,
        logits=logits,
        classes=classes,
        params=_params(rows_of(message, "parameters", MOST_PARAMETERS)),
    )


def _tapes(group: Any) -> tuple[Tape, ...]:
    if not isinstance(group, list) or len(group) > MOST_TAPES:
        raise malformed("a group of tapes is not a short list")
    return tuple(load_tape(item) for item in group)


def _snapshot(item: Any) -> Snapshot:
    blobs = item.get("blobs") if isinstance(item, dict) else None
    if not isinstance(blobs, dict) or not all(isinstance(blob, str) for blob in blobs.values()):
        raise malformed("a snapshot is not an object of blob names")
    return Snapshot(count_or_none(item.get("epoch"), "epoch") or 0, blobs)


def _logits(item: Any, blobs: Mapping[str, bytes]) -> tuple[int, Mapping[str, bytes]]:
    """Number of classes, and the scores by the network's state."""
    if item is None:
        return 0, {}
    names = item.get("names") if isinstance(item, dict) else None
    if not isinstance(names, list) or not names or not all(name in _STATES for name in names):
        raise malformed("scores are not of states that there are")
    found = {name: blobs.get(f"{LOGITS}/{name}", b"") for name in names}
    return _within(item.get("classes"), "classes", least=1), found


def _params(rows: list[Any]) -> int:
    """All elements of the listed parameters."""
    if not all(isinstance(row, list) and len(row) == _ROW for row in rows):
        raise malformed("parameters are not rows of name, size and shape")
    return sum(_within(row[1], "parameter", least=0) for row in rows)


def _chosen(item: Any) -> Chosen | None:
    if item is None:
        return None
    if not isinstance(item, dict):
        raise malformed("chosen is not an object")
    rule = item.get("rule")
    if rule not in _RULES:
        raise malformed("chosen by a rule that there is not")
    candidates = rows_of(item, "candidates", MOST_NOTES)
    return Chosen(
        name=text_or_none(item.get("name"), "name") or "",
        file=text_or_none(item.get("file"), "file"),
        line=count_or_none(item.get("line"), "line"),
        rule=rule,
        candidates=tuple(text_or_none(name, "candidate") or "" for name in candidates),
    )


def problem_from(item: Any) -> Problem | None:
    """A problem of a reason that there is, with plain facts; None for null.

    Raises:
        Refused: on anything else.
    """
    if item is None:
        return None
    if not isinstance(item, dict) or item.get("reason") not in _KINDS:
        raise malformed("a problem of a kind that there is not")
    facts = item.get("facts", {})
    if not isinstance(facts, dict) or len(facts) > _MOST_FACTS:
        raise malformed("the facts of a problem are not an object")
    return Problem(
        reason=Reason(item["reason"]),
        file=text_or_none(item.get("file"), "file"),
        line=count_or_none(item.get("line"), "line"),
        column=count_or_none(item.get("column"), "column"),
        facts={str(name)[:100]: _fact(value) for name, value in facts.items()},
    )


def _fact(value: Any) -> Fact:
    if value is None or isinstance(value, bool) or (isinstance(value, float) and isfinite(value)):
        return value
    if isinstance(value, int):
        return _within(value, "fact")
    if isinstance(value, str):
        return value[:_MOST_TEXT]
    if isinstance(value, list) and len(value) <= MOST_NOTES:
        if all(isinstance(item, str) for item in value):
            return [str(item)[:_MOST_TEXT] for item in value]
        if all(type(item) is int for item in value):
            return [_within(item, "fact") for item in value]
    raise malformed("a fact is no plain value")


def rows_of(message: Mapping[str, Any], key: str, most: int) -> list[Any]:
    """A list of at most so many; empty where there is none.

    Raises:
        Refused: on anything else.
    """
    value = message.get(key, [])
    if not isinstance(value, list) or len(value) > most:
        raise malformed(f"{key} is not a list of at most {most}")
    return value


def text_or_none(value: Any, what: str) -> str | None:
    """A short text or nothing.

    Raises:
        Refused: on anything else.
    """
    if value is not None and (not isinstance(value, str) or len(value) > _MOST_TEXT):
        raise malformed(f"{what} is not a short text")
    return value


def count_or_none(value: Any, what: str) -> int | None:
    """A whole number from 0 of ordinary size, or nothing.

    Raises:
        Refused: on anything else.
    """
    return None if value is None else _within(value, what, least=0)


def _within(value: Any, what: str, least: int = -(1 << 62)) -> int:
    if type(value) is not int or not least <= value < 1 << 62:
        raise malformed(f"{what} is not a whole number of ordinary size")
    return value
