"""DIR/evidence/submissions/: which evidence belongs to which submission, so that it can be scored without its files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from grader.disk import replace_file, writing_to
from grader.domain.evidence import SubmissionEvidence, SubmissionRef
from grader.errors import OutputError
from grader.evidence.store import EvidenceStore

_FOLDER = "submissions"


@dataclass(frozen=True)
class IndexEntry:
    """A submission with its probes' evidence keys. `folder` is the student's folder name in DIR."""

    submission: SubmissionRef
    folder: str
    probes: dict[str, str]
    flags: tuple[str, ...] = ()


_ENTRY = TypeAdapter(IndexEntry)


def write_entry(out: Path, folder: str, evidence: SubmissionEvidence) -> None:
    """Remember which evidence a submission has; whole or not at all.

    Raises:
        OutputError: when DIR cannot be written.
    """
    keys = {name: probe.key for name, probe in evidence.probes.items()}
    entry = IndexEntry(evidence.submission, folder, keys, evidence.flags)
    path = out / "evidence" / _FOLDER / f"{folder}.json"
    with writing_to(out):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        replace_file(path, json.dumps(asdict(entry), ensure_ascii=False).encode("utf-8", "replace"))


def read_entries(out: Path) -> Iterator[IndexEntry]:
    """Every submission that DIR has evidence of, in the order of the file names.

    Raises:
        OutputError: when an entry is damaged.
    """
    for path in sorted((out / "evidence" / _FOLDER).glob("[!.]*.json")):
        try:
            yield _ENTRY.validate_json(path.read_bytes())
        except (OSError, ValidationError):
            raise OutputError(f"{path}: damaged; delete it and run grader grade again") from None


def stored_evidence(entry: IndexEntry, store: EvidenceStore) -> SubmissionEvidence:
    """A submission's evidence as it lies in DIR; a record that is gone or broken is left out."""
    loaded = {name: store.load(key) for name, key in entry.probes.items()}
    probes = {name: probe for name, probe in loaded.items() if probe is not None}
    return SubmissionEvidence(entry.submission, probes, entry.flags)
