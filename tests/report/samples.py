"""Submissions to look at: a good one with one slip, a perfect one, broken ones, and a whole class. Nobody real."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256

from grader.domain.assignment import ManualScore
from grader.domain.evidence import (
    Essay,
    FileFact,
    FilesPayload,
    NetworkPayload,
    ProbeEvidence,
    SourceOutline,
    SubmissionEvidence,
    SubmissionRef,
    TrainingPayload,
)
from grader.domain.measurement import AccuracyMeasurement, Chosen, Mistake, NetworkMeasurement
from grader.domain.outcome import Outcome
from grader.domain.problem import Problem
from grader.domain.result import Grade
from grader.score import score
from tests.assignments.hw4_graded import HW4
from tests.hw4_evidence import answers, network, training_facts, with_192_as
from tests.report.texts import ALEXNET, DIGITS, ESSAY_PARTS

NAME = "林小卷"
STUDENT = "hw4-014"
_MANUAL = {
    "regular_pros": (9, ""),
    "regular_cons": (9, ""),
    "separable_pros": (9, "參數與計算量都有提到,很清楚。"),
    "separable_cons": (6, "Two distinct cons; the third repeats the first in other words."),
    "cost_formulas": (6, "두 식 모두 맞습니다."),
    "main_reason": (5, "Right reason. Put the ratio 1/N + 1/D² next to it."),
    "images": (1, ""),
    "summary": (1, "Good that you say what did not help."),
}


def files_of(code: str = ALEXNET, *, essay: bool = True, given: dict[str, object] | None = None) -> FilesPayload:
    """What the intake finds in the folder."""
    listed = [
        ("hw4.py", code, "python"),
        ("answers.toml", repr(given), "toml"),
        ("essay.md", str(ESSAY_PARTS), "markdown"),
    ]
    facts = [FileFact(name, len(text.encode()), sha256(text.encode()).hexdigest(), kind) for name, text, kind in listed]
    whole = "\n\n".join(f"## {heading}\n{text}" for heading, text in ESSAY_PARTS.items())
    written = Essay("essay.md", whole, len(whole.split()), False, ESSAY_PARTS) if essay else None
    return FilesPayload(tuple(facts), (SourceOutline("hw4.py", code=code),), answers=given, essay=written)


def measured(**changes: object) -> NetworkMeasurement:
    """The network with 196 channels, where it stands in ALEXNET."""
    sizes = {"input": 0.57, "forward_backward": 3.77, "params": 173.43, "total": 177.77}
    place = {"file": "hw4.py", "line": line_of("class CustomAlexNet(nn.Module):")}
    whole = {"class_name": "CustomAlexNet", "sizes_mb": sizes, "trainable_params": 45_463_084, **place, **changes}
    return network(with_192_as(196), **whole)


def line_of(text: str) -> int:
    """Where a line stands in ALEXNET, counted from 1."""
    return 1 + ALEXNET.splitlines().index(text)


def digit_network() -> NetworkMeasurement:
    """Seven convolutions and three linear layers on 28 x 28."""
    wide = [("conv", 192, 192, 5, 1, 2)] * 4
    sizes = [
        ("conv", 1, 48, 5, 1, 2),
        ("pool", 2, 2),
        ("conv", 48, 128, 5, 1, 2),
        ("pool", 2, 2),
        ("conv", 128, 192, 5, 1, 2),
    ]
    sizes += [*wide, ("pool", 2, 2), ("fc", 1728, 512), ("fc", 512, 512), ("fc", 512, 10)]
    return network(sizes, side=28, class_name="DigitNet", input_shape=(1, 1, 28, 28))


def digits(
    *, dataset: str = "MNIST", n: int = 10_000, wrong: Sequence[tuple[int, int, int]] = ()
) -> AccuracyMeasurement:
    """Predictions on `n` images of ten classes; `wrong` are (truth, answer, how many)."""
    wrong = wrong or [
        (4, 9, 12),
        (9, 4, 9),
        (7, 2, 8),
        (3, 5, 7),
        (5, 3, 7),
        (8, 3, 6),
        (2, 7, 5),
        (6, 0, 4),
        (1, 7, 3),
    ]
    matrix = [[n // 10 if row == column else 0 for column in range(10)] for row in range(10)]
    for truth, answer, many in wrong:
        matrix[truth][truth] -= many
        matrix[truth][answer] += many
    right = [matrix[k][k] for k in range(10)]
    recalls = [right[k] / sum(matrix[k]) for k in range(10)]
    precisions = [right[k] / sum(matrix[row][k] for row in range(10)) for k in range(10)]
    ones = [2 * p * r / (p + r) for p, r in zip(precisions, recalls, strict=True)]
    share = sum(right) / n
    return AccuracyMeasurement(
        dataset=dataset,
        n=n,
        correct=sum(right),
        accuracy=share,
        per_class={str(k): (right[k], sum(matrix[k])) for k in range(10)},
        precision_macro=sum(precisions) / 10,
        recall_macro=sum(recalls) / 10,
        f1_macro=sum(ones) / 10,
        confusion=tuple(map(tuple, matrix)),
        perturbed_accuracy=share - 0.004,
        untrained_accuracy=0.0974,
        curve=(0.9631, 0.9811, 0.9872, 0.9904, share),
        mistakes=tuple(
            Mistake(100 + k, truth, answer, 0.99 - 0.04 * k, drawn(truth))
            for k, (truth, answer, _) in enumerate(wrong[:8])
        ),
    )


def drawn(digit: int) -> tuple[int, ...]:
    """A picture of 28 x 28 grey levels: soft strokes along the polyline of a digit."""
    line = DIGITS[digit]
    steps = [
        (x1 + (x2 - x1) * t / 12, y1 + (y2 - y1) * t / 12)
        for (x1, y1), (x2, y2) in zip(line, line[1:], strict=False)
        for t in range(13)
    ]
    near = (min(math.dist((x, y), step) for step in steps) for y in range(28) for x in range(28))
    return tuple(round(255 * max(0.0, min(1.0, 2.2 - distance))) for distance in near)


def evidence_of(
    files: FilesPayload,
    q2: NetworkPayload | Problem,
    q3: TrainingPayload | Problem,
    *,
    who: tuple[str, str] = (STUDENT, NAME),
) -> SubmissionEvidence:
    """The three probes of a submission; a Problem stands for a payload with nothing but the problem."""
    versions = {"grader": "0.1.0", "python": "3.11.7", "torch": "2.15.0", "torchvision": "0.29.2"}
    where = {**versions, "device": "cpu", "seed": "0", "jail": "ns", "dataset": "MNIST"}
    net = NetworkPayload(problem=q2) if isinstance(q2, Problem) else q2
    trained = TrainingPayload(problem=q3) if isinstance(q3, Problem) else q3
    probes = {
        "files": ProbeEvidence("f" * 64, "files", Outcome.FINISHED, files=files, environment=where),
        "network": ProbeEvidence("a" * 64, "network", Outcome.FINISHED, network=net, environment=where),
        "training": ProbeEvidence("b" * 64, "training", Outcome.FINISHED, training=trained, environment=where),
    }
    return SubmissionEvidence(SubmissionRef(*who, sha256(repr(who).encode()).hexdigest(), who[0]), probes)


def slip(**hand: str) -> SubmissionEvidence:
    """Everything right but conv5, whose digits are swapped, or what `hand` says instead."""
    found = measured()
    given = answers(found, flops="705535424.0", label="FLOPs", tool="thop")
    given["q2"]["hand"] |= hand or {"conv5": "256 x 3^2 x 256 + 256 = 590800", "total": "45463804"}
    given["q3"] = {"claimed": {"accuracy": 0.9942, "precision": 0.9942, "recall": 0.9941, "f1": 0.9942}}
    trained = digit_network()
    chosen = Chosen("CustomAlexNet", "hw4.py", found.line, "name")
    dropout = Problem(
        "dropout_in_eval", "hw4.py", line_of("        x = F.dropout(F.relu(self.fc1(x)), p=0.5)"), facts={"p": 0.5}
    )
    return evidence_of(
        files_of(given=given),
        NetworkPayload(chosen, replace(found, eval_deterministic=False, diagnostics=(dropout,))),
        TrainingPayload(chosen, trained, training_facts(), digits()),
    )


def perfect() -> SubmissionEvidence:
    """Nothing to mend."""
    found = measured()
    chosen = Chosen("CustomAlexNet", "hw4.py", found.line, "declared")
    trained = digit_network()
    return evidence_of(
        files_of(given=answers(found)),
        NetworkPayload(chosen, found),
        TrainingPayload(chosen, trained, training_facts(), digits()),
    )


def syntax_error() -> SubmissionEvidence:
    """A full-width colon: nothing can be loaded."""
    broken = Problem("syntax_error", "hw4.py", 12, 34, {"detail": "invalid character '\uff1a' (U+FF1A)"})
    return evidence_of(files_of(given=answers(measured())), broken, broken)


def nothing() -> SubmissionEvidence:
    """An empty folder."""
    return evidence_of(FilesPayload(()), Problem("no_code"), Problem("no_code"))


def manual(*, all_points: bool = False, only: Sequence[str] = tuple(_MANUAL)) -> list[ManualScore]:
    """What a human wrote into review.csv."""
    most = {item.id: item.points for question in HW4.info.questions for item in question.rubric}
    return [
        ManualScore(
            STUDENT, "q3" if item in ("images", "summary") else "q1", item, most[item] if all_points else given, words
        )
        for item, (given, words) in _MANUAL.items()
        if item in only
    ]


def grade_of(found: SubmissionEvidence, scores: Sequence[ManualScore] = ()) -> Grade:
    """The grade as score finds it."""
    return score(HW4, found, scores)


def class_of(size: int) -> list[Grade]:
    """A class of many kinds, with names in several scripts."""
    kinds = [slip(), perfect(), syntax_error(), slip(fc3="1024 x 1000 = 1024000"), nothing()]
    names = ["林小卷", "김합곱", "Ada Kernel", "Ben Stride", "Zoë Tensor"]
    grades = []
    for number in range(size):
        kind = kinds[(number * 7 + number // 5) % len(kinds)]
        who = replace(kind.submission, student_id=f"s{number:04d}", name=names[number % len(names)])
        scores = [replace(each, student_id=who.student_id) for each in manual()] if number % 3 else []
        grades.append(grade_of(replace(kind, submission=who), scores))
    return grades
