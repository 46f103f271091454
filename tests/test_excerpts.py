"""Which part of an essay a rubric item is about."""

from __future__ import annotations

import pytest

from grader.domain.assignment import RubricSpec
from grader.domain.evidence import Essay
from grader.excerpts import EXCERPT, excerpt_of
from tests.assignments.hw4_graded import HW4
from tests.report.texts import ESSAY_PARTS

ITEMS = {item.id: (item, question.id) for question in HW4.info.questions for item in question.rubric}


def essay_of(answers: dict[str, str]) -> Essay:
    """An essay with these headings."""
    text = "\n\n".join(f"## {heading}\n{words}" for heading, words in answers.items())
    return Essay("essay.md", text, len(text.split()), False, answers)


def excerpt(item: str, answers: dict[str, str]) -> str:
    """The excerpt for the item of hw4 with this id."""
    spec, question = ITEMS[item]
    return excerpt_of(spec, question, HW4.info, essay_of(answers))


@pytest.mark.parametrize(
    ("item", "heading"),
    [
        ("regular_pros", "Q1 Regular convolution: pros"),
        ("separable_cons", "Q1 Depthwise-separable convolution: cons"),
        ("main_reason", "Q1 Main reason"),
        ("summary", "Q3 Summary"),
    ],
)
def test_starter_headings_give_each_item_its_own_part(item: str, heading: str) -> None:
    """The text under the item's own heading, and nothing else."""
    assert excerpt(item, ESSAY_PARTS) == ESSAY_PARTS[heading]


def test_heading_left_empty_shows_nothing() -> None:
    """Not a neighbour's answer: an empty part is empty."""
    parts = {**ESSAY_PARTS, "Q1 Main reason": ""}
    assert excerpt("main_reason", parts) == ""


@pytest.mark.parametrize("number", ["Q1", "Question 1", "q.1", "第1題", "문제 1", "Problem 1:"])
def test_numbered_heading_belongs_to_its_question(number: str) -> None:
    """One heading for the whole question: its text for every item of it, none of another question's."""
    parts = {number: "all of it", number.replace("1", "3"): "the other"}
    assert excerpt("regular_pros", parts) == "all of it"
    assert excerpt("summary", parts) == "the other"


def test_essay_without_headings_is_shown_from_its_start() -> None:
    """No heading says what is where, so a reader sees the beginning, cut."""
    essay = Essay("essay.md", "word " * 2000, 2000, False, {})
    spec, question = ITEMS["regular_pros"]
    shown = excerpt_of(spec, question, HW4.info, essay)
    assert shown == essay.text[:EXCERPT]


def test_assignment_without_headings_still_finds_numbers() -> None:
    """An item that names no words goes by the question's number."""
    spec = RubricSpec("free", "Free", 1.0)
    assert excerpt_of(spec, "q3", HW4.info, essay_of({"Q1": "one", "Q3": "three"})) == "three"
