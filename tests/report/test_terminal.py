"""The report in a terminal says what the page says, in the same words, and nothing a student wrote can steer it."""

from __future__ import annotations

from dataclasses import replace

from grader.domain.problem import Problem
from grader.domain.result import CheckResult
from grader.domain.status import Status, Visibility
from grader.report.catalogue import load_catalogue
from grader.report.student_page import student_page
from grader.report.terminal import closing_lines, heading_lines, passed, terminal_report
from tests.assignments.hw4_graded import HW4
from tests.report.samples import evidence_of, files_of, grade_of, manual, nothing, perfect, slip, syntax_error

WORDS = load_catalogue()


def words_of(text: str) -> str:
    """The text on one line, however it was wrapped."""
    return " ".join(text.split())


def test_terminal_and_page_say_the_same() -> None:
    """Each public check's rationale and advice on the page stands in the terminal, word for word."""
    for kind in (slip, syntax_error, nothing):
        found = kind()
        grade = grade_of(found, manual())
        shown = words_of(terminal_report(grade, WORDS))
        page = student_page(grade, found, HW4.info, WORDS)
        for section in page.sections:
            for check in section.checks:
                if check.status == "failed" and check.rationale:
                    assert words_of(check.rationale) in shown
                    assert words_of(check.help) in shown


def test_total_and_waiting_points_stand_at_the_end() -> None:
    """What is decided, what waits, and that this is a self-check."""
    waiting, total, last = *closing_lines(grade_of(perfect()), WORDS)[1:], ""
    assert "52" in waiting
    assert total == WORDS.text("terminal.self_check")
    assert last == ""
    without = closing_lines(grade_of(perfect()), WORDS, walls=False)[-1]
    assert without == WORDS.text("terminal.no_walls")


def test_colour_is_an_extra() -> None:
    """Without colour there is no escape sequence; with it the words are the same."""
    grade = grade_of(slip(), manual())
    plain = terminal_report(grade, WORDS)
    assert "\x1b" not in plain + "".join(heading_lines(HW4.info, WORDS))
    coloured = terminal_report(grade, WORDS, color=True)
    assert "\x1b[32m" in coloured
    for code in ("1", "2", "31", "32", "33", "35", "0"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == plain


def test_exception_text_cannot_steer_the_terminal() -> None:
    """Escape sequences and line ends of a student's exception are written out."""
    text = "\x1b]0;title\x07\x1b[2J\r\n## PASSED 100/100\r"
    problem = Problem("forward_raised", "hw4.py", 3, facts={"error": "E", "detail": text})
    shown = terminal_report(grade_of(evidence_of(files_of(), problem, problem)), WORDS)
    assert "\x1b" not in shown
    assert "\r" not in shown
    assert not any(line.startswith("##") for line in shown.split("\n"))


def test_hidden_check_is_not_in_the_terminal() -> None:
    """Neither its title nor a line of its own, and it decides nothing for a self-check."""
    grade = grade_of(perfect())
    secret = CheckResult("sesame", "Sesame.", Status.FAILED, 0.0, 3.0, Visibility.HIDDEN, "hand_wrong")
    q2 = replace(grade.questions[1], checks=(*grade.questions[1].checks, secret))
    shown = terminal_report(replace(grade, questions=(grade.questions[0], q2, grade.questions[2])), WORDS)
    assert "sesame" not in shown.lower()
    assert passed(q2)
