"""A student's text as data: nothing in it moves, turns, hides or floods."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.safe_text import safe_block, safe_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x07", "\\x1b[2J\\x07"),
        ("a\u202eb\u2066c", "a\\u202eb\\u2066c"),
        ("a\u200bb\u200dc", "a\\u200bb\\u200dc"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("\ufefftext\u00ad", "text"),
        ("a\u2028b\u0085c", "a b c"),
        ("\U000e0041", "\\U000e0041"),
        ("\ud800", "\\ud800"),
        ("a\tb\n\n c", "a b c"),
        ("e" + "\u0301" * 40, "e" + "\u0301" * 4),
        ("中文 한글 ñ", "中文 한글 ñ"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    """Real languages and emoji stay as they are."""
    assert safe_line(text) == shown


def test_length_is_a_limit_of_what_is_shown() -> None:
    """A line of a million characters is cut and says so; a long block too."""
    assert safe_line("x" * 1_000_000, 40) == "x" * 39 + "…"
    block = safe_block("\n".join(str(n) for n in range(1000)), lines=3)
    assert block.split("\n") == ["0", "1", "2", "…"]
    assert len(safe_block("y" * 1_000_000, lines=2, width=50)) <= 50


@given(st.text(alphabet=st.characters(), max_size=300))
def test_nothing_that_is_shown_is_a_control(text: str) -> None:
    """For any text at all: no control, no unassigned, no separator but the plain line end."""
    for sign in safe_line(text):
        assert unicodedata.category(sign) not in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert "\n" not in safe_line(text)
    for sign in safe_block(text).replace("\n", ""):
        assert unicodedata.category(sign) not in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"}
