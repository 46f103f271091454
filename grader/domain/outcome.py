"""How one run in a jail ended: the first of the three closed lists."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """What stopped a jailed process. `FINISHED` says nothing about right or wrong."""

    FINISHED = "finished"
    TIMEOUT = "timeout"
    CPU = "cpu"
    MEMORY = "memory"
    PROCESSES = "processes"
    DISK = "disk"
    OUTPUT = "output"
    CRASH = "crash"
    PROTOCOL = "protocol"
    NO_JAIL = "no_jail"


MAYBE_THE_MACHINE = frozenset({Outcome.TIMEOUT, Outcome.MEMORY})
"""Outcomes that a busy machine may have caused: collected once more, alone."""
