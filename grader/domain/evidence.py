"""What collect stores: one record for each probe of a submission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.domain.document import Document
from grader.domain.measurement import (
    AccuracyMeasurement,
    Chosen,
    NetworkMeasurement,
    TrainingFacts,
)
from grader.domain.outcome import Outcome
from grader.domain.problem import Problem

EVIDENCE_SCHEMA = "grader/evidence/v2"


@dataclass(frozen=True)
class FileFact:
    """One file as handed in. `kind`: python, notebook, toml, markdown, pdf, archive, weights, other."""

    path: str
    size: int
    sha256: str
    kind: str


@dataclass(frozen=True)
class Essay:
    """The essay's text without the starter's own sentences; `empty` when nothing was added."""

    path: str
    text: str
    words: int
    empty: bool
    answers: Mapping[str, str] = field(default_factory=dict)
    """Heading of each section to the student's text below it."""


@dataclass(frozen=True)
class SourceClass:
    """A class of the student's: `bases` as written, `required` constructor arguments."""

    name: str
    line: int
    bases: tuple[str, ...]
    required: tuple[str, ...] = ()
    is_module: bool = False


@dataclass(frozen=True)
class SourceOutline:
    """What a Python file defines, read by ast and never run."""

    path: str
    classes: tuple[SourceClass, ...] = ()
    functions: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    """Last names of everything called, e.g. Conv2d, Linear, max_pool2d."""
    loads_data: bool = False
    trains_at_import: bool = False
    code: str = ""
    """The text itself, for the report; at most 64 KiB."""


@dataclass(frozen=True)
class FilesPayload:
    """The intake's findings. `answers` is answers.toml as parsed, None when absent or broken."""

    files: tuple[FileFact, ...]
    sources: tuple[SourceOutline, ...] = ()
    answers: Mapping[str, object] | None = None
    essay: Essay | None = None
    problems: tuple[Problem, ...] = ()
    documents: tuple[Document, ...] = ()
    """What was written for people: hw4.pdf, Markdown, text cells."""


@dataclass(frozen=True)
class NetworkPayload:
    """A network probe's findings: either a measurement, or the problem that prevented it."""

    chosen: Chosen | None = None
    network: NetworkMeasurement | None = None
    problem: Problem | None = None
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class TrainingPayload:
    """A training probe's findings. `accuracy` stands when a model was handed over and scored."""

    chosen: Chosen | None = None
    network: NetworkMeasurement | None = None
    training: TrainingFacts | None = None
    accuracy: AccuracyMeasurement | None = None
    problem: Problem | None = None
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Usage:
    """What one jail run took. CPU and memory of everything inside it."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_bytes: int = 0


@dataclass(frozen=True)
class ProbeEvidence:
    """One record: how the run ended, and what it brought.

    Exactly one of the three payloads is set when `outcome` is finished; the
    payload may itself say, as a `problem`, what went wrong in the student's code.
    """

    key: str
    probe: str
    outcome: Outcome
    files: FilesPayload | None = None
    network: NetworkPayload | None = None
    training: TrainingPayload | None = None
    problem: Problem | None = None
    """Why there is no payload: the limit that was hit, the crash, the refused frame."""
    log: str = ""
    usage: Usage = Usage()
    attempts: int = 1
    environment: Mapping[str, str] = field(default_factory=dict)
    """torch, python, device, seed, jail level, data set and its hash."""
    schema: str = EVIDENCE_SCHEMA


@dataclass(frozen=True)
class SubmissionRef:
    """Who handed in what: `sha256` is over the sorted paths and contents of all files."""

    student_id: str
    name: str
    sha256: str
    source: str
    """The file or folder name it came from, for the instructor."""


@dataclass(frozen=True)
class SubmissionEvidence:
    """All that score may know of one submission, besides the assignment and a human's points."""

    submission: SubmissionRef
    probes: Mapping[str, ProbeEvidence]
    """By the probe's name in collect.toml, e.g. files, network, training."""
    flags: tuple[str, ...] = ()
