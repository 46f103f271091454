"""Hostile and broken PDFs: a reason of their own, within limits, and never at the cost of other files."""

from __future__ import annotations

import io

import pypdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.domain.assignment import AssignmentInfo
from grader.domain.document import Document
from grader.domain.evidence import FileFact, FilesPayload
from grader.domain.reason import Reason
from grader.inside.intake.document.pdf import read_pdf
from grader.jail.pool import open_jail
from grader.read_documents import read_documents
from tests.documents.hostile import bomb, endless_tree, million_pages
from tests.documents.test_documents import HERE

INFO = AssignmentInfo("hw", "", "", "", (), ())
PASSWORD = "1234"  # noqa: S105


def locked() -> bytes:
    """A report under a password."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO((HERE / "sup.pdf").read_bytes()))
    writer.encrypt(PASSWORD, algorithm="RC4-128")
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "reasons"),
    [
        (b"%PDF-1.7\nnothing else", [Reason.PDF_BROKEN]),
        ((HERE / "sup.pdf").read_bytes()[:900], [Reason.PDF_BROKEN]),
        (million_pages(), [Reason.PDF_LONG, Reason.PDF_PICTURES]),
        (endless_tree(), [Reason.PDF_LONG]),
        (locked(), [Reason.PDF_ENCRYPTED]),
    ],
    ids=["no_pdf", "cut", "million_pages", "endless_tree", "locked"],
)
def test_odd_documents_have_their_own_reasons(data: bytes, reasons: list[Reason]) -> None:
    """None of them is read for long, and none ends in an exception."""
    document, problems = read_pdf("hw4.pdf", data)
    assert [problem.reason for problem in problems] == reasons
    assert document.lines == ()


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damaged_documents_are_read_or_refused(data: st.DataObject) -> None:
    """Changed bytes and cuts never end in anything but a document."""
    name = data.draw(st.sampled_from(["sup.pdf", "tex.pdf", "table-office.pdf"]))
    whole = bytearray((HERE / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 8))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    document, _ = read_pdf(name, bytes(whole[: data.draw(st.integers(1, len(whole)))]))
    assert isinstance(document, Document)


@pytest.mark.jail
@pytest.mark.slow
def test_bomb_is_stopped_and_the_next_document_is_read() -> None:
    """Each has a jail of its own: fourteen levels of drawings cost their own file, no other."""
    tree = {"bomb.pdf": bomb(), "hw4.pdf": (HERE / "sup.pdf").read_bytes()}
    payload = FilesPayload(tuple(FileFact(path, len(data), "0" * 64, "pdf") for path, data in tree.items()))
    with open_jail() as jail:
        read = read_documents(payload, tree, INFO, jail).payload
    assert [(problem.reason, problem.file) for problem in read.problems] == [(Reason.PDF_STOPPED, "bomb.pdf")]
    assert [document.path for document in read.documents] == ["hw4.pdf"]
    assert len(read.documents[0].lines) > 10
