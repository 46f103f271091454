"""Errors that a person can mend, and the exit codes of every command."""

from __future__ import annotations

EXIT_OK = 0
EXIT_FAILED = 1
"""check: a public check did not pass; grade, demo, rescore: something of ours failed."""
EXIT_USAGE = 2
EXIT_NO_JAIL = 3


class GraderError(Exception):
    """Something a person can mend: one line that names the thing and the rule."""

    exit_code = EXIT_USAGE


class NoJailError(GraderError):
    """No containment is to be had here, so nothing of a student's was run."""

    exit_code = EXIT_NO_JAIL


class AssignmentError(GraderError):
    """An assignment's own files are not what they should be."""


class SubmissionError(GraderError):
    """The folder of submissions cannot be used as given."""


class OutputError(GraderError):
    """DIR, or a file in it, cannot be used as it stands."""


class DatasetError(GraderError):
    """A data set is missing, damaged or of another kind than named."""
