"""Step three: page data first, then pages, rendered in a jail from templates, read back, and put in place whole."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from grader.bundled import bundled
from grader.disk import replace_file, writing_to
from grader.domain.assignment import AssignmentInfo
from grader.domain.evidence import SubmissionEvidence
from grader.domain.outcome import Outcome
from grader.domain.result import Grade
from grader.export.result_json import result_object
from grader.jail.job import Jail, Job, Limits, Zone
from grader.report.catalogue import Catalogue
from grader.report.class_page import class_page
from grader.report.class_types import ClassPage
from grader.report.page_types import StudentPage
from grader.report.student_page import student_page
from grader.report.terminal import terminal_report
from grader.wire.frames import FrameError, read_frame

TEMPLATES = "templates"
"""The share of the render zone that holds the templates."""

_LIMITS = Limits(wall_s=120.0, cpu_s=120.0, memory_bytes=2 << 30)
_READABLE = 0o644


@dataclass(frozen=True)
class Rendered:
    """A page as files. `problem` says what is wrong with it, empty when every score was read back from the PDF."""

    html: bytes
    pdf: bytes | None
    problem: str = ""


@dataclass(frozen=True)
class Publisher:
    """What publishing needs, whoever it publishes."""

    info: AssignmentInfo
    jail: Jail
    catalogue: Catalogue


def publish_student(
    grade: Grade, evidence: SubmissionEvidence, publisher: Publisher, folder: Path, record: Path
) -> str:
    """Write report.html, report.pdf, result.json and the full record; returns what is wrong with the report.

    A report whose page data and templates did not change is not rendered again.

    Raises:
        OutputError: when the files cannot be written.
    """
    page = student_page(grade, evidence, publisher.info, publisher.catalogue)
    identifier = page_identifier(page)
    problem = ""
    with writing_to(folder.parent.parent):
        folder.mkdir(parents=True, exist_ok=True)
        record.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        if _identifier_in(record) != identifier or not (folder / "report.pdf").exists():
            rendered = render_student(page, grade, publisher)
            problem = rendered.problem
            _put_page(rendered, folder, "report")
        safe = result_object(grade, evidence, publisher.catalogue)
        replace_file(folder / "result.json", _json(safe), _READABLE)
        full = result_object(grade, evidence, publisher.catalogue, full=True)
        replace_file(record, _json(full | {"page": "" if problem else identifier}))
    return problem


def render_student(page: StudentPage, grade: Grade, publisher: Publisher) -> Rendered:
    """A student's page as HTML and PDF; when rendering fails, as plain text that says everything."""
    rendered = _render("student.html.j2", page, page.scores, publisher)
    if rendered.html:
        return rendered
    text = terminal_report(grade, publisher.catalogue)
    plain = f"<!doctype html><meta charset=utf-8><title>{escape(page.document)}</title><pre>{escape(text)}</pre>"
    return Rendered(plain.encode("utf-8", "replace"), None, rendered.problem)


def publish_class(grades: Sequence[Grade], publisher: Publisher, folder: Path, environment: Mapping[str, str]) -> str:
    """Write class.html and class.pdf; returns what is wrong with them, empty when nothing is."""
    page = class_page(grades, publisher.info, publisher.catalogue, environment=environment)
    rendered = _render("class.html.j2", page, page.scores, publisher)
    with writing_to(folder):
        _put_page(rendered, folder, "class")
    return rendered.problem


def page_identifier(page: StudentPage | ClassPage) -> str:
    """A hash over everything a page shows and the templates it is set with: equal pages have equal PDFs."""
    return hashlib.sha256(_json(asdict(page)) + _design()).hexdigest()


@cache
def _design() -> bytes:
    """A hash over the templates."""
    folder = bundled(TEMPLATES)
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return hashlib.sha256(b"".join(path.name.encode() + path.read_bytes() for path in files)).digest()


def _render(template: str, page: StudentPage | ClassPage, scores: Sequence[str], publisher: Publisher) -> Rendered:
    message = {
        "template": template,
        "page": asdict(page),
        "lang": publisher.catalogue.lang,
        "identifier": page_identifier(page),
        "pdf": True,
    }
    run = publisher.jail.run(Job(Zone.RENDER, "report", message, shares=(TEMPLATES,), limits=_LIMITS))
    try:
        if run.outcome is not Outcome.FINISHED or run.reply is None:
            return Rendered(b"", None, f"rendering ended as {run.outcome} ({run.detail or run.log[-300:]})")
        with run.reply.open() as stream:
            frame = read_frame(stream)
    except FrameError as error:
        return Rendered(b"", None, f"the renderer's reply could not be read: {error}")
    finally:
        if run.reply is not None:
            run.reply.close()
    missing = missing_scores(str(frame.message.get("text", "")), scores)
    problem = f"the PDF's text lacks {', '.join(missing[:5])}" if missing else ""
    return Rendered(frame.blobs.get("html", b""), frame.blobs.get("pdf"), problem)


def missing_scores(text: str, scores: Sequence[str]) -> list[str]:
    """The scores that cannot be read in a PDF's text, spaces aside."""
    read = "".join(unicodedata.normalize("NFKC", text).split())
    return [score for score in scores if "".join(unicodedata.normalize("NFKC", score).split()) not in read]


def _put_page(rendered: Rendered, folder: Path, stem: str) -> None:
    if rendered.html:
        replace_file(folder / f"{stem}.html", rendered.html, _READABLE)
    pdf = folder / f"{stem}.pdf"
    if rendered.pdf is not None:
        replace_file(pdf, rendered.pdf, _READABLE)
    else:
        # An older PDF would contradict the page beside it.
        pdf.unlink(missing_ok=True)


def _identifier_in(record: Path) -> str:
    try:
        return str(json.loads(record.read_bytes()).get("page", ""))
    except (OSError, ValueError, AttributeError):
        return ""


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1).encode("utf-8", "replace")
