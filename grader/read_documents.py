"""Reads the PDFs of a submission, each in a jail of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from pydantic import TypeAdapter, ValidationError

from grader.domain.assignment import AssignmentInfo
from grader.domain.document import Document
from grader.domain.evidence import Essay, FilesPayload
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.jail.job import Jail, JailRun
from grader.probe_jobs import document_job
from grader.replies import replied

MOST_DOCUMENTS = 4
"""PDFs that are read, the nearest to the top first."""
MOST_JPEG = 400_000
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")


@dataclass(frozen=True)
class DocumentReply:
    """What the intake says about one PDF."""

    document: Document
    essay: Essay | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class ReadDocuments:
    """The payload with its documents, and the runs that it took."""

    payload: FilesPayload
    runs: tuple[JailRun, ...] = ()


def read_documents(payload: FilesPayload, tree: Mapping[str, bytes], info: AssignmentInfo, jail: Jail) -> ReadDocuments:
    """Read the PDFs in the tree. One that stops its jail is a problem of that file alone."""
    paths = [file.path for file in payload.files if file.kind == "pdf" and file.path in tree]
    read = ReadDocuments(payload)
    for path in sorted(paths, key=lambda path: (path.count("/"), path))[:MOST_DOCUMENTS]:
        read = _with_document(read, jail.run(document_job(path, tree[path], info)), path)
    return read


def _with_document(read: ReadDocuments, run: JailRun, path: str) -> ReadDocuments:
    payload = read.payload
    with replied(run) as frame:
        try:
            reply = None if frame is None else _reply_form().validate_python(dict(frame.message))
        except ValidationError:
            reply = None
    if reply is None or not all(_is_plain(picture.jpeg) for picture in reply.document.shown):
        facts = {"file": path, "limit": run.detail or run.outcome.value}
        payload = replace(payload, problems=(*payload.problems, Problem(Reason.PDF_STOPPED, path, facts=dict(facts))))
    else:
        documents = (reply.document, *payload.documents)
        payload = replace(payload, documents=documents, problems=(*payload.problems, *reply.problems))
        if reply.essay is not None and (payload.essay is None or payload.essay.empty):
            payload = replace(payload, essay=reply.essay)
    return ReadDocuments(payload, (*read.runs, run))


def _is_plain(jpeg: str) -> bool:
    """Whether a picture is base64 of a sensible size: it is put into a page as it is."""
    return len(jpeg) <= MOST_JPEG and _BASE64.fullmatch(jpeg) is not None


@cache
def _reply_form() -> TypeAdapter[DocumentReply]:
    return TypeAdapter(DocumentReply)
