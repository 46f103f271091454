"""The lines below a question's heading as an essay: what stands as a heading of its own becomes one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.domain.document import Document

_LONGEST = 90
_SIDES = {
    "pros": r"pros?|advantages?|benefits?|strengths?|優點|优点|好處|장점",
    "cons": r"cons?|disadvantages?|drawbacks?|weaknesses|缺點|缺点|壞處|단점",
}
_SIDE = {name: re.compile(rf"(?:\d+[.)]\s*)?(?:{words})\s*[:：]?", re.I) for name, words in _SIDES.items()}
_SENTENCE = re.compile(r"[.!?。！？,，;；]\s*$|[.。]\s+\S")


def as_markdown(part: Document) -> str:
    """The section without its first line, which is the question; short lines that end with a colon head what follows.

    "Pros:" below "Regular convolution:" becomes the heading "Regular convolution: pros".
    """
    return "\n".join(_lines(part))


def _lines(part: Document) -> Iterator[str]:
    topic = ""
    for line in part.lines[1:]:
        text = line.text.replace("\t", " ").strip()
        side = next((name for name, pattern in _SIDE.items() if pattern.fullmatch(text)), None)
        if side is not None:
            yield f"\n## {topic}: {side}\n" if topic else f"\n## {side.capitalize()}\n"
        elif _is_heading(text):
            topic = text.rstrip(":： ")
            yield f"\n## {topic}\n"
        else:
            # What looks like Markdown was none when it was written.
            yield re.sub(r"^(#+)(?= )", r"\\\1", text)


def _is_heading(text: str) -> bool:
    return 3 < len(text) <= _LONGEST and text.endswith((":", "：")) and not _SENTENCE.search(text[:-1])
