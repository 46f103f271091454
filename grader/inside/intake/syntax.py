"""Compiles source text without running it, and says where and why it is no Python 3."""

from __future__ import annotations

import ast
import re
import warnings
from dataclasses import dataclass

from grader.domain.problem import Problem
from grader.domain.reason import Reason

MOST_SOURCE = 1 << 20

_PYTHON2 = re.compile(
    r"Missing parentheses in call to|multiple exception types must be parenthesized"
    r"|leading zeros in decimal integer literals|inconsistent use of tabs",
)
_PYTHON2_LINE = re.compile(
    r"^\s*(print\s+[^=(\s]|print\s*>>|exec\s+['\"\w]|except\s+[\w.]+\s*,\s*\w+\s*:|raise\s+[\w.]+\s*,)"
    r"|<>|\bur['\"]|`[^`]*`|\b0[0-7]+\b(?![.\w])|\b\d+[lL]\b"
)


@dataclass(frozen=True)
class Parsed:
    """A tree, or the problem that there is none."""

    tree: ast.Module | None
    problem: Problem | None = None


def parse(text: str, path: str) -> Parsed:
    """Parse and compile one source text; nothing of it is executed."""
    if len(text) > MOST_SOURCE:
        return Parsed(
            None, Problem(Reason.TOO_LARGE, path, facts={"file": path, "size": len(text), "most": MOST_SOURCE})
        )
    try:
        with warnings.catch_warnings():
            # An invalid escape in a string is a warning to its author, none to us.
            warnings.simplefilter("ignore")
            tree = ast.parse(text, path)
            compile(tree, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        return Parsed(None, _problem(error, text, path))
    except (RecursionError, MemoryError, ValueError, OverflowError) as error:
        facts = {"detail": str(error)[:200] or type(error).__name__}
        return Parsed(None, Problem(Reason.SYNTAX_ERROR, path, facts=facts))
    return Parsed(tree)


def _problem(error: SyntaxError, text: str, path: str) -> Problem:
    detail = (error.msg or type(error).__name__)[:200]
    lines = text.splitlines()
    line = error.lineno if error.lineno and error.lineno <= max(len(lines), 1) else None
    written = lines[line - 1] if line and line <= len(lines) else ""
    reason = Reason.PYTHON2 if _PYTHON2.search(detail) or _PYTHON2_LINE.search(written) else Reason.SYNTAX_ERROR
    column = error.offset if line and error.offset and error.offset > 0 else None
    return Problem(reason, path, line, column, {"detail": detail})
