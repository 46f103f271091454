"""`grader check`: a student's own look before handing in, question by question."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from grader.collect import collect
from grader.domain.assignment import Probe
from grader.domain.evidence import ProbeEvidence, SubmissionEvidence, SubmissionRef
from grader.domain.result import Grade
from grader.errors import EXIT_FAILED, EXIT_OK, NoJailError, OutputError
from grader.export.result_json import result_object
from grader.jail.job import Level, Zone
from grader.publish import Publisher, Rendered, render_student
from grader.report.catalogue import Catalogue, load_catalogue
from grader.report.student_page import student_page
from grader.report.terminal import closing_lines, heading_lines, passed, question_lines
from grader.score import part_of, score
from grader.session import Options, Session, open_session
from grader.submissions.find import one_submission

_MOST_WIDTH = 100


@dataclass(frozen=True)
class CheckOutput:
    """How the student wants the result: on the terminal, as JSON, and as files."""

    json: bool = False
    html: Path | None = None
    pdf: Path | None = None
    lang: str = "en"


def run_check(options: Options, path: Path, output: CheckOutput) -> int:
    """Check one submission; 0 when every public automatic check passed."""
    catalogue = load_catalogue(output.lang)
    submission = one_submission(path)
    with _self_check(options) as session:
        session.jail.warm((Zone.STUDENT, Zone.MEASURE))
        teller = _Teller(session, catalogue, options.questions, quiet=output.json)
        evidence = collect(submission, session.collector, questions=options.questions, heard=teller.heard)
        info = session.assignment.info
        whole = score(session.assignment, evidence)
        grade = part_of(whole, options.questions, info) if options.questions else whole
        teller.close(grade)
        if output.json:
            print(json.dumps(result_object(grade, evidence, catalogue), ensure_ascii=False, indent=1))
        if output.html or output.pdf:
            _write(grade, evidence, Publisher(info, session.jail, catalogue), output)
    return EXIT_OK if all(map(passed, grade.questions)) else EXIT_FAILED


@contextmanager
def _self_check(options: Options) -> Iterator[Session]:
    """A session in a folder that is gone afterwards; without walls where there are none to be had."""
    with tempfile.TemporaryDirectory(prefix="grader-check-") as folder:
        here = replace(options, folder=Path(folder))
        try:
            opened = open_session(here)
            session = opened.__enter__()
        except NoJailError:
            opened = open_session(replace(here, walls=False))
            session = opened.__enter__()
        try:
            yield session
        finally:
            opened.__exit__(None, None, None)


class _Teller:
    """Prints each question as soon as all its probes are in."""

    def __init__(self, session: Session, catalogue: Catalogue, questions: Sequence[str], *, quiet: bool) -> None:
        self._session = session
        self._catalogue = catalogue
        self._quiet = quiet
        self._wanted = [q.id for q in session.assignment.info.questions if not questions or q.id in questions]
        self._probes: dict[str, ProbeEvidence] = {}
        self._color = sys.stdout.isatty()
        self._width = min(_MOST_WIDTH, shutil.get_terminal_size().columns)
        self._say(heading_lines(session.assignment.info, catalogue, color=self._color))

    def heard(self, probe: Probe, evidence: ProbeEvidence) -> None:
        """A probe is in; print the questions that wait for nothing more."""
        self._probes[probe.name] = evidence
        # Who handed in is of no interest before the whole is there.
        nobody = SubmissionRef("", "", "", "")
        self._tell(score(self._session.assignment, SubmissionEvidence(nobody, dict(self._probes))), final=False)

    def close(self, grade: Grade) -> None:
        """Print what is left, and the total."""
        self._tell(grade, final=True)
        walls = self._session.jail.level is not Level.NONE
        self._say(closing_lines(grade, self._catalogue, walls=walls, color=self._color))

    def _tell(self, grade: Grade, *, final: bool) -> None:
        for question in grade.questions:
            if question.id in self._wanted and (final or self._is_ready(question.id)):
                self._wanted.remove(question.id)
                self._say(question_lines(question, self._catalogue, width=self._width, color=self._color))

    def _is_ready(self, question: str) -> bool:
        probes = self._session.assignment.info.probes
        return all(probe.name in self._probes for probe in probes if probe.question in ("", question))

    def _say(self, lines: Sequence[str]) -> None:
        if not self._quiet:
            print("\n".join(lines), flush=True)


def _write(grade: Grade, evidence: SubmissionEvidence, publisher: Publisher, output: CheckOutput) -> None:
    page = student_page(grade, evidence, publisher.info, publisher.catalogue)
    rendered = render_student(page, grade, publisher)
    for path, data in ((output.html, rendered.html), (output.pdf, rendered.pdf)):
        if path is not None:
            _write_file(path, data, rendered)
    if rendered.problem:
        raise OutputError(f"the report is not whole: {rendered.problem}")


def _write_file(path: Path, data: bytes | None, rendered: Rendered) -> None:
    if data is None:
        raise OutputError(f"{path}: no report to write: {rendered.problem}")
    try:
        path.write_bytes(data)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror})") from None
