"""Q3's part of the report: metrics, curve, bars, confusion matrix and mistakes."""

from __future__ import annotations

from typing import Any

from grader.domain.measurement import AccuracyMeasurement, Mistake, TrainingFacts
from grader.domain.result import Grade
from grader.report.catalogue import Catalogue
from grader.report.charts import class_bars, confusion, curve
from grader.report.numbers import count, percent, seconds
from grader.report.page_types import Digit, Fact, Picture

_MOST_MISTAKES = 8
_WEAK_GAP = 0.03
"""A class this far below the whole test set's accuracy is marked as weak."""


def accuracy_parts(grade: Grade, question: str, catalogue: Catalogue) -> dict[str, Any]:
    """The fields of a Section that a trained network fills."""
    accuracy = grade.accuracy[question]
    return {
        "metrics": _metrics(grade, question, accuracy, catalogue),
        "curve": _curve(accuracy, catalogue),
        "classes": _classes(accuracy, catalogue),
        "confusion": _confusion(accuracy, catalogue),
        "mistakes": tuple(_digit(mistake, accuracy, catalogue) for mistake in accuracy.mistakes[:_MOST_MISTAKES]),
        "dataset": accuracy.dataset,
    }


def _metrics(grade: Grade, question: str, accuracy: AccuracyMeasurement, catalogue: Catalogue) -> tuple[Fact, ...]:
    claimed = grade.claimed.get(question, {})
    measured = {
        "accuracy": accuracy.accuracy,
        "precision": accuracy.precision_macro,
        "recall": accuracy.recall_macro,
        "f1": accuracy.f1_macro,
    }
    facts = []
    for name, value in measured.items():
        own = claimed.get(name)
        said = catalogue.text("metric.claimed", claimed=percent(own)) if own is not None else ""
        facts.append(Fact(catalogue.text(f"metric.{name}"), f"{percent(value)} {said}".strip()))
    facts.append(Fact(catalogue.text("metric.right"), f"{count(accuracy.correct)} / {count(accuracy.n)}"))
    facts.append(Fact(catalogue.text("metric.perturbed"), percent(accuracy.perturbed_accuracy)))
    facts.append(Fact(catalogue.text("metric.untrained"), percent(accuracy.untrained_accuracy)))
    training = grade.training.get(question)
    return (*facts, *_training(training, catalogue)) if training else tuple(facts)


def _training(training: TrainingFacts, catalogue: Catalogue) -> tuple[Fact, ...]:
    epochs = catalogue.text("metric.epochs_unknown", budget=training.epochs_budget)
    if training.epochs_seen is not None:
        epochs = f"{training.epochs_seen} / {training.epochs_budget}"
    took = seconds(training.seconds)
    if training.cap_reached:
        took = catalogue.text("metric.capped", seconds=took)
    return (Fact(catalogue.text("metric.epochs"), epochs), Fact(catalogue.text("metric.took"), took))


def _curve(accuracy: AccuracyMeasurement, catalogue: Catalogue) -> Picture | None:
    values = accuracy.curve
    if len(values) < 2:
        return None
    least = max(0.0, (int(min(values) * 20) - 1) / 20)
    labels = [str(number) for number in range(1, len(values) + 1)]
    words = ", ".join(percent(value, decimals=1) for value in values)
    return Picture(curve(values, labels, least=least, most=1.0), catalogue.text("alt.curve", values=words))


def _classes(accuracy: AccuracyMeasurement, catalogue: Catalogue) -> Picture:
    rows = []
    weak = []
    for name, (right, total) in accuracy.per_class.items():
        share = right / total if total else 0.0
        rows.append((name, share, percent(share, decimals=1)))
        if share < accuracy.accuracy - _WEAK_GAP:
            weak.append(name)
    words = ", ".join(f"{name} {number}" for name, _, number in rows)
    return Picture(class_bars(rows, weak=weak), catalogue.text("alt.classes", values=words))


def _confusion(accuracy: AccuracyMeasurement, catalogue: Catalogue) -> Picture:
    names = list(accuracy.per_class)
    shares = [[n / (sum(row) or 1) for n in row[: len(names)]] for row in accuracy.confusion[: len(names)]]
    counts = [list(row[: len(names)]) for row in accuracy.confusion[: len(names)]]
    pairs = [
        (number, names[truth], names[taken])
        for truth, row in enumerate(counts)
        for taken, number in enumerate(row)
        if truth != taken and number
    ]
    worst = ", ".join(f"{truth} \u2192 {taken} {number}" for number, truth, taken in sorted(pairs, reverse=True)[:5])
    alt = catalogue.text("alt.confusion", values=worst or catalogue.text("alt.no_mistakes"))
    return Picture(confusion(names, shares, counts), alt)


def _digit(mistake: Mistake, accuracy: AccuracyMeasurement, catalogue: Catalogue) -> Digit:
    names = list(accuracy.per_class)
    truth, taken = names[mistake.truth], _name(names, mistake.predicted)
    return Digit(
        pixels=mistake.pixels,
        side=round(len(mistake.pixels) ** 0.5),
        truth=truth,
        predicted=taken,
        confidence=percent(mistake.confidence, decimals=0),
        alt=catalogue.text("alt.mistake", truth=truth, predicted=taken),
    )


def _name(names: list[str], index: int) -> str:
    return names[index] if 0 <= index < len(names) else str(index)
