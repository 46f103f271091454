"""What we measured on a network that a student handed over, and on its predictions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from grader.domain.problem import Fact, Problem


class Provenance(StrEnum):
    """Whether we computed a number from the graph, or a student's process told us."""

    RECOMPUTED = "recomputed"
    REPORTED = "reported"


@dataclass(frozen=True)
class Chosen:
    """Which class, factory or instance answered a question, and by which rule.

    `rule` is one of declared, name, structure, last. `candidates` are the names
    found when more than one fitted.
    """

    name: str
    file: str | None = None
    line: int | None = None
    rule: str = "declared"
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layer:
    """One row of the layer table, as a student thinks of it.

    Shapes carry the batch axis (batch 1). `params` counts a tensor once, in the
    first row that uses it. `macs` is without bias, all calls together. `config`
    holds what a hand calculation needs: in_channels, out_channels, kernel_size
    (two numbers), groups, bias for convolutions; in_features, out_features, bias
    for linear layers.
    """

    path: str
    kind: str
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    params: int
    macs: int
    calls: int = 1
    file: str | None = None
    line: int | None = None
    config: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def has_weights(self) -> bool:
        """True for the layers that a hand calculation lists (conv and linear)."""
        return "in_channels" in self.config or "in_features" in self.config


@dataclass(frozen=True)
class UnusedParameter:
    """A registered parameter that no operation of the forward pass read."""

    name: str
    numel: int


@dataclass(frozen=True)
class NetworkMeasurement:
    """Everything counted on one network at one input shape.

    `params` is the numel of distinct registered parameters, unused ones
    included; `macs` are multiply-adds of convolution, linear and matmul at
    batch 1 without bias; `flops` = 2 x macs. `conventions` maps a tool to the
    words it prints and the number under each, e.g. {"thop": {"flops": ...,
    "params": ...}, "FlopCounterMode": {"flops": ...}}.
    """

    class_name: str
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    params: int
    macs: int
    flops: int
    layers: tuple[Layer, ...]
    conventions: Mapping[str, Mapping[str, int]]
    eval_deterministic: bool
    provenance: Provenance
    file: str | None = None
    line: int | None = None
    output_shape_batch2: tuple[int, ...] | None = None
    trainable_params: int = 0
    unused: tuple[UnusedParameter, ...] = ()
    sizes_mb: Mapping[str, float] = field(default_factory=dict)
    diagnostics: tuple[Problem, ...] = ()
    graph_without_source: bool = False


@dataclass(frozen=True)
class Mistake:
    """One test image that the network got wrong, most confident first."""

    index: int
    truth: int
    predicted: int
    confidence: float
    pixels: tuple[int, ...]
    """Grey levels 0..255, row by row; `side` is their square root."""


@dataclass(frozen=True)
class AccuracyMeasurement:
    """Predictions joined with labels, outside every jail.

    All shares are fractions of 1. Precision, recall and F1 are macro averages;
    a class that was never predicted has precision 0. `confusion[t][p]` counts
    images of class t predicted as p. `curve` is test accuracy after each epoch.
    A network that is scored as it was built is asked once, so it has neither a
    perturbed nor an untrained accuracy.
    """

    dataset: str
    n: int
    correct: int
    accuracy: float
    per_class: Mapping[str, tuple[int, int]]
    precision_macro: float
    recall_macro: float
    f1_macro: float
    confusion: tuple[tuple[int, ...], ...]
    perturbed_accuracy: float | None
    untrained_accuracy: float | None
    curve: tuple[float, ...] = ()
    mistakes: tuple[Mistake, ...] = ()
    provenance: Provenance = Provenance.RECOMPUTED
    """Reported when the student's own process answered for the images; the labels were joined by us all the same."""


@dataclass(frozen=True)
class TrainingFacts:
    """How the training in the jail went. Times and counts are ours."""

    epochs_budget: int
    epochs_seen: int | None
    seconds_cap: float
    seconds: float
    cap_reached: bool
    device: str
    seed: int
    train_n: int
