"""Reads the files of a submission as bytes: with caps, and never through a link."""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.submissions.find import Submission

MOST_BYTES = 64 << 20
MOST_FILES = 2_000
MOST_DEPTH = 10
MOST_NAME_BYTES = 150

_MOST_LISTED = 20_000
_MOST_PROBLEMS = 50
_OPEN = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
"""O_NONBLOCK: opening a pipe that nobody writes to must not wait."""

_CACHES = frozenset(
    {".git", ".hg", ".svn", "__pycache__", ".venv", "venv", ".ipynb_checkpoints", ".idea", ".vscode", ".mypy_cache"}
    | {".pytest_cache", ".ruff_cache", "__macosx", ".cache", "node_modules", ".ds_store", "thumbs.db", "desktop.ini"}
)
"""Folders and files that programs make beside the work, in lower case."""

_DATA_CACHES = ("-ubyte", "-ubyte.gz", "cifar-10-batches-py", "cifar-100-python", "cifar-10-python.tar.gz")
"""How the names of downloaded data sets end, in lower case; our jails bring their own."""

_CODE = (".py", ".ipynb", ".toml", ".md")
"""Read before anything else, so that weights and pictures cannot crowd them out."""


@dataclass
class _Reading:
    """What has been found so far of one submission."""

    owner: int
    listed: int = 0
    places: dict[str, tuple[bytes, ...]] = field(default_factory=dict)
    """Name as text to the path as the file system has it."""
    problems: list[Problem] = field(default_factory=list)
    caches: list[str] = field(default_factory=list)

    full: bool = False
    """Whether there are more files than are read; nothing is listed any more then."""

    def fill(self, file: str) -> None:
        if not self.full:
            self.note(Reason.TOO_MANY_FILES, file, most=MOST_FILES)
        self.full = True

    def note(self, reason: Reason, file: str, **facts: int | str) -> None:
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(Problem(reason, file, facts={"file": file, **facts}))


def read_files(submission: Submission) -> tuple[dict[str, bytes], tuple[Problem, ...]]:
    """The files by relative path with slashes, and what could not or was not to be read."""
    if submission.kind != "folder":
        return _read_named(submission)
    try:
        root = os.open(submission.path, _OPEN | os.O_DIRECTORY)
    except OSError:
        return {}, (Problem(Reason.UNREADABLE_FILE, submission.path.name, facts={"file": submission.path.name}),)
    try:
        reading = _Reading(os.fstat(root).st_uid)
        _list_folder(root, (), reading)
        files = _read_listed(root, reading)
    finally:
        os.close(root)
    if reading.caches:
        reading.note(Reason.LEFT_OUT, reading.caches[0], count=len(reading.caches), names=", ".join(reading.caches[:5]))
    return files, tuple(reading.problems)


def submission_sha256(files: Mapping[str, bytes]) -> str:
    """One hash over the sorted paths and the contents; no two sets of files share it by concatenation."""
    digest = hashlib.sha256()
    for path in sorted(files):
        name = path.encode("utf-8")
        digest.update(len(name).to_bytes(8, "little") + name + hashlib.sha256(files[path]).digest())
    return digest.hexdigest()


def _read_named(submission: Submission) -> tuple[dict[str, bytes], tuple[Problem, ...]]:
    name = _text(os.fsencode(submission.source))
    own = submission.files or ((submission.source, submission.path),)
    try:
        parent = os.open(own[0][1].parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return {}, (Problem(Reason.UNREADABLE_FILE, name, facts={"file": name}),)
    try:
        reading = _Reading(os.fstat(parent).st_uid)
        for shown, path in own:
            text = _text(os.fsencode(shown))
            if text in (".", "..") or not text.isprintable():
                reading.note(Reason.NAME_REFUSED, text[:200], most=MOST_NAME_BYTES)
            else:
                reading.places[text] = (os.fsencode(path.name),)
        return _read_listed(parent, reading), tuple(reading.problems)
    finally:
        os.close(parent)


def _list_folder(folder: int, above: tuple[bytes, ...], reading: _Reading) -> None:
    """Note every regular file below an open folder; links, devices and caches only by name."""
    for entry in _entries(folder, above, reading):
        if reading.full:
            return
        name = os.fsencode(entry.name)
        place = (*above, name)
        path = "/".join(map(_text, place))
        if _is_cache(entry.name):
            reading.caches.append(path)
        elif len(name) > MOST_NAME_BYTES or not _text(name).isprintable():
            reading.note(Reason.NAME_REFUSED, path[:200], most=MOST_NAME_BYTES)
        elif entry.is_symlink():
            reading.note(Reason.LINK_IGNORED, path)
        elif entry.is_dir(follow_symlinks=False):
            _list_below(folder, place, path, reading)
        elif not entry.is_file(follow_symlinks=False):
            reading.note(Reason.NOT_A_FILE, path)
        elif len(reading.places) >= MOST_FILES:
            reading.fill(path)
        elif path in reading.places:
            reading.note(Reason.NAME_REFUSED, path, most=MOST_NAME_BYTES)
        else:
            reading.places[path] = place


def _entries(folder: int, above: tuple[bytes, ...], reading: _Reading) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            found = []
            for entry in entries:
                reading.listed += 1
                if reading.listed > _MOST_LISTED:
                    reading.fill(_text(os.fsencode(entry.name)))
                    break
                found.append(entry)
    except OSError:
        path = "/".join(map(_text, above)) or "."
        reading.note(Reason.UNREADABLE_FILE, path)
        return
    yield from sorted(found, key=lambda entry: (not entry.name.lower().endswith(_CODE), os.fsencode(entry.name)))


def _list_below(folder: int, place: tuple[bytes, ...], path: str, reading: _Reading) -> None:
    if len(place) >= MOST_DEPTH:
        reading.note(Reason.TOO_DEEP, path, most=MOST_DEPTH)
        return
    try:
        below = os.open(place[-1], _OPEN | os.O_DIRECTORY, dir_fd=folder)
    except OSError:
        reading.note(Reason.UNREADABLE_FILE, path)
        return
    try:
        _list_folder(below, place, reading)
    finally:
        os.close(below)


def _read_listed(root: int, reading: _Reading) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    left = MOST_BYTES
    for path in sorted(reading.places, key=lambda path: (not path.lower().endswith(_CODE), path)):
        try:
            data = _read_place(root, reading.places[path], left, reading.owner)
        except _TooLarge as large:
            reading.note(Reason.TOO_LARGE, path, size=large.size, most=MOST_BYTES)
            continue
        except OSError:
            reading.note(Reason.UNREADABLE_FILE, path)
            continue
        files[path] = data
        left -= len(data)
    return files


class _TooLarge(Exception):
    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


def _read_place(root: int, place: tuple[bytes, ...], most: int, owner: int) -> bytes:
    """The bytes of one file, each folder on the way opened by itself and none through a link."""
    folder = os.dup(root)
    try:
        for name in place[:-1]:
            below = os.open(name, _OPEN | os.O_DIRECTORY, dir_fd=folder)
            os.close(folder)
            folder = below
        with open(os.open(place[-1], _OPEN, dir_fd=folder), "rb") as stream:
            _refuse_odd(os.fstat(stream.fileno()), owner)
            data = stream.read(most + 1)
            if len(data) > most:
                raise _TooLarge(os.fstat(stream.fileno()).st_size)
            return data
    finally:
        os.close(folder)


def _refuse_odd(info: os.stat_result, owner: int) -> None:
    # On a shared machine a hard link is a way to hand in somebody else's file.
    if not stat.S_ISREG(info.st_mode) or (info.st_nlink > 1 and info.st_uid != owner):
        raise PermissionError("not an ordinary file of the one who handed in")


def _is_cache(name: str) -> bool:
    lower = name.lower()
    return lower in _CACHES or lower.startswith("._") or lower.endswith((".pyc", ".pyo", *_DATA_CACHES))


def _text(name: bytes) -> str:
    return unicodedata.normalize("NFC", name.decode("utf-8", "replace"))
