"""What became of a check, a question or a submission: the second closed list."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """A submission's status is never `SKIPPED`."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"
    ERROR = "error"
    NEEDS_REVIEW = "needs_review"


class Visibility(StrEnum):
    """Whether a student may read a check's words, or only its count and points."""

    PUBLIC = "public"
    HIDDEN = "hidden"
