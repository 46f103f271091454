"""The submission as one tree of files: opened if it is an archive, its common folder taken off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.intake.archive_rules import Refused
from grader.inside.intake.kinds import ARCHIVE, MARKDOWN, NOTEBOOK, PYTHON, TOML, archive_format, kind_of
from grader.inside.intake.names import common_top
from grader.inside.intake.un7z import un7z
from grader.inside.intake.untar import decompressed, untar
from grader.inside.intake.unzip import unzip

MOST_HANDED_ON = 128 << 20
"""Bytes that go on to the student's jobs; archives may hold more, such as data sets."""

_FIRST = (PYTHON, TOML, NOTEBOOK, MARKDOWN)
_MOST_NOTES = 20


@dataclass(frozen=True)
class Tree:
    """All files by relative path, with what was wrong on the way."""

    files: dict[str, bytes]
    problems: tuple[Problem, ...] = ()


def open_tree(raw: Mapping[str, bytes]) -> Tree:
    """The files with the one archive unpacked among them; other archives stay closed.

    An archive is opened when it is all there is, or when there is no code beside
    it: a learning platform puts a student's zip and PDF into one folder.
    """
    top = common_top(raw)
    files = {path.removeprefix(top): data for path, data in raw.items()}
    problems: list[Problem] = []
    archive = _the_archive(files)
    if archive is not None:
        try:
            files = _merged(files, archive)
        except Refused as refused:
            problems.append(_at(refused.problem, archive))
    nested = [path for path, data in files.items() if kind_of(path, data) == ARCHIVE and path != archive]
    problems += [Problem(Reason.ARCHIVE_NESTED, path, facts={"file": path}) for path in sorted(nested)[:_MOST_NOTES]]
    return Tree(files, tuple(problems))


def _the_archive(files: Mapping[str, bytes]) -> str | None:
    kinds = {path: kind_of(path, data) for path, data in files.items()}
    archives = [path for path, kind in kinds.items() if kind == ARCHIVE]
    has_code = any(kind in (PYTHON, NOTEBOOK) for kind in kinds.values())
    return archives[0] if len(archives) == 1 and not has_code else None


def _merged(files: Mapping[str, bytes], archive: str) -> dict[str, bytes]:
    """The archive's files in its own folder's place, beside what lies there already."""
    unpacked = _unpack(files[archive], archive)
    top = common_top(unpacked)
    folder = archive[: archive.rfind("/") + 1]
    merged = {path: data for path, data in files.items() if path != archive}
    there = {path.casefold(): path for path in merged}
    for path, data in unpacked.items():
        place = folder + path.removeprefix(top)
        if place.casefold() in there:
            raise Refused(Reason.ARCHIVE_DOUBLE, entry=path[:200], other=there[place.casefold()][:200])
        merged[place] = data
    return merged


def _unpack(data: bytes, name: str) -> dict[str, bytes]:
    """The files of one archive, by what its first bytes say it is.

    Raises:
        Refused: with the reason that fits.
    """
    match archive_format(data):
        case "zip":
            found = unzip(data)
        case "tar":
            found = untar(data)
        case "gzip" | "bzip2" | "xz" as packer:
            found = decompressed(data, packer, name)
        case "7z":
            found = un7z(data)
        case None if not data.strip(b"\0"):
            # An empty tar is ten thousand zeros.
            raise Refused(Reason.ARCHIVE_EMPTY)
        case None:
            raise Refused(Reason.ARCHIVE_REFUSED, why="no archive of a known format", entry="")
        case other:
            raise Refused(Reason.ARCHIVE_FORMAT, format=other)
    if not found:
        raise Refused(Reason.ARCHIVE_EMPTY)
    return found


def _at(problem: Problem, file: str) -> Problem:
    return Problem(problem.reason, file, facts=problem.facts)


def too_large(path: str, size: int, most: int) -> Problem:
    """The problem of one file that is over a cap, both in bytes."""
    return Problem(Reason.TOO_LARGE, path, facts={"file": path, "size": size, "most": most})


def handed_on(files: Mapping[str, bytes]) -> Tree:
    """What the student's jobs are given: everything up to the cap, code and answers first, then by size."""
    order = sorted(files, key=lambda path: (kind_of(path, files[path]) not in _FIRST, len(files[path]), path))
    kept: dict[str, bytes] = {}
    problems: list[Problem] = []
    left = MOST_HANDED_ON
    for path in order:
        size = len(files[path])
        if size <= left:
            kept[path] = files[path]
            left -= size
        elif len(problems) < _MOST_NOTES:
            problems.append(too_large(path, size, MOST_HANDED_ON))
    return Tree(dict(sorted(kept.items())), tuple(problems))
