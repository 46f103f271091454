"""What a job printed becomes harmless text."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from grader.jail.logtext import HeadAndTail, escape


@given(st.text())
def test_escaped_text_holds_no_control_character(text: str) -> None:
    """No character of a control, format or separator class is left, line ends and tabs aside."""
    kinds = {unicodedata.category(character) for character in escape(text) if character not in "\n\t"}
    assert kinds.isdisjoint({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def test_ordinary_text_is_left_alone() -> None:
    """Words in any script, tabs and line ends stay as they were."""
    text = "epoch 1:\t98.5 %\n\u6e96\u78ba\u7387 \uc815\ud655\ub3c4 \u00e9\n"
    assert escape(text) == text
    assert escape("a\r\nb") == "a\nb"


def test_terminal_sequences_become_visible() -> None:
    """Colours, cursor moves, titles and direction marks are shown as what they are."""
    assert escape("\x1b]0;title\x07\x9b31m\r\u202e\u200b\U000e0041") == (
        "\\x1b]0;title\\x07\\x9b31m\\x0d\\u202e\\u200b\\U000e0041"
    )


@given(st.lists(st.binary(max_size=300), max_size=30), st.integers(2, 400))
def test_log_never_holds_more_than_its_cap(parts: list[bytes], cap: int) -> None:
    """However the stream is cut into pieces, head and tail are its first and last bytes."""
    log = HeadAndTail(cap)
    for part in parts:
        log.add(part)
    whole = b"".join(parts)
    half = max(1, cap // 2)
    assert log.total == len(whole)
    if len(whole) <= 2 * half:
        assert log.text() == escape(whole.decode("utf-8", "replace"))
    else:
        head, tail = (escape(piece.decode("utf-8", "replace")) for piece in (whole[:half], whole[-half:]))
        assert log.text() == f"{head}\n[... {len(whole) - 2 * half} bytes left out ...]\n{tail}"
