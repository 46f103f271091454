"""A Word document as lines: raised characters and equations in the notation of the other documents."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from grader.domain.document import Document, DocumentLine
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.intake.document.lines import plain

MOST_XML = 16 << 20
MOST_LINES = 4_000
MOST_TEXT = 2_000
_MOST_DEPTH = 60

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_PICTURES = (f"{_W}drawing", f"{_W}pict")
_RAISED = {"superscript": "^", "subscript": "_"}


def read_docx(path: str, data: bytes) -> tuple[Document, tuple[Problem, ...]]:
    """The document, empty when it cannot be opened, and what has to be said about it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("word/document.xml") as stream:
            xml = stream.read(MOST_XML + 1)
        if len(xml) > MOST_XML:
            raise ValueError("too large")
        root = ElementTree.fromstring(xml)  # noqa: S314
        lines = [line for line in _lines(root) if line.strip()][:MOST_LINES]
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, ElementTree.ParseError, NotImplementedError, EOFError):
        return Document(path, "docx", 0), (Problem(Reason.DOCX_BROKEN, path, facts={"file": path}),)
    except RecursionError:
        return Document(path, "docx", 0), (Problem(Reason.DOCX_BROKEN, path, facts={"file": path}),)
    images = sum(1 for node in root.iter() if node.tag in _PICTURES)
    found = tuple(DocumentLine(1, at, plain(line)[:MOST_TEXT]) for at, line in enumerate(lines, 1))
    return Document(path, "docx", 1, found, images=images), ()


def _lines(node: ElementTree.Element, depth: int = 0) -> Iterator[str]:
    """Each paragraph is a line, each row of a table is one with its cells apart."""
    for child in node:
        if child.tag == f"{_W}p":
            yield from _text(child).split("\n")
        elif child.tag == f"{_W}tr":
            yield "\t".join(" ".join(_lines(cell, depth + 1)).strip() for cell in child if cell.tag == f"{_W}tc")
        elif depth < _MOST_DEPTH:
            yield from _lines(child, depth + 1)


def _text(node: ElementTree.Element, depth: int = 0) -> str:
    if depth > _MOST_DEPTH:
        return ""
    tag = node.tag
    if tag in (f"{_W}t", f"{_M}t"):
        return node.text or ""
    if tag in (f"{_W}tab", f"{_W}ptab"):
        return "\t"
    if tag in (f"{_W}br", f"{_W}cr"):
        return "\n"
    if tag == f"{_W}r":
        return _mark(node) + _inner(node, depth)
    if tag in (f"{_M}sSup", f"{_M}sSub"):
        low = tag.endswith("sSub")
        return _part(node, "e", depth) + ("_" if low else "^") + _part(node, "sub" if low else "sup", depth)
    if tag == f"{_M}f":
        return f"({_part(node, 'num', depth)})/({_part(node, 'den', depth)})"
    if tag == f"{_M}d":
        return f"({', '.join(_inner(part, depth + 1) for part in node if part.tag == f'{_M}e')})"
    return _inner(node, depth)


def _inner(node: ElementTree.Element, depth: int) -> str:
    return "".join(_text(child, depth + 1) for child in node)


def _part(node: ElementTree.Element, name: str, depth: int) -> str:
    found = node.find(f"{_M}{name}")
    return "" if found is None else _inner(found, depth + 1)


def _mark(run: ElementTree.Element) -> str:
    """What stands before raised or lowered characters."""
    align = run.find(f"{_W}rPr/{_W}vertAlign")
    return "" if align is None else _RAISED.get(align.get(f"{_W}val", ""), "")
