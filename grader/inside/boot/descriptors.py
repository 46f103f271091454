"""Descriptors of a job, and the line on which its fate is told to the parent."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterable, Mapping
from typing import Any

MESSAGE_BYTES = 1 << 16
MOST_DESCRIPTORS = 64
_MOST_DOORS = 4
_HIGH = 128
"""Descriptors of a job are moved up here, away from the numbers that programs expect to be free."""


def raised(descriptor: int) -> int:
    """The descriptor under a high number, closed on exec."""
    high = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, _HIGH)
    os.close(descriptor)
    return int(high)


def close_all_but(kept: Iterable[int]) -> None:
    """Close every descriptor from 3 on but these."""
    edge = 3
    for descriptor in sorted(kept):
        os.closerange(edge, descriptor)
        edge = descriptor + 1
    os.closerange(edge, 4096)


def put_streams(log: int) -> None:
    """Read nothing, and print to the log."""
    null = os.open("/dev/null", os.O_RDONLY)
    os.dup2(null, 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    os.close(null)


def may_start(line: socket.socket) -> bool:
    """Wait for the parent's word and walk into the cgroups whose doors come with it; False when it will not come.

    Nothing may be started before. Who cannot get in says so, and is watched instead.
    """
    word, doors, _, _ = socket.recv_fds(line, 64, _MOST_DOORS, socket.MSG_CMSG_CLOEXEC)
    for door in doors:
        try:
            # 0 is the writer itself.
            os.write(door, b"0")
        except OSError:
            tell(line, {"outside": True})
        finally:
            os.close(door)
    return bool(word)


def tell(line: socket.socket, message: Mapping[str, Any], descriptors: Iterable[int] = ()) -> None:
    """Say something about the job; a parent that no longer listens is no error."""
    try:
        socket.send_fds(line, [json.dumps(message).encode()], list(descriptors))
    except OSError:
        pass
