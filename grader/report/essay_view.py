"""The essay beside what a human says about it."""

from __future__ import annotations

from collections.abc import Iterator

from grader.domain.evidence import Essay, SubmissionEvidence
from grader.domain.result import QuestionResult, RubricItem
from grader.report.catalogue import Catalogue
from grader.report.numbers import points
from grader.report.page_types import Answer, RubricLine
from grader.report.paragraphs import unwrapped
from grader.report.safe_text import safe_block, safe_line

_MOST_LINES = 60


def answers_of(result: QuestionResult, evidence: SubmissionEvidence, catalogue: Catalogue) -> tuple[Answer, ...]:
    """Each part of the essay that belongs to this question, with its rubric items; items without text stand alone."""
    groups: dict[str, list[RubricItem]] = {}
    for item in result.rubric:
        if item.max_points or item.points is not None or item.comment:
            groups.setdefault(item.excerpt.strip(), []).append(item)
    essay = essay_of(evidence)
    return tuple(_answer(excerpt, items, essay, catalogue) for excerpt, items in groups.items())


def essay_of(evidence: SubmissionEvidence) -> Essay | None:
    """The essay that was handed in, if there is one with text in it."""
    essay = next((p.files.essay for p in evidence.probes.values() if p.files is not None), None)
    return essay if essay and not essay.empty else None


def _answer(excerpt: str, items: list[RubricItem], essay: Essay | None, catalogue: Catalogue) -> Answer:
    cut = ""
    if excerpt and essay and any(text.startswith(excerpt) and text.strip() != excerpt for text in _texts(essay)):
        cut = catalogue.text("essay.cut", file=safe_line(essay.path, 80))
    return Answer(
        safe_block(unwrapped(excerpt), lines=_MOST_LINES), tuple(_line(item, catalogue) for item in items), cut
    )


def _texts(essay: Essay) -> Iterator[str]:
    yield essay.text
    yield from essay.answers.values()


def _line(item: RubricItem, catalogue: Catalogue) -> RubricLine:
    waiting = item.points is None
    if item.points is None:
        number = catalogue.text("rubric.waiting", most=points(item.max_points))
    else:
        number = f"{points(item.points)} / {points(item.max_points)}"
    return RubricLine(item.title, number, safe_block(item.comment, lines=12), waiting)
