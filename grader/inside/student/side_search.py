"""Finds the side of an image from what the first linear layer expects: a larger side gives more numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.domain.problem import Problem
from grader.domain.reason import Reason

Shape = tuple[int, ...]

_LEAST, _MOST = 2, 1024
_STEPS = 14


class SideSearch:
    """Learns from inputs that were too small or too large, and proposes sides between them."""

    def __init__(self) -> None:
        self._like: Shape | None = None
        self._small, self._large = _LEAST - 1, _MOST + 1
        self._known: set[int] = set()

    def learn(self, shape: Shape, problem: Problem | None) -> None:
        """`problem` is why this input was not taken; None when its numbers were folded into the batch, so too many."""
        if len(shape) < 2 or len(set(shape[1:])) != 1:  # noqa: PLR2004
            return
        facts = problem.facts if problem is not None else {"declared": 0, "needed": 1}
        declared, needed = facts.get("declared"), facts.get("needed")
        if problem is not None and problem.reason != Reason.WRONG_LINEAR_SIZE:
            return
        if not isinstance(declared, int) or not isinstance(needed, int) or declared == needed:
            return
        self._like = shape
        if needed < declared:
            self._small = max(self._small, shape[1])
        else:
            self._large = min(self._large, shape[1])

    def proposals(self, tried: Sequence[Shape]) -> Iterator[Shape]:
        """Inputs to try next, each chosen after what was learnt of the one before."""
        for _ in range(_STEPS):
            if self._like is None or self._large - self._small < 2:  # noqa: PLR2004
                return
            middle = (self._small + self._large) // 2
            shape = (self._like[0], *(middle for _ in self._like[1:]))
            if shape in tried:
                return
            yield shape
