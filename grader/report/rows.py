"""Rows of a hand calculation: checks of one kind, made from what the student listed."""

from __future__ import annotations

from grader.domain.result import CheckResult


def is_row(check: CheckResult) -> bool:
    """Whether a check is about one layer of the hand calculation."""
    return check.id.startswith("hand_") and check.id not in ("hand_total", "hand_rows")
