"""Step one: run an assignment's probes on a submission, in jails only, and keep what they bring.

What is stored already is not collected again: resume, cache and "grade only
what changed" are this one rule.
"""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from grader.alone import Turnstile
from grader.domain.assignment import Probe
from grader.domain.evidence import (
    FilesPayload,
    NetworkPayload,
    ProbeEvidence,
    SubmissionEvidence,
    SubmissionRef,
    TrainingPayload,
    Usage,
)
from grader.domain.outcome import MAYBE_THE_MACHINE, Outcome
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.evidence.keys import evidence_key
from grader.evidence.store import EvidenceStore
from grader.probe_jobs import Given, Setting
from grader.run_probe import Ran, run_probe
from grader.submissions.find import Submission
from grader.submissions.read import read_files, submission_sha256
from grader.wire.frames import Frame, read_frame, write_frame

Heard = Callable[[Probe, ProbeEvidence], None]

_BUSY_SHARE = 0.8
"""A run that spent this share of its time on a processor was not held up by other work."""

_TREE = "tree"
"""The blob that keeps the unpacked files for the probes after the intake."""


@dataclass(frozen=True)
class Collector:
    """What all submissions of one run share. `versions` are those of python, torch and grader."""

    setting: Setting
    store: EvidenceStore
    versions: Mapping[str, str] = field(default_factory=dict)
    turnstile: Turnstile = field(default_factory=Turnstile)

    def wanted(self, questions: Collection[str]) -> tuple[Probe, ...]:
        """The probes of these questions, or all of them when none is named."""
        probes = self.setting.info.probes
        return tuple(probe for probe in probes if not questions or not probe.question or probe.question in questions)

    def key(self, sha256: str, probe: Probe) -> str:
        """Where the evidence of this probe on these files is kept."""
        trains = probe.kind == "training"
        return evidence_key(
            sha256,
            probe,
            dataset=self.setting.dataset.sha256 if trains else "",
            seed=self.setting.seed,
            device=self.setting.device if trains else "cpu",
            level=str(self.setting.jail.level),
            versions=self.versions,
            material=self._starter_hash() if probe.kind == "files" else "",
        )

    def _starter_hash(self) -> str:
        """The intake tells a student's words from the starter's, so these are part of what it is given."""
        starter = self.setting.info.starter
        return hashlib.sha256(repr(sorted(starter.items())).encode("utf-8")).hexdigest()

    def environment(self, probe: Probe) -> dict[str, str]:
        """The surroundings of a record, as the report prints them."""
        found = {**self.versions, "seed": str(self.setting.seed), "jail": str(self.setting.jail.level)}
        if probe.kind == "training":
            dataset = self.setting.dataset
            found |= {"device": self.setting.device, "dataset": dataset.title, "dataset_sha256": dataset.sha256}
        return found


@dataclass(frozen=True)
class Again:
    """Which stored evidence is collected anew: all of it, or what a busy machine may have spoilt."""

    force: bool = False
    retry: bool = False

    def wants(self, evidence: ProbeEvidence) -> bool:
        """True when this record is to be collected once more."""
        return self.force or (self.retry and evidence.outcome in MAYBE_THE_MACHINE)


def collect(
    submission: Submission,
    collector: Collector,
    *,
    questions: Collection[str] = (),
    again: Again | None = None,
    heard: Heard | None = None,
    stop: threading.Event | None = None,
) -> SubmissionEvidence:
    """All evidence of one submission, stored or new; whatever is wrong with it becomes evidence.

    `heard` is told of each record as soon as it is there. Once `stop` is set
    nothing more is stored: a run that was cut short says nothing of a submission.
    """
    raw, unread = read_files(submission)
    ref = SubmissionRef(submission.student_id, submission.name, submission_sha256(raw), submission.source)
    given = Given(submission.source, ref.sha256, raw, tuple(unread))
    probes: dict[str, ProbeEvidence] = {}
    wanted = collector.wanted(questions)
    for probe in collector.setting.info.probes:
        key = collector.key(ref.sha256, probe)
        evidence = collector.store.load(key) if collector.store.has(key) else None
        if probe not in wanted:
            # What an earlier run collected for another question still counts.
            if evidence is not None:
                probes[probe.name] = evidence
            continue
        if evidence is None or (again is not None and again.wants(evidence)):
            evidence, blobs = _collect_probe(probe, key, _after(given, probes, collector), probes, collector)
            if stop is not None and stop.is_set():
                break
            collector.store.save(evidence, blobs)
        probes[probe.name] = evidence
        if heard is not None:
            heard(probe, evidence)
    return SubmissionEvidence(ref, probes, ("late",) if submission.late else ())


def is_collected(submission: Submission, collector: Collector, *, questions: Collection[str] = ()) -> bool:
    """Whether every probe's evidence of this submission is stored."""
    raw, _ = read_files(submission)
    sha256 = submission_sha256(raw)
    return all(collector.store.has(collector.key(sha256, probe)) for probe in collector.wanted(questions))


def _after(given: Given, probes: Mapping[str, ProbeEvidence], collector: Collector) -> Given:
    """What the next probe is given: once the intake is done, its tree instead of the raw files."""
    intake = next((e for e in probes.values() if e.files is not None), None)
    if intake is None:
        return given
    with io.BytesIO(collector.store.blob(intake.key, _TREE)) as stream:
        tree = read_frame(stream).blobs
    return Given(given.name, given.sha256, tree=tree, files=intake.files or FilesPayload(files=()))


def _collect_probe(
    probe: Probe, key: str, given: Given, probes: Mapping[str, ProbeEvidence], collector: Collector
) -> tuple[ProbeEvidence, Mapping[str, bytes]]:
    """Run one probe, once more alone when the machine may be to blame; the record and what is kept beside it."""
    attempts = 1
    hung = _hung_before(probe, probes)
    if hung is not None:
        ran = Ran(Outcome.TIMEOUT, problem=hung)
    else:
        with collector.turnstile.among_others():
            ran = run_probe(probe, given, collector.setting)
        if _machine_may_be_to_blame(ran):
            attempts = 2
            with collector.turnstile.alone():
                ran = run_probe(probe, given, collector.setting)
    evidence = replace(_record(probe, key, ran, collector), attempts=attempts)
    return evidence, {_TREE: _packed(ran.tree)} if isinstance(ran.payload, FilesPayload) else {}


def _hung_before(probe: Probe, probes: Mapping[str, ProbeEvidence]) -> Problem | None:
    """A file that hung at import is not imported again for another question."""
    for earlier in probes.values():
        problem = earlier.problem
        if problem is None or problem.reason not in (Reason.IMPORT_TIMEOUT, Reason.RUN_TIMEOUT):
            continue
        facts = {"question": earlier.probe, "seconds": problem.facts.get("seconds") or probe.import_s}
        return Problem(Reason.HUNG_BEFORE, problem.file, problem.line, facts=facts)
    return None


def _machine_may_be_to_blame(ran: Ran) -> bool:
    if not ran.runs:
        return False
    last = ran.runs[-1]
    if last.worker_lost:
        return True
    if ran.outcome is Outcome.TIMEOUT:
        return last.usage.cpu_s < _BUSY_SHARE * last.usage.wall_s
    return ran.outcome in MAYBE_THE_MACHINE


def _record(probe: Probe, key: str, ran: Ran, collector: Collector) -> ProbeEvidence:
    payload = ran.payload
    return ProbeEvidence(
        key=key,
        probe=probe.name,
        outcome=ran.outcome,
        files=payload if isinstance(payload, FilesPayload) else None,
        network=payload if isinstance(payload, NetworkPayload) else None,
        training=payload if isinstance(payload, TrainingPayload) else None,
        problem=ran.problem,
        log=ran.runs[0].log if ran.runs else "",
        usage=_total([run.usage for run in ran.runs]),
        environment=collector.environment(probe),
    )


def _total(usages: list[Usage]) -> Usage:
    return Usage(
        wall_s=sum(usage.wall_s for usage in usages),
        cpu_s=sum(usage.cpu_s for usage in usages),
        peak_bytes=max((usage.peak_bytes for usage in usages), default=0),
    )


def _packed(tree: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    write_frame(stream, Frame({}, tree))
    return stream.getvalue()
