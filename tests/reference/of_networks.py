"""Sizes of whole networks, counted on the meta device."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from math import prod
from typing import Any

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from reference.counting import calls_of, count_macs, count_params, forward, on_meta, weight_layers
from reference.models.catalogue import find_entry
from reference.models.efficientnet import EfficientNet
from reference.models.googlenet import AuxiliaryHead, CifarGoogLeNet
from tests.reference.of_tables import layers

BYTES = 4
MIB = 2**20


def params(network: str) -> int:
    """Parameters of the network."""
    return count_params(find_entry(network).network())


def params_of(networks: Sequence[str]) -> list[int]:
    """Parameters of each network."""
    return [params(network) for network in networks]


def params_each(network: str, each: Sequence[Mapping[str, Any]]) -> list[int]:
    """Parameters for each set of arguments."""
    return [count_params(find_entry(network).network(**arguments)) for arguments in each]


def macs(network: str, input: Sequence[int] = ()) -> int:  # noqa: A002 - the key in facts.toml
    """MACs of the network on its own input or on another."""
    entry = find_entry(network)
    return count_macs(entry.network(), input or entry.input_shape)


def macs_of(networks: Sequence[str]) -> list[int]:
    """MACs of each network."""
    return [macs(network) for network in networks]


def macs_each(network: str, each: Sequence[Mapping[str, Any]]) -> list[int]:
    """MACs for each set of arguments."""
    entry = find_entry(network)
    return [count_macs(entry.network(**arguments), entry.input_shape) for arguments in each]


def macs_variants(network: str, variants: Sequence[Mapping[str, Any]]) -> list[int]:
    """MACs for each variant: other arguments, another side of the image."""
    entry, counts = find_entry(network), []
    for variant in variants:
        arguments = {key: value for key, value in variant.items() if key != "side"}
        side = variant.get("side", entry.input_shape[-1])
        counts.append(count_macs(entry.network(**arguments), (3, side, side)))
    return counts


def mobilenet_v2_macs(variants: Sequence[Mapping[str, Any]]) -> list[int]:
    """MACs of torchvision's MobileNet V2 in other widths, depths and on other images."""
    from torchvision.models.mobilenetv2 import MobileNetV2

    # Expansion, channels, layers and stride of each stage, as in the paper; depth repeats all but the last.
    stages = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
    counts = []
    for variant in variants:
        depth, side = variant.get("depth", 1), variant.get("side", 224)
        setting = [[t, c, n * depth, s] for t, c, n, s in stages]
        network = on_meta(MobileNetV2, width_mult=variant.get("width", 1.0), inverted_residual_setting=setting)
        counts.append(count_macs(network, (3, side, side)))
    return counts


def conv_macs(network: str) -> int:
    """MACs of the convolutions alone."""
    return sum(call.macs for call in layers(network) if isinstance(call.module, nn.Conv2d))


def counts(network: str) -> list[int]:
    """Parameters and MACs."""
    return [params(network), macs(network)]


def counts_and_mult_adds(network: str) -> list[int]:
    """Parameters, MACs, and multiply-adds with biases."""
    return [*counts(network), sum(call.mult_adds for call in layers(network))]


def torchsummary_sizes(network: str) -> list[float]:
    """Input, forward and backward, parameters and total in MiB, from the layers with weights.

    The networks asked for have their poolings as functions, so these layers are all that torchsummary sees.
    """
    entry = find_entry(network)
    given = prod(entry.input_shape) * BYTES / MIB
    passes = 2 * sum(prod(call.output_shape) for call in layers(network)) * BYTES / MIB
    held = params(network) * BYTES / MIB
    return [round(size, 2) for size in (given, passes, held, given + passes + held)]


def torchinfo_sizes(network: str, part: int) -> float:
    """Forward and backward (0), parameters (1) or total (2) in millions of bytes, as torchinfo has them."""
    entry = find_entry(network)
    given = prod(entry.input_shape) * BYTES / 1e6
    passes = 2 * sum(prod(call.output_shape) for call in layers(network)) * BYTES / 1e6
    held = params(network) * BYTES / 1e6
    return round((passes, held, given + passes + held)[part], 2)


def working_squares(network: str, sides: Sequence[int], at: int) -> list[int]:
    """Smallest and largest square image that runs, among sides from .. to, and the MACs on one of them."""
    built = find_entry(network).network()

    def runs(side: int) -> bool:
        try:
            forward(built, (3, side, side))
        except RuntimeError:
            return False
        return True

    working = [side for side in range(*sides) if runs(side)]
    assert working == list(range(working[0], working[-1] + 1))
    return [working[0], working[-1], count_macs(built, (3, at, at))]


def accuracy_of_scaling(network: str, rows: Sequence[Sequence[float]]) -> float:
    """The accuracy that a table of (depth, width, accuracy) gives for the network of the same size."""
    wanted = params(network)
    sizes = {count_params(on_meta(EfficientNet, width=w, depth=d)): accuracy for d, w, accuracy in rows}
    return sizes[wanted]


def efficientnet_ten(sides: Sequence[int]) -> list[int]:
    """Parameters of B0 for ten classes, and its MACs on each side."""
    network = find_entry("efficientnet-b0").network(num_classes=10)
    return [count_params(network), *(count_macs(network, (3, side, side)) for side in sides)]


def googlenet_params(sides: Sequence[int]) -> list[int]:
    """Parameters for each side: the heads' first linear layers fit what arrives; 32 is too small for their pooling."""
    totals = []
    for side in sides:
        pool = side > 32
        by_path = {call.path: call for call in calls_of(on_meta(CifarGoogLeNet).conv_block, (3, side, side))}
        middle = by_path[""].output_shape[1] // 2
        places = calls_of(nn.Sequential(nn.AvgPool2d(5, 3)), (1, middle, middle))[0].output_shape if pool else (2, 2)
        features = 128 * places[-1] ** 2
        totals.append(count_params(on_meta(CifarGoogLeNet, head_features=features, head_pool=pool)))
    return totals


def head_outcome(channels: int, side: int, pool: bool) -> str:
    """What happens when a map goes through an auxiliary head."""
    head = on_meta(AuxiliaryHead, in_channels=channels, num_classes=10, pool=pool)
    try:
        forward(head, (channels, side, side))
    except RuntimeError as error:
        return type(error).__name__
    return "runs"


def early_pool_ratio() -> float:
    """MACs of convolutions without the early pooling over those with it, the first one aside."""
    entry = find_entry("ciresan-residual")
    found = []
    for early_pool in (False, True):
        calls = weight_layers(entry.network(early_pool=early_pool), entry.input_shape)
        found.append(sum(call.macs for call in calls[1:] if isinstance(call.module, nn.Conv2d)))
    return found[0] / found[1]


def flops_per_mac(network: str) -> float:
    """Operations that torch counts, over what thop returns under the name of FLOPS."""
    import thop

    entry = find_entry(network)
    module, name = entry.build.split(":")
    built = getattr(import_module(f"reference.models.{module}"), name)().eval()
    image = torch.zeros(1, *entry.input_shape)
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        built(image)
    printed, _ = thop.profile(built, inputs=(image,), verbose=False)
    return counter.get_total_flops() / printed
