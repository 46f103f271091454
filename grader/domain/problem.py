"""One thing that went wrong or is worth saying, as data: a reason, a place, its facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Fact = str | int | float | bool | None | list[str] | list[int]


@dataclass(frozen=True)
class Problem:
    """A reason with the place in the student's files and the facts its sentence needs.

    `facts` fill the placeholders of the reason's sentence and advice in the
    message catalogue; a problem carries no sentence of its own.
    """

    reason: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
