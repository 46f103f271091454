"""answers.toml as data, or the place where it is none."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.intake.answers import MOST_DEPTH, read_answers


def problem_of(text: str) -> Problem:
    """The problem of a text that has one."""
    found = read_answers(text, "answers.toml")
    assert found.table is None and found.problem is not None
    return found.problem


def test_table_is_read() -> None:
    """Tables, texts and numbers as TOML has them."""
    text = '[q2.hand]\nconv1 = "3*11^2*64+64 = 23296"\n"總和" = 45442856\n[q3]\nx = [1, 2.5, true]\n'
    assert read_answers(text, "answers.toml").table == {
        "q2": {"hand": {"conv1": "3*11^2*64+64 = 23296", "總和": 45442856}},
        "q3": {"x": [1, 2.5, True]},
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[q2]\nparams = 45,442,856\n", 2),
        ("a = 1\n\nb = “x”\n", 3),
        ("a = 1\na = 2\n", 2),
        ("[q2\n", 1),
        ('a = "x\nb = 1\n', 1),
    ],
)
def test_error_has_its_line(text: str, line: int) -> None:
    """Thousands separators, curly quotes, doubled keys, open brackets: line and column are named."""
    problem = problem_of(text)
    assert (problem.reason, problem.file, problem.line) == (Reason.ANSWERS_SYNTAX, "answers.toml", line)
    assert problem.column and "(at" not in str(problem.facts["detail"])


def test_values_that_json_has_no_form_for_become_text() -> None:
    """Dates, infinities and numbers beyond 2^53 are texts, so that nothing is rounded silently."""
    text = "d = 2026-11-20\nt = 10:30:00\ni = inf\nn = nan\nbig = 9007199254740993\nok = 9007199254740992\n"
    assert read_answers(text, "answers.toml").table == {
        "d": "2026-11-20",
        "t": "10:30:00",
        "i": "inf",
        "n": "nan",
        "big": "9007199254740993",
        "ok": 9007199254740992,
    }


def test_nesting_is_capped() -> None:
    """Exactly the cap is read, one level more is named, and a thousand levels do no harm."""
    assert read_answers(f"{'.'.join('a' * MOST_DEPTH)} = 1", "answers.toml").problem is None
    assert problem_of(f"{'.'.join('a' * (MOST_DEPTH + 1))} = 1").reason == Reason.ANSWERS_DEEP
    for text in ("a = " + "[" * 5000 + "]" * 5000, "a = " + "{a=" * 5000):
        assert problem_of(text).reason in (Reason.ANSWERS_SYNTAX, Reason.ANSWERS_DEEP)


def test_long_numbers_are_no_answers() -> None:
    """A number of ten thousand digits is a problem and takes no time."""
    assert problem_of("a = " + "1" * 10_000).reason == Reason.ANSWERS_SYNTAX


@given(st.text(max_size=200))
def test_any_text_is_a_table_or_a_problem(text: str) -> None:
    """No input raises, and every table can be written as strict JSON."""
    found = read_answers(text, "answers.toml")
    assert (found.table is None) == (found.problem is not None)
    json.dumps(found.table, allow_nan=False)
