"""The message catalogue: every sentence that a student or instructor reads, by language."""

from __future__ import annotations

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.domain.problem import Fact, Problem
from grader.errors import GraderError
from grader.report.safe_text import safe_line

_MESSAGES = Path(__file__).resolve().parent / "messages"
_MOST_FACT = 300


@dataclass(frozen=True)
class Catalogue:
    """The words of one language: `reasons` by code, `words` by dotted key."""

    lang: str
    reasons: Mapping[str, Mapping[str, str]]
    words: Mapping[str, str]

    def sentence(self, reason: str, facts: Mapping[str, Fact] | None = None) -> str:
        """What is the matter, with its facts filled in."""
        return self._filled(reason, "sentence", facts)

    def advice(self, reason: str, facts: Mapping[str, Fact] | None = None) -> str:
        """What to try."""
        return self._filled(reason, "advice", facts)

    def text(self, key: str, **facts: Fact) -> str:
        """A phrase of pages or terminal.

        Raises:
            KeyError: when there is none; that is a bug of ours.
        """
        return _fill(self.words[key], facts)

    def problem(self, problem: Problem) -> str:
        """A problem's sentence with its place in the student's files."""
        return self.placed(self.sentence(problem.reason, problem.facts), problem.file, problem.line)

    def placed(self, sentence: str, file: str | None, line: int | None) -> str:
        """A sentence with the file and line it speaks of."""
        if not file:
            return sentence
        place = f"{safe_line(file, 120)}:{line}" if line else safe_line(file, 120)
        return self.text("place", place=place, sentence=sentence)

    def section(self, prefix: str) -> dict[str, str]:
        """All phrases below a prefix, by the rest of their keys; for templates."""
        start = f"{prefix}."
        return {
            key.removeprefix(start).replace(".", "_"): text for key, text in self.words.items() if key.startswith(start)
        }

    def _filled(self, reason: str, part: str, facts: Mapping[str, Fact] | None) -> str:
        found = self.reasons.get(reason)
        return _fill(found[part], facts or {}) if found else reason.replace("_", " ")


def load_catalogue(lang: str = "en") -> Catalogue:
    """The catalogue of a language.

    Raises:
        GraderError: when there is none; names those there are.
    """
    folder = _MESSAGES / lang
    if not lang.replace("-", "").isalnum() or not folder.is_dir():
        there = ", ".join(sorted(path.name for path in _MESSAGES.iterdir() if path.is_dir()))
        raise GraderError(f"--lang {lang!r} has no messages; there are {there}")
    words: dict[str, str] = {}
    reasons: Mapping[str, Mapping[str, str]] = {}
    for path in sorted(folder.glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        if path.stem == "reasons":
            reasons = table
        else:
            words |= dict(_flat(table))
    return Catalogue(lang, reasons, words)


def _flat(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key, value in table.items():
        found += _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else [(prefix + key, str(value))]
    return found


class _Facts(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


def _fill(template: str, facts: Mapping[str, Fact]) -> str:
    """Replace {name} by its fact; a fact's own braces stay as they are, a missing one becomes a question mark."""
    shown = _Facts({name: _shown(value) for name, value in facts.items()})
    parts = []
    for literal, name, _, _ in string.Formatter().parse(template):
        parts.append(literal)
        if name is not None:
            parts.append(shown[name])
    return "".join(parts)


def _shown(value: Fact) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= 10_000 else str(value)
    if isinstance(value, float):
        return f"{value:,.2f}".rstrip("0").rstrip(".")
    if isinstance(value, list):
        return ", ".join(safe_line(str(item), 80) for item in value[:12])
    return safe_line(str(value), _MOST_FACT) if value is not None else "?"
