"""What a check may look like, and what is refused when it is declared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from grader.checks.declare import CheckFunction, check
from grader.checks.verdict import passed
from grader.errors import AssignmentError


def test_check_takes_name_title_and_wants_from_the_function() -> None:
    """Name, first docstring line and parameters are the whole declaration."""

    @check(requires=["other"], optional=["claims"])
    def net_runs(network: object, claims: object) -> Any:
        """Your network runs.

        More for the next author.
        """
        return passed()

    assert isinstance(net_runs, CheckFunction)
    assert (net_runs.id, net_runs.title, net_runs.wants) == ("net_runs", "Your network runs.", ("network", "claims"))
    assert (net_runs.requires, net_runs.optional) == (("other",), frozenset({"claims"}))


def no_docstring(network: object) -> Any:
    return passed()


def takes_many(*network: object) -> Any:
    """Title."""


def takes_any(**network: object) -> Any:
    """Title."""


def has_default(network: object = None) -> Any:
    """Title."""


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (no_docstring, "no docstring"),
        (takes_many, '"*network: object" names no evidence'),
        (takes_any, '"**network: object" names no evidence'),
        (has_default, '"network" has a default'),
    ],
)
def test_check_with_other_parameters_is_refused(function: Callable[..., Any], told: str) -> None:
    """The error names the check and the parameter."""
    with pytest.raises(AssignmentError) as caught:
        check(function)
    assert function.__name__ in str(caught.value)
    assert told in str(caught.value).replace("'object'", "object")


def test_optional_evidence_has_to_be_a_parameter() -> None:
    """A slip in `optional` is named."""
    with pytest.raises(AssignmentError, match='optional names "netwrok"'):
        check(optional=["netwrok"])(has_title)


def has_title(network: object) -> Any:
    """Title."""
