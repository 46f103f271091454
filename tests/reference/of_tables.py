"""Rows and structures of networks: layers, shapes, stages and links, as the lectures' tables have them."""

from __future__ import annotations

from math import prod
from typing import Any

import torch
from torch import nn

from reference.counting import Call, calls_of, count_macs, count_params, weight_layers
from reference.models import efficientnet as efficient
from reference.models.catalogue import find_entry
from reference.models.hardnet import link


def layers(network: str) -> tuple[Call, ...]:
    """Convolutions and linear layers in the order in which they run."""
    entry = find_entry(network)
    return weight_layers(entry.network(), entry.input_shape)


def layer(network: str, path: str) -> list[Any]:
    """Output shape, parameters and MACs of the layer at a path."""
    call = next(call for call in layers(network) if call.path == path)
    return [list(call.output_shape), call.params, call.macs]


def layer_params(network: str, row: int) -> int:
    """Parameters of the layer with weights that runs as number `row`."""
    return layers(network)[row - 1].params


def layer_filters(network: str, row: int) -> int:
    """Output channels of that layer."""
    return layers(network)[row - 1].output_shape[0]


def conv_label(network: str, row: int) -> str:
    """The name a VGG table gives a convolution: kernel and filters."""
    convolution = layers(network)[row - 1].module
    assert isinstance(convolution, nn.Conv2d)
    return f"conv{convolution.kernel_size[0]}-{convolution.out_channels}"


def table_row(network: str, row: int) -> list[Any]:
    """Kind, input, output, parameters and multiply-adds with biases of a layer with weights."""
    call = layers(network)[row - 1]
    return [call.kind, list(call.input_shape), list(call.output_shape), call.params, call.mult_adds]


def vgg_row(row: int) -> list[int]:
    """Channels in and out, side of the output and parameters of a row of the VGG16 table."""
    call = layers("vgg16")[row - 1]
    side = call.output_shape[1] if len(call.output_shape) > 1 else 1
    return [call.input_shape[0], call.output_shape[0], side, call.params]


def pooling_params(network: str, channels: int, side: int) -> int:
    """Parameters of the pooling that receives so many channels on such a map."""
    entry = find_entry(network)
    calls = calls_of(entry.network(), entry.input_shape)
    pools = [call for call in calls if call.kind == "MaxPool2d" and call.input_shape == (channels, side, side)]
    (pool,) = pools
    return pool.params


def table_rows(network: str) -> int:
    """Calls of modules, the network itself included; an Identity is no layer."""
    entry = find_entry(network)
    return sum(call.kind != "Identity" for call in calls_of(entry.network(), entry.input_shape))


def filters(network: str) -> list[str]:
    """Filter shape and input side of each convolution, as MobileNet's table writes them."""
    rows = []
    for call in layers(network):
        if not isinstance(convolution := call.module, nn.Conv2d):
            continue
        kernel = "x".join(map(str, convolution.kernel_size))
        depthwise = convolution.groups > 1
        shape = (
            f"{convolution.in_channels} dw" if depthwise else f"{convolution.in_channels}x{convolution.out_channels}"
        )
        rows.append(f"{kernel}x{shape} on {call.input_shape[1]}")
    return rows


def module_kind(network: str, path: str) -> str:
    """Class of the module at a path."""
    return type(find_entry(network).network().get_submodule(path)).__name__


def kinds_below(network: str, path: str) -> list[str]:
    """Classes of the modules in a container."""
    return [type(module).__name__ for module in find_entry(network).network().get_submodule(path).children()]


def blocks(network: str, like: str) -> list[int]:
    """Blocks in each stage of a ResNet, ours; the library's must be the same."""
    theirs = find_entry(f"{like}-{network}") if network == "resnet18" else None
    stages = [len(stage) for stage in find_entry(network).network().get_submodule("stages").children()]
    if theirs is not None:
        library = theirs.network()
        assert stages == [len(library.get_submodule(f"layer{n}")) for n in range(1, 5)]
    return stages


def resnet_sides(network: str) -> list[int]:
    """Sides of the map after the first convolution, after each stage, and when averaged."""
    entry = find_entry(network)
    by_path = {call.path: call for call in calls_of(entry.network(), entry.input_shape)}
    sides = [by_path["stem.0"].output_shape[1], *(by_path[f"stages.{n}"].output_shape[1] for n in range(4))]
    return [*sides, prod(by_path["fc"].input_shape) // by_path["stages.3"].output_shape[0]]


def hard_links(inputs: int, growth: int, multiplier: float, layers: int, what: str) -> list[int]:
    """Channels in or out of each layer of a HarDBlock."""
    return [getattr(link(n, inputs, growth, multiplier), what) for n in range(1, layers + 1)]


def efficientnet_stage(stage: int) -> list[Any]:
    """Operator, kernel, side of the input, channels and layers of a row of the B0 table."""
    entry = find_entry("efficientnet-b0")
    by_path = {call.path: call for call in calls_of(entry.network(), entry.input_shape)}
    if stage in (1, 9):
        path = "stem" if stage == 1 else "head"
        kernel = by_path[f"{path}.0"].weight.shape[-1]
        return ["Conv", kernel, by_path[path].input_shape[1], by_path[path].output_shape[0], 1]
    call, row = by_path[f"stages.{stage - 2}"], efficient.STAGES[stage - 2]
    depth = len(list(call.module.children()))
    return [f"MBConv{row.expansion}", row.kernel_size, call.input_shape[1], call.output_shape[0], depth]


def flatten_width(network: str) -> int:
    """Values that reach the first linear layer."""
    return next(call.input_shape[0] for call in layers(network) if isinstance(call.module, nn.Linear))


def output_shape(network: str) -> list[int]:
    """Shape of the (first) output, without the batch axis."""
    entry = find_entry(network)
    return list(calls_of(entry.network(), entry.input_shape)[0].output_shape)


def output_channels(network: str) -> int:
    """Channels that leave the network or block."""
    return output_shape(network)[0]


def shape_and_params(network: str) -> list[Any]:
    """Output shape and parameters."""
    return [output_shape(network), _params(network)]


def kinds(network: str) -> list[int]:
    """How many convolutions and how many linear layers."""
    found = [isinstance(call.module, nn.Conv2d) for call in layers(network)]
    return [sum(found), len(found) - sum(found)]


def weight_layer_count(network: str) -> int:
    """How many layers with weights."""
    return len(layers(network))


def layers_and_params(network: str) -> list[int]:
    """Layers with weights, and parameters."""
    return [len(layers(network)), _params(network)]


def ciresan(network: str) -> list[int]:
    """Convolutions, linear layers, values at the first of them, parameters, MACs."""
    return [*kinds(network), flatten_width(network), *_counts(network)]


def depth_without_shortcuts(network: str) -> int:
    """Layers with weights that are no 1x1 shortcut."""
    return sum(call.weight.shape[2:] != torch.Size((1, 1)) for call in layers(network))


def keras_alexnet() -> list[int]:
    """Values at the classifier on 224, parameters and MACs there, parameters on 227."""
    return [flatten_width("alexnet-keras"), *_counts("alexnet-keras"), _params("alexnet-96")]


def _params(network: str) -> int:
    return count_params(find_entry(network).network())


def _counts(network: str) -> tuple[int, int]:
    entry = find_entry(network)
    return _params(network), count_macs(entry.network(), entry.input_shape)
