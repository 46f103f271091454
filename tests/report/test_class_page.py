"""The class report as data: distribution, pass rates, the same error with everybody who has it."""

from __future__ import annotations

import json
import statistics
from dataclasses import asdict, replace

from grader.domain.result import Grade
from grader.report.catalogue import load_catalogue
from grader.report.class_page import class_page
from grader.report.class_types import ClassPage
from tests.assignments.hw4_graded import HW4
from tests.report.samples import class_of, grade_of, manual, perfect, slip, syntax_error

WORDS = load_catalogue()


def page_of(grades: list[Grade], **environment: str) -> ClassPage:
    """The class report of these grades."""
    return class_page(grades, HW4.info, WORDS, environment=environment)


def test_every_submission_has_a_row_with_its_numbers() -> None:
    """Sixty submissions, sixty rows, in the order given, and all scores are to be read back."""
    grades = class_of(60)
    page = page_of(grades)
    assert [row.student for row in page.rows] == [grade.submission.student_id for grade in grades]
    assert set(page.scores) == {row.score for row in page.rows}
    assert page.heading.number == "60"


def test_key_figures_are_statistics_of_the_scores() -> None:
    """Mean, median, lowest, highest and points that wait."""
    grades = class_of(25)
    scores = [grade.score for grade in grades]
    values = [float(fact.value) for fact in page_of(grades).figures]
    want = [statistics.fmean(scores), statistics.median(scores), min(scores), max(scores)]
    assert values == [round(each, 2) for each in [*want, sum(grade.pending for grade in grades)]]


def test_distribution_counts_everybody_once() -> None:
    """The words beside the picture add up to the class; full marks and bonus stand apart."""
    grades = [*class_of(30), grade_of(perfect(), manual(all_points=True))]
    words = page_of(grades).distribution.alt
    numbers = [int(part.rsplit(": ", 1)[1].rstrip(".")) for part in words.split("; ")]
    assert sum(numbers) == 31
    assert "100+: 1" in words


def test_same_error_names_everybody_who_has_it() -> None:
    """Two students with one syntax error are one line, each with their id; what only follows is left out."""
    kinds = [syntax_error(), syntax_error(), slip()]
    grades = []
    for number, kind in enumerate(kinds):
        who = replace(kind.submission, student_id=f"s{number}")
        grades.append(grade_of(replace(kind, submission=who)))
    errors = page_of(grades).errors
    syntax = [error for error in errors if error.question == "Q2" and "invalid character" in error.sentence]
    assert [(error.count, error.students) for error in syntax] == [("2", "s0, s1")]
    assert not any("Not judged" in error.sentence for error in errors)
    assert [error.count for error in errors] == sorted((error.count for error in errors), reverse=True)


def test_class_without_anybody_is_a_page() -> None:
    """No division by nothing, no empty claims."""
    page = page_of([])
    assert page.rows == page.errors == page.flags == ()
    assert page.heading.number == "0"


def test_checks_of_hand_rows_count_together() -> None:
    """One line for all layers, whatever a student's layers are called, and each line adds up."""
    grades = class_of(20)
    rates = page_of(grades).checks
    assert [rate.title for rate in rates].count(WORDS.text("class.hand_rows")) == 1
    for rate in rates:
        if rate.title != WORDS.text("class.hand_rows"):
            assert int(rate.right) + int(rate.wrong) + int(rate.other) == 20, rate.title


def test_flags_stand_in_words_with_their_students() -> None:
    """A flag is a question to the instructor, never a charge: its words come from the catalogue."""
    grade = replace(grade_of(slip()), flags=("unsandboxed", "something_new"))
    facts = {fact.name: fact.value for fact in page_of([grade], jail="none").flags}
    assert facts[WORDS.text("flag.unsandboxed")] == grade.submission.student_id
    assert "something new" in facts


def test_class_graded_without_walls_is_stamped() -> None:
    """On its face, not in a footnote."""
    assert "UNSANDBOXED" in page_of(class_of(2), jail="none").stamp
    assert page_of(class_of(2), jail="ns").stamp == ""


def test_hostile_names_are_data() -> None:
    """A name with controls, direction marks or a megabyte of text is one short safe line."""
    found = slip()
    for name in ("\x1b[31mred", "a\u202eb", "x" * 1_000_000, "=HYPERLINK(1)"):
        who = replace(found.submission, name=name)
        page = page_of([grade_of(replace(found, submission=who))])
        shown = json.dumps(asdict(page), ensure_ascii=False)
        assert "\x1b" not in shown
        assert "\u202e" not in shown
        assert len(page.rows[0].name) <= 40
