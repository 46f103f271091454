"""The system call filter, run by a small machine of our own and compared with the kernel's headers."""

from __future__ import annotations

import errno
import re
import socket
import struct
from pathlib import Path

import pytest

from grader.inside.boot.seccomp import DENIED, FILTERED, program

ALLOW, KILL = 0x7FFF_0000, 0x8000_0000
ARCHITECTURES = {"x86_64": 0xC000_003E, "aarch64": 0xC000_00B7}
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}


def decide(code: bytes, number: int, architecture: int, *arguments: int) -> int:
    """What a kernel that runs this program answers to one call."""
    data = struct.pack("=IIQ6Q", number, architecture, 0, *arguments, *[0] * (6 - len(arguments)))
    steps = list(struct.iter_unpack("=HBBI", code))
    accumulator = position = 0
    while True:
        kind, when_true, when_false, value = steps[position]
        position += 1
        if kind == 0x20:
            (accumulator,) = struct.unpack_from("=I", data, value)
        elif kind == 0x06:
            return value
        else:
            test = {0x15: accumulator == value, 0x35: accumulator >= value, 0x45: bool(accumulator & value)}[kind]
            position += when_true if test else when_false


def refusal(number: int) -> int:
    """The answer that fails with this error."""
    return 0x0005_0000 | number


def numbers_of(machine: str) -> dict[str, int]:
    """Name to number as the kernel's own header has them."""
    if not HEADERS[machine].is_file():
        pytest.skip(f"no kernel headers at {HEADERS[machine]}")
    found = re.findall(r"#define\s+__NR(?:3264)?_(\w+)\s+(\d+)\s*$", HEADERS[machine].read_text(), re.MULTILINE)
    return {name: int(number) for name, number in found}


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_call_numbers_agree_with_the_headers(machine: str) -> None:
    """Every number in the tables is the one that the kernel gives to this name, as far as this header knows it."""
    header = numbers_of(machine)
    ours = {**DENIED[machine], **FILTERED[machine]}
    known = {name: number for name, number in ours.items() if name in header}
    assert known == {name: header[name] for name in known}
    assert len(known) > 50


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_filter_refuses_what_it_lists_and_allows_the_rest(machine: str) -> None:
    """Listed calls fail, all others pass, and calls in the form of another machine kill."""
    code, own = program(machine), ARCHITECTURES[machine]
    denied, special = set(DENIED[machine].values()), set(FILTERED[machine].values())
    for number in range(480):
        if number not in special:
            assert decide(code, number, own) == (refusal(errno.EPERM) if number in denied else ALLOW), number
    (other,) = set(ARCHITECTURES.values()) - {own}
    assert decide(code, 0, other) == KILL
    assert decide(code, 0, 0x4000_0003) == KILL


def test_second_numbering_of_the_same_machine_kills() -> None:
    """x32 calls, which carry a high bit, cannot be used to get around the list."""
    assert decide(program("x86_64"), 0x4000_0000 + 101, ARCHITECTURES["x86_64"]) == KILL


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_only_local_sockets_can_be_made(machine: str) -> None:
    """Every family but AF_UNIX is refused, and at the narrower level that one too."""
    own, special = ARCHITECTURES[machine], FILTERED[machine]
    for family in range(0, 50):
        local = family == int(socket.AF_UNIX)
        for name in ("socket", "socketpair"):
            answer = decide(program(machine), special[name], own, family, 1)
            assert answer == (ALLOW if local else refusal(errno.EAFNOSUPPORT))
        assert decide(program(machine, sockets=False), special["socket"], own, family, 1) == refusal(errno.EACCES)
    # The kernel takes the family as 32 bits, so higher ones must not lead past the filter.
    assert decide(program(machine), special["socket"], own, (1 << 32) | 2, 1) == refusal(errno.EAFNOSUPPORT)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_processes_start_only_in_the_same_namespaces(machine: str) -> None:
    """clone makes threads and children, and no namespace; clone3 is said not to exist."""
    code, own, special = program(machine), ARCHITECTURES[machine], FILTERED[machine]
    thread = 0x3D0F00
    assert decide(code, special["clone"], own, 17) == ALLOW
    assert decide(code, special["clone"], own, thread) == ALLOW
    for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
        assert decide(code, special["clone"], own, flag | 17) == refusal(errno.EPERM)
    assert decide(code, special["clone3"], own) == refusal(errno.ENOSYS)


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
def test_ties_to_the_parent_cannot_be_cut(machine: str) -> None:
    """Clearing the parent-death signal or becoming dumpable seems to work and does nothing."""
    code, own, special = program(machine), ARCHITECTURES[machine], FILTERED[machine]
    assert [decide(code, special["prctl"], own, option) for option in (1, 4)] == [refusal(0), refusal(0)]
    assert decide(code, special["prctl"], own, 22) == refusal(errno.EPERM)
    assert decide(code, special["prctl"], own, 15) == ALLOW
    assert decide(code, special["ioctl"], own, 1, 0x5412) == refusal(errno.EPERM)
    assert decide(code, special["ioctl"], own, 1, 0x5413) == ALLOW


def test_unknown_machine_gets_no_filter() -> None:
    """Where the numbers are not known no filter is made up, and so no job can start."""
    with pytest.raises(OSError, match="sparc64"):
        program("sparc64")
