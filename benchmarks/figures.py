"""One measured number with its goal, and the line that is printed of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A number with its unit. `most` or `least` is the goal; neither where the number only stands beside another."""

    name: str
    value: float
    unit: str
    most: float | None = None
    note: str = ""
    least: float | None = None

    @property
    def holds(self) -> bool:
        """True when the goal is reached, or when there is none."""
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)

    def line(self) -> str:
        """The number as one line: name, value, goal, and how it was come by."""
        wanted = "" if self.most is None else f"{self.most:g}"
        wanted = wanted if self.least is None else f"at least {self.least:g}"
        goal = f"  (goal {wanted}: {'reached' if self.holds else 'MISSED'})" if wanted else ""
        note = f"  {self.note}" if self.note else ""
        return f"{self.name:<44} {self.value:>9.2f} {self.unit}{goal}{note}"
