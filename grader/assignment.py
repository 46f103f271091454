"""Loads an assignment: its questions, probes, expected values, and its checks as functions."""

from __future__ import annotations

import hashlib
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.assignment_schema import CollectFile, QuestionsFile, validated
from grader.bundled import bundled
from grader.checks.declare import CheckFunction
from grader.checks.given import evidence_names
from grader.checks.points import exact
from grader.domain.assignment import AssignmentInfo, Probe, Question
from grader.domain.status import Visibility
from grader.errors import AssignmentError, GraderError

NOT_IN_REVISION = frozenset({"samples", "instructor", "__pycache__"})
"""Folders that change no grade; the instructor's is not in an installed package either."""

_STARTER_BYTES = 1 << 20


@dataclass(frozen=True)
class Assignment:
    """An assignment, ready to score with. `checks` are by id."""

    info: AssignmentInfo
    checks: Mapping[str, CheckFunction]
    folder: Path


def load_assignment(name_or_folder: str | Path, *, trust: bool = False) -> Assignment:
    """Load a bundled assignment by its slug, or one from a folder.

    A folder's checks.py is run here, outside every wall, so a folder that is
    not ours needs `trust`.

    Raises:
        AssignmentError: names the file, the key, the value and the rule.
    """
    folder, ours = _find(name_or_folder)
    if not ours and not trust:
        raise AssignmentError(f"{folder}: its checks.py would be run on this machine, without walls; --trust allows it")
    info = _read_info(folder)
    checks = _read_checks(folder, info)
    return Assignment(info, checks, folder)


def bundled_slugs() -> tuple[str, ...]:
    """The assignments that come with the grader."""
    return tuple(sorted(path.parent.name for path in bundled("assignments").glob("*/assignment.toml")))


def _find(name_or_folder: str | Path) -> tuple[Path, bool]:
    """The folder, and whether it is one of ours."""
    if isinstance(name_or_folder, str) and name_or_folder in bundled_slugs():
        return bundled("assignments") / name_or_folder, True
    folder = Path(name_or_folder)
    if not (folder / "assignment.toml").is_file():
        known = ", ".join(bundled_slugs())
        raise AssignmentError(f'no assignment "{name_or_folder}": want {known}, or a folder with an assignment.toml')
    folder = folder.resolve()
    return folder, folder.parent == bundled("assignments").resolve()


def _read_info(folder: Path) -> AssignmentInfo:
    questions_file = validated(QuestionsFile, _toml(folder, "assignment.toml"), f"{folder.name}/assignment.toml")
    collect_file = validated(CollectFile, _toml(folder, "collect.toml"), f"{folder.name}/collect.toml")
    expected = _toml(folder, "expected.toml")
    head = questions_file.assignment
    info = AssignmentInfo(
        slug=head.slug,
        course=head.course,
        title=head.title,
        revision=revision_of(folder),
        questions=tuple(question.to_domain() for question in questions_file.questions),
        probes=tuple(probe.to_domain() for probe in collect_file.probes),
        expected=expected,
        starter=_starter(folder),
        pass_share=head.pass_share,
    )
    _check_points(info, head.points, f"{folder.name}/assignment.toml")
    _check_names(info, folder.name)
    return info


def _toml(folder: Path, name: str) -> dict[str, Any]:
    place = f"{folder.name}/{name}"
    try:
        return tomllib.loads((folder / name).read_text("utf-8"))
    except FileNotFoundError:
        raise AssignmentError(f"{place} is missing") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise AssignmentError(f"{place} cannot be read: {error}") from None


def _starter(folder: Path) -> dict[str, str]:
    home = folder / "starter"
    paths = sorted(path for path in home.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    small = [path for path in paths if path.stat().st_size <= _STARTER_BYTES]
    return {path.relative_to(home).as_posix(): path.read_text("utf-8", "replace") for path in small}


def revision_of(folder: Path) -> str:
    """Twelve hex digits over the assignment's files and their names."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not NOT_IN_REVISION & set(name.parts):
            digest.update(f"{name.as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _check_points(info: AssignmentInfo, points: float, place: str) -> None:
    for question in info.questions:
        parts = [exact(check.points) for check in question.checks] + [exact(item.points) for item in question.rubric]
        if sum(parts) != exact(question.points):
            raise AssignmentError(
                f"{place}: points of {question.id} are {question.points:g}, "
                f"but its checks and rubric items add up to {float(sum(parts)):g}, want equal sums"
            )
    if exact(info.max_score) != exact(points):
        raise AssignmentError(
            f"{place}: assignment.points are {points:g}, "
            f"but the questions that are no bonus add up to {info.max_score:g}, want equal sums"
        )


def _check_names(info: AssignmentInfo, folder: str) -> None:
    """Ids are told apart and refer to something that is there."""
    place = f"{folder}/assignment.toml"
    _unique([question.id for question in info.questions], f"{place}: question")
    items = [item.id for question in info.questions for item in question.checks]
    _unique(items, f"{place}: check")
    for question in info.questions:
        _unique([c.id for c in question.checks] + [r.id for r in question.rubric], f"{place}: item of {question.id}")
        _check_requires(question, {}, place)
    _unique([probe.name for probe in info.probes], f"{folder}/collect.toml: probe")
    known = {question.id for question in info.questions}
    for probe in info.probes:
        if probe.question and probe.question not in known:
            rule = f'question of {probe.name} is "{probe.question}", want one of {_list(known)}'
            raise AssignmentError(f"{folder}/collect.toml: {rule}")
    if stray := sorted(set(info.expected) - known):
        raise AssignmentError(f'{folder}/expected.toml: "{stray[0]}" is no question, want one of {_list(known)}')


def _check_requires(question: Question, declared: Mapping[str, Sequence[str]], place: str) -> None:
    """What a check requires stands before it, and a public one never tells a student of a hidden one."""
    before: dict[str, Visibility] = {}
    for spec in question.checks:
        for name in (*spec.requires, *declared.get(spec.id, ())):
            if name not in before:
                rule = f'requires of {spec.id} names "{name}", want an earlier check of {question.id}'
                raise AssignmentError(f"{place}: {rule}")
            if before[name] is Visibility.HIDDEN and spec.visibility is Visibility.PUBLIC:
                rule = f'{spec.id} is public and requires "{name}", which is hidden; hide both or neither'
                raise AssignmentError(f"{place}: {rule}")
        before[spec.id] = spec.visibility


def _unique(names: list[str], what: str) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise AssignmentError(f'{what} "{twice[0]}" stands twice, want each once')


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names))


def _read_checks(folder: Path, info: AssignmentInfo) -> dict[str, CheckFunction]:
    place = f"{folder.name}/checks.py"
    module = _run_module(folder / "checks.py", info.revision, place)
    found = {each.id: each for each in vars(module).values() if isinstance(each, CheckFunction)}
    wanted = [spec.id for question in info.questions for spec in question.checks]
    if lacking := sorted(set(wanted) - set(found)):
        raise AssignmentError(f'{place}: no check "{lacking[0]}", which {folder.name}/assignment.toml gives points')
    if stray := sorted(set(found) - set(wanted)):
        raise AssignmentError(f'{place}: check "{stray[0]}" stands in no question of {folder.name}/assignment.toml')
    _check_wants(found, info.probes, place)
    for question in info.questions:
        _check_requires(question, {each.id: each.requires for each in found.values()}, place)
    return found


def _check_wants(checks: Mapping[str, CheckFunction], probes: tuple[Probe, ...], place: str) -> None:
    known = evidence_names(probes)
    for each in checks.values():
        for name in each.wants:
            if name not in known:
                raise AssignmentError(f'{place}: check "{each.id}" wants "{name}", want one of {_list(set(known))}')


def _run_module(path: Path, revision: str, place: str) -> ModuleType:
    """Run an assignment's own checks.py: our code, or a folder the person said they trust."""
    name = f"grader_checks_{revision}"
    module = ModuleType(name)
    module.__file__ = str(path)
    try:
        code = compile(path.read_text("utf-8"), str(path), "exec")
        # Dataclasses and annotations in it look their module up by name.
        sys.modules[name] = module
        exec(code, module.__dict__)  # noqa: S102
    except FileNotFoundError:
        raise AssignmentError(f"{place} is missing") from None
    except GraderError as error:
        raise AssignmentError(f"{place}: {error}") from None
    except Exception as error:
        raise AssignmentError(f"{place} cannot be run: {type(error).__name__}: {error}") from error
    return module
