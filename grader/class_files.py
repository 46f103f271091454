"""The files of one class in DIR: what a run begins with, and what it leaves behind."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from grader.domain.assignment import ManualScore
from grader.domain.evidence import SubmissionEvidence, SubmissionRef
from grader.domain.result import Grade
from grader.errors import OutputError
from grader.evidence.store import EvidenceStore
from grader.submissions.ids import folder_name

_INDEX = "submissions"


@dataclass(frozen=True)
class IndexEntry:
    """Which evidence belongs to a submission, so that it can be scored without its files."""

    submission: SubmissionRef
    probes: dict[str, str]
    """Probe name to evidence key."""


def index_path(folder: Path, student_id: str) -> Path:
    """Where a submission's index entry is kept."""
    return folder / "evidence" / _INDEX / f"{folder_name(student_id)}.json"


def write_index(folder: Path, evidence: SubmissionEvidence) -> None:
    """Remember which evidence this submission has; whole or not at all."""
    keys = {name: probe.key for name, probe in evidence.probes.items()}
    path = index_path(folder, evidence.submission.student_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}")
    draft.write_text(json.dumps(asdict(IndexEntry(evidence.submission, keys)), ensure_ascii=False), encoding="utf-8")
    draft.replace(path)


def read_index(folder: Path) -> Iterator[IndexEntry]:
    """All submissions that DIR has evidence of, by file name.

    Raises:
        OutputError: when an entry is damaged; grading again mends it.
    """
    for path in sorted((folder / "evidence" / _INDEX).glob("*.json")):
        if path.name.startswith("."):
            continue
        try:
            yield TypeAdapter(IndexEntry).validate_json(path.read_bytes())
        except (OSError, ValidationError):
            raise OutputError(f"{path}: damaged; delete it and run grader grade again") from None


def stored_evidence(entry: IndexEntry, store: EvidenceStore) -> SubmissionEvidence:
    """A submission's evidence as it lies in DIR; a record that is gone is left out."""
    probes = {name: store.load(key) for name, key in entry.probes.items() if store.has(key)}
    return SubmissionEvidence(entry.submission, {name: probe for name, probe in probes.items() if probe is not None})


def by_student(scores: Iterable[ManualScore]) -> dict[str, tuple[ManualScore, ...]]:
    """A class's manual scores, sorted by student."""
    found: dict[str, list[ManualScore]] = {}
    for each in scores:
        found.setdefault(each.student_id, []).append(each)
    return {student: tuple(lines) for student, lines in found.items()}


