"""Evidence of homework 4, made by hand: networks from sizes by the formulas, never from our own measurements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from grader.domain.evidence import (
    Essay,
    FileFact,
    FilesPayload,
    NetworkPayload,
    ProbeEvidence,
    SubmissionEvidence,
    SubmissionRef,
    TrainingPayload,
)
from grader.domain.measurement import (
    AccuracyMeasurement,
    Chosen,
    Layer,
    NetworkMeasurement,
    Provenance,
    TrainingFacts,
)
from grader.domain.outcome import Outcome
from grader.domain.problem import Problem

Size = tuple[Any, ...]

LECTURE: tuple[Size, ...] = (
    ("conv", 3, 64, 11, 4, 2),
    ("pool", 3, 2),
    ("conv", 64, 192, 5, 1, 2),
    ("pool", 3, 2),
    ("conv", 192, 384, 3, 1, 1),
    ("conv", 384, 256, 3, 1, 1),
    ("conv", 256, 256, 3, 1, 1),
    ("pool", 3, 2),
    ("fc", 9216, 4096),
    ("fc", 4096, 1024),
    ("fc", 1024, 1000),
)
"""The lecture's AlexNet: in, out, kernel, stride, padding; pool: kernel, stride; fc: in, out."""


def with_192_as(channels: int) -> tuple[Size, ...]:
    """The lecture's network with another number of channels after conv2."""
    sizes = list(LECTURE)
    sizes[2] = ("conv", 64, channels, 5, 1, 2)
    sizes[4] = ("conv", channels, 384, 3, 1, 1)
    return tuple(sizes)


def network(
    sizes: Sequence[Size] = LECTURE, *, bias: bool = True, side: int = 224, **changes: Any
) -> NetworkMeasurement:
    """What measuring a network of these sizes finds, worked out step by step."""
    layers: list[Layer] = []
    channels, counts = sizes[0][1], {"conv": 0, "fc": 0}
    shape: tuple[int, ...] = (1, channels, side, side)
    bias_adds = 0
    for size in sizes:
        if size[0] == "pool":
            side = (side - size[1]) // size[2] + 1
            shape = (1, shape[1], side, side)
            continue
        counts[size[0]] += 1
        name = f"{size[0]}{counts[size[0]]}"
        if size[0] == "conv":
            _, inputs, outputs, kernel, stride, padding = size
            side = (side + 2 * padding - kernel) // stride + 1
            weights, out, places = kernel * kernel * inputs * outputs, (1, outputs, side, side), side * side
            config: dict[str, Any] = {
                "in_channels": inputs,
                "out_channels": outputs,
                "kernel_size": [kernel, kernel],
                "groups": 1,
                "bias": bias,
            }
        else:
            _, inputs, outputs = size
            weights, out, places = inputs * outputs, (1, outputs), 1
            config = {"in_features": inputs, "out_features": outputs, "bias": bias}
        bias_adds += outputs * places * bias
        layers.append(Layer(name, size[0], shape, out, weights + outputs * bias, weights * places, config=config))
        shape = out
    params, macs = sum(layer.params for layer in layers), sum(layer.macs for layer in layers)
    measured = NetworkMeasurement(
        class_name="CustomAlexNet",
        input_shape=(1, channels, 224, 224),
        output_shape=shape,
        params=params,
        macs=macs,
        flops=2 * macs,
        layers=tuple(layers),
        conventions={
            "thop": {"flops": macs, "params": params},
            "FlopCounterMode": {"flops": 2 * macs},
            "torchinfo": {"mult_adds": macs + bias_adds, "params": params},
        },
        eval_deterministic=True,
        provenance=Provenance.RECOMPUTED,
    )
    return replace(measured, **changes)


def hand_rows(measured: NetworkMeasurement) -> dict[str, str]:
    """A right hand calculation of the network, as a student writes it."""
    rows = {}
    for layer in measured.layers:
        config = layer.config
        if "in_channels" in config:
            working = f"{config['in_channels']} x {config['kernel_size'][0]}^2 x {config['out_channels']}"  # type: ignore[index]
            bias = config["out_channels"]
        else:
            working, bias = f"{config['in_features']} x {config['out_features']}", config["out_features"]
        working += f" + {bias}" if config["bias"] else ""
        rows[layer.path] = f"{working} = {layer.params}"
    return rows


def answers(measured: NetworkMeasurement, **reported: object) -> dict[str, Any]:
    """answers.toml with everything right; `reported` replaces keys of [q2.reported]."""
    return {
        "classes": {"q2": "CustomAlexNet"},
        "q2": {
            "hand": {**hand_rows(measured), "total": str(measured.params)},
            "reported": {
                "params": measured.params,
                "flops": measured.macs,
                "label": "MACs",
                "tool": "thop",
                **reported,
            },
        },
        "q3": {"claimed": {"accuracy": 0.99}},
    }


def accuracy(correct: int = 9900, n: int = 10_000, **changes: Any) -> AccuracyMeasurement:
    """Predictions of which this many are right; per-class figures are not what the checks look at."""
    share = correct / n
    return replace(
        AccuracyMeasurement(
            dataset="MNIST",
            n=n,
            correct=correct,
            accuracy=share,
            per_class={},
            precision_macro=share,
            recall_macro=share,
            f1_macro=share,
            confusion=(),
            perturbed_accuracy=share,
            untrained_accuracy=0.1,
        ),
        **changes,
    )


def training_facts(**changes: Any) -> TrainingFacts:
    """A training that went as planned."""
    return replace(TrainingFacts(3, 3, 300.0, 60.0, False, "cpu", 0, 54_000), **changes)


ESSAY = Essay("essay.md", "Because it is cheap.", 4, False, {"Q1 Main reason": "Because it is cheap."})
FILES = (FileFact("hw4.py", 10, "0" * 64, "python"),)


def evidence(
    *,
    given: Mapping[str, Any] | None = None,
    files: FilesPayload | None = None,
    q2: NetworkPayload | Problem | None = None,
    q3: TrainingPayload | Problem | None = None,
) -> SubmissionEvidence:
    """A submission's evidence: everything right, except for what is given here. A Problem stops its probe."""
    measured = network()
    files = files or FilesPayload(FILES, answers=dict(given) if given is not None else answers(measured), essay=ESSAY)
    chosen = Chosen("CustomAlexNet", "hw4.py", 1)
    q2 = q2 or NetworkPayload(chosen, measured)
    q3 = q3 or TrainingPayload(chosen, network(), training_facts(), accuracy())
    probes = {
        "files": ProbeEvidence("k1", "files", Outcome.FINISHED, files=files, environment={"torch": "2"}),
        "network": _probe("network", network=q2) if isinstance(q2, NetworkPayload) else _stopped("network", q2),
        "training": _probe("training", training=q3) if isinstance(q3, TrainingPayload) else _stopped("training", q3),
    }
    return SubmissionEvidence(SubmissionRef("s1", "A student", "0" * 64, "s1"), probes)


def _probe(name: str, **payload: Any) -> ProbeEvidence:
    return ProbeEvidence(f"key-{name}", name, Outcome.FINISHED, **payload)


def _stopped(name: str, problem: Problem) -> ProbeEvidence:
    return ProbeEvidence(f"key-{name}", name, Outcome.TIMEOUT, problem=problem)
