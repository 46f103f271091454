"""A submission opened for one job: unpacked, read, and ready to load what a question needs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.student.build import Built, Order, build
from grader.inside.student.candidates import Candidate
from grader.inside.student.choose import Choice, Wish, choose
from grader.inside.student.failure import Folder
from grader.inside.student.limits import Deadline
from grader.inside.student.loader import Loader, install
from grader.inside.student.old_calls import revive_old_calls
from grader.inside.student.sources import find_sources, read_source
from grader.inside.student.stubs import StubFinder
from grader.inside.student.surroundings import unpack
from grader.inside.student.workers import do_without_workers


@dataclass(frozen=True)
class Submission:
    """The opened submission. `refused` are files that were not unpacked."""

    folder: Folder
    loader: Loader
    refused: tuple[Problem, ...]
    stubs: StubFinder
    surroundings: tuple[list[Problem], ...]
    """Notes on what was done in the student's place; they grow while the code runs."""

    @property
    def notes(self) -> list[Problem]:
        """All that is worth saying about the files, whichever of them a question used."""
        found = [*self.refused, *self.stubs.notes, *chain.from_iterable(self.surroundings)]
        for path, source in self.loader.sources.items():
            loaded = self.loader.files.get(path)
            problem = source.problem if loaded is None else loaded.problem
            found += [*source.notes, *([problem] if problem is not None else [])]
        return found

    def lines(self, kind: type) -> tuple[str | None, int | None]:
        """File and line of a class of the submission, nothing for any other class."""
        for path, file in self.loader.files.items():
            if getattr(kind, "__module__", None) == file.module.__name__:
                name = type.__dict__["__qualname__"].__get__(kind)
                return path, file.source.class_lines.get(name)
        return None, None


def open_submission(tree: Mapping[str, bytes], work: Path, import_s: float) -> Submission:
    """Unpack below `work`, read every Python file, and let the files import each other."""
    folder, refused = unpack(dict(tree), work)
    sources = {path: read_source(path, tree[path], folder) for path in find_sources(tree)}
    loader = Loader(folder, sources, Deadline(import_s))
    stubs = StubFinder(folder)
    install(loader)
    sys.meta_path.append(stubs)
    return Submission(folder, loader, tuple(refused), stubs, (revive_old_calls(folder), do_without_workers(folder)))


def choose_network(submission: Submission, wish: Wish, order: Order, build_s: float) -> Choice:
    """Find the network a question asks for; a file that hung or left is its problem."""
    deadline = Deadline(build_s)
    bare = Order(order.input_shape)

    def try_build(candidate: Candidate, with_arguments: bool) -> Built:
        given = order if with_arguments else bare
        for device in ("meta", "cpu"):
            built = build(candidate, given, submission.folder, deadline, device)
            if built.network is not None or deadline.is_over:
                break
        return built

    choice = choose(submission.loader, wish, try_build)
    if choice.candidate is None or choice.problem is not None:
        return choice
    return replace(choice, problem=_stop_that_counts(choice.candidate))


def _stop_that_counts(candidate: Candidate) -> Problem | None:
    """A file that never came to its end, and one that left before it had defined the network."""
    stop = candidate.file.problem
    if stop is None:
        return None
    if stop.reason == Reason.IMPORT_TIMEOUT:
        return stop
    left = stop.reason == Reason.EXITS_AT_IMPORT and candidate.name in candidate.file.salvaged
    return stop if left else None


def builder(candidate: Candidate, submission: Submission, order: Order, build_s: float) -> Callable[[str], Built]:
    """A function that builds the chosen network on a device, all its calls within one span of seconds."""
    deadline = Deadline(build_s)

    def build_on(device: str) -> Built:
        return build(candidate, order, submission.folder, deadline, device)

    return build_on


def wish_of(selector: Mapping[str, Any]) -> Wish:
    """The wish of a message's selector."""
    return Wish(
        declared=selector.get("declared_name"),
        names=tuple(selector.get("names") or ()),
        input_channels=selector.get("input_channels"),
        outputs=selector.get("outputs"),
    )
