"""`grader inspect --json`: every network that was found, measured or not, and every problem."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from grader.domain.evidence import FilesPayload
from grader.domain.inspection import FileInspection, InspectedNetwork
from grader.domain.measurement import Provenance
from grader.domain.problem import Problem
from grader.export.result_json import network_object, problem_object
from grader.report.catalogue import Catalogue
from grader.report.inspect_text import shown_path

SCHEMA = "grader/inspect/v1"


def inspect_object(files: FilesPayload, inspected: tuple[FileInspection, ...], catalogue: Catalogue) -> dict[str, Any]:
    """The whole answer as plain values."""
    problems = [*files.problems, *_problems(inspected)]
    return {
        "schema": SCHEMA,
        "files": [asdict(file) for file in files.files],
        "models": [_model(file, found, catalogue) for file in inspected for found in file.networks],
        "parts": {shown_path(file.path): list(file.parts) for file in inspected if file.parts},
        "problems": [_placed(problem, catalogue) for problem in _once(problems)],
    }


def _model(file: FileInspection, found: InspectedNetwork, catalogue: Catalogue) -> dict[str, Any]:
    """What was measured, or what its own process counted, with how it was made and tried."""
    blank = {"class": found.name, "params": found.params, "macs": None, "flops": None, "output_shape": None}
    unmeasured = {**blank, "input_shape": None, "provenance": Provenance.REPORTED, "layers": [], "diagnostics": []}
    measured = network_object(found.network, catalogue) if found.network is not None else unmeasured
    return {
        **measured,
        "name": found.name,
        "kind": found.kind,
        "file": shown_path(file.path),
        "line": found.line,
        "constructor": found.constructor,
        "tried": [list(shape) for shape in found.tried],
        "problem": _placed(found.problem, catalogue) if found.problem else None,
        "notes": [_placed(note, catalogue) for note in found.notes],
    }


def _placed(problem: Problem, catalogue: Catalogue) -> dict[str, Any]:
    return problem_object(replace(problem, file=shown_path(problem.file) if problem.file else None), catalogue)


def _problems(inspected: tuple[FileInspection, ...]) -> Iterator[Problem]:
    for file in inspected:
        yield from file.problems
        for found in file.networks:
            if found.problem is not None:
                yield found.problem
            yield from (*(found.network.diagnostics if found.network else ()), *found.notes)


def _once(problems: list[Problem]) -> list[Problem]:
    kept: list[Problem] = []
    for problem in problems:
        if problem not in kept:
            kept.append(problem)
    return kept
