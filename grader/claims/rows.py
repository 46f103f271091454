"""The weight layers that a hand calculation lists, with the names students give them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grader.claims.read import HandClaim
from grader.domain.measurement import Layer, NetworkMeasurement

_CONV = re.compile(r"c(?:onv(?:olution)?(?:al)?(?:2d)?(?:layer)?)?(\d+)")
_FC = re.compile(r"(?:f|fc|fully?connect(?:ed|ion)(?:layer)?|linear|lin|dense)(\d+)")


@dataclass(frozen=True)
class TruthRow:
    """One weight layer as it truly is. `name` is conv1, conv2, ... fc1, ... in the order of the forward pass."""

    name: str
    path: str
    params: int
    bias: int
    """Number of biases, 0 for a layer without."""
    biases_possible: int
    """Number of biases that such a layer has when it has them."""
    output_shape: tuple[int, ...] = ()
    inputs: int = 0
    """Input channels or features that one output sees; 0 where it is not known."""
    outputs: int = 0

    @property
    def factors(self) -> frozenset[int]:
        """The numbers that a calculation of this layer has in it."""
        return frozenset({self.inputs, self.outputs} - {0})


def rows_of(network: NetworkMeasurement) -> tuple[TruthRow, ...]:
    """The weight layers of a measured network. A layer whose weights were counted before is not listed again."""
    rows: list[TruthRow] = []
    for layer in network.layers:
        if layer.has_weights and layer.params:
            kind = "conv" if "in_channels" in layer.config else "fc"
            number = 1 + sum(row.name.startswith(kind) for row in rows)
            rows.append(_row(f"{kind}{number}", layer))
    return tuple(rows)


def _row(name: str, layer: Layer) -> TruthRow:
    width = layer.config.get("out_channels", layer.config.get("out_features"))
    outputs = width if isinstance(width, int) else 0
    bias = outputs if layer.config.get("bias") else 0
    given = layer.config.get("in_channels", layer.config.get("in_features"))
    inputs = given if isinstance(given, int) else 0
    return TruthRow(name, layer.path, layer.params, bias, outputs, layer.output_shape[1:], inputs, outputs)


def match_rows(truths: Sequence[TruthRow], claims: Sequence[HandClaim]) -> dict[str, HandClaim]:
    """Which claim belongs to which row: by the layer's own path, else by its name in order.

    conv1, Conv_1, convolution 1 are one name; so are fc1, linear1, dense1, and
    fc6 to fc8 where the convolutions were counted along.
    """
    found: dict[str, HandClaim] = {}
    left = list(claims)
    for truth in truths:
        own = next((claim for claim in left if _plain(claim.key) in (_plain(truth.path), truth.path)), None)
        if own is not None:
            found[truth.name] = own
            left.remove(own)
    named = _by_name(left, convolutions=sum(truth.name.startswith("conv") for truth in truths))
    for truth in truths:
        if truth.name not in found and truth.name in named:
            found[truth.name] = named[truth.name]
    return found


def _by_name(claims: Sequence[HandClaim], *, convolutions: int) -> dict[str, HandClaim]:
    named: dict[str, HandClaim] = {}
    for claim in claims:
        plain = _plain(claim.key)
        for kind, pattern in (("conv", _CONV), ("fc", _FC)):
            if found := pattern.fullmatch(plain):
                named.setdefault(f"{kind}{int(found[1][:4])}", claim)
    linear = [int(name[2:]) for name in named if name.startswith("fc")]
    if linear and min(linear) > convolutions > 0 and min(linear) == convolutions + 1:
        shifted = {f"fc{number - convolutions}": named[f"fc{number}"] for number in linear}
        named = {**{name: claim for name, claim in named.items() if name.startswith("conv")}, **shifted}
    return named


def _plain(key: str) -> str:
    return re.sub(r"[\s._#-]", "", key.lower())
