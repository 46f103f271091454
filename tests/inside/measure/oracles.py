"""The counting tools themselves, run on trusted networks: what they print is what our formulas have to give."""

from __future__ import annotations

import contextlib
import io
import logging
import re
from collections.abc import Mapping, Sequence

import ptflops
import thop
import torch
import torchinfo
import torchsummary
from fvcore.nn import FlopCountAnalysis, parameter_count
from torch import nn
from torch.utils.flop_counter import FlopCounterMode


def tool_numbers(network: nn.Module, image: Sequence[int]) -> dict[str, dict[str, int]]:
    """Each tool's numbers under its own words, torchsummary aside. thop comes last: it leaves buffers behind."""
    logging.getLogger("fvcore").setLevel(logging.ERROR)
    given = torch.zeros(1, *image)
    with torch.no_grad(), contextlib.redirect_stdout(io.StringIO()):
        info = torchinfo.summary(network, input_data=given, verbose=0)
        numbers = {
            "fvcore": {
                "flops": int(FlopCountAnalysis(network, given).total()),
                "params": parameter_count(network)[""],
            },
            "torchinfo": {"mult_adds": info.total_mult_adds, "params": info.total_params},
            "ptflops": _ptflops(network, image, "pytorch"),
            "ptflops aten": _ptflops(network, image, "aten"),
            "FlopCounterMode": {"flops": flop_counter(network, given)},
        }
        flops, params = thop.profile(network, (given,), verbose=False)
    return {**numbers, "thop": {"flops": int(flops), "params": int(params)}}


def flop_counter(network: nn.Module, given: torch.Tensor) -> int:
    """torch's own count of a forward pass."""
    with torch.no_grad(), FlopCounterMode(display=False) as mode:
        network(given)
    return mode.get_total_flops()


def printed_by_torchsummary(network: nn.Module, image: Sequence[int]) -> Mapping[str, float]:
    """The totals at the end of torchsummary's table."""
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        torchsummary.summary(network, tuple(image), device="cpu")
    words = {
        "params_count": r"Total params: ([\d,]+)",
        "input": r"Input size \(MB\): ([\d.]+)",
        "forward_backward": r"pass size \(MB\): ([\d.]+)",
        "params": r"Params size \(MB\): ([\d.]+)",
        "total": r"Total Size \(MB\): ([\d.]+)",
    }
    found = {name: re.search(pattern, text.getvalue()) for name, pattern in words.items()}
    return {name: float(match[1].replace(",", "")) for name, match in found.items() if match}


def _ptflops(network: nn.Module, image: Sequence[int], backend: str) -> dict[str, int]:
    macs, params = ptflops.get_model_complexity_info(
        network, tuple(image), as_strings=False, print_per_layer_stat=False, backend=backend
    )
    return {"macs": int(macs), "params": int(params)}


def filled(network: nn.Module) -> nn.Module:
    """A network built on the meta device, with zeros for weights: counts need no others."""
    network = network.to_empty(device="cpu")
    with torch.no_grad():
        for tensor in (*network.parameters(), *network.buffers()):
            tensor.zero_()
    return network
