"""Recognises a reported number: which tool prints it, under which word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from grader.claims.numbers import Number
from grader.domain.measurement import NetworkMeasurement

OURS = "grader"


class Family(StrEnum):
    """What a word counts: parameters, multiply-adds, or floating-point operations."""

    PARAMS = "params"
    MACS = "macs"
    FLOPS = "flops"


@dataclass(frozen=True)
class Convention:
    """A number that a tool prints for a network, and its word for it."""

    tool: str
    word: str
    family: Family
    value: int


def family_of(word: str) -> Family | None:
    """What a word counts, None for a word that counts none of the three."""
    plain = re.sub(r"[^a-z]", "", word.lower())
    if "param" in plain:
        return Family.PARAMS
    if "mac" in plain or "madd" in plain or "multadd" in plain or "multiplyadd" in plain or "multiplyacc" in plain:
        return Family.MACS
    return Family.FLOPS if "flop" in plain or plain == "ops" else None


def conventions_of(network: NetworkMeasurement) -> tuple[Convention, ...]:
    """Every number that counts the network, ours first, then each tool's in its own order."""
    found = [
        Convention(OURS, "params", Family.PARAMS, network.params),
        Convention(OURS, "MACs", Family.MACS, network.macs),
        Convention(OURS, "FLOPs", Family.FLOPS, network.flops),
    ]
    for tool, words in network.conventions.items():
        for word, value in words.items():
            family = family_of(word)
            if family is not None:
                found.append(Convention(tool, word, family, value))
    return tuple(found)


def recognise_params(number: Number, network: NetworkMeasurement) -> Convention | None:
    """The first convention under which the network has this many parameters."""
    known = conventions_of(network)
    return next((each for each in known if each.family is Family.PARAMS and number.matches(each.value)), None)


def recognise_compute(number: Number, network: NetworkMeasurement) -> tuple[Convention, ...]:
    """All conventions under which the network costs this many operations."""
    known = conventions_of(network)
    return tuple(each for each in known if each.family is not Family.PARAMS and number.matches(each.value))


def named_by(label: str, conventions: Sequence[Convention], tool: str = "") -> Convention | None:
    """The convention that prints its number under this word, the student's own tool first."""
    family = family_of(label)
    fitting = [each for each in conventions if each.family is family]
    own = [each for each in fitting if tool and _plain(each.tool) in _plain(tool)]
    return next(iter(own or fitting), None)


def printed_by(tool: str, conventions: Sequence[Convention]) -> Convention:
    """The convention to name beside a number: the student's own tool, else another one, else ours."""
    tools = [each for each in conventions if each.tool != OURS]
    own = [each for each in tools if tool and _plain(each.tool) in _plain(tool)]
    return (own or tools or list(conventions))[0]


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
