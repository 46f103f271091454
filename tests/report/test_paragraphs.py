"""Hand-wrapped text becomes paragraphs; what has lines of its own keeps them."""

from __future__ import annotations

import pytest

from grader.report.paragraphs import unwrapped

LONG = "The separable form needs fewer multiplications than the regular one and"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{LONG}\nis found on phones.", f"{LONG} is found on phones."),
        ("short\nlines\nstay", "short\nlines\nstay"),
        (f"{LONG}\n\nnext paragraph", f"{LONG}\n\nnext paragraph"),
        (f"{LONG}\n- an item", f"{LONG}\n- an item"),
        (f"- {LONG}\n  goes on", f"- {LONG} goes on"),
        (f"{LONG}\n1. one\n2) two\n(3) three", f"{LONG}\n1. one\n2) two\n(3) three"),
        (f"{LONG}\n| a | b |\n|---|---|", f"{LONG}\n| a | b |\n|---|---|"),
        (f"```\n{LONG}\nx = 1\n```", f"```\n{LONG}\nx = 1\n```"),
        (f"{LONG}\n    x = 1", f"{LONG}\n    x = 1"),
        ("## Heading\ntext", "Heading\ntext"),
        ("一次就把空間與通道混在一起,單一層就能學到複雜的組合,參數多資料夠時準確\n率高", None),
        ("", ""),
    ],
)
def test_lines_are_joined_only_where_they_were_wrapped(text: str, shown: str | None) -> None:
    """Chinese is joined without a space, lists and code are left alone."""
    assert unwrapped(text) == (text.replace("\n", "") if shown is None else shown)


def test_no_character_of_the_text_is_lost() -> None:
    """Joining changes white space alone."""
    text = f"{LONG}\n{LONG}\n\n* {LONG}\n  {LONG}\n終わり"
    assert "".join(unwrapped(text).split()) == "".join(text.split())
