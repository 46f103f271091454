"""answers.toml as plain data, or the line at which it is no TOML."""

from __future__ import annotations

import datetime
import math
import re
import tomllib
from dataclasses import dataclass
from typing import Any

from grader.domain.problem import Problem
from grader.domain.reason import Reason

MOST_BYTES = 256 << 10
"""Larger files are not parsed; the caller sees to it."""

MOST_DEPTH = 12

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_MOST_EXACT = 1 << 53


@dataclass(frozen=True)
class Answers:
    """The parsed table, or the problem that there is none."""

    table: dict[str, Any] | None
    problem: Problem | None = None


def read_answers(text: str, path: str) -> Answers:
    """Parse the text; values that JSON has no form for become text."""
    try:
        table: dict[str, Any] = _plain(tomllib.loads(text), 0)
    except tomllib.TOMLDecodeError as error:
        return Answers(None, _problem(str(error), path))
    except _TooDeepError:
        return Answers(None, Problem(Reason.ANSWERS_DEEP, path, facts={"most": MOST_DEPTH}))
    except (RecursionError, ValueError) as error:
        # A number of a million digits, or brackets within brackets without end.
        return Answers(None, Problem(Reason.ANSWERS_SYNTAX, path, facts={"detail": str(error)[:200]}))
    return Answers(table)


class _TooDeepError(ValueError):
    pass


def _problem(message: str, path: str) -> Problem:
    found = _PLACE.search(message)
    detail = _PLACE.sub("", message)[:200]
    line, column = (int(found[1]), int(found[2])) if found and found[1] else (None, None)
    return Problem(Reason.ANSWERS_SYNTAX, path, line, column, {"detail": detail})


def _plain(value: Any, depth: int) -> Any:
    if depth > MOST_DEPTH:
        raise _TooDeepError
    if isinstance(value, dict):
        return {key: _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bool | str):
        return value
    exact = math.isfinite(value) if isinstance(value, float) else abs(value) <= _MOST_EXACT
    return value if exact else str(value)
