"""What checks are given by name: each piece of a submission's evidence, or why it is missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.checks.run import Missing
from grader.claims.documents import with_documents
from grader.claims.read import Claims, read_claims
from grader.domain.assignment import AssignmentInfo, Probe
from grader.domain.document import Document
from grader.domain.evidence import (
    FilesPayload,
    NetworkPayload,
    ProbeEvidence,
    SubmissionEvidence,
    TrainingPayload,
)
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.domain.sections import section
from grader.domain.status import Status

FIXED_NAMES = frozenset({"files", "answers", "claims", "essay", "expected"})

FOR_A_HUMAN = frozenset({Reason.FREE_FORM_SCRIPT, Reason.CLASS_AMBIGUOUS})
"""Problems that are no fault: what was handed in may be right, but only a person can tell."""

_FOR_EYES = frozenset(
    {Reason.PDF_PICTURES, Reason.PDF_UNMAPPED, Reason.PDF_STOPPED, Reason.PDF_ENCRYPTED, Reason.PDF_BROKEN}
    | {Reason.DOCX_BROKEN}
)
"""Documents that only a person can read."""


def evidence_names(probes: tuple[Probe, ...]) -> frozenset[str]:
    """Every name that a parameter of a check may have."""
    return FIXED_NAMES | {probe.name for probe in probes if probe.kind != "files"}


def given_to(question: str, info: AssignmentInfo, evidence: SubmissionEvidence) -> dict[str, object]:
    """The evidence of one question by name."""
    files = find_files(info, evidence)
    answers = _answers(files)
    given: dict[str, object] = {
        "files": files,
        "answers": answers,
        "claims": _claims(question, info, files, answers),
        "essay": _essay(files),
        "expected": _expected(question, info),
    }
    for probe in info.probes:
        if probe.kind != "files":
            given[probe.name] = _measured(evidence.probes.get(probe.name))
    return given


def find_files(info: AssignmentInfo, evidence: SubmissionEvidence) -> FilesPayload | Missing:
    """What the intake found, or why it found nothing."""
    name = next((probe.name for probe in info.probes if probe.kind == "files"), "files")
    found = evidence.probes.get(name)
    if found is None:
        return Missing(Problem(Reason.NOT_COLLECTED), Status.SKIPPED)
    return found.files if found.files is not None else Missing(found.problem or Problem(Reason.RUN_PROTOCOL))


def _expected(question: str, info: AssignmentInfo) -> Mapping[str, object]:
    found = info.expected.get(question)
    return found if isinstance(found, Mapping) else {}


def _answers(files: FilesPayload | Missing) -> Mapping[str, object] | Missing:
    if isinstance(files, Missing):
        return files
    if files.answers is not None:
        return files.answers
    about = [problem for problem in files.problems if (problem.file or "").endswith("answers.toml")]
    return Missing(about[0] if about else Problem(Reason.ANSWERS_MISSING))


def _claims(
    question: str, info: AssignmentInfo, files: FilesPayload | Missing, answers: Mapping[str, object] | Missing
) -> Claims | Missing:
    """What answers.toml says, and the documents below the question's heading; one of the two may be missing."""
    if isinstance(files, Missing):
        return files
    documents = _documents(question, files, info.headings)
    unread = _unread(files)
    if isinstance(answers, Missing):
        claims = with_documents(Claims(unread=unread), documents)
        return claims if unread or claims.says_anything else answers
    return with_documents(replace(read_claims(answers, question), unread=unread), documents)


def _unread(files: FilesPayload) -> Problem | None:
    """Why a person has to look at a document: it is a picture, or holds some, or could not be opened."""
    told = [problem for problem in files.problems if problem.reason in _FOR_EYES]
    if told:
        return told[0]
    shown = next((document for document in files.documents if document.images or document.pictures), None)
    if shown is None:
        return None
    count = max(shown.images, len(shown.pictures))
    return Problem(Reason.PDF_IMAGES, shown.path, facts={"file": shown.path, "count": count})


def _documents(question: str, files: FilesPayload, headings: Mapping[str, str]) -> tuple[Document, ...]:
    """The parts of the documents that are about a question; the essay is about one of its own."""
    essay = files.essay.path if files.essay else ""
    return tuple(
        section(document, headings, question)
        for document in files.documents
        if document.path != essay or document.kind == "pdf" or len(files.documents) == 1
    )


def _essay(files: FilesPayload | Missing) -> object:
    if isinstance(files, Missing):
        return files
    return files.essay if files.essay is not None else Missing(Problem(Reason.ESSAY_MISSING))


def _measured(evidence: ProbeEvidence | None) -> NetworkPayload | TrainingPayload | Missing:
    """A payload that has what it is for: a network, or an accuracy."""
    if evidence is None:
        return Missing(Problem(Reason.NOT_COLLECTED), Status.SKIPPED)
    payload = evidence.network or evidence.training
    if payload is None:
        return _missing(evidence.problem or Problem(Reason.RUN_PROTOCOL))
    whole = payload.network if isinstance(payload, NetworkPayload) else payload.accuracy
    if payload.problem is None and whole is not None:
        return payload
    missing = _missing(payload.problem or evidence.problem or Problem(Reason.RUN_PROTOCOL))
    return replace(missing, notes=payload.notes)


def _missing(problem: Problem) -> Missing:
    return Missing(problem, Status.NEEDS_REVIEW if problem.reason in FOR_A_HUMAN else Status.FAILED)
