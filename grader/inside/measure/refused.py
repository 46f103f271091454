"""The one way in which a hand-over is turned away."""

from __future__ import annotations

from grader.domain.problem import Fact, Problem
from grader.domain.reason import Reason


class Refused(Exception):
    """A hand-over breaks a rule; `problem` says which, and nothing of it was used."""

    def __init__(self, reason: Reason, file: str | None = None, line: int | None = None, **facts: Fact) -> None:
        super().__init__(reason, facts)
        self.problem = Problem(reason, file=file, line=line, facts=facts)


def malformed(detail: str) -> Refused:
    """A hand-over that is not what it claims to be; `detail` in a few words."""
    return Refused(Reason.HANDOVER_REFUSED, detail=detail[:200])
