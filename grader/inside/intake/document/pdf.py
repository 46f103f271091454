"""A PDF as a document: its lines page by page, and which pages are pictures."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pypdfium2

from grader.domain.document import Document, DocumentLine, Picture
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.intake.document.glyphs import glyphs_of
from grader.inside.intake.document.lines import lines_of
from grader.inside.intake.document.pictures import MOST_PICTURES, images_on, pictures_of

MOST_PAGES = 80
MOST_GLYPHS = 20_000
"""Characters of one page."""
MOST_LINES = 6_000
MOST_TEXT = 2_000
"""Characters of one line."""
FEWEST = 20
"""Characters below which a page is a picture."""
SECONDS = 12.0
"""Processor time after which no further page is begun."""


def read_pdf(path: str, data: bytes) -> tuple[Document, tuple[Problem, ...]]:
    """The document, empty when it cannot be opened, and what has to be said about it."""
    try:
        opened = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        reason = Reason.PDF_ENCRYPTED if "password" in str(error).lower() else Reason.PDF_BROKEN
        return Document(path, "pdf", 0), (Problem(reason, path, facts={"file": path}),)
    try:
        return _read(path, opened)
    finally:
        opened.close()


def _read(path: str, opened: pypdfium2.PdfDocument) -> tuple[Document, tuple[Problem, ...]]:
    count = len(opened)
    lines: list[DocumentLine] = []
    pictures: list[int] = []
    shown: list[Picture] = []
    unmapped = seen = done = images = 0
    started = time.process_time()
    for number in range(1, min(count, MOST_PAGES) + 1):
        if time.process_time() - started > SECONDS or len(lines) >= MOST_LINES:
            break
        try:
            page = opened[number - 1]
        except pypdfium2.PdfiumError:
            continue
        found = glyphs_of(page, MOST_GLYPHS)
        images += len(images_on(page))
        whole = len(found.glyphs) < FEWEST
        shown += pictures_of(page, number, whole=whole, most=MOST_PICTURES - len(shown))
        page.close()
        done += 1
        unmapped, seen = unmapped + found.unmapped, seen + len(found.glyphs)
        if whole:
            pictures.append(number)
        lines += [
            DocumentLine(number, at, line.text[:MOST_TEXT], line.box)
            for at, line in enumerate(lines_of(found.glyphs), 1)
        ]
    document = Document(path, "pdf", count, tuple(lines[:MOST_LINES]), tuple(pictures), images, tuple(shown))
    return document, tuple(_problems(document, done, unmapped, seen))


def _problems(document: Document, done: int, unmapped: int, seen: int) -> Iterator[Problem]:
    """What a reader of this document's claims has to know."""
    path = document.path
    if document.pages == 0:
        yield Problem(Reason.PDF_BROKEN, path, facts={"file": path})
    elif done < document.pages:
        yield Problem(Reason.PDF_LONG, path, facts={"file": path, "read": done, "pages": document.pages})
    if unmapped > max(20, seen // 10):
        yield Problem(Reason.PDF_UNMAPPED, path, facts={"file": path, "count": unmapped})
    if document.pictures and len(document.pictures) == done:
        yield Problem(Reason.PDF_PICTURES, path, facts={"file": path, "pages": len(document.pictures)})
