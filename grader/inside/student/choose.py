"""Finds the network that answers a question in free-form files: declared, named, by structure, or the last."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from grader.domain.measurement import Chosen
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.inside.student.anatomy import layers_in_order
from grader.inside.student.build import Built
from grader.inside.student.candidates import (
    Candidate,
    all_class_names,
    blocks_of,
    find_candidates,
    named_candidate,
)
from grader.inside.student.failure import name_of, printable
from grader.inside.student.loader import LoadedFile, Loader

TryBuild = Callable[[Candidate, bool], Built]
"""Builds a candidate, cheaply; the flag says whether it is given the assignment's arguments."""

_MOST_NAMES = 40


@dataclass(frozen=True)
class Wish:
    """What a selector asks for, with the name that the student declared."""

    declared: str | None = None
    names: tuple[str, ...] = ()
    input_channels: int | None = None
    outputs: int | None = None


@dataclass(frozen=True)
class Choice:
    """The candidate and how it was chosen, or the problem that there is none."""

    candidate: Candidate | None = None
    chosen: Chosen | None = None
    problem: Problem | None = None
    notes: tuple[Problem, ...] = field(default_factory=tuple)


def choose(loader: Loader, wish: Wish, try_build: TryBuild) -> Choice:
    """Apply the rules in their order. Files are loaded only as far as the rules need them."""
    notes: list[Problem] = []
    if wish.declared:
        found = _by_name(loader, wish.declared)
        if found:
            return _choice(found[0], "declared", found)
        notes.append(_missing(loader, wish.declared))
    for name in wish.names:
        found = _by_name(loader, name)
        if found:
            return replace(_choice(found[0], "name", found), notes=tuple(notes))
    broken = _broken_with(loader, [wish.declared or "", *wish.names])
    if broken is not None:
        return Choice(problem=broken, notes=tuple(notes))
    choice = _by_structure(loader, wish, try_build)
    return replace(choice, notes=(*notes, *choice.notes))


def _by_name(loader: Loader, name: str) -> list[Candidate]:
    paths = [path for path, source in loader.sources.items() if name in source.bound_lines]
    found = [named_candidate(loader.load(path), name) for path in paths]
    return [candidate for candidate in found if candidate is not None]


def _broken_with(loader: Loader, names: Iterable[str]) -> Problem | None:
    """The problem of a file that would define one of these names if it ran."""
    wanted = [name for name in names if name]
    for path, source in loader.sources.items():
        loaded = loader.files.get(path)
        if loaded is not None and loaded.problem is not None and any(name in source.bound_lines for name in wanted):
            return as_problem(loaded.problem)
        defined = rf"^\s*(class|def)\s+({'|'.join(map(re.escape, wanted))})\b"
        if wanted and source.tree is None and re.search(defined, source.text, re.MULTILINE):
            return source.problem
    return None


def _by_structure(loader: Loader, wish: Wish, try_build: TryBuild) -> Choice:
    files = [loader.load(path) for path in loader.sources]
    candidates = find_candidates(files)
    blocks = blocks_of(candidates)
    outermost = [candidate for candidate in candidates if candidate.name not in blocks] or candidates
    if not outermost:
        return Choice(problem=_nothing_found(files, wish))
    seen = [(candidate, _structure(candidate, try_build, True)) for candidate in outermost]
    if wish.input_channels is not None or wish.outputs is not None:
        fitting = [candidate for candidate, structure in seen if structure and _fits(structure, wish)]
        fitting = _distinct(fitting, try_build)
        if fitting:
            native = [c for c in fitting if (own := _structure(c, try_build, False)) and _fits(own, wish)]
            best = native or fitting
            return _choice(best[-1], "structure", best)
        syntax = next((file.problem for file in files if file.source.tree is None), None)
        if syntax is not None:
            return Choice(problem=syntax)
    built = [candidate for candidate, structure in seen if structure]
    near = [c for c, structure in seen if structure and structure[0] == wish.input_channels]
    last = (near or built or outermost)[-1]
    return _choice(last, "last", outermost)


def _structure(candidate: Candidate, try_build: TryBuild, with_arguments: bool) -> tuple[int | None, int | None] | None:
    network = try_build(candidate, with_arguments).network
    return None if network is None else layers_in_order(network)


def _fits(structure: tuple[int | None, int | None], wish: Wish) -> bool:
    channels, outputs = structure
    return wish.input_channels in (None, channels) and wish.outputs in (None, outputs)


def _distinct(fitting: list[Candidate], try_build: TryBuild) -> list[Candidate]:
    """A factory that makes an instance of a class that fits by itself is the same answer."""
    classes = {id(candidate.value) for candidate in fitting if candidate.kind == "class"}
    return [
        candidate
        for candidate in fitting
        if candidate.kind == "class" or id(type(try_build(candidate, True).network)) not in classes
    ]


def _choice(candidate: Candidate, rule: str, fitting: list[Candidate]) -> Choice:
    several = len({candidate.path for candidate in fitting}) > 1
    names = tuple(f"{c.path}:{c.name}" if several else c.name for c in fitting[:_MOST_NAMES])
    chosen = Chosen(candidate.name, candidate.path, candidate.line, rule, names if len(names) > 1 else ())
    return Choice(candidate, chosen)


def _missing(loader: Loader, name: str) -> Problem:
    """Why a declared name is no network: nothing has it, or it is something else."""
    for path, source in loader.sources.items():
        if name in source.bound_lines:
            value = loader.load(path).module.__dict__.get(name)
            if value is not None:
                facts = {"name": printable(name, 80), "type": name_of(type(value))}
                return Problem(Reason.NOT_A_MODULE, path, source.bound_lines[name], facts=dict(facts))
    defined = [found for source in loader.sources.values() for found in source.class_lines]
    return Problem(Reason.CLASS_MISSING, facts={"wanted": printable(name, 80), "found": defined[:_MOST_NAMES]})


def _nothing_found(files: list[LoadedFile], wish: Wish) -> Problem:
    if not files:
        return Problem(Reason.NO_CODE)
    problem = next((file.problem for file in files if file.problem is not None), None)
    if problem is not None:
        return as_problem(problem)
    wanted = wish.declared or (wish.names[0] if wish.names else "nn.Module")
    found = all_class_names(files)[:_MOST_NAMES]
    return Problem(Reason.CLASS_MISSING, facts={"wanted": printable(wanted, 80), "found": found})


def as_problem(note: Problem) -> Problem:
    """A file's stop as the reason why there is nothing: it did not only stop, it is needed."""
    return replace(note, reason=Reason.IMPORT_ERROR) if note.reason == Reason.IMPORT_STOPPED else note
