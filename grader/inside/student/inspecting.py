"""student.inspect: every network of one file, each on an input that it accepts, whoever wrote it and for whatever."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from torch import nn

from grader.domain.measurement import Chosen
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.context import Context
from grader.inside.student import anatomy
from grader.inside.student.absent_weights import do_without_downloads
from grader.inside.student.attempt import Attempt, attempt
from grader.inside.student.build import Built, Order, make
from grader.inside.student.candidates import Candidate, blocks_of, find_candidates
from grader.inside.student.failure import name_of
from grader.inside.student.handover import Handover, plain_notes, to_frame
from grader.inside.student.input_shapes import Hints, Shape, read_hints, shapes_for, vocabulary_of
from grader.inside.student.limits import Deadline
from grader.inside.student.loader import LoadedFile
from grader.inside.student.recorder import Plan, Recording
from grader.inside.student.relative_imports import resolve_relative_imports
from grader.inside.student.shell_arguments import do_without_shell_arguments
from grader.inside.student.side_search import SideSearch
from grader.inside.student.submission import Submission, open_submission
from grader.inside.student.surroundings import calm, seed_all
from grader.inside.student.ways import Way, is_made_inside, needs_arguments, ways_to_make
from grader.wire.frames import Frame
from grader.wire.tape import INSPECTION_SCHEMA

MOST_NETWORKS = 40

_DEFAULT = Order((3, 224, 224), {"num_classes": 10})
_HOPELESS = frozenset({"NameError", "UnboundLocalError", "AttributeError", "NotImplementedError"})
"""Exceptions that another input would raise again."""


@dataclass(frozen=True)
class Subject:
    """A candidate with the way that gave its network; `tried` is what came of running it on `shape`."""

    candidate: Candidate
    text: str
    tried: Attempt
    shape: Shape | None = None
    shapes: tuple[Shape, ...] = field(default_factory=tuple)


def inspect_file(frame: Frame, context: Context) -> Frame:
    """Load one file of the tree and hand over all networks that it defines; what is wrong is in the reply."""
    message = frame.message
    submission = open_submission(frame.blobs, context.work, message["import_s"])
    resolve_relative_imports(submission.loader.sources)
    do_without_shell_arguments()
    downloads = do_without_downloads(submission.folder)
    with calm(submission.folder):
        seed_all(context.seed)
        file = submission.loader.load(message["path"])
        search = _Search(submission, file, message)
        subjects = search.subjects()
    notes = [note for note in (*submission.notes, *downloads) if note.file in (None, message["path"])]
    header = {
        "schema": INSPECTION_SCHEMA,
        "problems": plain_notes(notes),
        "parts": search.parts,
        "networks": [_row(subject) for subject in subjects],
    }
    return Frame(header, {f"network/{number}": _handed(subject) for number, subject in enumerate(subjects)})


def _row(subject: Subject) -> dict[str, Any]:
    candidate = subject.candidate
    return {
        "name": candidate.name,
        "kind": candidate.kind,
        "line": candidate.line,
        "constructor": subject.text,
        "input_shape": list(subject.shape) if subject.shape else None,
        "tried": [list(shape) for shape in subject.shapes],
    }


def _handed(subject: Subject) -> bytes:
    candidate, tried = subject.candidate, subject.tried
    handover = Handover(
        chosen=Chosen(candidate.name, candidate.path, candidate.line),
        problem=tried.problem,
        notes=tried.notes,
        tapes={"network": tried.recordings} if tried.problem is None else {},
        network=tried.network,
    )
    return json.dumps(to_frame(handover).message, allow_nan=False, separators=(",", ":")).encode("utf-8", "replace")


class _Search:
    """What is found in one file, and what each find turned out to be."""

    def __init__(self, submission: Submission, file: LoadedFile, message: Any) -> None:
        self._submission, self._file, self._message = submission, file, message
        self._hints: Hints = read_hints(file.source.tree)
        self._plan = Plan(submission.folder, submission.lines)
        self._deadline = Deadline(message["file_s"])
        self.parts: list[str] = []

    def subjects(self) -> list[Subject]:
        """Every network once: a factory or instance that gives what a class gave already is left out."""
        candidates = _outermost(find_candidates([self._file]))
        blocks = blocks_of(candidates)
        found: list[Subject] = []
        seen: set[str] = set()
        for candidate in candidates[:MOST_NETWORKS]:
            is_part = candidate.name in blocks
            if is_part and needs_arguments(candidate):
                self.parts.append(candidate.name)
                continue
            subject = self._subject(candidate)
            is_part = is_part or self._is_inner(candidate)
            if subject is None or (is_part and subject.tried.problem is not None and needs_arguments(candidate)):
                self.parts += [candidate.name] if is_part else []
                continue
            outline = _outline(subject)
            if outline not in seen or not outline:
                found.append(subject)
            seen.add(outline)
        kept = _without_vain(found)
        self.parts += [subject.candidate.name for subject in found if subject not in kept and _is_part(subject, kept)]
        return kept

    def _is_inner(self, candidate: Candidate) -> bool:
        """Whether a class or a function of any file makes things of this class."""
        sources = self._submission.loader.sources.values()
        return candidate.kind == "class" and any(is_made_inside(source.tree, candidate.name) for source in sources)

    def _subject(self, candidate: Candidate) -> Subject | None:
        """The first way that gives a network, on the first input that it takes; None for a function that makes none."""
        first: Subject | None = None
        ways = list(ways_to_make(candidate, _DEFAULT))
        if not ways:
            facts: dict[str, Any] = {"name": candidate.name, "arguments": needs_arguments(candidate)}
            problem = Problem(Reason.CONSTRUCTOR_ARGUMENTS, candidate.path, candidate.line, facts=facts)
            return Subject(candidate, "", Attempt(problem=problem))
        for way in ways:
            subject = self._made(candidate, way)
            if subject.tried.network is not None or self._deadline.is_over:
                return subject
            first = first or subject
        stop = first.tried.problem if first else None
        makes_none = stop is not None and stop.reason in (Reason.NOT_A_MODULE, Reason.CONSTRUCTOR_ARGUMENTS)
        return None if candidate.kind == "factory" and makes_none else first

    def _made(self, candidate: Candidate, way: Way) -> Subject:
        build_s = min(self._message["build_s"], self._deadline.left)
        deadline = Deadline(build_s)

        def build_on(device: str) -> Built:
            return make(lambda: way.make(device), candidate, self._submission.folder, deadline, device)

        built = build_on("meta")
        if built.network is None:
            built = build_on("cpu")
        if built.network is None:
            return Subject(candidate, way.text, Attempt(problem=built.problem))
        return self._run(Subject(candidate, way.text, Attempt(built.network)), way, built.network)

    def _run(self, subject: Subject, way: Way, network: nn.Module) -> Subject:
        """Try one input after the other until the network takes one and keeps the batch axis."""
        given = self._message["input_shape"]
        shapes = [tuple(given)] if given else shapes_for(network, self._hints)
        candidate, folder = subject.candidate, self._submission.folder
        tried: list[Shape] = []
        lost: Subject | None = None
        failed: Attempt | None = None
        search = SideSearch()
        for shape in shapes if given else chain(shapes, search.proposals(tried)):
            tried.append(shape)
            deadline = Deadline(min(self._message["forward_s"], self._deadline.left))

            def build_on(device: str, until: Deadline = deadline) -> Built:
                return make(lambda: way.make(device), candidate, folder, until, device)

            plan = replace(self._plan, below=vocabulary_of(network, shape))
            found = attempt(build_on, [(1, *shape), (2, *shape)], plan, deadline.left)
            if found.problem is None:
                here = replace(subject, tried=found, shape=shape, shapes=tuple(tried))
                if _keeps_batch(found.recordings[0], 1):
                    return here
                lost = lost or here
                search.learn(shape, None)
            else:
                search.learn(shape, found.problem)
                hopeless = found.problem.facts.get("error") in _HOPELESS
                if failed is None or hopeless:
                    failed = replace(found, network=found.network or network)
                if hopeless:
                    break
            if self._deadline.is_over:
                break
        return lost or replace(subject, tried=failed or subject.tried, shapes=tuple(tried))


def _outermost(candidates: list[Candidate]) -> list[Candidate]:
    """Without the objects that are a layer of another one, such as the last value of a loop over layers."""
    networks = [candidate.value for candidate in candidates if candidate.kind == "instance"]
    inner = {id(module) for network in networks for _, module in anatomy.modules_of(network)[1:]}
    return [candidate for candidate in candidates if id(candidate.value) not in inner]


def _keeps_batch(recording: Recording, batch: int) -> bool:
    tape = recording.tape
    shapes = {number: shape for op in tape.ops for number, shape in zip(op.out, op.shapes, strict=True)}
    shape = shapes.get(tape.output)
    return shape is None or (len(shape) > 0 and shape[0] == batch)


def _outline(subject: Subject) -> str:
    """Class and parameters of a network, which two names of one have in common; empty for none."""
    network = subject.tried.network
    if network is None or subject.tried.problem is not None:
        return ""
    return json.dumps([name_of(type(network)), subject.shape, anatomy.parameter_rows(network)])


def _without_vain(found: list[Subject]) -> list[Subject]:
    """A class that nobody could make is no problem where another network of the file is one, or holds one."""
    made = {name_of(kind) for subject in found for kind in _kinds(subject)}
    inner = {name_of(kind) for subject in found for kind in _kinds(subject)[1:]}

    def is_vain(subject: Subject) -> bool:
        name, network = subject.candidate.name, subject.tried.network
        if network is None:
            return name in made
        # A reshape or an activation of one's own is no network by itself.
        return name in inner and not anatomy.parameter_rows(network)

    return [subject for subject in found if not (subject.candidate.kind == "class" and is_vain(subject))]


def _is_part(subject: Subject, others: Sequence[Subject]) -> bool:
    return any(subject.candidate.value in _kinds(other)[1:] for other in others)


def _kinds(subject: Subject) -> list[type]:
    """The classes of a network and of everything in it."""
    network = subject.tried.network
    return [] if network is None else [type(module) for _, module in anatomy.modules_of(network)]
