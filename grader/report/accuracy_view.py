"""What a trained network shows on test images: metrics, curve, bars, confusion matrix and mistakes."""

from __future__ import annotations

import math
from collections.abc import Iterator

from grader.domain.measurement import AccuracyMeasurement, Mistake
from grader.domain.result import QuestionResult
from grader.report.catalogue import Catalogue
from grader.report.charts import class_bars, confusion, curve
from grader.report.material import Material
from grader.report.numbers import count, percent, seconds
from grader.report.page_types import Digit, Fact, Metric, Picture, Training
from grader.report.safe_text import safe_line

_MOST_MISTAKES = 8
_WEAK_GAP = 0.03
"""A class this far below the whole test set's accuracy is marked as weak."""
_SAME = 0.0005
"""A claim this near to what was measured is the same number, rounded."""


def training_view(result: QuestionResult, material: Material) -> Training:
    """The figures of one question's trained network."""
    accuracy, catalogue = material.grade.accuracy[result.id], material.catalogue
    weak = [name for name, share in _shares(accuracy).items() if share < accuracy.accuracy - _WEAK_GAP]
    wrong = accuracy.n - accuracy.correct
    shown = accuracy.mistakes[:_MOST_MISTAKES]
    return Training(
        dataset=catalogue.text("metric.dataset", dataset=accuracy.dataset, n=count(accuracy.n)),
        metrics=tuple(_metrics(result.id, material)),
        facts=tuple(_facts(result, material)),
        curve=_curve(accuracy, catalogue),
        classes=_classes(accuracy, weak, catalogue),
        classes_note=catalogue.text("classes.weak" if weak else "classes.even", names=weak),
        confusion=_confusion(accuracy, catalogue),
        mistakes=tuple(_digit(mistake, accuracy, catalogue) for mistake in shown),
        mistakes_note=catalogue.text("mistakes.note", shown=len(shown), wrong=count(wrong)),
    )


def _shares(accuracy: AccuracyMeasurement) -> dict[str, float]:
    return {name: right / total if total else 0.0 for name, (right, total) in accuracy.per_class.items()}


def _metrics(question: str, material: Material) -> Iterator[Metric]:
    accuracy, catalogue = material.grade.accuracy[question], material.catalogue
    claimed = material.grade.claimed.get(question, {})
    measured = {
        "accuracy": accuracy.accuracy,
        "precision": accuracy.precision_macro,
        "recall": accuracy.recall_macro,
        "f1": accuracy.f1_macro,
    }
    for name, value in measured.items():
        own = claimed.get(name)
        verdict = "" if own is None else catalogue.text(f"claim.{_compared(own, value)}")
        said = catalogue.text("table.none") if own is None else percent(own)
        yield Metric(catalogue.text(f"metric.{name}"), percent(value), said, verdict)


def _compared(own: float, value: float) -> str:
    if abs(own - value) <= _SAME:
        return "same"
    return "above" if own > value else "below"


def _share(value: float | None) -> str:
    return "" if value is None else percent(value)


def _facts(result: QuestionResult, material: Material) -> Iterator[Fact]:
    accuracy, catalogue = material.grade.accuracy[result.id], material.catalogue
    training = material.grade.training.get(result.id)
    needed = next((c.expected for c in result.checks if c.id == "test_accuracy" and c.expected), "")
    values = {
        "needed": safe_line(needed, 40),
        "right": catalogue.text("metric.of", part=count(accuracy.correct), whole=count(accuracy.n)),
        "perturbed": _share(accuracy.perturbed_accuracy),
        "untrained": _share(accuracy.untrained_accuracy),
    }
    if training:
        seen = "?" if training.epochs_seen is None else count(training.epochs_seen)
        took = seconds(training.seconds)
        values |= {
            "epochs": catalogue.text("metric.of", part=seen, whole=count(training.epochs_budget)),
            "took": catalogue.text("metric.capped", seconds=took) if training.cap_reached else took,
            "train_n": count(training.train_n),
            "device": safe_line(training.device, 40),
        }
    yield from (Fact(catalogue.text(f"metric.{name}"), value) for name, value in values.items() if value)


def _curve(accuracy: AccuracyMeasurement, catalogue: Catalogue) -> Picture | None:
    values = accuracy.curve
    if len(values) < 2:
        return None
    lowest = math.floor(min(values) * 20) / 20
    labels = [str(number) for number in range(1, len(values) + 1)]
    tops = [percent(value, decimals=1) for value in values]
    svg = curve(values, labels, tops, least=max(0.0, min(lowest, 0.9)), axis=catalogue.text("alt.epoch"))
    return Picture(svg, catalogue.text("alt.curve", values="; ".join(tops)))


def _classes(accuracy: AccuracyMeasurement, weak: list[str], catalogue: Catalogue) -> Picture:
    rows = [(safe_line(name, 12), share, percent(share, decimals=1)) for name, share in _shares(accuracy).items()]
    words = "; ".join(f"{name} {number}" for name, _, number in rows)
    svg = class_bars(rows, weak=weak, tick=accuracy.accuracy)
    return Picture(svg, catalogue.text("alt.classes", values=words))


def _confusion(accuracy: AccuracyMeasurement, catalogue: Catalogue) -> Picture:
    names = [safe_line(name, 8) for name in accuracy.per_class]
    counts = [list(row[: len(names)]) for row in accuracy.confusion[: len(names)]]
    pairs = [
        (number, names[truth], names[taken])
        for truth, row in enumerate(counts)
        for taken, number in enumerate(row)
        if truth != taken and number
    ]
    worst = "; ".join(f"{truth} \u2192 {taken}: {number}" for number, truth, taken in sorted(pairs, reverse=True)[:5])
    alt = catalogue.text("alt.confusion", values=worst or catalogue.text("alt.no_mistakes"))
    return Picture(confusion(names, counts), alt)


def _digit(mistake: Mistake, accuracy: AccuracyMeasurement, catalogue: Catalogue) -> Digit:
    names = list(accuracy.per_class)
    truth, taken = _name(names, mistake.truth), _name(names, mistake.predicted)
    return Digit(
        pixels=mistake.pixels,
        side=math.isqrt(len(mistake.pixels)),
        truth=truth,
        predicted=taken,
        confidence=percent(mistake.confidence, decimals=0),
        alt=catalogue.text("alt.mistake", truth=truth, predicted=taken),
    )


def _name(names: list[str], index: int) -> str:
    return safe_line(names[index], 12) if 0 <= index < len(names) else str(index)
