"""Looks at any Python file, notebook or folder: each file behind the wall by itself, its networks measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from pydantic import TypeAdapter, ValidationError

from grader.domain.evidence import FilesPayload
from grader.domain.inspection import FileInspection
from grader.domain.outcome import Outcome
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.jail.job import Jail, Job, Limits, Zone
from grader.probe_jobs import Given, outlines_of
from grader.replies import replied, stopped_problem
from grader.run_probe import run_intake
from grader.submissions.find import Submission
from grader.submissions.read import read_files

MOST_FILES = 300

_IMPORT_S = 8.0
_BUILD_S = 8.0
_FORWARD_S = 10.0
_FILE_S = 40.0
"""All networks of one file together."""

_MARGIN_S = 4.0
_SKIPPED = ("__pycache__/", "site-packages/", "node_modules/")


@dataclass(frozen=True)
class Inspection:
    """Everything found at one path. `problems` are those of reading it."""

    files: FilesPayload
    inspected: tuple[FileInspection, ...]


Heard = Callable[[FileInspection], None]


def inspect_files(
    submission: Submission,
    jail: Jail,
    *,
    input_shape: tuple[int, ...] | None = None,
    jobs: int = 1,
    heard: Heard | None = None,
) -> Inspection:
    """Inspect every Python file and notebook; whatever is wrong with one is in its own result, never raised.

    `heard` is told of each file in the order of their paths as soon as it is there.
    """
    raw, unread = read_files(submission)
    intake = run_intake(Given(submission.path.name, "", raw, unread), None, jail)
    if not isinstance(intake.payload, FilesPayload):
        problem = intake.problem or Problem(Reason.RUN_PROTOCOL)
        return Inspection(FilesPayload(files=(), problems=(*unread, problem)), ())
    files, tree = intake.payload, intake.tree
    paths = [path for path in sorted(tree) if path.endswith(".py") and not any(part in path for part in _SKIPPED)]
    left_out = [Problem(Reason.TOO_MANY_FILES, path, facts={"most": MOST_FILES}) for path in paths[MOST_FILES:][:1]]
    files = replace(files, problems=(*files.problems, *left_out))
    found: list[FileInspection] = []
    with ThreadPoolExecutor(max(1, jobs), thread_name_prefix="inspect") as pool:
        for inspection in pool.map(lambda path: _inspect(path, tree, files, jail, input_shape), paths[:MOST_FILES]):
            found.append(inspection)
            if heard is not None:
                heard(inspection)
    return Inspection(files, tuple(found))


def _inspect(
    path: str, tree: Mapping[str, bytes], files: FilesPayload, jail: Jail, input_shape: tuple[int, ...] | None
) -> FileInspection:
    message = {
        "path": path,
        "input_shape": list(input_shape) if input_shape else None,
        "import_s": _IMPORT_S,
        "build_s": _BUILD_S,
        "forward_s": _FORWARD_S,
        "file_s": _FILE_S,
    }
    wall_s = _IMPORT_S + _FILE_S + _FORWARD_S + _MARGIN_S
    limits = Limits(wall_s=wall_s, cpu_s=wall_s)
    handed = jail.run(Job(Zone.STUDENT, "inspect", message, blobs=tree, limits=limits))
    try:
        if handed.outcome is not Outcome.FINISHED or handed.reply is None:
            return FileInspection(path, problems=(replace(stopped_problem(handed), file=path),))
        job = Job(
            Zone.MEASURE,
            "inspect",
            {"path": path, "sources": outlines_of(files)},
            spools={"handover": handed.reply},
            limits=Limits(wall_s=120.0, cpu_s=120.0),
        )
        measured = jail.run(job)
        with replied(measured) as frame:
            if frame is None:
                return FileInspection(path, problems=(replace(stopped_problem(measured), file=path),))
            try:
                return TypeAdapter(FileInspection).validate_python(dict(frame.message))
            except ValidationError:
                return FileInspection(path, problems=(Problem(Reason.RUN_PROTOCOL, path),))
    finally:
        if handed.reply is not None:
            handed.reply.close()
