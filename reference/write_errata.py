"""Writes docs/errata.md from the errata in tests/facts.toml.

python -m reference.write_errata
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

from reference.facts import Fact, load_facts

ERRATA = Path(__file__).resolve().parent.parent / "docs" / "errata.md"

INTRODUCTION = """\
# Errata of the lectures

For instructors: what the lectures and the printed report have wrong, found while their networks and numbers were
computed anew. A student who writes a lecture's wrong number is graded by the truth, and the report names the slide.

Each line is a test (`tests/reference`), and this page is written from `tests/facts.toml`: change that file, then run
`python -m reference.write_errata`.
"""

TITLES = {
    "000": "Lecture 000: CNN-based image classification, with homework 4",
    "001": "Lecture 001: CNN models",
    "002": "Lecture 002: modern CNNs",
    "003": "Lecture 003: implementation of CNNs",
    "004": "Report 004: a student's homework 4",
}


def shown(value: Any) -> str:
    """A value as a reader wants it: thousands separated, lists joined, words as they are."""
    if isinstance(value, list):
        return (
            ", ".join(map(shown, value))
            if not any(isinstance(item, list) for item in value)
            else "; ".join(map(shown, value))
        )
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:g}" if isinstance(value, float) else str(value).replace("|", "\\|")


def row(fact: Fact) -> str:
    """One line of the table."""
    place = fact.source.partition(", ")[2] or fact.source
    cells = (fact.id, place, shown(fact.says), shown(fact.printed), shown(fact.truth), shown(fact.why))
    return f"| {' | '.join(cells)} |"


def errata_page(facts: Iterable[Fact]) -> str:
    """The page as Markdown."""
    wrong = sorted((fact for fact in facts if fact.is_erratum), key=lambda fact: fact.id)
    parts = [INTRODUCTION, f"{len(wrong)} errata.\n"]
    for lecture, group in groupby(wrong, key=lambda fact: fact.id[:3]):
        head = ("| id | where | what it says | printed | true | why |", "| --- | --- | --- | --- | --- | --- |")
        parts.append("\n".join((f"## {TITLES[lecture]}\n", *head, *map(row, group), "")))
    return "\n".join(parts)


def main() -> int:
    """Write the page."""
    ERRATA.write_text(errata_page(load_facts().facts), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
