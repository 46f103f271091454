"""Counts what the processes of a job use, from the grader's own view of /proc."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True)
class Process:
    """One line of the process table: its parent, pages in memory, seconds of processor time."""

    parent: int
    resident_bytes: int
    cpu_s: float


@dataclass(frozen=True)
class Census:
    """All processes of one job at one moment. `resident_bytes` counts shared pages once for each."""

    pids: tuple[int, ...]
    resident_bytes: int
    cpu_s: float


def take_census(root: int) -> Census:
    """Count `root` and everything that descends from it."""
    table = _process_table()
    pids = _family(table, root)
    members = [table[pid] for pid in pids]
    return Census(
        tuple(pids),
        sum(member.resident_bytes for member in members),
        sum(member.cpu_s for member in members),
    )


def proportional_bytes(pids: Iterable[int]) -> int:
    """Memory of these processes with every shared page split among those who share it."""
    return sum(_pss(pid) for pid in pids)


def _process_table() -> dict[int, Process]:
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            process = _read_stat(int(name))
            if process is not None:
                found[int(name)] = process
    return found


def _read_stat(pid: int) -> Process | None:
    try:
        with open(f"/proc/{pid}/stat", "rb") as stat:
            # The name in parentheses is the process's own choice and may hold anything, brackets too.
            fields = stat.read().rpartition(b")")[2].split()
    except OSError:
        return None
    ticks = sum(int(field) for field in fields[11:15])
    return Process(int(fields[1]), int(fields[21]) * _PAGE, ticks / _TICKS)


def _family(table: Mapping[int, Process], root: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for pid, process in table.items():
        children.setdefault(process.parent, []).append(pid)
    found = [root] if root in table else []
    for pid in found:
        found += children.get(pid, [])
    return found


def _pss(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as rollup:
            for line in rollup:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
    except PermissionError:
        # Weighed too heavy rather than not at all.
        process = _read_stat(pid)
        return process.resident_bytes if process is not None else 0
    except OSError:
        pass
    return 0
