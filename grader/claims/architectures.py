"""Named networks as sizes, and which of them a measured network is."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from grader.claims.rows import TruthRow
from grader.domain.measurement import Layer, NetworkMeasurement
from grader.formulas import conv_macs, conv_output, conv_params, linear_macs, linear_params, pool_output


@dataclass(frozen=True)
class LayerSize:
    """One weight layer of a named network: `conv` is in, out, kernel, stride, padding; `fc` is in, out."""

    name: str
    conv: tuple[int, int, int, int, int] | None = None
    fc: tuple[int, int] | None = None
    pool: tuple[int, int] | None = None
    """Kernel and stride of a pooling after the layer."""

    @property
    def params(self) -> int:
        """Weights and biases."""
        if self.conv:
            return conv_params(self.conv[0], self.conv[1], (self.conv[2],) * 2)
        return linear_params(*self.fc) if self.fc else 0

    @property
    def inputs(self) -> int:
        """Input channels or features."""
        return (self.conv or self.fc or (0,))[0]

    @property
    def written(self) -> str:
        """The layer as code would have it, e.g. Conv2d(3, 64, 11)."""
        if self.conv:
            return f"Conv2d({self.conv[0]}, {self.conv[1]}, {self.conv[2]})"
        return f"Linear({', '.join(map(str, self.fc or ()))})"


@dataclass(frozen=True)
class Architecture:
    """A network that has a name, with the words by which students call it."""

    name: str
    title: str
    layers: tuple[LayerSize, ...]
    aliases: tuple[str, ...] = ()

    @property
    def params(self) -> int:
        """Parameters of all layers."""
        return sum(layer.params for layer in self.layers)

    def rows(self, input_shape: Sequence[int]) -> tuple[TruthRow, ...]:
        """The hand calculation's rows, with output shapes for an image of this shape."""
        shapes = [shape for shape, _ in self._walk(input_shape)]
        return tuple(
            TruthRow(layer.name, layer.name, layer.params, shape[0], shape[0], shape, layer.inputs, shape[0])
            for layer, shape in zip(self.layers, shapes, strict=True)
        )

    def macs(self, input_shape: Sequence[int]) -> int:
        """Multiply-adds for one image of this shape."""
        return sum(macs for _, macs in self._walk(input_shape))

    def _walk(self, input_shape: Sequence[int]) -> list[tuple[tuple[int, ...], int]]:
        """Output shape and multiply-adds of each layer."""
        found: list[tuple[tuple[int, ...], int]] = []
        side = input_shape[-1]
        for layer in self.layers:
            if layer.conv:
                inputs, outputs, kernel, stride, padding = layer.conv
                side = conv_output(side, kernel, stride=stride, padding=padding)
                macs = conv_macs(inputs, outputs, (kernel, kernel), (side, side))
                found.append(((outputs, side, side), macs))
            elif layer.fc:
                found.append(((layer.fc[1],), linear_macs(*layer.fc)))
            if layer.pool:
                side = pool_output(side, layer.pool[0], stride=layer.pool[1])
        return found


@dataclass(frozen=True)
class Difference:
    """The first layer in which a network is not the named one it comes nearest to."""

    nearest: Architecture
    layer: str
    own: str
    reference: str


def read_architectures(expected: Mapping[str, Any]) -> tuple[Architecture, ...]:
    """The named networks of a question in expected.toml, the reference first."""
    found = [_architecture(table) for table in expected.get("architectures", ())]
    reference = expected.get("reference")
    return tuple(sorted(found, key=lambda each: each.name != reference))


def _architecture(table: Mapping[str, Any]) -> Architecture:
    layers = tuple(
        LayerSize(
            str(row["name"]),
            tuple(row["conv"]) if "conv" in row else None,
            tuple(row["fc"]) if "fc" in row else None,
            tuple(row["pool"]) if "pool" in row else None,
        )
        for row in table["layers"]
    )
    return Architecture(str(table["name"]), str(table["title"]), layers, tuple(table.get("aliases", ())))


def called(text: str, known: Sequence[Architecture]) -> Architecture | None:
    """The named network that a student's words mean, None when they mean none."""
    plain = _plain(text)
    if not plain:
        return None
    return next((each for each in known if plain in {_plain(n) for n in (each.name, each.title, *each.aliases)}), None)


def identify(network: NetworkMeasurement, known: Sequence[Architecture]) -> Architecture | Difference:
    """The named network whose weight layers these are, else where the nearest one differs."""
    own = [_written(layer) for layer in network.layers if layer.has_weights and layer.params]
    names = [layer.path for layer in network.layers if layer.has_weights and layer.params]
    distances = [sum(a != b for a, b in zip_longest(own, [row.written for row in each.layers])) for each in known]
    nearest = known[distances.index(min(distances))]
    if min(distances) == 0:
        return nearest
    for index, (mine, theirs) in enumerate(zip_longest(own, nearest.layers)):
        written = theirs.written if theirs else "-"
        if mine != written:
            name = theirs.name if theirs else names[index]
            return Difference(nearest, name, mine or "-", written)
    raise AssertionError("distances and layers disagree")


def _written(layer: Layer) -> str:
    """A measured layer as code would have it, with what is unusual about it."""
    config = layer.config
    if "in_channels" not in config:
        sizes = f"{config.get('in_features')}, {config.get('out_features')}"
        return f"Linear({sizes}{'' if config.get('bias') else ', bias=False'})"
    kernel = config.get("kernel_size")
    sides = list(kernel) if isinstance(kernel, list | tuple) else [kernel]
    size = str(sides[0]) if len(set(sides)) == 1 else f"({', '.join(map(str, sides))})"
    extra = "" if config.get("groups", 1) == 1 else f", groups={config.get('groups')}"
    extra += "" if config.get("bias") else ", bias=False"
    return f"Conv2d({config.get('in_channels')}, {config.get('out_channels')}, {size}{extra})"


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
