"""The files of one class in DIR: each student's report, and the gradebook, review list and class report of all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path

from grader.assignment import Assignment
from grader.disk import replace_file, writing_to
from grader.domain.assignment import ManualScore
from grader.domain.evidence import SubmissionEvidence
from grader.domain.result import CheckResult, Grade
from grader.domain.status import Status, Visibility
from grader.evidence.index import read_entries, stored_evidence, write_entry
from grader.evidence.store import EvidenceStore
from grader.export.gradebook_csv import gradebook_csv
from grader.gradebook.review import Review, merge_review, points_of_items, read_review
from grader.publish import Publisher, publish_class, publish_student
from grader.score import score
from grader.submissions.ids import folder_names

_SHARED = 0o644


@dataclass(frozen=True)
class ClassFiles:
    """Where a class is published and with what. `folders` maps student ids to folder names."""

    out: Path
    assignment: Assignment
    publisher: Publisher
    store: EvidenceStore
    folders: Mapping[str, str]
    review: Review = field(default_factory=Review)

    def manual_of(self, student_id: str) -> tuple[ManualScore, ...]:
        """A human's points for this student, as review.csv had them when the run began."""
        return tuple(each for each in self.review.scores if each.student_id == student_id)

    def publish(self, grade: Grade, evidence: SubmissionEvidence) -> str:
        """Write one student's files; returns what is wrong with the report, empty when nothing is."""
        folder = self.folders[grade.submission.student_id]
        write_entry(self.out, folder, evidence)
        record = self.out / "records" / f"{folder}.json"
        return publish_student(grade, evidence, self.publisher, self.out / "students" / folder, record)

    def finish(self, grades: Sequence[Grade], command: str, environment: Mapping[str, str]) -> str:
        """Write what speaks of the whole class: these grades, and those of an earlier run that this one left out.

        Returns what is wrong with the class report, empty when nothing is.
        """
        known = {grade.submission.student_id for grade in grades}
        whole = sorted((*grades, *self._earlier(known)), key=lambda grade: grade.submission.student_id)
        with writing_to(self.out):
            replace_file(self.out / "gradebook.csv", gradebook_csv(whole).encode("utf-8"), _SHARED)
            merge_review(self.out / "review.csv", whole)
        self._keep(whole, command, environment)
        return publish_class(whole, self.publisher, self.out, environment)

    def _earlier(self, known: set[str]) -> Iterable[Grade]:
        for entry in read_entries(self.out):
            student_id = entry.submission.student_id
            if student_id not in known:
                evidence = stored_evidence(entry, self.store)
                yield lighten(score(self.assignment, evidence, self.manual_of(student_id)))

    def _keep(self, grades: Iterable[Grade], command: str, environment: Mapping[str, str]) -> None:
        from grader.gradebook.book import open_gradebook

        book = open_gradebook(self.out / "grader.sqlite")
        if book.set_aside is not None:
            print(f"{book.path.name} was corrupt: set aside as {book.set_aside.name} and rebuilt")
        book.add_manual(self.review.scores)
        for grade in grades:
            book.record(grade)
        book.record_run(
            command,
            assignment=self.assignment.info.slug,
            revision=self.assignment.info.revision,
            seed=int(environment.get("seed", "0")),
            dataset=environment.get("dataset", ""),
        )


def open_class_files(out: Path, publisher: Publisher, assignment: Assignment, students: Iterable[str]) -> ClassFiles:
    """The files of a class with the human's points of review.csv.

    Raises:
        OutputError: when DIR's index is damaged.
    """
    entries = tuple(read_entries(out))
    taken = {entry.submission.student_id: entry.folder for entry in entries}
    # A folder once given stays, so that a link sent to a student goes on working.
    folders = {**folder_names([*students, *taken]), **taken}
    review = read_review(out / "review.csv", most=points_of_items(assignment.info), students=set(folders))
    return ClassFiles(out, assignment, publisher, EvidenceStore(out / "evidence"), folders, review)


def lighten(grade: Grade) -> Grade:
    """The grade without what only its own report shows, so that a class fits in memory."""
    questions = tuple(replace(q, checks=tuple(map(_lighter, q.checks))) for q in grade.questions)
    return replace(
        grade, questions=questions, networks={}, accuracy={}, training={}, hand=(), environment={}, timings={}
    )


def _lighter(check: CheckResult) -> CheckResult:
    """What the class report and the gradebook need: of a plain pass the same object for everybody."""
    if check.status in (Status.PASSED, Status.SKIPPED):
        points = (check.points, check.max_points)
        return _plain((check.id, check.title, check.status, *points, check.visibility, check.reason))
    return replace(check, notes=())


@lru_cache(maxsize=10_000)
def _plain(said: tuple[str, str, Status, float, float, Visibility, str]) -> CheckResult:
    return CheckResult(*said)
