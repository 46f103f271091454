"""The student's own words, under their headings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.domain.evidence import Essay
from grader.inside.intake.essay import MOST_LINE, MOST_TEXT, read_essay

STARTER = """# Homework 4

<!-- Delete nothing. -->

## Q1 Pros

Write at least three.

## Q1 Cons

Write at least three.
"""


def essay(text: str, starter: str = STARTER) -> Essay:
    """The essay of a text over a starter."""
    return read_essay("essay.md", text, {"essay.md": starter, "hw4.py": "import torch\n"})


@pytest.mark.parametrize(
    "text", [STARTER, "", "\n\n", "<!-- only\na comment -->", STARTER.replace("\n", "\r\n"), "- 1.\n"]
)
def test_starter_alone_is_empty(text: str) -> None:
    """The starter as handed out, comments and bullets without words are no answer."""
    found = essay(text)
    assert (found.empty, found.words) == (True, 0)


def test_own_words_are_kept_without_the_starters() -> None:
    """Instructions of the starter go, headings with words below them stay."""
    found = essay(STARTER.replace("Write at least three.\n\n## Q1 C", "It mixes channels.\n\n## Q1 C"))
    assert found.text == "## Q1 Pros\n\nIt mixes channels."
    assert (found.words, found.empty) == (3, False)
    assert found.answers == {
        "Homework 4": "## Q1 Pros\n\nIt mixes channels.",
        "Q1 Pros": "It mixes channels.",
        "Q1 Cons": "",
    }


def test_deeper_headings_belong_to_the_answer_above() -> None:
    """A section's text goes on through deeper headings and ends at the next of its own level."""
    found = essay("## Regular\n\nfirst\n\n### Pros\n\nsecond\n\n## Other\n\nthird\n", starter="")
    assert found.answers["Regular"] == "first\n\n### Pros\n\nsecond"
    assert found.answers["Other"] == "third"


def test_double_headings_are_told_apart_by_their_parents() -> None:
    """Two sections called Pros get the name of the section they stand in."""
    found = essay("## Regular\n### Pros\none\n## Separable\n### Pros\ntwo\n", starter="")
    assert (found.answers["Regular / Pros"], found.answers["Separable / Pros"]) == ("one", "two")


def test_hashes_in_code_are_no_headings() -> None:
    """A comment inside a fence stays where it is."""
    found = essay("## Q1 Pros\n```python\n# not a heading\n## nor this\n```\n# Real\n", starter="")
    assert list(found.answers) == ["Q1 Pros", "Real"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("卷積核很小", 5), ("합성곱 신경망", 2), ("depth-wise is cheap", 4), ("D x D x 3", 4), ("1 2 3 | - *", 0)],
)
def test_words_are_counted_in_every_script(text: str, words: int) -> None:
    """A Chinese character is a word, Korean and Latin words are runs of letters, numbers are none."""
    assert essay(text, starter="").words == words


def test_long_lines_and_texts_fit_a_report() -> None:
    """A paragraph on one line is wrapped at a blank and loses no word; the whole text is capped."""
    found = essay("word " * 2000, starter="")
    assert found.words == 2000 and max(map(len, found.text.split("\n"))) <= MOST_LINE
    assert "".join(found.text.split()) == "word" * 2000
    assert len(essay("x" * 200_000, starter="").text) <= MOST_TEXT


@given(st.text(max_size=300))
def test_any_text_is_an_essay(text: str) -> None:
    """No input raises; control characters are gone; empty means no word."""
    found = essay(text)
    assert found.empty == (found.words == 0)
    assert not {*"\x00\x1b\x07\x7f\r"} & {*found.text}
