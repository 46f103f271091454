"""evidence/run.json: what DIR was made with, so that nothing of another kind is mixed into it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from grader.disk import replace_file, writing_to
from grader.domain.evidence import EVIDENCE_SCHEMA
from grader.errors import OutputError


@dataclass(frozen=True)
class RunFile:
    """Assignment, seed, data set and walls of a DIR. `assignment` is what was named on the command line."""

    slug: str
    revision: str
    seed: int = 0
    dataset: str = ""
    dataset_sha256: str = ""
    assignment: str = ""
    level: str = ""
    format: str = EVIDENCE_SCHEMA


def run_path(folder: Path) -> Path:
    """Where DIR keeps its run.json."""
    return folder / "evidence" / "run.json"


def read_run(folder: Path) -> RunFile | None:
    """What DIR was made with, None when nothing was graded into it yet.

    Raises:
        OutputError: when DIR is older or newer than this grader, or its run.json is damaged.
    """
    path = run_path(folder)
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(f"{path}: cannot be read ({error.strerror})") from None
    try:
        found = json.loads(data)["format"]
        if found != EVIDENCE_SCHEMA:
            raise OutputError(
                f"{folder}: was made with evidence format {str(found)[:60]!r}, this grader has {EVIDENCE_SCHEMA!r}; "
                "choose a new --out"
            )
        return TypeAdapter(RunFile).validate_json(data, strict=True)
    except (ValueError, KeyError, TypeError, ValidationError):
        raise OutputError(f"{path}: damaged; delete it and run grader grade again") from None


def write_run(folder: Path, run: RunFile) -> None:
    """Remember what DIR is made with.

    Raises:
        OutputError: when DIR holds another assignment, or cannot be written.
    """
    there = read_run(folder)
    if there is not None and there.slug != run.slug:
        raise OutputError(f"{folder}: holds grades of {there.slug!r}, not of {run.slug!r}; choose another --out")
    if there == run:
        return
    path = run_path(folder)
    with writing_to(folder):
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(path, json.dumps(asdict(run), ensure_ascii=False, indent=1).encode("utf-8"), 0o644)
