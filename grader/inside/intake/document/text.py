"""A text without pages as a document of one page."""

from __future__ import annotations

from grader.domain.document import Document, DocumentLine

MOST_LINES = 3_000
MOST_TEXT = 2_000


def text_document(path: str, text: str, kind: str = "text") -> Document:
    """The text's lines; those of a Markdown table have their cells apart by tabs."""
    lines = text.splitlines()[:MOST_LINES]
    found = [DocumentLine(1, at, _cells(line)[:MOST_TEXT]) for at, line in enumerate(lines, 1) if line.strip()]
    return Document(path, kind, 1, tuple(found))


def _cells(line: str) -> str:
    stripped = line.strip()
    if stripped.startswith("|") and stripped.endswith("|") and len(stripped) > 1:
        return "\t".join(cell.strip() for cell in stripped[1:-1].split("|"))
    return line.rstrip()
