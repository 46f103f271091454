"""A student's page as data: what is said first, what of a class's or an instructor's knowledge stays out."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest

from grader.domain.evidence import SubmissionEvidence
from grader.domain.problem import Problem
from grader.domain.result import CheckResult, Grade
from grader.domain.status import Status, Visibility
from grader.report.catalogue import load_catalogue
from grader.report.page_types import Section, StudentPage
from grader.report.student_page import student_page
from tests.assignments.hw4_graded import HW4
from tests.report.samples import (
    evidence_of,
    files_of,
    grade_of,
    line_of,
    manual,
    measured,
    nothing,
    perfect,
    slip,
    syntax_error,
)

WORDS = load_catalogue()


def page_of(found: SubmissionEvidence, *, scored: bool = True, grade: Grade | None = None) -> StudentPage:
    """The page of this evidence."""
    return student_page(grade or grade_of(found, manual() if scored else ()), found, HW4.info, WORDS)


def part(page: StudentPage, question: str) -> Section:
    """One question's section."""
    return next(section for section in page.sections if section.id == question)


def test_page_is_a_pure_function() -> None:
    """The same arguments give the same page."""
    assert page_of(slip()) == page_of(slip())


def test_heading_and_bars_say_the_scores() -> None:
    """96 of 100, each question's score, and all of them are to be read back."""
    page = page_of(slip())
    assert (page.heading.number, page.heading.unit) == ("96", "/ 100 points")
    assert [bar.score for bar in page.bars] == ["44 / 50", "47 / 50", "5 / 5"]
    assert page.scores == ("96", "44 / 50", "47 / 50", "5 / 5")
    assert [bar.bonus for bar in page.bars] == [False, False, True]
    assert page.stamp == ""


def test_lost_lines_sum_to_what_the_note_says() -> None:
    """Three lines, nine points, and the note says so."""
    page = page_of(slip())
    assert [line.points for line in page.lost] == ["\u22123", "\u22123", "\u22123"]
    assert page.lost_note == "These 3 lines are every deduction: 9 points."
    assert {line.target for line in page.lost} <= {section.id for section in page.sections}


def test_first_box_names_numbers_and_second_the_dearest_cause() -> None:
    """What works has the accuracy; what to fix is the syntax error with its line, not what hangs on it."""
    assert any("99.39 %" in line for line in page_of(slip()).works)
    fix = page_of(syntax_error()).fix
    assert fix[0].startswith("hw4.py:12: ")
    assert page_of(syntax_error()).steps[0].worth.startswith("Worth up to 23")


def test_everything_right_asks_for_nothing() -> None:
    """No loss, no wait, no step."""
    page = page_of(perfect(), grade=grade_of(perfect(), manual(all_points=True)))
    assert page.heading.number == "105"
    assert (page.lost, page.waiting, page.steps) == ((), (), ())
    assert page.lost_note == WORDS.text("lost.nothing")
    assert page.fix == (WORDS.text("box.nothing_to_fix"),)


def test_waiting_points_are_named() -> None:
    """An essay nobody has read yet waits with its 50 points."""
    page = page_of(perfect(), scored=False)
    assert [(w.question, w.points) for w in page.waiting] == [("Q1", "50"), ("Q3", "2")]
    assert "52" in page.heading.state


def test_empty_folder_has_a_page_without_empty_rows() -> None:
    """Nothing was handed in: every row still says why."""
    page = page_of(nothing(), scored=False)
    for section in page.sections:
        for check in section.checks:
            assert check.mark
            assert check.status != "failed" or check.rationale
    assert all(line.reason and line.advice for line in page.lost)


def test_correction_strikes_the_wrong_end_and_writes_the_right_one() -> None:
    """conv5's swapped digits between its neighbours."""
    section = part(page_of(slip()), "q2")
    assert [line.layer for line in section.corrections] == ["conv4", "conv5", "fc1"]
    assert (section.corrections[1].struck, section.corrections[1].right) == ("590800", "590080")
    wrong = [line for line in section.hand if line.kind == "wrong"]
    assert [(line.layer, line.hand, line.code) for line in wrong] == [("conv5", "590,800", "590,080")]


def test_students_tool_is_recognised() -> None:
    """705535424 is thop's number, whatever word stands beside it."""
    tools = part(page_of(slip()), "q2").tools
    same = [line.tool for line in tools if line.mark == WORDS.text("tools.same")]
    assert "thop" in same


def test_code_stands_with_the_line_that_is_spoken_of() -> None:
    """The class as handed in, numbered as in the file, its dropout marked."""
    code = part(page_of(slip()), "q2").code
    assert code is not None
    marked = line_of("        x = F.dropout(F.relu(self.fc1(x)), p=0.5)")
    assert code.marked == (marked,)
    assert code.text.split("\n")[marked - code.first].strip() == "x = F.dropout(F.relu(self.fc1(x)), p=0.5)"
    assert code.place == f"hw4.py:{code.first}"


def test_same_broken_line_is_shown_once() -> None:
    """Q2 and Q3 stop at the same syntax error: the code stands under Q2 alone."""
    page = page_of(syntax_error())
    assert part(page, "q2").code is not None
    assert part(page, "q3").code is None


def test_essay_stands_beside_what_a_human_says() -> None:
    """Chinese, Korean and English parts, each with its own remarks."""
    answers = part(page_of(slip()), "q1").answers
    beside = {line.title: answer.text for answer in answers for line in answer.remarks}
    assert "휴대폰" in beside["Three pros of depthwise-separable convolution"]
    assert "overfitting" in beside["Three cons of regular convolution"]
    assert "手機" in beside["The main reason for the separable form"]


def test_hidden_check_leaks_nothing() -> None:
    """Only how many passed and for how many points."""
    secret = CheckResult(
        "sesame_id",
        "Sesame title.",
        Status.FAILED,
        1.0,
        3.0,
        Visibility.HIDDEN,
        "hand_wrong",
        {"layer": "sesame layer"},
        "sesame expected",
        "sesame actual",
        "sesame.py",
        1,
        notes=(Problem("dropout_in_eval", "sesame.py", 2),),
    )
    found = perfect()
    grade = grade_of(found, manual(all_points=True))
    q1, q2, q3 = grade.questions
    page = page_of(found, grade=replace(grade, questions=(q1, replace(q2, checks=(*q2.checks, secret)), q3)))
    assert "sesame" not in json.dumps(asdict(page)).lower()
    assert part(page, "q2").hidden == "0 of 1 hidden checks passed: 1 of 3 points."
    assert [line.points for line in page.lost] == ["\u22122"]


def test_page_without_walls_is_stamped() -> None:
    """A grade whose code ran without walls says so on its face."""
    found = perfect()
    probes = {
        name: replace(probe, environment={**probe.environment, "jail": "none"}) for name, probe in found.probes.items()
    }
    page = page_of(replace(found, probes=probes))
    assert "UNSANDBOXED" in page.stamp


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "{{ 7 * 7 }}", "\x1b[31mred\x1b[0m", "a\u202eb", "a\u200bb", "x" * 1_000_000],
)
def test_what_a_student_wrote_is_one_safe_line_of_data(text: str) -> None:
    """Names and exception texts stay text; what moves, turns or hides is written out, and all is cut."""
    problem = Problem("forward_raised", "hw4.py", 3, facts={"error": "E", "detail": text})
    found = evidence_of(files_of(), problem, problem, who=("id", text))
    page = page_of(found)
    shown = json.dumps(asdict(page), ensure_ascii=False)
    assert not any(sign in shown for sign in ("\x1b", "\u202e", "\u200b"))
    assert len(shown) < 200_000
    assert len(page.heading.who) < 200


def test_network_facts_are_what_was_measured() -> None:
    """Parameters of the 196-channel form, from our own count."""
    facts = {fact.name: fact.value for fact in part(page_of(perfect()), "q2").network.facts}  # type: ignore[union-attr]
    assert f"{measured().params:,}" in facts.values()
