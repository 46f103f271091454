"""The essay: a student's own words under their headings, without what the starter already said."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from grader.domain.evidence import Essay

MOST_TEXT = 64 << 10
MOST_LINE = 2_000

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029\ufeff]")
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|[^\W\d_\u3040-\u30ff\u3400-\u9fff]+")
"""A Chinese or Japanese character is a word; elsewhere a run of letters is."""

_MOST_SECTIONS = 200
_MOST_HEADING = 200


@dataclass
class _Section:
    level: int
    heading: str
    starters: bool
    """Whether the starter has this very heading."""
    lines: list[str] = field(default_factory=list)

    @property
    def body(self) -> str:
        return "\n".join(self.lines).strip()

    @property
    def text(self) -> str:
        """Heading and body; nothing when only the starter's heading is left."""
        if not self.heading or (self.starters and not self.body):
            return self.body
        return f"{'#' * self.level} {self.heading}\n\n{self.body}".strip()


def read_essay(path: str, text: str, starter: Mapping[str, str]) -> Essay:
    """The student's words in this text; lines that any of the starter's files has are not theirs."""
    given = frozenset(line.strip() for other in starter.values() for line in _plain(other).splitlines())
    sections = _sections(_plain(text), given)
    own = [section for section in sections if section.body or not section.starters]
    words = sum(len(_WORD.findall(section.body)) for section in own)
    # A heading of the student's own may be all there is to an answer, but is no answer.
    return Essay(
        path=path,
        text=_cut("\n\n".join(filter(None, (section.text for section in own)))),
        words=words,
        empty=words == 0,
        answers=_answers(sections),
    )


def _plain(text: str) -> str:
    """Without comments and control characters, and with no line longer than a page can hold."""
    text = _COMMENT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(piece for line in _CONTROL.sub("", text).split("\n") for piece in _pieces(line.rstrip()))


def _pieces(line: str) -> Iterable[str]:
    while len(line) > MOST_LINE:
        at = line.rfind(" ", MOST_LINE // 2, MOST_LINE)
        at = at if at > 0 else MOST_LINE
        yield line[:at]
        line = line[at:].lstrip()
    yield line


def _sections(text: str, given: frozenset[str]) -> list[_Section]:
    sections = [_Section(0, "", starters=True)]
    fenced = ""
    for line in text.split("\n"):
        fence = _FENCE.match(line)
        if fence:
            fenced = "" if fenced == fence[1] else fenced or fence[1]
        heading = None if fenced or fence else _HEADING.match(line)
        if heading and len(sections) < _MOST_SECTIONS:
            title = heading[2].strip()[:_MOST_HEADING]
            sections.append(_Section(len(heading[1]), title, starters=line.strip() in given))
        elif not line.strip() or line.strip() not in given:
            sections[-1].lines.append(line)
    return sections


def _answers(sections: list[_Section]) -> dict[str, str]:
    """Heading to the text below it, that of deeper headings included; double headings get their parent's name."""
    titles = [section.heading for section in sections]
    answers: dict[str, str] = {}
    for index, section in enumerate(sections):
        if not section.heading:
            continue
        parts = [section.body]
        for below in sections[index + 1 :]:
            if below.level <= section.level:
                break
            parts.append(below.text)
        title = section.heading
        if titles.count(title) > 1:
            title = " / ".join(filter(None, (_parent(sections, index), title)))
        text = _cut("\n\n".join(filter(None, parts)))
        answers[title] = f"{answers[title]}\n\n{text}".strip() if answers.get(title) else text
    return answers


def _parent(sections: list[_Section], index: int) -> str:
    level = sections[index].level
    return next((above.heading for above in reversed(sections[:index]) if above.level < level), "")


def _cut(text: str) -> str:
    return text[:MOST_TEXT]
