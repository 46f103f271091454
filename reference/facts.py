"""tests/facts.toml as dataclasses: what the lectures print, and what is true."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import floor
from pathlib import Path
from typing import Any

FACTS = Path(__file__).resolve().parent.parent / "tests" / "facts.toml"


@dataclass(frozen=True)
class Rounding:
    """How a printed number comes from the exact one: in units, rounded to places, or cut off."""

    unit: float
    places: int
    down: bool = False

    def apply(self, value: float) -> float:
        """The number as it would be printed."""
        scaled = value / self.unit
        return floor(scaled * 10**self.places) / 10**self.places if self.down else round(scaled, self.places)

    def apply_all(self, value: Any) -> Any:
        """The same for each number of a list."""
        return [self.apply(item) for item in value] if isinstance(value, list) else self.apply(value)


@dataclass(frozen=True)
class Fact:
    """One statement of a lecture that can be computed. None stands for what the file leaves out."""

    id: str
    source: str
    says: str
    verdict: str
    by: str
    printed: Any = None
    value: Any = None
    rounding: Rounding | None = None
    why: str = ""
    of: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_erratum(self) -> bool:
        """True where the lecture is wrong."""
        return self.verdict == "erratum"

    @property
    def truth(self) -> Any:
        """The exact value: what is printed, unless that is rounded, wrong or absent."""
        return self.printed if self.value is None else self.value


@dataclass(frozen=True)
class Facts:
    """The whole file. `inputs` are values that several facts share."""

    facts: tuple[Fact, ...]
    inputs: Mapping[str, tuple[float, ...]]
    left_out: Mapping[str, str]

    @property
    def by_id(self) -> Mapping[str, Fact]:
        """The facts by their ids."""
        return {fact.id: fact for fact in self.facts}


def load_facts(path: Path = FACTS) -> Facts:
    """Read the file; an unknown key of a fact is a TypeError that names it."""
    data = tomllib.loads(path.read_text("utf-8"))
    return Facts(
        facts=tuple(_as_fact(table) for table in data["fact"]),
        inputs={name: tuple(values) for name, values in data["inputs"].items()},
        left_out=data["left_out"],
    )


def _as_fact(table: Mapping[str, Any]) -> Fact:
    rounding = table.get("rounding")
    return Fact(**{**table, "rounding": Rounding(**rounding) if rounding else None})
