"""What a page is made of, together: one submission's grade and evidence, its assignment, and the words."""

from __future__ import annotations

from dataclasses import dataclass

from grader.domain.assignment import AssignmentInfo, Question
from grader.domain.evidence import FilesPayload, NetworkPayload, SubmissionEvidence, TrainingPayload
from grader.domain.result import Grade
from grader.report.catalogue import Catalogue


@dataclass(frozen=True)
class Material:
    """Everything that a student's page may draw from."""

    grade: Grade
    evidence: SubmissionEvidence
    info: AssignmentInfo
    catalogue: Catalogue

    def question(self, question_id: str) -> Question:
        """The question with this id."""
        return next(question for question in self.info.questions if question.id == question_id)

    def files(self) -> FilesPayload | None:
        """What the intake found."""
        return next((probe.files for probe in self.evidence.probes.values() if probe.files is not None), None)

    def payload(self, question_id: str) -> NetworkPayload | TrainingPayload | None:
        """What was collected for a question by running the submission's code."""
        names = [probe.name for probe in self.info.probes if probe.question == question_id]
        found = [self.evidence.probes[name] for name in names if name in self.evidence.probes]
        return next((probe.network or probe.training for probe in found if probe.network or probe.training), None)
