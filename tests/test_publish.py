"""Reports behind the real jail: every score is read back from the PDF, and nothing that fails loses a grade."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from grader.bundled import bundled
from grader.domain.evidence import SubmissionEvidence
from grader.domain.outcome import Outcome
from grader.domain.result import CheckResult, Grade
from grader.domain.status import Status, Visibility
from grader.jail.job import Jail, JailRun, Job, Zone
from grader.jail.pool import open_jail
from grader.publish import TEMPLATES, Publisher, missing_scores, page_identifier, publish_class, publish_student
from grader.report.catalogue import load_catalogue
from grader.report.student_page import student_page
from tests.assignments.hw4_graded import HW4
from tests.report.samples import class_of, grade_of, manual, nothing, perfect, slip, syntax_error

pytestmark = [pytest.mark.jail]
WORDS = load_catalogue()


@pytest.fixture(scope="module")
def publisher(jail_here: None) -> Iterator[Publisher]:
    """A publisher with a jail of its own."""
    with open_jail(shares={Zone.RENDER: {TEMPLATES: bundled(TEMPLATES)}}) as jail:
        yield Publisher(HW4.info, jail, WORDS)


class Counting:
    """A jail that counts its jobs and may answer as a broken one would."""

    def __init__(self, jail: Jail, outcome: Outcome | None = None) -> None:
        self.jail, self.outcome, self.jobs = jail, outcome, 0

    def run(self, job: Job) -> JailRun:
        """Run it, or say that it ended as told."""
        self.jobs += 1
        done = self.jail.run(job)
        if self.outcome is None:
            return done
        if done.reply is not None:
            done.reply.close()
        return replace(done, outcome=self.outcome, reply=None, detail="120 s")


def published(
    found: SubmissionEvidence, publisher: Publisher, out: Path, *, grade: Grade | None = None
) -> tuple[Path, str]:
    """The student's folder after publishing, and what was wrong."""
    folder = out / "students" / "someone"
    problem = publish_student(
        grade or grade_of(found, manual()), found, publisher, folder, out / "records" / "someone.json"
    )
    return folder, problem


@pytest.fixture(scope="module")
def report(publisher: Publisher, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the student with one slip."""
    folder, problem = published(slip(), publisher, tmp_path_factory.mktemp("report"))
    assert problem == ""
    return folder


@pytest.fixture(scope="module")
def pdf(report: Path) -> PdfReader:
    """Its PDF as another program reads it."""
    return PdfReader(report / "report.pdf")


def text_of(pdf: PdfReader) -> str:
    """All text without white space, in one normal form."""
    return "".join(unicodedata.normalize("NFKC", "".join(page.extract_text() for page in pdf.pages)).split())


def outline_of(items: Any) -> Iterator[str]:
    """The titles of the PDF's outline."""
    for item in items:
        if isinstance(item, list):
            yield from outline_of(item)
        else:
            yield str(item.title)


def structure_of(pdf: PdfReader) -> list[str]:
    """The tags of a tagged PDF in reading order."""
    found: list[str] = []

    def walk(node: Any) -> None:
        node = node.get_object() if hasattr(node, "get_object") else node
        if isinstance(node, list):
            for each in node:
                walk(each)
        elif hasattr(node, "get"):
            if node.get("/S"):
                found.append(str(node["/S"]))
            if "/K" in node:
                walk(node["/K"])

    walk(pdf.trailer["/Root"]["/StructTreeRoot"])
    return found


def test_report_says_scores_loss_and_advice(pdf: PdfReader) -> None:
    """The numbers of the grade, the slip with both of its numbers, and the totals."""
    text = text_of(pdf)
    for words in ("96", "44/50", "47/50", "5/5", "590,080", "590,800", "9points", "45,463,084", "99.39%"):
        assert words in text, words


def test_report_reads_chinese_and_korean(pdf: PdfReader) -> None:
    """Names, essays and comments in other scripts are text, set in an embedded font, not boxes."""
    text = text_of(pdf)
    for words in ("林小卷", "記憶體用量大", "곱셈횟수가", "두식모두맞습니다"):
        assert words in text, words


def test_report_is_tagged_for_screen_readers(pdf: PdfReader) -> None:
    """PDF/UA: marked, with language, title, tables with header cells, and headings that never skip a level."""
    root = pdf.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert "HW4" in str(pdf.metadata.title)  # type: ignore[union-attr]
    tags = structure_of(pdf)
    assert {"/Table", "/TH", "/TD", "/Figure", "/H1", "/H2"} <= set(tags)
    levels = [int(tag[2:]) for tag in tags if tag.startswith("/H") and tag[2:].isdigit()]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))


def test_report_has_an_outline_with_every_question(pdf: PdfReader) -> None:
    """Q1, Q2 and Q3 are bookmarks."""
    titles = " ".join(outline_of(pdf.outline))
    assert all(name in titles for name in ("Q1", "Q2", "Q3"))


def test_report_runs_nothing_and_links_nowhere(pdf: PdfReader) -> None:
    """No script, no attachment, no form, no link out of the file."""
    root = pdf.trailer["/Root"]
    for name in ("/OpenAction", "/AA", "/AcroForm"):
        assert name not in root
    assert not pdf.attachments
    for page in pdf.pages:
        for annotation in page.get("/Annots") or []:
            assert "/URI" not in annotation.get_object().get("/A", {})


def test_files_are_small_enough_to_hand_out(report: Path, pdf: PdfReader) -> None:
    """Under 500 KiB, on few pages."""
    assert (report / "report.pdf").stat().st_size < 500 * 1024
    assert len(pdf.pages) <= 8


def test_page_that_did_not_change_is_not_rendered_again(publisher: Publisher, tmp_path: Path) -> None:
    """The second time no job runs; a changed comment or a lost PDF makes it run."""
    counting = Counting(publisher.jail)
    counted = replace(publisher, jail=counting)  # type: ignore[arg-type]
    folder, _ = published(slip(), counted, tmp_path)
    before = (folder / "report.pdf").stat().st_mtime_ns
    published(slip(), counted, tmp_path)
    assert (counting.jobs, (folder / "report.pdf").stat().st_mtime_ns) == (1, before)
    published(slip(), counted, tmp_path, grade=grade_of(slip(), manual(all_points=True)))
    assert counting.jobs == 2
    (folder / "report.pdf").unlink()
    published(slip(), counted, tmp_path, grade=grade_of(slip(), manual(all_points=True)))
    assert counting.jobs == 3


@pytest.mark.parametrize("outcome", [Outcome.TIMEOUT, Outcome.MEMORY, Outcome.CRASH, Outcome.PROTOCOL])
def test_grade_survives_a_renderer_that_fails(publisher: Publisher, tmp_path: Path, outcome: Outcome) -> None:
    """The page comes as plain text with every line, result.json is whole, and the next run renders it."""
    broken = replace(publisher, jail=Counting(publisher.jail, outcome))  # type: ignore[arg-type]
    folder, problem = published(slip(), broken, tmp_path)
    assert outcome.value in problem
    html = (folder / "report.html").read_text("utf-8")
    assert "590,080" in html
    assert "<script" not in html
    assert not (folder / "report.pdf").exists()
    assert json.loads((folder / "result.json").read_text("utf-8"))["score"] == 96
    assert published(slip(), publisher, tmp_path)[1] == ""
    assert (folder / "report.pdf").exists()


def test_older_pdf_never_stands_beside_a_newer_page(publisher: Publisher, tmp_path: Path) -> None:
    """When only plain text can be written, the PDF of another score goes."""
    folder, _ = published(slip(), publisher, tmp_path)
    broken = replace(publisher, jail=Counting(publisher.jail, Outcome.MEMORY))  # type: ignore[arg-type]
    published(slip(), broken, tmp_path, grade=grade_of(slip(), manual(all_points=True)))
    assert not (folder / "report.pdf").exists()


@pytest.mark.parametrize("kind", [perfect, syntax_error, nothing])
def test_every_kind_of_submission_has_a_whole_report(kind: Any, publisher: Publisher, tmp_path: Path) -> None:
    """Nothing handed in, nothing that loads, nothing to mend: HTML and PDF, scores read back."""
    folder, problem = published(kind(), publisher, tmp_path)
    assert problem == ""
    assert (folder / "report.pdf").read_bytes().startswith(b"%PDF")


def test_student_files_know_nothing_of_hidden_checks(publisher: Publisher, tmp_path: Path) -> None:
    """Page, PDF and result.json have the count; the record, which is the instructor's, has the check."""
    secret = CheckResult("sesame", "Sesame.", Status.FAILED, 0.0, 3.0, Visibility.HIDDEN, "hand_wrong")
    grade = grade_of(slip(), manual())
    q1, q2, q3 = grade.questions
    changed = replace(grade, questions=(q1, replace(q2, checks=(*q2.checks, secret)), q3))
    folder, problem = published(slip(), publisher, tmp_path, grade=changed)
    assert problem == ""
    for name in ("report.html", "result.json"):
        assert "sesame" not in (folder / name).read_text("utf-8").lower()
    assert "sesame" not in text_of(PdfReader(folder / "report.pdf")).lower()
    record = tmp_path / "records" / "someone.json"
    assert "sesame" in record.read_text("utf-8")
    assert record.stat().st_mode & 0o777 == 0o600


def test_hostile_names_and_texts_render(publisher: Publisher, tmp_path: Path) -> None:
    """Markup, template syntax, direction marks, a flood of accents and a megabyte of text all end up as text."""
    found = slip()
    names = ("</h1><script>x</script>", "{{ 7*7 }}", "a\u202ecod.exe", "e" + "\u0301" * 5000, "名" * 200_000, "")
    for number, name in enumerate(names):
        changed = replace(found, submission=replace(found.submission, name=name))
        folder, problem = published(changed, publisher, tmp_path / str(number))
        assert problem == "", name[:20]
        html = (folder / "report.html").read_text("utf-8")
        assert "<script" not in html
        assert "\u202e" not in html
        assert "49" not in html.split("</header>")[0].split("<header>")[1] or name != "{{ 7*7 }}"


def test_class_report_of_a_large_class(publisher: Publisher, tmp_path: Path) -> None:
    """Three hundred submissions: every score is read back, every student has a row."""
    grades = class_of(300)
    assert publish_class(grades, publisher, tmp_path, {"jail": "ns", "seed": "0"}) == ""
    text = text_of(PdfReader(BytesIO((tmp_path / "class.pdf").read_bytes())))
    for grade in grades:
        assert grade.submission.student_id in text
    assert (tmp_path / "class.html").read_text("utf-8").count('<th scope="row">s0') >= 300


def test_read_back_finds_a_score_that_is_not_there() -> None:
    """White space and width forms aside, a missing score is named."""
    assert missing_scores("９６ of 100; 44\u00a0/\n50", ["96", "44 / 50"]) == []
    assert missing_scores("96", ["96", "47 / 50"]) == ["47 / 50"]


def test_identifier_is_of_what_is_shown() -> None:
    """Equal pages have one identifier, another comment another."""
    grades = (grade_of(slip(), scores) for scores in (manual(), manual(all_points=True)))
    one, other = (student_page(grade, slip(), HW4.info, WORDS) for grade in grades)
    assert page_identifier(one) == page_identifier(one)
    assert page_identifier(one) != page_identifier(other)
