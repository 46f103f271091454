"""Submissions per minute on a whole job: one AlexNet counted, one LeNet scored on 10,000 colour images.

The job of other graders' measurements: shape, layer table, parameters and MACs
of an AlexNet, and the per-class accuracy of a LeNet on 10,000 x 3 x 32 x 32
images. Ours collects and scores it behind the walls; the other side is a plain
script for each submission, which imports torch, torchvision and thop.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.figures import Figure
from benchmarks.workbench import file_copies
from grader.collect import Collector, collect
from grader.datasets.load import Dataset
from grader.domain.assignment import AssignmentInfo, Budget, Probe, Selector
from grader.domain.evidence import SubmissionEvidence
from grader.evidence.store import EvidenceStore
from grader.jail.job import Zone
from grader.jail.pool import open_jail
from grader.probe_jobs import TRAIN_SHARE, Setting
from grader.submissions.find import Submission, find_submissions

_N, _TRAIN_N = 10_000, 10
_SIDE = 32
_SUBMISSION = Path(__file__).with_name("job_submission.py")


def measure(*, full: bool) -> list[Figure]:
    """Both sides in turns, so that a busy machine slows both down."""
    count, rounds = (12, 4) if full else (6, 2)
    plain: list[float] = []
    ours: dict[int, list[float]] = {1: [], 2: []}
    with tempfile.TemporaryDirectory() as name:
        dataset = _colours(Path(name, "data"))
        np.savez(Path(name, "images.npz"), images=dataset.test_images, labels=dataset.test_labels)
        for number in range(rounds):
            plain += [_plain(Path(name, "images.npz")) for _ in range(3)]
            for workers in ours:
                ours[workers].append(_per_submission(count, workers, dataset, Path(name, f"{number}-{workers}")))
    once = statistics.median(plain)
    found = {workers: statistics.median(taken) for workers, taken in ours.items()}
    return [
        Figure("job: plain check.py", 60 / once, "per minute", note="AlexNet counted, LeNet on 10,000 images"),
        Figure("job: ours, one worker", 60 / found[1], "per minute", note="evidence and score, behind the walls"),
        Figure("job: ours, two workers", 60 / found[2], "per minute"),
        Figure("job: one worker / plain check.py", once / found[1], "times", least=7),
        Figure("job: two workers / plain check.py", once / found[2], "times"),
    ]


def _plain(images: Path) -> float:
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.plain_job"]
    started = time.monotonic()
    run = subprocess.run([*command, str(_SUBMISSION), str(images)], check=True, capture_output=True, text=True)
    assert "False" not in run.stdout, run.stdout
    return time.monotonic() - started


def _per_submission(count: int, workers: int, dataset: Dataset, place: Path) -> float:
    """Wall seconds per submission; starting the warm processes, once per run, is not counted, as imports would be."""
    place.mkdir()
    with open_jail(shares={Zone.STUDENT: {TRAIN_SHARE: dataset.student_dir}}) as jail:
        info = AssignmentInfo("job", "", "", "", (), _PROBES)
        setting = Setting(info, jail, dataset, secret=bytes(32))
        collector = Collector(setting, EvidenceStore(place / "evidence"))
        submissions = find_submissions(file_copies(_SUBMISSION, count + workers, place / "class"))
        # The first of each worker finds cold caches and starts what a whole class then uses.
        _collected(submissions[:workers], collector, workers)
        started = time.monotonic()
        evidence = _collected(submissions[workers:], collector, workers)
        taken = (time.monotonic() - started) / count
    for each in evidence:
        network, scored = each.probes["alexnet"].network, each.probes["lenet"].training
        assert network is not None and network.network is not None and network.network.params == 61_100_840
        assert scored is not None and scored.accuracy is not None and scored.accuracy.n == _N, scored
    return taken


def _collected(submissions: Sequence[Submission], collector: Collector, workers: int) -> list[SubmissionEvidence]:
    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(lambda submission: collect(submission, collector), submissions))


def _colours(folder: Path) -> Dataset:
    """Random colour images: what they show does not matter to the time."""
    chance = np.random.default_rng(0)
    folder.mkdir()
    student = folder / "student"
    student.mkdir()
    for part, n in (("train", _TRAIN_N), ("heldout", _TRAIN_N)):
        np.save(student / f"{part}_images.npy", chance.integers(0, 256, (n, 3, _SIDE, _SIDE), dtype=np.uint8))
        np.save(student / f"{part}_labels.npy", chance.integers(0, 10, n, dtype=np.uint8))
    images = chance.integers(0, 256, (_N, 3, _SIDE, _SIDE), dtype=np.uint8)
    labels = chance.integers(0, 10, _N, dtype=np.uint8)
    names = tuple(str(number) for number in range(10))
    return Dataset(
        *("colours", "random colours", "0" * 64, names, student, images, labels),
        public_labels=True,
        train_n=_TRAIN_N,
        heldout_n=_TRAIN_N,
        test_n=_N,
        side=_SIDE,
    )


_PROBES = (
    Probe("files", "files"),
    Probe("alexnet", "network", "q1", Selector("", ("AlexNet",), 3, 1000), (3, 224, 224), {"num_classes": 1000}),
    replace(
        Probe("lenet", "training", "q2", Selector("", ("LeNet",), 3, 10), (3, _SIDE, _SIDE), {"num_classes": 10}),
        budgets={"colours": Budget(epochs=0, seconds=60)},
    ),
)
