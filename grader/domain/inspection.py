"""What `grader inspect` finds in one file: its networks, measured where that was possible."""

from __future__ import annotations

from dataclasses import dataclass

from grader.domain.measurement import NetworkMeasurement
from grader.domain.problem import Problem


@dataclass(frozen=True)
class InspectedNetwork:
    """A class, factory or module-level instance, how it was made, and what was measured on it.

    `constructor` is the call that gave the network. `input_shape` is the first
    input without batch axis that it took, of those in `tried`. Without a
    measurement `params` is what the file's own process counted.
    """

    name: str
    kind: str
    line: int | None
    constructor: str
    input_shape: tuple[int, ...] | None = None
    tried: tuple[tuple[int, ...], ...] = ()
    params: int = 0
    network: NetworkMeasurement | None = None
    problem: Problem | None = None
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class FileInspection:
    """One Python file or notebook. `parts` are classes that only serve inside another one."""

    path: str
    networks: tuple[InspectedNetwork, ...] = ()
    parts: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
