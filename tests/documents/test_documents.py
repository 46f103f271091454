"""Reports as students write them: every right line is verified, every planted mistake is found and named."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.claims.documents import with_documents
from grader.claims.hand import judge_hand
from grader.claims.read import Claims
from grader.domain.document import Document, DocumentLine
from grader.domain.reason import Reason
from grader.domain.sections import own_section, section
from grader.inside.intake.document.essay_lines import as_markdown
from grader.inside.intake.document.pdf import read_pdf
from grader.inside.intake.essay import read_essay
from tests.documents.cases import CASES, PARAMS, TRUTHS, Case

HERE = Path(__file__).resolve().parent / "pdf"
HEADINGS = {"q1": "pros|cons", "q2": "alexnet|parameters|參數|파라미터", "q3": "mnist|train"}


def read(case: Case) -> Document:
    """The document, which nothing has to be said about."""
    path = HERE / f"{case.id}.pdf"
    document, problems = read_pdf(path.name, path.read_bytes())
    assert problems == ()
    return document


@pytest.mark.parametrize("case", [case for case in CASES if case.tool != "picture"], ids=lambda case: case.id)
def test_calculation_is_judged_line_by_line(case: Case) -> None:
    """Each layer has its verdict and the line that it stands on; the total is what it is."""
    claims = with_documents(Claims(), [section(read(case), HEADINGS, "q2")])
    judged = judge_hand(claims, TRUTHS, params=PARAMS)
    assert {row.truth.name: str(row.verdict) for row in judged.rows} == case.verdicts
    written = {row.layer.name: row.value for row in case.rows}
    assert {row.truth.name: row.claim.value for row in judged.rows if row.claim} == written
    assert all(row.claim.place is not None and row.claim.place.page >= 1 for row in judged.rows if row.claim)
    assert (judged.total.claim.value if judged.total.claim else None) == case.written_total


@pytest.mark.parametrize("case", [case for case in CASES if case.tool != "picture"], ids=lambda case: case.id)
def test_printed_numbers_are_found_below_their_question(case: Case) -> None:
    """FLOPs and parameters of Q2, and the accuracy of Q3."""
    document = read(case)
    second = with_documents(Claims(), [section(document, HEADINGS, "q2")])
    assert second.reported.flops is not None and second.reported.flops.value == 705535424
    assert second.reported.params is not None and second.reported.params.value == PARAMS
    third = with_documents(Claims(), [section(document, HEADINGS, "q3")])
    assert third.claimed == {"accuracy": pytest.approx(0.9932)}
    assert not third.equations or all(not equation.has_working for equation in third.equations)


def test_scan_is_for_a_human() -> None:
    """No text, no zero: the pages are named as pictures."""
    document, problems = read_pdf("scan.pdf", (HERE / "scan.pdf").read_bytes())
    assert [problem.reason for problem in problems] == [Reason.PDF_PICTURES]
    assert document.pictures == tuple(range(1, document.pages + 1))
    assert document.lines == ()


def test_there_is_a_file_for_each_case_and_they_are_small() -> None:
    """Three megabytes at most for all of them."""
    files = list(HERE.glob("*.pdf"))
    assert {file.stem for file in files} == {case.id for case in CASES}
    assert len(files) >= 30
    assert sum(file.stat().st_size for file in files) < 3 << 20


ESSAY = (
    "1. Pros and cons of convolution",
    "Regular convolution:",
    "It costs Dk × Dk × M × N × Df × Df.",
    "Pros:",
    "• Every region is seen.",
    "Cons:",
    "• Slow.",
    "Depth-wise separable convolution:",
    "優點：",
    "• Fewer parameters: a ninth of them.",
    "2. Parameters of AlexNet",
    "conv1: 3 × 11^2 × 64 + 64 = 23296",
)


def test_essay_below_its_heading_is_taken_apart() -> None:
    """Sides get the name of what they are sides of; the next question's lines stay out."""
    document = Document("hw4.pdf", "pdf", 1, tuple(DocumentLine(1, at, text) for at, text in enumerate(ESSAY, 1)))
    part = own_section(document, HEADINGS, "q1")
    assert part is not None
    essay = read_essay("hw4.pdf", as_markdown(part), {})
    assert essay.answers == {
        "Regular convolution": "It costs Dk × Dk × M × N × Df × Df.",
        "Regular convolution: pros": "• Every region is seen.",
        "Regular convolution: cons": "• Slow.",
        "Depth-wise separable convolution": "",
        "Depth-wise separable convolution: pros": "• Fewer parameters: a ninth of them.",
    }
    assert own_section(document, HEADINGS, "q3") is None
