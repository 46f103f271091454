"""The jobs of a probe: what goes behind the wall, with which settings and limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from grader.datasets.join import Exam
from grader.datasets.load import Dataset
from grader.domain.assignment import AssignmentInfo, Budget, Probe, Selector
from grader.domain.evidence import FilesPayload
from grader.domain.problem import Problem
from grader.jail.job import Jail, Job, Limits, Spool, Zone

TRAIN_SHARE = "train"
"""The share of the student zone that holds training images and labels."""

SCORE_BATCH = 250
"""Images per replay of the tape; the tape's sizes are those of this batch."""

ANSWER_S = 120.0
"""Seconds for the student's own process to answer for all test images, before and after training."""

_MARGIN_S = 4.0
"""How far the jail's own limit lies above the soft ones, which can name a file and a line."""


@dataclass(frozen=True)
class Setting:
    """What the probes of all submissions of one run share."""

    info: AssignmentInfo
    jail: Jail
    dataset: Dataset
    secret: bytes
    seed: int = 0
    device: str = "cpu"


@dataclass(frozen=True)
class Given:
    """What a probe is given of one submission: its files, or what the intake made of them."""

    name: str
    sha256: str
    raw: Mapping[str, bytes] = field(default_factory=dict)
    unread: tuple[Problem, ...] = ()
    tree: Mapping[str, bytes] = field(default_factory=dict)
    files: FilesPayload = FilesPayload(files=())


@dataclass(frozen=True)
class Sheet:
    """The exam of one submission as jobs are given it: what it holds, and its images' bytes."""

    paper: Exam
    images: Spool

    @property
    def facts(self) -> dict[str, Any]:
        """How many images of which shape, and whether a perturbed copy follows them."""
        perturbed = self.paper.perturbed is not None
        return {"n": self.paper.n, "image_shape": self.paper.shape, "perturbed": perturbed}


def weights_file(probe: Probe, given: Given) -> str:
    """The file of weights that answers.toml names for this question, else the only one there is, else empty."""
    found = [file.path for file in given.files.files if file.kind == "weights" and file.path in given.tree]
    table = (given.files.answers or {}).get(probe.question)
    named = table.get("weights") if isinstance(table, dict) else None
    if isinstance(named, str) and named.strip():
        return named.strip().removeprefix("./")
    return found[0] if len(found) == 1 else ""


def intake_job(given: Given, starter: Mapping[str, str]) -> Job:
    """Archives, notebooks, toml and essay become data; the starter's texts are not the student's own."""
    message = {"name": given.name, "starter": dict(starter)}
    limits = Limits(wall_s=60.0, cpu_s=60.0, memory_bytes=2 << 30)
    return Job(Zone.INTAKE, "read", message, blobs=given.raw, limits=limits)


def document_job(path: str, data: bytes, info: AssignmentInfo) -> Job:
    """One PDF becomes lines of text; a hostile one meets its own limits, and costs the other files nothing."""
    message = {"path": path, "headings": info.headings, "essay": info.essay_question}
    limits = Limits(wall_s=20.0, cpu_s=15.0, memory_bytes=1 << 30)
    return Job(Zone.INTAKE, "document", message, blobs={path: data}, limits=limits)


def student_job(probe: Probe, given: Given, setting: Setting, sheet: Sheet | None = None) -> Job:
    """Choose, build, record, and train where the probe says so: the one job that runs a student's code.

    With a `sheet` the trained network is asked about the test images there and
    then, because it could not be rerun where no student's code is.
    """
    selector = _selector(probe)
    message: dict[str, Any] = {
        "selector": {**asdict(selector), "declared_name": _declared(given.files, selector.declared)},
        "input_shape": list(probe.input_shape),
        "build_arguments": dict(probe.build_arguments),
        "batches": [1, 2],
        "weights": False,
        "import_s": probe.import_s,
        "build_s": probe.build_s,
        "forward_s": probe.forward_s,
    }
    wall_s = probe.import_s + probe.forward_s + _MARGIN_S
    job = Job(Zone.STUDENT, probe.kind, message, blobs=given.tree, seed=setting.seed)
    if probe.kind == "training":
        budget = training_budget(probe, setting.dataset)
        wall_s += budget.seconds
        trains = {
            "weights": True,
            "batches": [1],
            "budget": asdict(budget),
            "device": setting.device,
            "score_batch": SCORE_BATCH,
            "snapshots": probe.snapshots,
        }
        job = replace(job, message={**message, **trains}, shares=(TRAIN_SHARE,))
    if sheet is not None:
        wall_s += ANSWER_S
        asked = {"exam": sheet.facts, "answer_s": ANSWER_S}
        job = replace(job, message={**job.message, **asked}, spools={"exam": sheet.images})
    return replace(job, limits=Limits(wall_s=wall_s, cpu_s=2 * wall_s))


def training_budget(probe: Probe, dataset: Dataset) -> Budget:
    """The epochs and seconds that collect.toml grants on this data set."""
    return probe.budgets.get(dataset.name) or next(iter(probe.budgets.values()))


def _selector(probe: Probe) -> Selector:
    return probe.selector or Selector(declared=probe.question)


def outlines_of(files: FilesPayload) -> list[dict[str, Any]]:
    """What the files define, for whoever looks for a network's layers in them; the texts themselves stay behind."""
    return [{**asdict(outline), "code": ""} for outline in files.sources]


def measure_job(probe: Probe, given: Given, setting: Setting, handover: Spool) -> Job:
    """Count what was handed over."""
    return Job(
        Zone.MEASURE,
        probe.kind,
        {
            "sources": outlines_of(given.files),
            "outputs": _selector(probe).outputs,
            "input_shape": list(probe.input_shape),
        },
        spools={"handover": handover},
        limits=Limits(wall_s=180.0, cpu_s=180.0),
        seed=setting.seed,
    )


def exam_job(
    probe: Probe, given: Given, setting: Setting, handover: Spool, sheet: Sheet, *, answered: bool = False
) -> Job:
    """Count the trained network, and ask it, and weights that were handed in, about the test images.

    A hand-over that `answered` brings the network's own scores, from a student's process that had the sheet.
    """
    job, weights = measure_job(probe, given, setting, handover), weights_file(probe, given)
    blobs = {"checkpoint": given.tree[weights]} if weights in given.tree else {}
    budget = asdict(training_budget(probe, setting.dataset))
    asked = {**sheet.facts, "budget": budget, "checkpoint": weights, "answered": answered}
    spools = {**job.spools, "exam": sheet.images}
    return replace(job, message={**job.message, **asked}, blobs=blobs, spools=spools)


def _declared(files: FilesPayload, key: str) -> str | None:
    """The name that answers.toml gives at [classes] for this question, if it is a name at all."""
    classes = (files.answers or {}).get("classes")
    name = classes.get(key) if isinstance(classes, dict) else None
    return name if isinstance(name, str) and name.strip() else None
