"""What the benchmarks share: a class of near copies, and a jail that writes down what each job took."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.bundled import bundled
from grader.domain.evidence import Usage
from grader.jail.job import Jail, JailRun, Job, Level, Zone
from grader.session import Options, Session, open_session

SAMPLE = "ada-kernel"


def class_folder() -> Path:
    """The bundled class of HW4."""
    return bundled("assignments") / "hw4" / "samples" / "class"


def near_copies(count: int, folder: Path) -> Path:
    """Fill a folder with submissions that differ by a comment, so that each has evidence of its own."""
    for number in range(count):
        place = folder / f"copy-{number:04d}"
        shutil.copytree(class_folder() / SAMPLE, place)
        make_different(place / "hw4.py", number)
    return folder


def file_copies(file: Path, count: int, folder: Path) -> Path:
    """The same of a single file."""
    for number in range(count):
        place = folder / f"copy-{number:04d}"
        place.mkdir(parents=True)
        make_different(Path(shutil.copy(file, place / "student.py")), number)
    return folder


def make_different(file: Path, number: int) -> None:
    """A comment at the end gives a submission evidence of its own."""
    with file.open("a", encoding="utf-8") as code:
        code.write(f"\n# copy {number}\n")


@dataclass
class RecordingJail:
    """Passes every job on and keeps what it took, by zone and call."""

    jail: Jail
    taken: list[tuple[Zone, str, Usage]] = field(default_factory=list)

    @property
    def level(self) -> Level:
        """The level of the jail behind it."""
        return self.jail.level

    def run(self, job: Job) -> JailRun:
        """Run the job and write down its usage."""
        run = self.jail.run(job)
        self.taken.append((job.zone, job.call, run.usage))
        return run

    def close(self) -> None:
        """Close the jail behind it."""
        self.jail.close()

    def cpu_s(self, *zones: Zone) -> float:
        """CPU seconds of all jobs so far in these zones."""
        return sum(usage.cpu_s for zone, _, usage in self.taken if zone in zones)


@contextmanager
def recorded_session(folder: Path) -> Iterator[tuple[Session, RecordingJail]]:
    """A session on HW4 whose jail keeps a record; no prepared data set, so the embedded digits."""
    options = Options("hw4", folder / "out", device="cpu", data=folder / "no-data")
    options.folder.mkdir(parents=True)
    with open_session(options) as session:
        jail = RecordingJail(session.jail)
        collector = replace(session.collector, setting=replace(session.collector.setting, jail=jail))
        yield replace(session, jail=jail, collector=collector), jail
