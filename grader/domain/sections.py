"""Which lines of a document answer which question, by the headings that repeat the question's words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from grader.domain.document import Document

_MOST_HEADING = 240
_NUMBERED = re.compile(
    r"^\s*(?:q(?:uestion)?|problem|問題|问题|문제|題|第)?\s*\(?([1-9])\s*(?:題|题|번)?\s*(?:[.、:：)．]|$|\s)", re.I
)


def section(document: Document, headings: Mapping[str, str], question: str) -> Document:
    """The part of a document below a question's own heading, or all of it when there is no such heading.

    `headings` maps each question, in order, to a pattern of words that its heading has.
    """
    return own_section(document, headings, question) or document


def own_section(document: Document, headings: Mapping[str, str], question: str) -> Document | None:
    """The part below a question's own heading, None when it has none."""
    starts = _starts(document, headings)
    if question not in starts:
        return None
    first = starts[question]
    end = min((at for at in starts.values() if at > first), default=len(document.lines))
    return replace(document, lines=document.lines[first:end])


def _starts(document: Document, headings: Mapping[str, str]) -> dict[str, int]:
    """Index of the line with each question's heading: the first that has its number and its words."""
    starts: dict[str, int] = {}
    for at, line in enumerate(document.lines):
        found = _NUMBERED.match(line.text.lstrip("#* "))
        if found is None or len(line.text) > _MOST_HEADING:
            continue
        following = document.lines[at + 1].text if at + 1 < len(document.lines) else ""
        for number, (question, words) in enumerate(headings.items(), 1):
            told = re.search(words, f"{line.text} {following}", re.I)
            if int(found[1]) == number and question not in starts and told:
                starts[question] = at
    return starts
