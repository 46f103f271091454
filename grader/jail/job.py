"""What to run behind the wall, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, BinaryIO, Protocol

from grader.domain.evidence import Usage
from grader.domain.outcome import Outcome


class Zone(StrEnum):
    """The four kinds of process behind the wall; each has its own warm start and its own view."""

    INTAKE = "intake"
    STUDENT = "student"
    MEASURE = "measure"
    RENDER = "render"


class Level(StrEnum):
    """How much wall there is, the most first. `NONE`: a student's own check, or --unsafe-no-sandbox."""

    NAMESPACES = "ns"
    LANDLOCK = "ll"
    NONE = "none"


@dataclass(frozen=True)
class Limits:
    """What one job may use. Seconds and bytes; the parent's clock is the truth."""

    wall_s: float = 60.0
    cpu_s: float = 60.0
    memory_bytes: int = 3 << 30
    processes: int = 64
    scratch_bytes: int = 256 << 20
    file_bytes: int = 192 << 20
    """Below the scratch space: which of the two one large file meets first is then the same behind every wall."""
    output_bytes: int = 64 << 20
    log_bytes: int = 256 << 10
    reply_bytes: int = 512 << 20


class Spool(Protocol):
    """Bytes that the parent holds without reading them, outside its own heap."""

    @property
    def size(self) -> int: ...

    def open(self) -> BinaryIO:
        """A new reader that starts at the first byte."""
        ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class Job:
    """One call of a handler behind the wall.

    `call` names an entry of HANDLERS in grader.inside.<zone>.serve. The handler
    is given `message` and `blobs` as one frame; `spools` arrive beside it, each
    under its name in the handler's `context.spools`. `shares` names the read-only
    folders of the jail's own list that this job may see.
    """

    zone: Zone
    call: str
    message: Mapping[str, Any]
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    spools: Mapping[str, Spool] = field(default_factory=dict)
    shares: tuple[str, ...] = ()
    limits: Limits = Limits()
    seed: int = 0


@dataclass(frozen=True)
class JailRun:
    """How a job ended. `reply` is a whole frame nobody has looked into; None unless finished.

    `log` is what the job printed, head and tail, with control characters
    escaped. `detail` names the limit or signal in a few words. `worker_lost`
    says that the warm process died under the job, which may be no fault of it.
    """

    outcome: Outcome
    reply: Spool | None
    log: str
    usage: Usage
    level: Level
    detail: str = ""
    worker_lost: bool = False


class Jail(Protocol):
    """The one interface that collect and publish use; safe to call from several threads."""

    level: Level

    def run(self, job: Job) -> JailRun: ...

    def close(self) -> None: ...
