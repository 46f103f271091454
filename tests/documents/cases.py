"""The reports that the reader is tested on: how each is written, what is wrong in it, and so what has to be found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from grader.claims.rows import TruthRow

_CONVOLUTIONS = (("conv1", 3, 64, 11), ("conv2", 64, 196, 5), ("conv3", 196, 384, 3), ("conv4", 384, 256, 3))
_LINEAR = (("fc1", 9216, 4096), ("fc2", 4096, 1024), ("fc3", 1024, 1000))


@dataclass(frozen=True)
class LayerRow:
    """A layer's sizes; `kernel` is 0 for a linear layer."""

    name: str
    inputs: int
    outputs: int
    kernel: int = 0

    @property
    def weights(self) -> int:
        """Weights without biases."""
        return max(self.kernel, 1) ** 2 * self.inputs * self.outputs

    @property
    def params(self) -> int:
        """Weights and biases."""
        return self.weights + self.outputs


LAYERS = (
    *(LayerRow(*sizes) for sizes in (*_CONVOLUTIONS, ("conv5", 256, 256, 3))),
    *(LayerRow(*sizes) for sizes in _LINEAR),
)
PARAMS = sum(layer.params for layer in LAYERS)
TRUTHS = tuple(
    TruthRow(r.name, f"self.{r.name}", r.params, r.outputs, r.outputs, (), r.inputs, r.outputs) for r in LAYERS
)


@dataclass(frozen=True)
class Written:
    """What a student put down for one layer: the factors of the working, and the number behind it."""

    layer: LayerRow
    factors: tuple[str, ...]
    bias: int | None
    value: int
    verdict: str = "agrees"


def _factors(layer: LayerRow) -> tuple[str, ...]:
    return (str(layer.inputs), f"{layer.kernel}^2", str(layer.outputs)) if layer.kernel else _flat(layer)


def _flat(layer: LayerRow) -> tuple[str, ...]:
    inputs = ("256", "6", "6") if layer.inputs == 9216 else (str(layer.inputs),)
    return (*inputs, str(layer.outputs))


def right(layer: LayerRow) -> Written:
    """The calculation without a mistake."""
    return Written(layer, _factors(layer), layer.outputs, layer.params)


def _slip(layer: LayerRow) -> Written:
    """Two digits of the result change places."""
    digits = str(layer.params)
    at = next(i for i in range(1, len(digits) - 1) if digits[i] != digits[i + 1])
    wrong = digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :]
    return Written(layer, _factors(layer), layer.outputs, int(wrong), "arithmetic")


def _no_bias(layer: LayerRow) -> Written:
    return Written(layer, _factors(layer), None, layer.weights, "bias_forgotten")


def _no_channels(layer: LayerRow) -> Written:
    value = layer.weights // layer.inputs + layer.outputs
    return Written(layer, _factors(layer)[1:], layer.outputs, value, "channels_forgotten")


def _other_size(layer: LayerRow) -> Written:
    other = LayerRow(layer.name, layer.inputs + 4, layer.outputs, layer.kernel)
    return Written(layer, _factors(other), layer.outputs, other.params, "wrong")


MISTAKES: Mapping[str, Callable[[LayerRow], Written]] = {
    "slip": _slip,
    "no_bias": _no_bias,
    "no_channels": _no_channels,
    "other_size": _other_size,
}


@dataclass(frozen=True)
class Case:
    """One report. `form` is how lines look, `tool` what made the PDF, `planted` maps a layer to its mistake."""

    id: str
    form: str
    tool: str
    language: str = "en"
    planted: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    total: str = "right"
    """right, carried (the sum of the student's own rows), slip, or none."""

    @property
    def rows(self) -> tuple[Written, ...]:
        """What was written, layer by layer."""
        listed = [layer for layer in LAYERS if layer.name not in self.missing]
        return tuple(MISTAKES[self.planted[r.name]](r) if r.name in self.planted else right(r) for r in listed)

    @property
    def written_total(self) -> int | None:
        """The number at the end."""
        own = sum(row.value for row in self.rows)
        return {"right": PARAMS, "carried": own, "slip": own + 900, "none": None}[self.total]

    @property
    def verdicts(self) -> dict[str, str]:
        """What has to be said of each layer."""
        found = {row.layer.name: row.verdict for row in self.rows}
        return {layer.name: found.get(layer.name, "missing") for layer in LAYERS}


CASES = (
    Case("sup", "sup", "weasyprint"),
    Case("sup-chromium", "sup", "chromium", planted={"conv5": "slip"}, total="right"),
    Case("sup-office", "sup", "office", planted={"conv2": "no_bias"}, total="carried"),
    Case("unicode", "unicode", "weasyprint", planted={"conv3": "slip"}),
    Case("unicode-chromium", "unicode", "chromium", "zh"),
    Case("caret", "caret", "weasyprint", planted={"fc2": "no_bias"}, total="carried"),
    Case("caret-office", "caret", "office", planted={"conv4": "other_size"}, total="carried"),
    Case("stars", "stars", "chromium", planted={"conv1": "slip", "fc3": "slip"}),
    Case("stars-mono", "mono", "weasyprint", total="slip"),
    Case("brackets", "brackets", "weasyprint", "zh"),
    Case("brackets-chromium", "brackets", "chromium", "ko", planted={"conv2": "slip"}),
    Case("brackets-office", "brackets", "office", "en", missing=("fc3",), total="none"),
    Case("separators", "separators", "weasyprint", planted={"fc1": "slip"}),
    Case("separators-chromium", "separators", "chromium", "zh", total="slip"),
    Case("table", "table", "weasyprint", planted={"conv2": "no_channels"}, total="carried"),
    Case("table-chromium", "table", "chromium", "zh", planted={"conv5": "slip"}),
    Case("table-office", "table", "office", planted={"fc3": "no_bias"}, total="carried"),
    Case("table-unruled", "unruled", "weasyprint"),
    Case("numbers-only", "numbers", "weasyprint", planted={"conv4": "other_size"}, total="carried"),
    Case("numbers-chromium", "numbers", "chromium", "ko"),
    Case("blocks", "blocks", "weasyprint", planted={"conv3": "slip"}),
    Case("blocks-chromium", "blocks", "chromium", "zh"),
    Case("list", "list", "weasyprint", "ko", planted={"fc1": "no_bias"}, total="carried"),
    Case("list-office", "list", "office", "zh"),
    Case("two-a-line", "pairs", "chromium", planted={"conv2": "slip"}),
    Case("steps", "steps", "weasyprint"),
    Case("steps-chromium", "steps", "chromium", planted={"conv5": "slip"}),
    Case("full-width", "fullwidth", "weasyprint", "zh", planted={"conv1": "slip"}),
    Case("tex", "tex", "latex"),
    Case("tex-wrong", "tex", "latex", planted={"conv5": "slip", "fc2": "no_bias"}, total="carried"),
    Case("tex-align", "align", "latex", planted={"conv4": "no_channels"}, total="carried"),
    Case("tex-table", "textable", "latex", planted={"conv3": "slip"}),
    Case("no-names", "unnamed", "weasyprint"),
    Case("all-bias", "sup", "weasyprint", planted={r.name: "no_bias" for r in LAYERS}, total="carried"),
    Case("scan", "sup", "picture"),
)
