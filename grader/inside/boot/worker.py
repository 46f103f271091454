"""One job from its request frame to its reply frame, in the process that also runs the student's code."""

from __future__ import annotations

import importlib
import os
import random
import struct
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import BinaryIO

from grader.inside.context import Context, Handler
from grader.wire.frames import Frame, read_frame, write_frame

EXIT_RAISED = 70
EXIT_MEMORY = 71
EXIT_PROCESSES = 72

_TRAILER = struct.Struct("<Q")
"""After the frame stands its own size, so that the parent sees a cut-off reply without reading it."""


@dataclass(frozen=True)
class Call:
    """Which handler to run, on what, and where its reply goes."""

    zone: str
    name: str
    context: Context
    request: BinaryIO
    reply: BinaryIO


def find_handler(zone: str, call: str) -> Handler:
    """The handler of a call: `boot.*` is known everywhere, the rest belongs to the zone.

    Raises:
        LookupError: when there is none.
    """
    if call.startswith("boot."):
        handlers: Mapping[str, Handler] = importlib.import_module("grader.inside.boot.calls").HANDLERS
    else:
        handlers = importlib.import_module(f"grader.inside.{zone}.serve").HANDLERS
    if call not in handlers:
        raise LookupError(f"{zone} has no call {call!r}")
    return handlers[call]


def seed_all(seed: int) -> None:
    """Seed what is loaded: forked processes would otherwise share one random state."""
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % (1 << 32))
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(seed)


def renew_threads() -> None:
    """Give this process a thread pool of its own, while it still has one thread.

    A pool does not survive a fork. torch replaces it when it is next asked, and
    two threads that ask at once, as autograd's own does, abort the process.
    """
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


def run_call(call: Call) -> int:
    """Run the handler and send its reply; the result is the exit code.

    A process that the student's code forked may come back out of the handler
    as well; only the one that was given the job speaks.
    """
    own = os.getpid()
    try:
        reply = _handled(call)
        if os.getpid() != own:
            return EXIT_RAISED
        size = write_frame(call.reply, reply)
        call.reply.write(_TRAILER.pack(size))
        call.reply.flush()
    except MemoryError:
        return EXIT_MEMORY
    except BlockingIOError:
        # What fork says when it may start no more processes.
        return EXIT_PROCESSES
    except BaseException:
        traceback.print_exc()
        return EXIT_RAISED
    finally:
        _flush()
    return 0


def _handled(call: Call) -> Frame:
    handler = find_handler(call.zone, call.name)
    with call.request:
        frame = read_frame(call.request)
    seed_all(call.context.seed)
    renew_threads()
    return handler(frame, call.context)


def _flush() -> None:
    # The streams may be the student's own objects by now, and raise anything at all.
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # noqa: S110
            pass
