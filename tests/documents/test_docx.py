"""Word documents: raised characters, equations and tables, without Word."""

from __future__ import annotations

import io
import zipfile

import pytest

from grader.claims.documents import with_documents
from grader.claims.hand import judge_hand
from grader.claims.read import Claims
from grader.domain.reason import Reason
from grader.inside.intake.document.docx import read_docx
from tests.documents.cases import LAYERS, PARAMS, TRUTHS

NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
)


def run(text: str, align: str = "") -> str:
    """A run of characters, raised or not."""
    mark = f'<w:rPr><w:vertAlign w:val="{align}"/></w:rPr>' if align else ""
    return f"<w:r>{mark}<w:t>{text}</w:t></w:r>"


def paragraph(*runs: str) -> str:
    """A paragraph of runs and equations."""
    return f"<w:p>{''.join(runs)}</w:p>"


def table(*rows: tuple[str, ...]) -> str:
    """A table of plain cells."""
    cells = ("".join(f"<w:tc>{paragraph(run(cell))}</w:tc>" for cell in row) for row in rows)
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in cells)}</w:tbl>"


def docx(*body: str, head: str = "") -> bytes:
    """A file with these paragraphs and tables."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "word/document.xml", f"{head}<w:document {NAMES}><w:body>{''.join(body)}</w:body></w:document>"
        )
    return stream.getvalue()


def texts(data: bytes) -> list[str]:
    """The lines of a file that can be read."""
    document, problems = read_docx("hw4.docx", data)
    assert problems == ()
    return [line.text for line in document.lines]


def test_raised_characters_and_equations_are_written_out() -> None:
    """Runs, Word's own equations in math letters, fractions and brackets."""
    squared = "<m:sSup><m:e><m:r><m:t>𝟏𝟏</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
    half = "<m:f><m:num><m:r><m:t>96</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"
    inside = f"<m:d><m:e><m:r><m:t>3×</m:t></m:r>{squared}<m:r><m:t>+1</m:t></m:r></m:e></m:d>"
    data = docx(
        paragraph(run("conv1: 3 × 11"), run("2", "superscript"), run(" × 64 + 64 = 23296")),
        paragraph(run("conv1: "), f"<m:oMath>{inside}<m:r><m:t>×64=23296</m:t></m:r></m:oMath>"),
        paragraph(run("half: "), f"<m:oMath>{half}</m:oMath>", run(" D"), run("k", "subscript")),
    )
    assert texts(data) == ["conv1: 3 × 11^2 × 64 + 64 = 23296", "conv1: (3×11^2+1)×64=23296", "half: (96)/(2) D_k"]


def test_whole_calculation_in_a_table_is_judged() -> None:
    """Cells stand apart, and the calculation is matched as in a PDF."""
    rows = [(layer.name, f"{layer.weights} + {layer.outputs}", f"{layer.params:,}") for layer in LAYERS]
    document, _ = read_docx("hw4.docx", docx(table(("layer", "calculation", "parameters"), *rows)))
    judged = judge_hand(with_documents(Claims(), [document]), TRUTHS, params=PARAMS)
    assert {str(row.verdict) for row in judged.rows} == {"agrees"}


LAUGHS = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">' + "".join(
    f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)
)


@pytest.mark.parametrize(
    "data",
    [
        b"PK\x03\x04 no archive",
        docx("<w:p>"),
        docx(paragraph("&j;"), head=f"{LAUGHS}]>"),
        docx("<w:sdt>" * 3000 + "</w:sdt>" * 3000)[:-40],
    ],
    ids=["no_zip", "no_xml", "laughs", "cut"],
)
def test_broken_documents_are_named(data: bytes) -> None:
    """Whatever is wrong with one, it is one problem and no exception."""
    document, problems = read_docx("hw4.docx", data)
    assert [problem.reason for problem in problems] == [Reason.DOCX_BROKEN]
    assert document.lines == ()


def test_deep_documents_are_read_as_far_as_anybody_writes() -> None:
    """Three thousand levels are no text."""
    assert texts(docx("<w:sdt>" * 3000 + paragraph(run("x = 1")) + "</w:sdt>" * 3000)) == []
