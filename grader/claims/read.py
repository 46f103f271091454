"""Reads the answers of one question as data: what is not understood becomes a problem, never an exception."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from grader.claims.arithmetic import MAX_TEXT, NotArithmetic, evaluate, sides
from grader.claims.equations import Equation
from grader.claims.numbers import Number, read_number
from grader.domain.document import Place
from grader.domain.problem import Problem
from grader.domain.reason import Reason

METRICS = ("accuracy", "precision", "recall", "f1")
TOTAL_KEYS = frozenset({"total", "sum", "total_params", "total params"})

_MOST_ROWS = 200
_REPORTED_KEYS = frozenset({"params", "flops", "macs", "label", "tool", "architecture"})
_CLAIMED_KEYS = frozenset({*METRICS, "dataset"})


@dataclass(frozen=True)
class HandClaim:
    """One row of a hand calculation: the number written, and what its working comes to."""

    key: str
    working: str = ""
    written: int | None = None
    gives: int | None = None
    unreadable: str = ""
    """The part that could not be read, empty when all could."""
    place: Place | None = None
    """Where it stands, when it was read in a document."""

    @property
    def value(self) -> int | None:
        """The number the student stands by: the one written, else what the working gives."""
        return self.gives if self.written is None else self.written

    @property
    def slipped(self) -> bool:
        """True when working and written number are two different numbers."""
        return self.written is not None and self.gives is not None and self.written != self.gives


@dataclass(frozen=True)
class Reported:
    """What a student's tool printed, as they wrote it down. None where nothing was given."""

    params: Number | None = None
    flops: Number | None = None
    label: str = ""
    tool: str = ""
    architecture: str = ""
    unreadable: Mapping[str, str] = field(default_factory=dict)
    """Key to text of numbers that could not be read."""


@dataclass(frozen=True)
class Claims:
    """All that a student says about one question."""

    hand: tuple[HandClaim, ...] = ()
    total: HandClaim | None = None
    reported: Reported = Reported()
    claimed: Mapping[str, float] = field(default_factory=dict)
    """Metrics as fractions of 1."""
    claimed_dataset: str = ""
    problems: tuple[Problem, ...] = ()
    equations: tuple[Equation, ...] = ()
    """The calculations of the documents, of which nobody has said yet which layer each is about."""

    unread: Problem | None = None
    """Why more may stand in a document than could be read."""

    @property
    def says_anything(self) -> bool:
        """Whether there is any claim at all."""
        reported = (self.reported.params, self.reported.flops)
        return bool(self.hand or self.total or self.claimed or self.equations or any(reported))


def read_claims(answers: Mapping[str, object], question: str) -> Claims:
    """What answers.toml says about this question."""
    problems: list[Problem] = []
    table = _table(answers, question, "", problems)
    where = f"{question}."
    hand_table = _table(table, "hand", where, problems)
    hand = [read_hand(key, value) for key, value in _flat(hand_table)][:_MOST_ROWS]
    totals = [claim for claim in hand if claim is not None and claim.key.strip().lower() in TOTAL_KEYS]
    claimed = _table(table, "claimed", where, problems)
    return Claims(
        hand=tuple(claim for claim in hand if claim is not None and claim not in totals),
        total=totals[0] if totals else None,
        reported=_reported(_table(table, "reported", where, problems), f"{where}reported.", problems),
        claimed=_metrics(claimed, f"{where}claimed.", problems),
        claimed_dataset=_text(claimed.get("dataset")),
        problems=tuple(problems),
    )


def read_hand(key: str, given: object) -> HandClaim | None:
    """One row of a hand calculation; None for a place that was left empty."""
    key = key[:80]
    if isinstance(given, int | float) and not isinstance(given, bool):
        number = read_number(given)
        whole = number is not None and number.value.denominator == 1
        return HandClaim(key, written=int(number.value)) if number and whole else HandClaim(key, unreadable=str(given))
    if not isinstance(given, str):
        return HandClaim(key, unreadable=_kind(given))
    if not given.strip():
        return None
    working = given.strip()[:MAX_TEXT]
    try:
        return _equation(key, working, sides(given.strip()))
    except NotArithmetic as error:
        return HandClaim(key, working, unreadable=str(error))


def claim_of(equation: Equation) -> HandClaim | None:
    """A calculation found in a document as a claim; None when nothing of it can be worked out."""
    try:
        claim = _equation(equation.label[:80], " = ".join(equation.parts), list(equation.parts))
    except NotArithmetic:
        return None
    return replace(claim, place=equation.place)


def _equation(key: str, working: str, parts: list[str]) -> HandClaim:
    """A working and its number, in either order, or only one of the two; words in between are let be."""
    if not parts:
        raise NotArithmetic(working[:60])
    numbers = [_plain_number(part) for part in parts]
    if len(parts) == 1 and numbers[0] is not None:
        return HandClaim(key, written=numbers[0])
    written = numbers[-1] if numbers[-1] is not None else numbers[0]
    worked = [value for part, number in zip(parts, numbers, strict=True) if number is None for value in _worked(part)]
    if written is None and not worked:
        raise NotArithmetic(working[:60])
    if written is None and worked[0] != worked[-1]:
        written = worked[-1]
    return HandClaim(key, working, written, worked[0] if worked else None)


def _worked(part: str) -> list[int]:
    """What a part comes to, nothing when it is words or symbols."""
    try:
        return [evaluate(part)]
    except NotArithmetic:
        return []


def _plain_number(part: str) -> int | None:
    number = read_number(part)
    exact = number is not None and number.step == 0 and number.value.denominator == 1
    return int(number.value) if number is not None and exact else None


def _reported(table: Mapping[str, object], where: str, problems: list[Problem]) -> Reported:
    problems += _unknown(table, _REPORTED_KEYS, where)
    unreadable: dict[str, str] = {}
    numbers: dict[str, Number | None] = {}
    for key in ("params", "flops", "macs"):
        given = table.get(key)
        numbers[key] = read_number(given)
        if numbers[key] is None and given is not None and given != "":
            unreadable["params" if key == "params" else "flops"] = _shown(given)
    by_macs = numbers["flops"] is None and numbers["macs"] is not None
    flops = numbers["macs"] if by_macs else numbers["flops"]
    return Reported(
        params=numbers["params"],
        flops=flops,
        label=_text(table.get("label")) or (flops.unit if flops else "") or ("MACs" if by_macs else ""),
        tool=_text(table.get("tool")),
        architecture=_text(table.get("architecture")),
        unreadable=unreadable,
    )


def _metrics(table: Mapping[str, object], where: str, problems: list[Problem]) -> dict[str, float]:
    problems += _unknown(table, _CLAIMED_KEYS, where)
    found: dict[str, float] = {}
    for key in METRICS:
        given = table.get(key)
        if given is None or given == "":
            continue
        share = share_of(given)
        if share is None:
            problems.append(_wrong_type(f"{where}{key}", "0.98 | 98%", _shown(given)))
        else:
            found[key] = share
    return found


def share_of(given: object) -> float | None:
    """A share from 0.98, 98, "98 %" or "98.2%"; None when it is none of these."""
    text = given.strip() if isinstance(given, str) else given
    number = read_number(text.rstrip("%％ ") if isinstance(text, str) else text)
    if number is None or number.value > 100:
        return None
    percent = number.value > 1 or (isinstance(text, str) and text.endswith(("%", "％")))
    return float(number.value / 100 if percent else number.value)


def _flat(table: Mapping[str, object], before: str = "", depth: int = 0) -> Iterator[tuple[str, object]]:
    """Rows of a table and of the tables in it: an unquoted features.0 arrives as one inside the other."""
    for key, value in table.items():
        if isinstance(value, Mapping) and depth < 6:
            yield from _flat(value, f"{before}{key}.", depth + 1)
        else:
            yield f"{before}{key}", value


def _table(table: Mapping[str, object], key: str, where: str, problems: list[Problem]) -> Mapping[str, object]:
    found = table.get(key)
    if isinstance(found, Mapping):
        return found
    if found is not None:
        problems.append(_wrong_type(f"{where}{key}", f"[{where}{key}]", _kind(found)))
    return {}


def _unknown(table: Mapping[str, object], known: frozenset[str], where: str) -> list[Problem]:
    keys = [key for key in table if key not in known][:5]
    return [Problem(Reason.ANSWERS_UNKNOWN_KEY, "answers.toml", facts={"key": f"{where}{key}"[:80]}) for key in keys]


def _wrong_type(key: str, want: str, found: str) -> Problem:
    return Problem(Reason.ANSWERS_WRONG_TYPE, "answers.toml", facts={"key": key, "want": want, "found": found})


def _text(given: object) -> str:
    return given.strip()[:80] if isinstance(given, str) else ""


def _shown(given: object) -> str:
    return given.strip()[:60] if isinstance(given, str) else str(given)[:60]


def _kind(given: object) -> str:
    """TOML's own word for a value's type."""
    words = {bool: "boolean", int: "integer", float: "float", str: "string", list: "array", dict: "table"}
    return words.get(type(given), type(given).__name__)
