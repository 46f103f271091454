"""Which part of an essay a rubric item is about: the text under its heading, never another question's answer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from grader.domain.assignment import AssignmentInfo, RubricSpec
from grader.domain.evidence import Essay

EXCERPT = 1500
"""Longest excerpt beside a rubric item, in characters."""
_NUMBER = re.compile(r"\s*(?:q|question|problem|第|문제)\s*\.?\s*([0-9]{1,2})(?![0-9])", re.IGNORECASE)


def excerpt_of(item: RubricSpec, question: str, info: AssignmentInfo, essay: Essay) -> str:
    """The student's text under the first heading that fits.

    Without such a heading, or with nothing under it, the answer may stand in
    any part that no other question's heading names. Empty when there is none.
    """
    owners = {heading: _owners(heading, info) for heading in essay.answers}
    own = {
        heading: text for heading, text in essay.answers.items() if not owners[heading] or question in owners[heading]
    }
    under = _under(item.headings, own)
    if any(under):
        return _joined(under)
    if not any(owners.values()):
        return essay.text[:EXCERPT]
    # Where the item's own heading was left empty, not even its neighbours in the question answer it.
    others = {heading for heading, owner in owners.items() if owner and (under or question not in owner)}
    taken = [essay.answers[heading] for heading in others if essay.answers[heading].strip()]
    free = [text for heading, text in essay.answers.items() if heading not in others and not _holds(text, taken)]
    return _joined(free)


def _under(phrases: Iterable[str], answers: Mapping[str, str]) -> list[str]:
    """The texts under the first phrase that any heading has; a heading that was left empty counts as there."""
    for words in phrases:
        found = [text.strip() for heading, text in answers.items() if _fits(words, heading)]
        if found:
            return found
    return []


def _owners(heading: str, info: AssignmentInfo) -> set[str]:
    """The questions that a heading belongs to: by its number (Q1, Question 1, 第1題), else by an item's words."""
    number = _NUMBER.match(heading)
    if number:
        named = f"q{int(number[1])}"
        return {question.id for question in info.questions if question.id == named}
    return {q.id for q in info.questions for spec in q.rubric if any(_fits(words, heading) for words in spec.headings)}


def _fits(words: str, heading: str) -> bool:
    return words.lower() in heading.lower()


def _holds(text: str, parts: Iterable[str]) -> bool:
    """True for a heading above others: its text repeats theirs."""
    return any(part in text for part in parts)


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(filter(None, (text.strip() for text in texts)))[:EXCERPT]
