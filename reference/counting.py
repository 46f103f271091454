"""Counts networks without running them: on the meta device, where tensors have shapes and no values.

params: numel of distinct parameters. macs: multiply-adds of convolution, linear and matmul, no bias.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode


@dataclass(frozen=True)
class Call:
    """One call of one module. Shapes have no batch axis; `params` are the module's own."""

    path: str
    module: nn.Module
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]

    @property
    def kind(self) -> str:
        """Name of the module's class."""
        return type(self.module).__name__

    @property
    def params(self) -> int:
        """Parameters of the module itself, without those of modules inside it."""
        return sum(parameter.numel() for parameter in self.module.parameters(recurse=False))

    @property
    def places(self) -> int:
        """How often the weights are used: on each place of a map, on each vector of a linear layer."""
        return prod(self.output_shape[:-1] if isinstance(self.module, nn.Linear) else self.output_shape[1:])

    @property
    def macs(self) -> int:
        """Weights, once for each place of the output."""
        return self.weight.numel() * self.places

    @property
    def mult_adds(self) -> int:
        """What torchinfo prints for the layer: weights and biases, once for each place."""
        return self.params * self.places

    @property
    def weight(self) -> Tensor:
        """The weights of a convolution or a linear layer."""
        return self.module.get_parameter("weight")


def on_meta(build: Callable[..., nn.Module], **arguments: Any) -> nn.Module:
    """The network in eval mode, without memory for its weights."""
    with torch.device("meta"):
        return build(**arguments).eval()


def forward(network: nn.Module, input_shape: Sequence[int]) -> Any:
    """The network's output for one image."""
    with torch.no_grad():
        return network(torch.empty(1, *input_shape, device="meta"))


def count_params(network: nn.Module) -> int:
    """Parameters of the whole network, each tensor once."""
    return sum(parameter.numel() for parameter in network.parameters())


def count_macs(network: nn.Module, input_shape: Sequence[int]) -> int:
    """Multiply-adds for one image; torch counts two operations for each."""
    with FlopCounterMode(display=False) as counter:
        forward(network, input_shape)
    return counter.get_total_flops() // 2


def calls_of(network: nn.Module, input_shape: Sequence[int]) -> tuple[Call, ...]:
    """Every call of every module in the order of their beginnings, the network itself first."""
    begun: list[tuple[str, nn.Module]] = []
    ended: dict[int, Call] = {}

    def begins(path: str) -> Callable[..., None]:
        def hook(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
            begun.append((path, module))
            open_calls.append(len(begun) - 1)

        return hook

    def ends(module: nn.Module, inputs: tuple[Tensor, ...], output: Any) -> None:
        index = open_calls.pop()
        ended[index] = Call(*begun[index], _shape_of(inputs), _shape_of(output))

    open_calls: list[int] = []
    handles = []
    for path, module in network.named_modules():
        handles += [module.register_forward_pre_hook(begins(path)), module.register_forward_hook(ends)]
    try:
        forward(network, input_shape)
    finally:
        for handle in handles:
            handle.remove()
    return tuple(ended[index] for index in range(len(begun)))


def _shape_of(value: Any) -> tuple[int, ...]:
    """Shape of the first tensor in a tuple or list, without the batch axis."""
    while not isinstance(value, Tensor):
        value = value[0]
    return tuple(value.shape[1:])


def weight_layers(network: nn.Module, input_shape: Sequence[int]) -> tuple[Call, ...]:
    """The calls of convolutions and linear layers, as a hand calculation lists them."""
    return tuple(call for call in calls_of(network, input_shape) if isinstance(call.module, nn.Conv2d | nn.Linear))
