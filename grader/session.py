"""Opens what a command works with: assignment, data set, walls, evidence."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from grader import __version__
from grader.assignment import Assignment, load_assignment
from grader.bundled import bundled
from grader.collect import Collector
from grader.datasets.load import Dataset, load_dataset
from grader.errors import GraderError
from grader.evidence.secret import load_or_create_secret
from grader.evidence.store import EvidenceStore
from grader.jail.job import Zone
from grader.jail.plain import PlainJail
from grader.jail.pool import open_jail
from grader.jail.walled import WalledJail
from grader.probe_jobs import TRAIN_SHARE, Setting

DEVICES = ("auto", "cpu", "cuda")


@dataclass(frozen=True)
class Options:
    """What a person chose on the command line."""

    assignment: str
    folder: Path
    trust: bool = False
    device: str = "auto"
    seed: int = 0
    data: Path | None = None
    walls: bool = True
    questions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Session:
    """An assignment with everything that grading it needs, open."""

    assignment: Assignment
    dataset: Dataset
    jail: WalledJail | PlainJail
    collector: Collector
    folder: Path

    def environment(self) -> dict[str, str]:
        """What a whole class was graded with, for its report."""
        setting = self.collector.setting
        return {
            **self.collector.versions,
            "device": setting.device,
            "seed": str(setting.seed),
            "jail": str(self.jail.level),
            "dataset": self.dataset.title,
        }


@contextmanager
def open_session(options: Options) -> Iterator[Session]:
    """Open a session and close its walls afterwards.

    Raises:
        NoJailError: when no wall is to be had and `options.walls` asks for one.
        GraderError: when assignment, data or folder cannot be used.
    """
    assignment = load_assignment(options.assignment, trust=options.trust)
    unknown = set(options.questions) - {question.id for question in assignment.info.questions}
    if unknown:
        raise GraderError(f"{assignment.info.slug} has no question {', '.join(sorted(unknown))!r}")
    dataset = load_dataset(None, options.data)
    device = choose_device(options.device)
    with open_jail(shares=shares(dataset), device=device, walls=options.walls) as jail:
        setting = Setting(
            assignment.info,
            jail,
            dataset,
            load_or_create_secret(options.folder),
            seed=options.seed,
            device=device,
        )
        versions = installed_versions()
        collector = Collector(setting, EvidenceStore(options.folder / "evidence"), versions)
        yield Session(assignment, dataset, jail, collector, options.folder)


def shares(dataset: Dataset) -> dict[Zone, dict[str, Path]]:
    """The read-only folders of each zone: nothing with test labels is among them."""
    return {
        Zone.STUDENT: {TRAIN_SHARE: dataset.student_dir},
        Zone.RENDER: {"templates": bundled("templates")},
    }


def choose_device(wish: str) -> str:
    """cpu or cuda; auto takes a GPU when the machine shows one."""
    if wish not in DEVICES:
        raise GraderError(f"--device is {wish!r}, want one of {', '.join(DEVICES)}")
    has_gpu = Path("/dev/nvidiactl").exists()
    if wish == "cuda" and not has_gpu:
        raise GraderError("--device cuda, but this machine shows no GPU (/dev/nvidiactl); use --device cpu")
    return "cuda" if has_gpu and wish != "cpu" else "cpu"


def installed_versions() -> dict[str, str]:
    """Versions that a grade depends on, as installed; nothing is imported to find them."""
    found = {"grader": __version__, "python": platform.python_version()}
    for package in ("torch", "torchvision", "thop"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "absent"
    return found
