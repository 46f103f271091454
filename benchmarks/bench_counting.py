"""Counting a network: what ours costs behind the walls, and other counters beside it in the same run."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.edge_cases import EXPECTED, IMAGE
from benchmarks.figures import Figure
from benchmarks.workbench import RecordingJail, file_copies
from grader.collect import Collector, collect
from grader.datasets.load import Dataset
from grader.domain.assignment import AssignmentInfo, Probe, Selector
from grader.domain.inspection import InspectedNetwork
from grader.evidence.store import EvidenceStore
from grader.inspect_files import inspect_files
from grader.jail.job import Job, Zone
from grader.jail.pool import open_jail
from grader.probe_jobs import Setting
from grader.submissions.find import find_submissions, one_submission

_HERE = Path(__file__).resolve().parent
_NETWORKS = (
    ("AlexNet", _HERE / "job_submission.py", "AlexNet", 0.05),
    ("EfficientNet-B0", _HERE.parent / "reference" / "models" / "efficientnet.py", "EfficientNet", 0.3),
)
_TOOLS = ("thop", "torchinfo", "fvcore", "FlopCounterMode")
_SIDES = (3, 224, 224)
_RUNS = 10
_NO_IMAGES = Dataset(
    *("none", "no images", "", (), Path(), np.zeros((0, 1, 1), np.uint8), np.zeros(0, np.uint8)),
    public_labels=True,
    train_n=0,
    heldout_n=0,
    test_n=0,
    side=1,
)
_ZONES = (Zone.STUDENT, Zone.MEASURE)


def measure(*, full: bool) -> list[Figure]:  # noqa: ARG001
    """CPU beyond two empty jobs, private memory, and right answers on the edge cases."""
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as name, open_jail(scratch=Path(name)) as walls:
        jail = RecordingJail(walls)
        jail.jail.warm(_ZONES)
        for title, path, kind, most in _NETWORKS:
            cpu, memory = _evidence(title, path, kind, jail, Path(name))
            note = "hand-over, reading and all counts, beyond two empty jobs"
            figures.append(Figure(f"counting: ours, {title}", statistics.median(cpu), "s CPU", most, note))
            figures.append(Figure(f"counting: ours, {title}, private memory", memory, "MiB", 50.0))
        found = _inspected(_HERE / "edge_cases.py", jail, IMAGE)
    right = sum((each.network.macs, each.params) == EXPECTED.get(each.name) for each in found if each.network)
    figures.append(Figure("counting: ours, edge cases right", right, f"of {len(EXPECTED)}", least=len(EXPECTED)))
    for tool in _TOOLS:
        for title, path, kind, _ in _NETWORKS:
            said = [_plain(tool, path, kind) for _ in range(3)]
            cpu, memory = (statistics.median(each[key] for each in said) for key in ("cpu_s", "mib"))
            figures.append(Figure(f"counting: {tool}, {title}", cpu, "s CPU", note=f"{memory:.0f} MiB more"))
        figures.append(Figure(f"counting: {tool}, edge cases right", said[0]["right"], f"of {len(EXPECTED)}"))
    return figures


def _evidence(title: str, path: Path, kind: str, jail: RecordingJail, place: Path) -> tuple[list[float], float]:
    """CPU seconds of each run beyond two empty jobs, and the most private memory in MiB."""
    probe = Probe("network", "network", "q1", Selector("", (kind,), 3, 1000), _SIDES)
    info = AssignmentInfo("counting", "", "", "", (), (Probe("files", "files"), probe))
    collector = Collector(Setting(info, jail, _NO_IMAGES, secret=bytes(32)), EvidenceStore(place / f"{title}-evidence"))
    cpu: list[float] = []
    memory = 0.0
    for submission in find_submissions(file_copies(path, _RUNS, place / title)):
        empty = sum(_empty(zone, jail) for zone in _ZONES)
        before = len(jail.taken)
        found = collect(submission, collector).probes["network"].network
        assert found is not None and found.network is not None, found
        used = [usage for zone, _, usage in jail.taken[before:] if zone in _ZONES]
        cpu.append(sum(usage.cpu_s for usage in used) - empty)
        memory = max(memory, *(usage.peak_bytes / (1 << 20) for usage in used))
    return cpu, memory


def _empty(zone: Zone, jail: RecordingJail) -> float:
    run = jail.run(Job(zone, "boot.selftest", {"mode": "echo"}))
    assert run.reply is not None
    run.reply.close()
    return run.usage.cpu_s


def _inspected(path: Path, jail: RecordingJail, shape: tuple[int, ...]) -> list[InspectedNetwork]:
    found = inspect_files(one_submission(path), jail, input_shape=shape)
    return [each for file in found.inspected for each in file.networks]


def _plain(tool: str, path: Path, kind: str) -> dict[str, float]:
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.plain_count", tool, str(path), kind]
    run = subprocess.run([*command, ",".join(map(str, _SIDES))], check=True, capture_output=True, text=True)
    said: dict[str, float] = json.loads(run.stdout.splitlines()[-1])
    return said
